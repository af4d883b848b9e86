/** What the answers to all kinds of reviews have in common. */
import type { ConnectorOf } from '../../delivery/mark';
import type { Touched } from '../../merge/person-edit';
import type { ReviewDecision, ReviewRow } from '../../model/rows';
import type { StoreTransaction } from '../../store/store';

export interface Answer extends Omit<ReviewDecision, 'by'> {
	/**
	 * Of `value` and `custom`: the event id of the candidate that was looked at. If another one has
	 * taken its place since, the answer is refused.
	 */
	candidateEventId?: string;
}

export interface AnswerContext {
	/** ms */
	now: number;
	connectorOf: ConnectorOf;
	by?: string;
}

/** What came of an answer: the decision as it is kept, and the clients that may differ now. */
export interface Answered {
	decision: ReviewDecision;
	touched: Touched;
}

export type AnswerReview = (
	tx: StoreTransaction,
	review: ReviewRow,
	answer: Answer,
	context: AnswerContext,
) => Promise<Answered>;
