/** Ends a contact. Pocket CRM cannot put one away. */
import type { ConnectorContext, CrmRecord } from '../../../lib/connectors/connector';
import { changedField, confirmedOutcome } from '../../../lib/connectors/deliver-common';
import { requireGone } from '../../../lib/connectors/gone';
import { changedMeanwhile } from '../../../lib/connectors/outcomes';
import type { DeliveryJob, DeliveryOutcome } from '../../../lib/model/delivery';
import type { CanonicalFields } from '../../../lib/model/fields';
import { CRM, type PocketClient } from './client';
import { knownOf } from './fields';
import { goneCheck } from './reader';
import type { PocketSettings } from './settings';

/** What one delivery works with. */
export interface Desk {
	context: ConnectorContext;
	job: DeliveryJob;
	settings: PocketSettings;
	client: PocketClient;
}

export function confirmed(
	{ context, client }: Desk,
	crmId: string,
	known: CanonicalFields,
	found?: boolean,
): DeliveryOutcome {
	return confirmedOutcome({ crmId, known, at: context.now(), calls: client.calls(), found });
}

export function held({ job }: Desk, record: CrmRecord): CanonicalFields {
	return knownOf(record, job.fieldMap);
}

/** What somebody changed since it was last read is not deleted before the fabric has seen it. */
export async function remove(desk: Desk, crmId: string): Promise<DeliveryOutcome> {
	const { client, job, settings } = desk;
	try {
		if (settings.verifyBeforeWrite || job.attempt > 1) {
			const changed = changedField(job.known, held(desk, await client.get('contact', crmId)));
			if (changed !== undefined) return changedMeanwhile(CRM, changed);
		}
		await client.remove('contact', crmId);
	} catch (error) {
		await requireGone(error, goneCheck(client, 'contact', crmId));
	}
	return confirmed(desk, crmId, {});
}

export function cannotArchive(): DeliveryOutcome {
	return {
		status: 'rejected',
		reason: `A contact cannot be put away in ${CRM}. Set the policy for deletes of its system to delete, ask or ignore.`,
		code: 'no-archive',
	};
}
