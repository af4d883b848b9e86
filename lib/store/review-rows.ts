/** Reviews as they are opened: between what is asked and its row. Pure. */
import type { RecordAddress } from '../model/event';
import type { ReviewKind, ReviewQuestion, ReviewRow } from '../model/rows';

export type NewReview = RecordAddress & {
	kind: ReviewKind;
	entityId?: string;
	field?: string;
	state: 'open' | 'logged';
	question: ReviewQuestion;
};

export function insertable(review: NewReview, now: number) {
	return {
		kind: review.kind,
		state: review.state,
		entity_id: review.entityId ?? null,
		field: review.field ?? null,
		system: review.system,
		object: review.object,
		crm_id: review.crmId,
		question: JSON.stringify(review.question),
		decision: null,
		opened_at: now,
		decided_at: null,
	};
}

/** As it would be read. */
export function openedRow(review: NewReview, id: number, now: number): ReviewRow {
	const { kind, state, entityId = null, field = null, system, object, crmId, question } = review;
	const undecided = { decision: null, openedAt: now, decidedAt: null, snoozedUntil: null };
	return { id, kind, state, entityId, field, system, object, crmId, question, ...undecided };
}
