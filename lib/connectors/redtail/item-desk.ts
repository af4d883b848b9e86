/** What one delivery of a record beside contacts works with, and what its ports share. */
import type { DeliveryJob, DeliveryOutcome } from '../../model/delivery';
import { mapOfObject } from '../../model/field-map';
import type { ConnectorContext, CrmRecord } from '../connector';
import type { ItemObject } from '../objects/crm-object';
import { unknownValue } from '../outcomes';
import { CRM, type RedtailClient } from './client';
import { OBJECT_PICKLISTS, REDTAIL_OBJECTS } from './objects';
import { withIds } from './picklists';
import type { RedtailSettings } from './settings';

type Refused = Extract<DeliveryOutcome, { status: 'rejected' }>;

export interface ItemDesk {
	context: ConnectorContext;
	job: DeliveryJob;
	object: ItemObject;
	client: RedtailClient;
	settings: RedtailSettings;
}

/** By how much Redtail's clock may be behind ours. */
const CLOCK_SLACK_MS = 300_000;

/** What all of Redtail's ports share. */
export function portBase({ object, client, settings }: ItemDesk) {
	return {
		crm: CRM,
		object: REDTAIL_OBJECTS[object],
		verifyBeforeWrite: settings.verifyBeforeWrite,
		alwaysLookBeforeCreate: settings.alwaysLookBeforeCreate,
		calls: client.calls,
	};
}

/** Texts of Redtail's lists as ids; one that a list does not have is left out, and told if the setting says so. */
export async function resolved(
	{ context, client, object, job, settings }: ItemDesk,
	texts: CrmRecord,
): Promise<{ body: CrmRecord; refused?: Refused }> {
	const { body, unknown } = await withIds(context, client, texts, OBJECT_PICKLISTS[object]);
	const [name] = unknown;
	if (name === undefined || settings.unknownPicklistValue !== 'reject') return { body };
	const mapping = mapOfObject(job.fieldMap, object).find(({ crmField }) => crmField === name);
	return { body, refused: unknownValue(CRM, mapping?.field ?? name) as Refused };
}

/** Was the row made since the delivery was opened? */
export function isRecent({ job }: ItemDesk, row: CrmRecord): boolean {
	const made = Date.parse(String(row.created_at));
	return row.deleted !== true && made >= Date.parse(job.openedAt) - CLOCK_SLACK_MS;
}
