/**
 * Which client is this record? The record is linked to the client that was named, or gets one of
 * its own; its events, held until now, go on in their order. A record that is a client of its own while it
 * is asked about (`whileInReview: 'asNew'`) stays one, or that client becomes part of the one that was named.
 *
 * The answer is remembered: `link` as the evidence of the link, `new` as never again for this record and each of
 * the candidates.
 */
import { indexRecords } from '../../identity/record-index';
import { mergeEntities } from '../../identity/merge-entities';
import { saidBy } from '../../identity/split-entity';
import { recordKey } from '../../model/event';
import type { Evidence, Link, ReviewRow } from '../../model/rows';
import { unifiedIdOf } from '../../model/unified-id';
import type { StoreTransaction } from '../../store/store';
import type { AnswerContext, AnswerReview } from './answer-review';
import { DeskError } from '../../model/failures';

const BY_PERSON: Evidence = { by: 'person', score: 1, fields: [] };

export const answerIdentity: AnswerReview = async (tx, review, answer, context) => {
	const named = answer.verdict === 'link' ? requireNamed(review, answer.unifiedId) : null;
	const chosen = named === null ? null : await tx.entities.current(named);
	await requireKnown(tx, chosen);
	const link = (await tx.identity.links([review])).get(recordKey(review));
	const entityId =
		link === undefined
			? await linkByPerson(tx, review, chosen, context)
			: await keepOrMerge(tx, review, link, chosen, context);
	const { system, object, crmId } = review;
	await tx.inbox.release(await tx.recordEvents.inReview({ system, object, crmId }), context.now);
	// While it was open, no candidate was created in that system; those that are missing there may be now.
	const candidates = await candidatesOf(tx, review);
	if (answer.verdict === 'new' && review.kind === 'identity') {
		await rejectAll(
			tx,
			review,
			candidates.filter((id) => id !== entityId),
			context,
		);
	}
	const cause = { syncOrigin: `review/${review.id}` };
	return {
		decision: { verdict: answer.verdict, unifiedId: entityId, by: context.by },
		touched: new Map([...new Set([entityId, ...candidates])].map((id) => [id, cause])),
	};
};

function requireNamed(review: ReviewRow, unifiedId: string | undefined): string {
	if (unifiedId !== undefined && unifiedId !== '') return unifiedId;
	throw new DeskError(
		`Review ${review.id} names no client to link to; give the unified id of a candidate, for example U1001.`,
	);
}

async function requireKnown(tx: StoreTransaction, chosen: string | null): Promise<void> {
	if (chosen === null || (await tx.identity.existing([chosen])).has(chosen)) return;
	throw new DeskError(
		`There is no client ${chosen}. The review lists the candidates' unified ids.`,
	);
}

async function candidatesOf(tx: StoreTransaction, { question }: ReviewRow): Promise<string[]> {
	const ids = question.candidates.map((one) => one.unifiedId);
	const aliases = await tx.entities.aliases(ids);
	return [...new Set(ids.map((id) => aliases.get(id) ?? id))];
}

/** A person's word against each of these clients. */
async function rejectAll(
	tx: StoreTransaction,
	{ id: reviewId, system, object, crmId }: ReviewRow,
	entityIds: readonly string[],
	{ now: at, by = '' }: AnswerContext,
): Promise<void> {
	const said = { system, object, crmId, reviewId, by: by === '' ? null : by, at };
	await tx.decisions.add(entityIds.map((entityId) => ({ ...said, entityId, saidOf: entityId })));
}

async function linkByPerson(
	tx: StoreTransaction,
	review: ReviewRow,
	chosen: string | null,
	context: AnswerContext,
): Promise<string> {
	const entityId = chosen ?? (await newEntity(tx, review, context));
	await linkRecord(tx, review, entityId, BY_PERSON, context);
	return entityId;
}

/** The record has a client already: for the time being, or by what happened since. */
async function keepOrMerge(
	tx: StoreTransaction,
	review: ReviewRow,
	link: Link,
	chosen: string | null,
	{ now, by }: AnswerContext,
): Promise<string> {
	const { entityId } = link;
	if (chosen === null || chosen === entityId) return entityId;
	const isForNow =
		review.entityId !== null && (await tx.entities.current(review.entityId)) === entityId;
	if (!isForNow) {
		throw new DeskError(
			`The record of review ${review.id} belongs to client ${entityId} already. If that is the same client as ${chosen}, merge the two clients; if only the record is wrong there, split it off.`,
		);
	}
	const cause = `review/${review.id}`;
	await mergeEntities(tx, { from: entityId, into: chosen, cause, now, by });
	const evidence = saidBy(link.evidence);
	const { system, object, crmId } = review;
	await tx.identity.saveLinks([{ ...link, entityId: chosen, evidence }], now);
	const detail = { ...evidence, reviewId: review.id, person: by };
	const row = { at: now, kind: 'link', entityId: chosen, system, object, crmId, detail };
	if (link.state === 'active') await tx.audit.append([row]);
	return chosen;
}

export async function newEntity(
	tx: StoreTransaction,
	review: ReviewRow,
	{ now }: AnswerContext,
): Promise<string> {
	const number = (await tx.identity.lastNumber()) + 1;
	await tx.identity.addEntities([{ number, createdBy: `review:${review.id}` }], now);
	return unifiedIdOf(number);
}

export async function linkRecord(
	tx: StoreTransaction,
	review: ReviewRow,
	entityId: string,
	evidence: Evidence,
	{ now, by }: AnswerContext,
): Promise<void> {
	const { system, object, crmId } = review;
	const address = { system, object, crmId };
	const link: Link = { ...address, entityId, state: 'active', evidence, recreated: 0 };
	await tx.identity.saveLinks([link], now);
	const { record: after } = review.question;
	await indexRecords(tx, [{ ...address, entityId, before: {}, after }]);
	const detail = { ...evidence, reviewId: review.id, person: by };
	await tx.audit.append([{ at: now, kind: 'link', entityId, ...address, detail }]);
}
