import type { DeadLetterRow } from '../../../lib';
import { limitProperties, readLimit } from '../limits';
import type { ItemOperation } from '../operation';
import { deadLetterRow } from './rows';

/** Records that are counted as waiting for the clients of the letters. */
const MAX_WAITING = 5_000;

/** Events and deliveries that will not be tried again by themselves. */
export const getAll: ItemOperation = {
	option: {
		name: 'Get Many',
		value: 'getAll',
		description: 'List events and deliveries that will not be tried again by themselves',
		action: 'Get many dead letters',
	},
	properties: [
		{
			displayName: 'State',
			name: 'state',
			type: 'options',
			options: [
				{ name: 'Any', value: 'any' },
				{ name: 'Discarded', value: 'discarded' },
				{ name: 'Open', value: 'open' },
				{ name: 'Retried', value: 'retried' },
			],
			default: 'open',
			description: 'Which dead letters to return',
		},
		...limitProperties,
	],

	async forItem(call) {
		const state = call.node.getNodeParameter('state', call.index, 'open') as string;
		const wanted = state === 'any' ? undefined : (state as DeadLetterRow['state']);
		const letters = await call.fabric.desk.deadLetters(wanted, readLimit(call));
		const waiting = await call.fabric.desk.waiting(MAX_WAITING);
		return letters.map((letter) => {
			const own = waiting.filter(({ deadLetterId }) => deadLetterId === letter.id);
			return { ...deadLetterRow(letter), waitingForClient: own.length };
		});
	},
};
