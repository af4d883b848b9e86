import { limitProperties, readLimit } from '../limits';
import type { ItemOperation } from '../operation';
import { pauseRow } from './rows';

/** Systems and records that are held back. */
export const getAll: ItemOperation = {
	option: {
		name: 'Get Many',
		value: 'getAll',
		description: 'List the systems and records that are paused',
		action: 'Get many pauses',
	},
	properties: limitProperties,

	async forItem(call) {
		const pauses = await call.fabric.desk.pauses();
		return pauses.slice(0, readLimit(call)).map(pauseRow);
	},
};
