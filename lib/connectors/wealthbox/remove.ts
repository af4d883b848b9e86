/** Ends a contact, puts it away, or takes it out again (reference/wealthbox.md, section 8.5). */
import type { DeliveryOutcome } from '../../model/delivery';
import { archiveContact, removeContact, type ContactPort } from '../deliver-removal';
import { CRM } from './client';
import { knownOf } from './fields';
import { goneCheck } from './reader';
import type { Desk } from './desk';

export function remove(desk: Desk, crmId: string): Promise<DeliveryOutcome> {
	return removeContact(desk, portOf(desk, crmId), () => desk.client.remove(crmId));
}

/** `update`: the writer of updates, given the job of the one field. */
export function archive(
	desk: Desk,
	crmId: string,
	update: (desk: Desk, crmId: string) => Promise<DeliveryOutcome>,
): Promise<DeliveryOutcome> {
	return archiveContact(desk, portOf(desk, crmId), (one) => update(one, crmId));
}

function portOf({ client, context }: Desk, crmId: string): ContactPort {
	return {
		crm: CRM,
		crmId,
		read: async (fieldMap) => knownOf(await client.get(crmId), fieldMap, context.settings),
		goneCheck: goneCheck(client, crmId),
	};
}
