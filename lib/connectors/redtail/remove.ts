/** Ends a contact, puts it away, or takes it out again (reference/redtail.md, section 7.6). */
import type { DeliveryOutcome } from '../../model/delivery';
import type { CanonicalFields } from '../../model/fields';
import { deliverArchive } from '../archive';
import { CrmError } from '../connector';
import { changedField, confirmedOutcome } from '../deliver-common';
import { requireGone } from '../gone';
import { changedMeanwhile, goneOutcome } from '../outcomes';
import { CRM } from './client';
import { goneCheck } from './reader';
import { readHeld, type Desk } from './update';

export function confirmed(
	{ context, client }: Desk,
	crmId: string,
	known: CanonicalFields,
	found?: boolean,
): DeliveryOutcome {
	return confirmedOutcome({ crmId, known, at: context.now(), calls: client.calls(), found });
}

/** What somebody changed since it was last read is not deleted before the fabric has seen it. */
export async function remove(desk: Desk, crmId: string): Promise<DeliveryOutcome> {
	const { client, job, settings } = desk;
	try {
		if (settings.verifyBeforeWrite || job.attempt > 1) {
			const fresh = await readHeld(desk, crmId, job.known);
			if (fresh.deleted) return confirmed(desk, crmId, {});
			const changed = changedField(job.known, fresh.fields);
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
	update: (desk: Desk) => Promise<DeliveryOutcome>,
): Promise<DeliveryOutcome> {
	const { job, context, client } = desk;
	// The read before it is the look; and a value that Redtail does not take must not pass as written.
	const settings = {
		...desk.settings,
		verifyBeforeWrite: false,
		unknownPicklistValue: 'reject',
		picklists: {},
	};
	const own = { ...context, settings: { ...context.settings, picklists: {} } };
	try {
		return await deliverArchive(job, settings, {
			read: async (fieldMap) => {
				const asked = Object.fromEntries(fieldMap.map(({ field }) => [field, null]));
				const fresh = await readHeld({ ...desk, job: { ...job, fieldMap } }, crmId, asked);
				if (fresh.deleted) throw new CrmError('The contact is deleted', 404, '404');
				return fresh.fields;
			},
			update: (one) => update({ ...desk, context: own, settings, job: one }),
			confirmed: (known) => confirmed(desk, crmId, known),
		});
	} catch (error) {
		await requireGone(error, goneCheck(client, crmId));
		return goneOutcome(CRM);
	}
}
