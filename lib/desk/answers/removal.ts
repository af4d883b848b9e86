/**
 * May the client be removed here, too? `approve`: the archive or delete that was asked about goes out,
 * unless a person edits a record there before it does. `reject`: the client lives on in that system.
 */
import { recordKey } from '../../model/event';
import { editMark } from '../../removal/departure';
import type { AnswerReview } from './answer-review';
import { DeskError } from '../../model/failures';

export const answerRemoval: AnswerReview = async (tx, review, { verdict }, { now, by }) => {
	const { removal } = review.question;
	const entityId = await tx.entities.current(review.entityId ?? '');
	const departure = (await tx.entities.standing([entityId])).get(entityId)?.departure;
	const isSame =
		removal !== undefined &&
		departure !== undefined &&
		recordKey(removal.cause) === recordKey(departure.cause);
	if (!isSame) {
		throw new DeskError(
			`Review ${review.id} asks about a removal that stands no more; nothing was done.`,
		);
	}
	const links = (await tx.identity.linksOf([entityId])).filter(
		({ system }) => system === review.system,
	);
	const edits = editMark([...(await tx.registers.shadows(links)).values()]);
	const isApproved = verdict === 'approve';
	const answer = { verdict: isApproved ? 'approve' : 'reject', at: now, by, edits } as const;
	const answers = { ...departure.answers, [review.system]: answer };
	await tx.entities.saveDeparture(entityId, { ...departure, answers });
	const cause = { syncOrigin: recordKey(departure.cause), run: departure.run };
	return {
		decision: { verdict: answer.verdict, unifiedId: entityId, by },
		touched: new Map([[entityId, cause]]),
	};
};
