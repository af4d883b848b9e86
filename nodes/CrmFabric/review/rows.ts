import type { IDataObject, INodeProperties } from 'n8n-workflow';
import type { ReviewRow } from '../../../lib';
import { isoTime } from '../operation';
import { rowLocator } from '../row-locator';
import { questionText } from './question-text';

export function reviewRow(review: ReviewRow): IDataObject {
	const { reason, record, candidates, value, removal, breaker, duplicate } = review.question;
	return {
		reviewId: review.id,
		kind: review.kind,
		state: review.state,
		question: questionText(review),
		reason,
		system: review.system,
		crmId: review.crmId,
		unifiedId: review.entityId,
		field: review.field,
		record: record as IDataObject,
		candidates: candidates as unknown as IDataObject[],
		...(value !== undefined && { value: value as unknown as IDataObject }),
		...(removal !== undefined && { removal: removal as unknown as IDataObject }),
		...(breaker !== undefined && { breaker: { ...breaker } }),
		...(duplicate !== undefined && { duplicate: duplicate as unknown as IDataObject }),
		...(duplicate !== undefined && { duplicate: duplicate as unknown as IDataObject }),
		decision: review.decision as IDataObject | null,
		openedAt: isoTime(review.openedAt),
		decidedAt: isoTime(review.decidedAt),
		putOffUntil: isoTime(review.snoozedUntil),
	};
}

export const reviewLocator = locatorOf('searchReviews');
/** Of those that were answered, ignored or put off. */
export const closedReviewLocator = locatorOf('searchClosedReviews');

function locatorOf(searchListMethod: string): INodeProperties {
	return rowLocator({
		...{ displayName: 'Review', name: 'reviewId', singular: 'a review', example: '7' },
		searchListMethod,
	});
}
