import type { ItemOperation } from '../operation';
import { decidedByProperty } from '../person';
import { answerReview } from './answer';
import { reviewLocator, reviewRow } from './rows';

/** No: the record is another client; nothing is removed; what the run still holds is dropped. */
export const reject: ItemOperation = {
	option: {
		name: 'Reject',
		value: 'reject',
		description: 'Say no: make the record a new client, keep what was to be removed, drop a run',
		action: 'Reject a review',
	},
	properties: [reviewLocator, decidedByProperty],

	async forItem(call) {
		return [reviewRow(await answerReview(call, 'reject'))];
	},
};
