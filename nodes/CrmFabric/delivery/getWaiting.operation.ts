import type { IDataObject } from 'n8n-workflow';
import { limitProperties, readLimit } from '../limits';
import type { ItemOperation } from '../operation';

/** Notes, tasks, events and opportunities that are not made because their client is not. */
export const getWaiting: ItemOperation = {
	option: {
		name: 'Get Waiting for Client',
		value: 'getWaiting',
		description:
			'List notes, tasks, events and opportunities that wait for a client whose create is a dead letter',
		action: 'Get deliveries that wait for a client',
	},
	properties: limitProperties,

	async forItem(call) {
		const records = await call.fabric.desk.waiting(readLimit(call));
		return records.map((record): IDataObject => ({ ...record }));
	},
};
