import { requiredNumber, type ItemOperation } from '../operation';
import { decidedByProperty, personOf } from '../person';
import { closedReviewLocator, reviewRow } from './rows';

/** The answer is taken back, with what it linked; the question is open again. */
export const reopen: ItemOperation = {
	option: {
		name: 'Reopen',
		value: 'reopen',
		description: 'Take the answer to an identity review back, or end that a review is put off',
		action: 'Reopen a review',
	},
	properties: [closedReviewLocator, decidedByProperty],

	async forItem(call) {
		const id = requiredNumber(call, 'reviewId', 'Review');
		return [reviewRow(await call.fabric.desk.reopenReview(id, personOf(call, 'decidedBy')))];
	},
};
