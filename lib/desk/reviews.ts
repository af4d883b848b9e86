/**
 * What becomes of a review besides an answer: closed without one, put off, or opened again after it was
 * answered. Each throws a DeskError, and does nothing, if it cannot be done.
 *
 * | asked | of | what it does |
 * |---|---|---|
 * | ignore | an open identity review | closed without an answer. A record that was held stays held, without another question, or becomes a client of its own (`record: 'asNew'`); one that is a client of its own stays one |
 * | postpone | any open review | it is not in the list of open ones before that time |
 * | reopen | an identity review that was answered or ignored, any that was put off | the answer is taken back and the question is open again |
 *
 * Taken back, an answer `link` takes the record out of the client: it is a client of its own, projected from
 * its own history, and written nowhere else until the new answer. An answer `new` leaves the client that was
 * made for the record; what it was made of in other CRMs stays there. What other answers did is taken back
 * by the undo of history.
 */
import { markDeliveries } from '../delivery/mark';
import { MERGED, type MergeNote } from '../history/fold';
import { splitEntity } from '../identity/split-entity';
import { recordKey } from '../model/event';
import type { Link, ReviewRow, WhileInReview } from '../model/rows';
import type { StoreTransaction } from '../store/store';
import { newEntity, linkRecord } from './answers/identity';
import { requireReview } from './answer';
import type { AnswerContext } from './answers/answer-review';
import { DeskError } from '../model/failures';

export async function ignoreReview(
	tx: StoreTransaction,
	id: number,
	record: WhileInReview | undefined,
	context: AnswerContext,
): Promise<ReviewRow> {
	const review = await requireReview(tx, id);
	refuseUnless(review.kind === 'identity', review, 'ignored: only identity reviews can be');
	refuseUnless(review.state === 'open', review, 'ignored: it is not open');
	const { now, by } = context;
	const policy = record ?? review.question.whileInReview ?? 'hold';
	const linked = (await linkOf(tx, review))?.entityId;
	const verdict = 'ignore' as const;
	if (linked === undefined && policy === 'hold') {
		await tx.reviews.ignore(id, { verdict, by }, now);
	} else {
		const unifiedId = linked ?? (await becomeClient(tx, review, context));
		await tx.reviews.decide(id, { verdict, unifiedId, by }, now);
		await compare(tx, review, [unifiedId, ...(await candidatesOf(tx, review))], context);
	}
	await note(tx, review, { verdict }, context);
	return requireReview(tx, id);
}

/** `until`: ms. */
export async function postponeReview(
	tx: StoreTransaction,
	id: number,
	until: number,
	context: AnswerContext,
): Promise<ReviewRow> {
	const review = await requireReview(tx, id);
	refuseUnless(review.state === 'open', review, 'put off: it is not open');
	if (!(until > context.now)) {
		throw new DeskError(
			`Review ${id} cannot be put off until a time that has passed. Give a later one.`,
		);
	}
	await tx.reviews.postpone(id, until);
	const at = new Date(until).toISOString();
	await note(tx, review, { verdict: 'later', until: at }, context);
	return requireReview(tx, id);
}

export async function reopenReview(
	tx: StoreTransaction,
	id: number,
	context: AnswerContext,
): Promise<ReviewRow> {
	const review = await requireReview(tx, id);
	const isPutOff = (review.snoozedUntil ?? 0) > context.now;
	refuseUnless(review.state !== 'open' || isPutOff, review, 'opened again: it is open');
	if (review.state === 'open') await tx.reviews.postpone(id, null);
	else await takeBack(tx, review, context);
	await note(tx, review, { verdict: 'reopen', was: review.decision }, context);
	return requireReview(tx, id);
}

async function takeBack(
	tx: StoreTransaction,
	review: ReviewRow,
	context: AnswerContext,
): Promise<void> {
	const { id, kind, state, decision, question } = review;
	refuseUnless(
		kind === 'identity',
		review,
		'opened again: only identity reviews can be. What it changed is taken back by the undo of history',
	);
	if (state === 'ignored') return tx.reviews.reopen(id, question, null);
	const other = (await tx.reviews.openFor([review])).get(recordKey(review));
	refuseUnless(other === undefined, review, `opened again: review ${other?.id} asks the same`);
	const link = await linkOf(tx, review);
	refuseUnless(
		link !== undefined,
		review,
		'opened again: its record belongs to no client any more',
	);
	if (decision?.verdict === 'new') await tx.decisions.forget(id);
	const isLinked = decision?.verdict === 'link';
	const unifiedId = isLinked ? await takeOut(tx, review, link, context) : link.entityId;
	const candidates = await candidatesOf(tx, review);
	refuseUnless(
		!candidates.includes(unifiedId),
		review,
		`opened again: its record is client ${unifiedId} by another decision since. Split it off instead`,
	);
	await tx.reviews.reopen(id, { ...question, whileInReview: 'hold' }, unifiedId);
	await compare(tx, review, [unifiedId, link.entityId, ...candidates], context);
}

/** The record leaves the client that it was linked to: with what it was a client with before, or alone. */
async function takeOut(
	tx: StoreTransaction,
	review: ReviewRow,
	link: Link,
	{ now, by }: AnswerContext,
): Promise<string> {
	const { entityId: unifiedId } = link;
	const cause = causeOf(review);
	const merges = await tx.audit.find({ entityId: unifiedId, kinds: [MERGED], limit: 1_000 });
	const merge = merges
		.map(({ detail }) => detail as MergeNote)
		.find((detail) => detail.cause === cause && detail.links.includes(recordKey(link)));
	const aliases = await tx.separation.aliasesOf(unifiedId);
	const former = merge && aliases.includes(merge.from) ? merge : undefined;
	const links = await tx.identity.linksOf([unifiedId]);
	const records = links.filter((one) =>
		former === undefined
			? recordKey(one) === recordKey(link)
			: former.links.includes(recordKey(one)),
	);
	refuseUnless(
		records.length < links.length,
		review,
		`opened again: client ${unifiedId} has no other record, so nothing is left to split`,
	);
	const split = { unifiedId, records, cause, by, now, former: former?.from, isForGood: false };
	const { named, leaves, stays } = await splitEntity(tx, split);
	await tx.identity.saveLinks(
		(await tx.identity.linksOf([named]))
			.filter((one) => recordKey(one) === recordKey(link))
			.map((one) => ({ ...one, evidence: one.evidence.earlier?.[0] ?? one.evidence })),
		now,
	);
	return named === leaves ? leaves : stays;
}

function causeOf({ id }: Pick<ReviewRow, 'id'>): string {
	return `review/${id}`;
}

async function linkOf(tx: StoreTransaction, review: ReviewRow): Promise<Link | undefined> {
	return (await tx.identity.links([review])).get(recordKey(review));
}

async function candidatesOf(tx: StoreTransaction, { question }: ReviewRow): Promise<string[]> {
	const ids = question.candidates.map(({ unifiedId }) => unifiedId);
	const aliases = await tx.entities.aliases(ids);
	return [...new Set(ids.map((id) => aliases.get(id) ?? id))];
}

async function becomeClient(
	tx: StoreTransaction,
	review: ReviewRow,
	context: AnswerContext,
): Promise<string> {
	const unifiedId = await newEntity(tx, review, context);
	await linkRecord(tx, review, unifiedId, { by: 'new-entity', score: 1, fields: [] }, context);
	await tx.inbox.release(await tx.recordEvents.inReview(review), context.now);
	return unifiedId;
}

async function compare(
	tx: StoreTransaction,
	review: ReviewRow,
	ids: readonly string[],
	context: AnswerContext,
): Promise<void> {
	const cause = { syncOrigin: causeOf(review) };
	await markDeliveries(tx, new Map(ids.map((id) => [id, cause])), context);
}

async function note(
	tx: StoreTransaction,
	{ id, kind, system, object, crmId, entityId, field }: ReviewRow,
	what: Record<string, unknown>,
	{ now, by }: AnswerContext,
): Promise<void> {
	const about = { entityId: entityId ?? undefined, field: field ?? undefined };
	const detail = { reviewId: id, kind, ...what, by };
	await tx.audit.append([{ at: now, kind: 'review', system, object, crmId, ...about, detail }]);
}

function refuseUnless(fits: boolean, { id }: ReviewRow, why: string): asserts fits {
	if (!fits) throw new DeskError(`Review ${id} cannot be ${why}.`);
}
