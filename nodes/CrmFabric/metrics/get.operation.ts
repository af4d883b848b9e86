import type { ItemOperation } from '../operation';

/** How many events and deliveries are in which state, and what waits for a person. */
export const get: ItemOperation = {
	option: {
		name: 'Get',
		value: 'get',
		description: 'Count events and deliveries by state, and what waits for a person',
		action: 'Get metrics',
	},
	properties: [],

	async forItem({ fabric }) {
		return [{ ...(await fabric.desk.metrics()) }];
	},
};
