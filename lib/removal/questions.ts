/** Reviews of kind `removal`: one open per entity and system, as long as a person is to be asked. */
import { knownFields, type Shadow } from '../merge/shadow';
import { recordKey } from '../model/event';
import type { Link, RemovalQuestion, ReviewRow } from '../model/rows';
import type { StoreTransaction } from '../store/store';
import type { Departure } from './departure';

export interface RemovalAsk {
	entityId: string;
	departure: Departure;
	/** The first of its records there. */
	link: Link;
	shadow: Shadow | undefined;
	operation: 'archive' | 'delete';
}

/** Who closes a review that has become needless. */
export const NOBODY = 'crm-fabric';

/** Opens what is asked of these entities and is not open yet; closes what is asked no more. */
export async function keepRemovalQuestions(
	tx: StoreTransaction,
	entityIds: readonly string[],
	asks: readonly RemovalAsk[],
	now: number,
): Promise<void> {
	if (entityIds.length === 0) return;
	const open = await tx.reviews.openOf(entityIds, ['removal']);
	const missing = [...asks];
	for (const review of open) {
		const index = missing.findIndex((ask) => isAbout(review, ask));
		if (index >= 0) missing.splice(index, 1);
		else
			await closeReview(
				tx,
				review,
				'The question has become needless: the client is back, another removal came, or the policy was changed.',
				now,
			);
	}
	for (const ask of missing) await openQuestion(tx, ask, now);
}

/** Closes a review without a person; it counts as rejected. */
export async function closeReview(
	tx: StoreTransaction,
	review: ReviewRow,
	note: string,
	now: number,
): Promise<void> {
	await tx.reviews.decide(review.id, { verdict: 'reject', by: NOBODY, note }, now);
	const { system, object, crmId, entityId, kind } = review;
	const detail = { reviewId: review.id, kind, verdict: 'reject', by: NOBODY, note };
	const about = { system, object, crmId, entityId: entityId ?? undefined };
	await tx.audit.append([{ at: now, kind: 'review', ...about, detail }]);
}

function isAbout({ entityId, system, question }: ReviewRow, ask: RemovalAsk): boolean {
	const { removal } = question;
	if (entityId !== ask.entityId || system !== ask.link.system || removal === undefined)
		return false;
	const isSame = recordKey(removal.cause) === recordKey(ask.departure.cause);
	return isSame && removal.operation === ask.operation && removal.cause.at === isoAt(ask.departure);
}

function isoAt({ at }: Departure): string {
	return new Date(at).toISOString();
}

async function openQuestion(tx: StoreTransaction, ask: RemovalAsk, now: number): Promise<void> {
	const { entityId, departure, link, shadow, operation } = ask;
	const { system, object, crmId } = link;
	const { cause } = departure;
	const removed = { system: cause.system, object: cause.object, crmId: cause.crmId };
	const what = { ...removed, change: cause.change, at: isoAt(departure) };
	const removal: RemovalQuestion = { operation, cause: what };
	const verb = operation === 'archive' ? 'archived' : 'deleted';
	const how = { delete: 'deleted', archive: 'archived', merge: 'merged away' }[cause.change];
	const reason = `The client's record ${cause.crmId} was ${how} in ${cause.system}. May it be ${verb} in ${system}, too?`;
	const question = { reason, removal, record: knownFields(shadow), candidates: [] };
	const address = { system, object, crmId };
	const { id } = await tx.reviews.open(
		{ ...address, kind: 'removal', entityId, state: 'open', question },
		now,
	);
	const detail = { reviewId: id, reason };
	await tx.audit.append([{ at: now, kind: 'review', entityId, ...address, detail }]);
}
