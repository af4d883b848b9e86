import type { WhileInReview } from '../../../lib';
import { requiredNumber, type ItemOperation } from '../operation';
import { decidedByProperty, personOf } from '../person';
import { reviewLocator, reviewRow } from './rows';

/** Nobody will answer: the question is closed, and does not come again. */
export const ignore: ItemOperation = {
	option: {
		name: 'Ignore',
		value: 'ignore',
		description: 'Close an identity review without an answer; it is not asked again',
		action: 'Ignore a review',
	},
	properties: [
		reviewLocator,
		{
			displayName: 'Its Record',
			name: 'ignoredRecord',
			type: 'options',
			options: [
				{ name: 'Becomes a Client of Its Own', value: 'asNew' },
				{ name: 'Stays as It Is', value: 'asIs', description: 'What was held back stays so' },
			],
			default: 'asIs',
			description: 'What becomes of the record that was asked about',
		},
		decidedByProperty,
	],

	async forItem(call) {
		const id = requiredNumber(call, 'reviewId', 'Review');
		const chosen = call.node.getNodeParameter('ignoredRecord', call.index, 'asIs') as string;
		const record: WhileInReview | undefined = chosen === 'asNew' ? 'asNew' : undefined;
		const by = personOf(call, 'decidedBy');
		return [reviewRow(await call.fabric.desk.ignoreReview(id, { by, record }))];
	},
};
