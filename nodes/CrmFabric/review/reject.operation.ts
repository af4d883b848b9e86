import { requiredNumber, type ItemOperation } from '../operation';
import { decidedByProperty, reviewLocator, reviewRow } from './rows';

/** Says that the record is another client; it becomes one of its own, and its events go on. */
export const reject: ItemOperation = {
	option: {
		name: 'Reject',
		value: 'reject',
		description: 'Say that the record is none of the candidates, and make it a new client',
		action: 'Reject a review',
	},
	properties: [reviewLocator, decidedByProperty],

	async forItem(call) {
		const id = requiredNumber(call, 'reviewId', 'Review');
		const by = call.node.getNodeParameter('decidedBy', call.index, '') as string;
		return [reviewRow(await call.fabric.desk.decideReview(id, null, by || undefined))];
	},
};
