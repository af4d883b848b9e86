import type { ReviewRow } from '../../../lib';
import { limitProperties, readLimit } from '../limits';
import type { ItemOperation } from '../operation';
import { reviewRow } from './rows';

/** Questions for a person: is this the same client? */
export const getAll: ItemOperation = {
	option: {
		name: 'Get Many',
		value: 'getAll',
		description: 'List the questions that wait for a person, or were answered',
		action: 'Get many reviews',
	},
	properties: [
		{
			displayName: 'State',
			name: 'state',
			type: 'options',
			options: [
				{ name: 'Any', value: 'any' },
				{ name: 'Decided', value: 'decided' },
				{
					name: 'Logged',
					value: 'logged',
					description: 'New clients that were made without asking, to look over',
				},
				{ name: 'Open', value: 'open' },
			],
			default: 'open',
			description: 'Which reviews to return',
		},
		...limitProperties,
	],

	async forItem(call) {
		const state = call.node.getNodeParameter('state', call.index, 'open') as string;
		const wanted = state === 'any' ? undefined : (state as ReviewRow['state']);
		return (await call.fabric.desk.reviews(wanted, readLimit(call))).map(reviewRow);
	},
};
