import type { ReviewRow } from '../../../lib';
import { limitProperties, MAX_ROWS, readLimit } from '../limits';
import type { ItemOperation } from '../operation';
import { KIND_OPTIONS } from './kinds';
import { reviewRow } from './rows';

/** Questions for a person: same client? which value? may it be removed? may the run go on? */
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
					name: 'Ignored',
					value: 'ignored',
					description: 'Closed without an answer; the record waits on',
				},
				{
					name: 'Logged',
					value: 'logged',
					description: 'New clients that were made without asking, to look over',
				},
				{ name: 'Open', value: 'open' },
				{ name: 'Put Off', value: 'putOff', description: 'Open, but not to be asked yet' },
			],
			default: 'open',
			description: 'Which reviews to return',
		},
		{
			displayName: 'Kinds',
			name: 'kinds',
			type: 'multiOptions',
			options: KIND_OPTIONS,
			default: [],
			description: 'Which questions to return. None chosen: all of them.',
		},
		...limitProperties,
	],

	async forItem(call) {
		const { node, index, fabric } = call;
		const state = node.getNodeParameter('state', index, 'open') as string;
		const kinds = node.getNodeParameter('kinds', index, []) as string[];
		const limit = readLimit(call);
		const isPutOff = state === 'putOff';
		const wanted = isPutOff ? 'open' : (state as ReviewRow['state'] | 'any');
		const all = await fabric.desk.reviews(
			wanted === 'any' ? undefined : wanted,
			kinds.length === 0 && !isPutOff ? limit : MAX_ROWS,
			{ putOff: isPutOff || wanted === 'any' },
		);
		const now = Date.now();
		const fitting = all.filter(
			({ kind, snoozedUntil }) =>
				(kinds.length === 0 || kinds.includes(kind)) && (!isPutOff || (snoozedUntil ?? 0) > now),
		);
		return fitting.slice(0, limit).map(reviewRow);
	},
};
