/**
 * A person's answer to a review: checked, done, recorded with who gave it and when, and its clients
 * compared with their records anew. What an answer does depends on the kind of the review: one file
 * a kind under `answers/`.
 */
import { markDeliveries } from '../delivery/mark';
import type { ReviewDecision, ReviewKind, ReviewRow } from '../model/rows';
import type { StoreTransaction } from '../store/store';
import { DeskError } from '../model/failures';
import type { Answer, AnswerContext, AnswerReview } from './answers/answer-review';
import { answerBreaker } from './answers/breaker';
import { answerDuplicate } from './answers/duplicate';
import { answerIdentity } from './answers/identity';
import { answerRemoval } from './answers/removal';
import { answerValue } from './answers/value';

interface Handler {
	verdicts: ReadonlyArray<ReviewDecision['verdict']>;
	answer: AnswerReview;
}

const IDENTITY: Handler = { verdicts: ['link', 'new'], answer: answerIdentity };
const VALUE: Handler = { verdicts: ['keep', 'take', 'set'], answer: answerValue };

const yesOrNo = (answer: AnswerReview): Handler => ({ verdicts: ['approve', 'reject'], answer });

const HANDLERS: Partial<Record<ReviewKind, Handler>> = {
	'new-entity': IDENTITY,
	identity: IDENTITY,
	value: VALUE,
	custom: VALUE,
	removal: yesOrNo(answerRemoval),
	breaker: yesOrNo(answerBreaker),
	duplicate: yesOrNo(answerDuplicate),
};

/** Answers the review; throws a DeskError if it cannot be answered so. */
export async function answerReview(
	tx: StoreTransaction,
	id: number,
	answer: Answer,
	context: AnswerContext,
): Promise<ReviewRow> {
	const review = await undecided(tx, id);
	const handler = handlerOf(review, answer);
	const { decision, touched } = await handler.answer(tx, review, answer, context);
	await tx.reviews.decide(id, decision, context.now);
	const { system, object, crmId, field } = review;
	const entityId = review.entityId ?? decision.unifiedId;
	const detail = { reviewId: id, kind: review.kind, verdict: decision.verdict, by: context.by };
	await tx.audit.append([
		{
			at: context.now,
			kind: 'review',
			entityId,
			field: field ?? undefined,
			system,
			object,
			crmId,
			detail,
		},
	]);
	await markDeliveries(tx, touched, context);
	return (await tx.reviews.get(id)) ?? review;
}

/** Throws a DeskError if there is none. */
export async function requireReview(tx: StoreTransaction, id: number): Promise<ReviewRow> {
	const review = await tx.reviews.get(id);
	if (review !== undefined) return review;
	throw new DeskError(`There is no review ${id}. List the reviews to see which are open.`);
}

async function undecided(tx: StoreTransaction, id: number): Promise<ReviewRow> {
	const review = await requireReview(tx, id);
	if (review.state !== 'decided') return review;
	const { verdict, by } = review.decision ?? { verdict: 'keep' };
	const who = by === undefined ? '' : ` by ${by}`;
	throw new DeskError(
		`Review ${id} was decided before${who} (${verdict}). List the reviews to see which are open.`,
	);
}

function handlerOf(review: ReviewRow, answer: Answer): Handler {
	const handler = HANDLERS[review.kind];
	if (handler === undefined) {
		throw new DeskError(`Reviews of kind ${review.kind} cannot be answered here.`);
	}
	if (!handler.verdicts.includes(answer.verdict)) {
		const choices = handler.verdicts.join(', ');
		throw new DeskError(
			`Review ${review.id} (${review.kind}) cannot be answered with ${answer.verdict}; choose one of: ${choices}.`,
		);
	}
	return handler;
}
