/**
 * Differences that a CRM lets nobody write (`capabilities.objects.<object>.change: false`), and records that it lets
 * nobody remove: told once in the audit trail, then the record counts as settled for that value or departure.
 */
import type { Link } from '../model/rows';
import { recordKey } from '../model/event';
import type { CanonicalFields } from '../model/fields';
import type { Departure } from '../removal/departure';
import type { StoreTransaction } from '../store/store';

export interface BarredWrite {
	link: Link;
	changes: CanonicalFields;
	syncOrigin: string;
}

export interface BarredRemoval {
	link: Link;
	departure: Departure;
}

const REASON = 'The CRM lets nobody change such a record.';

export async function skipBarred(
	tx: StoreTransaction,
	barred: readonly BarredWrite[],
	now: number,
): Promise<void> {
	if (barred.length === 0) return;
	const shadows = await tx.registers.shadows(barred.map(({ link }) => link));
	const settled = barred.flatMap(({ link, changes }) => {
		const shadow = shadows.get(recordKey(link));
		if (shadow === undefined) return [];
		const fields = { ...shadow.fields };
		for (const [field, settledFor] of Object.entries(changes)) {
			const known = fields[field] ?? { value: null, seenAt: 0 };
			fields[field] = { ...known, settledFor };
		}
		const { system, object, crmId } = link;
		return [{ system, object, crmId, shadow: { ...shadow, fields } }];
	});
	await tx.registers.saveShadows(settled, now);
	await tx.audit.append(
		barred.flatMap(({ link: { system, object, crmId, entityId }, changes, syncOrigin }) =>
			Object.entries(changes).map(([field, after]) => ({
				at: now,
				kind: 'skipped',
				entityId,
				field,
				system,
				object,
				crmId,
				after,
				detail: { reason: REASON, syncOrigin },
			})),
		),
	);
}

const KEPT = 'The CRM lets nobody delete or archive such a record: it lives on there.';

export async function skipRemovals(
	tx: StoreTransaction,
	kept: readonly BarredRemoval[],
	now: number,
): Promise<void> {
	if (kept.length === 0) return;
	const shadows = await tx.registers.shadows(kept.map(({ link }) => link));
	const told = kept.map(({ link: { system, object, crmId, ...link }, departure }) => {
		const known = shadows.get(recordKey({ system, object, crmId })) ?? { fields: {} };
		const shadow = { ...known, unremovableAt: departure.at };
		return { system, object, crmId, shadow, entityId: link.entityId, cause: departure.cause };
	});
	await tx.registers.saveShadows(
		told.map(({ system, object, crmId, shadow }) => ({ system, object, crmId, shadow })),
		now,
	);
	await tx.audit.append(
		told.map(({ system, object, crmId, entityId, cause }) => ({
			...{ at: now, kind: 'skipped' as const, entityId, system, object, crmId },
			detail: { reason: KEPT, syncOrigin: recordKey(cause) },
		})),
	);
}
