/** To whom an event's record belongs, as it was decided. */
import type { Evidence } from '../model/rows';
import type { Near } from './questions';

export type IdentityDecision =
	| {
			decision: 'linked' | 'created';
			unifiedId: string;
			evidence: Evidence;
			/** A client of its own for now: a review asks whether it is another one (`whileInReview: 'asNew'`). */
			reviewId?: number;
			/** Why not: the clients that came nearest without being linked, best first. */
			near?: Near[];
	  }
	| {
			decision: 'review';
			reviewId: number;
			reason: string;
			candidates: Array<{ unifiedId: string; score: number; evidence?: Evidence }>;
	  }
	/** It names a record that the fabric does not know yet; its event stays in the inbox. */
	| { decision: 'waits'; reason: string }
	/** A delete of a record that the fabric never linked, or an event settled before. */
	| { decision: 'none'; reason: string };
