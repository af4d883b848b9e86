import type { IDataObject } from 'n8n-workflow';
import { clientProperties, findClient } from '../client-picker';
import type { ItemOperation } from '../operation';

/** The unified record of a client, and the CRM records that belong to it with the evidence. */
export const get: ItemOperation = {
	option: {
		name: 'Get',
		value: 'get',
		description: 'Retrieve the unified record of a client and its CRM records',
		action: 'Get a client',
	},
	properties: clientProperties,

	async forItem(call) {
		const { unifiedId, fields, links } = await findClient(call);
		const records = links.map(({ system, object, crmId, state, evidence }) => ({
			system,
			object,
			crmId,
			state,
			evidence,
		}));
		return [{ unifiedId, fields: fields as IDataObject, links: records }];
	},
};
