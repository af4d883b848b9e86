/**
 * Which client is this record? The record is linked to the client that was named, or gets one of
 * its own; its events, held until now, go on in their order.
 */
import { allKeys } from '../../identity/keys';
import type { Link, ReviewRow } from '../../model/rows';
import { unifiedIdOf } from '../../store/identity';
import type { StoreTransaction } from '../../store/store';
import type { AnswerContext, AnswerReview } from '../answer';
import { DeskError } from '../errors';

export const answerIdentity: AnswerReview = async (tx, review, answer, context) => {
	const { system, object, crmId } = review;
	const named = answer.verdict === 'link' ? requireClient(review, answer.unifiedId) : null;
	const chosen = named === null ? null : await tx.entities.current(named);
	const links = await tx.identity.links([{ system, object, crmId }]);
	const linked = [...links.values()][0]?.entityId;
	const entityId = linked ?? chosen ?? (await newEntity(tx, review, context));
	if (linked === undefined) await linkByPerson(tx, review, entityId, chosen, context);
	else if (chosen !== null && chosen !== linked) {
		throw new DeskError(
			`The record of review ${review.id} belongs to client ${linked} already. A review cannot move it to ${chosen}.`,
		);
	}
	await tx.inbox.release(await tx.inbox.inReview({ system, object, crmId }), context.now);
	// While it was open, no candidate was created in that system; those that are missing there may be now.
	const candidates = review.question.candidates.map((one) => one.unifiedId);
	const aliases = await tx.entities.aliases(candidates);
	const waited = new Set([entityId, ...candidates.map((id) => aliases.get(id) ?? id)]);
	const cause = { syncOrigin: `review/${review.id}` };
	return {
		decision: { verdict: answer.verdict, unifiedId: entityId, by: context.by },
		touched: new Map([...waited].map((id) => [id, cause])),
	};
};

function requireClient(review: ReviewRow, unifiedId: string | undefined): string {
	if (unifiedId !== undefined && unifiedId !== '') return unifiedId;
	throw new DeskError(
		`Review ${review.id} names no client to link to; give the unified id of a candidate, for example U1001.`,
	);
}

async function newEntity(
	tx: StoreTransaction,
	review: ReviewRow,
	{ now }: AnswerContext,
): Promise<string> {
	const number = (await tx.identity.lastNumber()) + 1;
	await tx.identity.addEntities([{ number, createdBy: `review:${review.id}` }], now);
	return unifiedIdOf(number);
}

async function linkByPerson(
	tx: StoreTransaction,
	review: ReviewRow,
	entityId: string,
	chosen: string | null,
	{ now, by }: AnswerContext,
): Promise<void> {
	if (chosen !== null && !(await tx.identity.existing([chosen])).has(chosen)) {
		throw new DeskError(
			`There is no client ${chosen}. The review lists the candidates' unified ids.`,
		);
	}
	const { system, object, crmId } = review;
	const address = { system, object, crmId };
	const evidence: Link['evidence'] = { by: 'person', score: 1, fields: [] };
	const link: Link = { ...address, entityId, state: 'active', evidence, recreated: 0 };
	await tx.identity.saveLinks([link], now);
	const keys = allKeys(review.question.record, {});
	await tx.identity.replaceKeys([{ ...address, entityId, keys }]);
	const detail = { ...evidence, reviewId: review.id, person: by };
	await tx.audit.append([{ at: now, kind: 'link', entityId, ...address, detail }]);
}
