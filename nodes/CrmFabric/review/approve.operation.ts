import { requiredNumber, requiredText, type ItemOperation } from '../operation';
import { decidedByProperty, reviewLocator, reviewRow } from './rows';

/** Says that the record belongs to a client; the events that waited go on. */
export const approve: ItemOperation = {
	option: {
		name: 'Approve',
		value: 'approve',
		description: 'Say that the record belongs to a client, and link it',
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
			required: true,
			description:
				'Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
			hint: 'The client that the record belongs to',
		},
		decidedByProperty,
	],

	async forItem(call) {
		const id = requiredNumber(call, 'reviewId', 'Review');
		const unifiedId = requiredText(
			call,
			'unifiedId',
			'Client',
			'Choose the client that the record belongs to. If it is none of them, use the operation Reject.',
		);
		const by = call.node.getNodeParameter('decidedBy', call.index, '') as string;
		return [reviewRow(await call.fabric.desk.decideReview(id, unifiedId, by || undefined))];
	},
};
