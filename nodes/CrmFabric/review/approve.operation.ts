import type { ItemOperation } from '../operation';
import { decidedByProperty } from '../person';
import { answerReview } from './answer';
import { reviewLocator, reviewRow } from './rows';

/** Yes: the record belongs to that client; it may be removed; the run may go on. */
export const approve: ItemOperation = {
	option: {
		name: 'Approve',
		value: 'approve',
		description: 'Say yes: link the record to a client, let a removal or a stopped run go on',
		action: 'Approve a review',
	},
	properties: [
		reviewLocator,
		{
			displayName: 'Client Name or ID',
			name: 'unifiedId',
			type: 'options',
			typeOptions: {
				loadOptionsMethod: 'getCandidates',
				loadOptionsDependsOn: ['reviewId.value'],
			},
			default: '',
			description:
				'Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
			hint: 'The client that the record belongs to; for reviews of the kind Identity only',
		},
		decidedByProperty,
	],

	async forItem(call) {
		const chosen = call.node.getNodeParameter('unifiedId', call.index, '') as string;
		return [reviewRow(await answerReview(call, 'approve', chosen.trim() || undefined))];
	},
};
