import { requiredNumber, type ItemOperation } from '../operation';
import { decidedByProperty, personOf } from '../person';
import { timeOf } from '../time';
import { reviewLocator, reviewRow } from './rows';

/** Not now: the question is out of the list until then. */
export const postpone: ItemOperation = {
	option: {
		name: 'Postpone',
		value: 'postpone',
		description: 'Put an open review off: it is not listed before a time',
		action: 'Postpone a review',
	},
	properties: [
		reviewLocator,
		{
			displayName: 'Until',
			name: 'until',
			type: 'dateTime',
			default: '={{ $now.plus({ days: 1 }).toISO() }}',
			required: true,
			description: 'When it is to be asked again',
		},
		decidedByProperty,
	],

	async forItem(call) {
		const id = requiredNumber(call, 'reviewId', 'Review');
		const until = timeOf(call, 'until', 'Until');
		const by = personOf(call, 'decidedBy');
		return [reviewRow(await call.fabric.desk.postponeReview(id, until, by))];
	},
};
