/** Audit rows as people read them. */
import type { IDataObject } from 'n8n-workflow';
import { fieldLabel, type StoredAuditRow } from '../../../lib';
import { isoTime } from '../operation';

export function auditRow(row: StoredAuditRow): IDataObject {
	const { field, system, object, crmId, detail } = row;
	const record = crmId === undefined ? null : `${system}/${object}/${crmId}`;
	return {
		at: isoTime(row.at),
		kind: row.kind,
		unifiedId: row.entityId ?? null,
		field: field ?? null,
		label: field === undefined ? null : fieldLabel(field),
		before: row.before ?? null,
		after: row.after ?? null,
		who: { system: system ?? null, crmId: crmId ?? null, record },
		rule: row.rule ?? null,
		editedAt: isoTime(row.editedAt),
		eventId: row.eventId ?? null,
		deliveryId: row.deliveryId ?? null,
		detail: (detail as IDataObject | undefined) ?? null,
		seq: row.seq,
	};
}
