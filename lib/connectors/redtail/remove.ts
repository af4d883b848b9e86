/** Ends a contact, puts it away, or takes it out again (reference/redtail.md, section 7.6). */
import type { DeliveryOutcome } from '../../model/delivery';
import { archiveContact, removeContact, type ContactPort } from '../deliver-removal';
import { CRM } from './client';
import { goneCheck } from './reader';
import { readHeld } from './update';
import type { Desk } from './desk';

export function remove(desk: Desk, crmId: string): Promise<DeliveryOutcome> {
	return removeContact(desk, portOf(desk, crmId), () => desk.client.remove(crmId));
}

/** `update`: the writer of updates, given the job of the one field. */
export function archive(
	desk: Desk,
	crmId: string,
	update: (desk: Desk) => Promise<DeliveryOutcome>,
): Promise<DeliveryOutcome> {
	return archiveContact(desk, portOf(desk, crmId), update);
}

function portOf(desk: Desk, crmId: string): ContactPort {
	return {
		crm: CRM,
		crmId,
		read: async (fieldMap, wanted) => {
			const own = { ...desk, job: { ...desk.job, fieldMap } };
			const { deleted, fields } = await readHeld(own, crmId, wanted);
			return deleted ? null : fields;
		},
		goneCheck: goneCheck(desk.client, crmId),
	};
}
