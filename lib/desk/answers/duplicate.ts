/**
 * A system holds two records of one client. Only its own people can merge them: `approve` says that
 * they do, `reject` that both are to stay. Either closes the question; as long as both records are there,
 * both are kept in sync.
 */
import type { AnswerReview } from '../answer';

export const answerDuplicate: AnswerReview = async (tx, review, { verdict }, { by }) => {
	const unifiedId = await tx.entities.current(review.entityId ?? '');
	const decision = {
		verdict: verdict === 'approve' ? 'approve' : 'reject',
		unifiedId,
		by,
	} as const;
	return { decision, touched: new Map() };
};
