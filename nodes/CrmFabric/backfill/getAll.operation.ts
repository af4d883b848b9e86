import { limitProperties, readLimit } from '../limits';
import type { ItemOperation } from '../operation';
import { summaryOf } from './run-property';

export const getAll: ItemOperation = {
	option: {
		name: 'Get Many',
		value: 'getAll',
		description: 'List backfills with their plans and progress, newest first',
		action: 'Get many backfills',
	},
	properties: limitProperties,

	async forItem(call) {
		return (await call.fabric.backfill.list(readLimit(call))).map(summaryOf);
	},
};
