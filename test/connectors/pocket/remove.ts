/** Ends a contact. Pocket CRM cannot put one away. */
import type { ConnectorContext } from '../../../lib/connectors/connector';
import { removeContact } from '../../../lib/connectors/deliver-removal';
import type { DeliveryJob, DeliveryOutcome } from '../../../lib/model/delivery';
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

export function remove(desk: Desk, crmId: string): Promise<DeliveryOutcome> {
	const { client } = desk;
	const port = {
		crm: CRM,
		crmId,
		read: async (fieldMap: DeliveryJob['fieldMap']) =>
			knownOf(await client.get('contact', crmId), fieldMap),
		goneCheck: goneCheck(client, 'contact', crmId),
	};
	return removeContact(desk, port, () => client.remove('contact', crmId));
}

export function cannotArchive(): DeliveryOutcome {
	return {
		status: 'rejected',
		reason: `A contact cannot be put away in ${CRM}. Set the policy for deletes of its system to delete, ask or ignore.`,
		code: 'no-archive',
	};
}
