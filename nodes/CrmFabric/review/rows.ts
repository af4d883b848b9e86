import type { IDataObject, INodeProperties } from 'n8n-workflow';
import type { ReviewRow } from '../../../lib';
import { isoTime } from '../operation';

export function reviewRow(review: ReviewRow): IDataObject {
	const { reason, record, candidates } = review.question;
	return {
		reviewId: review.id,
		kind: review.kind,
		state: review.state,
		reason,
		system: review.system,
		crmId: review.crmId,
		record: record as IDataObject,
		candidates: candidates as unknown as IDataObject[],
		decision: review.decision as IDataObject | null,
		openedAt: isoTime(review.openedAt),
		decidedAt: isoTime(review.decidedAt),
	};
}

export const reviewLocator: INodeProperties = {
	displayName: 'Review',
	name: 'reviewId',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: 'Select a review...',
			typeOptions: { searchListMethod: 'searchReviews', searchable: true },
		},
		{ displayName: 'By ID', name: 'id', type: 'string', placeholder: 'e.g. 7' },
	],
};

export const decidedByProperty: INodeProperties = {
	displayName: 'Decided By',
	name: 'decidedBy',
	type: 'string',
	default: '',
	placeholder: 'e.g. Nathan',
	description: 'Who decided; kept in the audit trail',
};
