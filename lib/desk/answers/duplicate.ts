/**
 * A system holds two records of one client. Only its own people can merge them: `approve` says that
 * they do, `reject` that both are to stay. Either closes the question; as long as both records are there,
 * both are kept in sync.
 */
import type { ReviewRow } from '../../model/rows';
import type { NeverAgain } from '../../store/decisions';
import type { StoreTransaction } from '../../store/store';
import type { AnswerReview } from './answer-review';

export const answerDuplicate: AnswerReview = async (tx, review, { verdict }, { now, by }) => {
	if (verdict === 'reject') await rememberApart(tx, review, { now, by });
	const unifiedId = await tx.entities.current(review.entityId ?? '');
	const decision = {
		verdict: verdict === 'approve' ? 'approve' : 'reject',
		unifiedId,
		by,
	} as const;
	return { decision, touched: new Map() };
};

/** Records of several clients that a search took for one: they are never again taken for one by themselves. */
async function rememberApart(
	tx: StoreTransaction,
	review: ReviewRow,
	{ now, by }: { now: number; by?: string },
): Promise<void> {
	const { system, object, question } = review;
	const records = (question.duplicate?.records ?? []).map(({ crmId }) => ({
		system,
		object,
		crmId,
	}));
	const links = [...(await tx.identity.links(records)).values()];
	const decisions = links.flatMap(({ crmId, entityId: own }) =>
		[...new Set(links.map(({ entityId }) => entityId))]
			.filter((entityId) => entityId !== own)
			.map((entityId): NeverAgain => {
				const about = { system, object, crmId, entityId, saidOf: entityId };
				return { ...about, reviewId: review.id, by: by ?? null, at: now };
			}),
	);
	await tx.decisions.add(decisions);
}
