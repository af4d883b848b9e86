import { clientProperties, findClient } from '../client-picker';
import { limitProperties, readLimit } from '../limits';
import type { ItemOperation } from '../operation';
import { auditRow } from './rows';

/** Everything that happened to a client, newest first. */
export const history: ItemOperation = {
	option: {
		name: 'History',
		value: 'history',
		description: 'Retrieve everything that happened to a client, newest first',
		action: 'Get the history of a client',
	},
	properties: [...clientProperties, ...limitProperties],

	async forItem(call) {
		const { unifiedId } = await findClient(call);
		const rows = await call.fabric.desk.audit({ entityId: unifiedId, limit: readLimit(call) });
		return rows.map(auditRow);
	},
};
