/** Ends a contact, puts it away, or takes it out again (reference/wealthbox.md, section 8.5). */
import type { DeliveryOutcome } from '../../model/delivery';
import type { CanonicalFields } from '../../model/fields';
import { deliverArchive } from '../archive';
import type { CrmRecord } from '../connector';
import { changedField, confirmedOutcome } from '../deliver-common';
import { requireGone } from '../gone';
import { changedMeanwhile, goneOutcome } from '../outcomes';
import { CRM } from './client';
import { knownOf } from './fields';
import { goneCheck } from './reader';
import type { Desk } from './refused';

export function confirmed(
	{ context, client }: Desk,
	crmId: string,
	known: CanonicalFields,
	found?: boolean,
): DeliveryOutcome {
	return confirmedOutcome({ crmId, known, at: context.now(), calls: client.calls(), found });
}

export function held({ job, context }: Desk, record: CrmRecord): CanonicalFields {
	return knownOf(record, job.fieldMap, context.settings);
}

/** What somebody changed since it was last read is not deleted before the fabric has seen it. */
export async function remove(desk: Desk, crmId: string): Promise<DeliveryOutcome> {
	const { client, job, settings } = desk;
	try {
		if (settings.verifyBeforeWrite || job.attempt > 1) {
			const changed = changedField(job.known, held(desk, await client.get(crmId)));
			if (changed !== undefined) return changedMeanwhile(CRM, changed);
		}
		await client.remove(crmId);
	} catch (error) {
		await requireGone(error, goneCheck(client, crmId));
	}
	return confirmed(desk, crmId, {});
}

/** `update`: the writer of updates, given the job of the one field. */
export async function archive(
	desk: Desk,
	crmId: string,
	update: (desk: Desk, crmId: string) => Promise<DeliveryOutcome>,
): Promise<DeliveryOutcome> {
	const { job, context, client } = desk;
	// The read before it is the look; and a value that Wealthbox does not take must not pass as written.
	const settings = {
		...desk.settings,
		verifyBeforeWrite: false,
		unknownPicklistValue: 'reject',
		picklists: {},
	};
	const own = { ...context, settings: { ...context.settings, picklists: {} } };
	try {
		return await deliverArchive(job, settings, {
			read: async (map) => knownOf(await client.get(crmId), map, context.settings),
			update: (one) => update({ ...desk, context: own, settings, job: one }, crmId),
			confirmed: (known) => confirmed(desk, crmId, known),
		});
	} catch (error) {
		await requireGone(error, goneCheck(client, crmId));
		return goneOutcome(CRM);
	}
}
