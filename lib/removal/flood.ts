/**
 * A flood of removals that nobody told: records that a complete listing did not hold (an account that
 * lost its rights, a filter that somebody set). Up to the system's own limit of removals within an hour
 * they are taken as events; a listing that passes it has all of its removals held as one question, in
 * the inbox, before they unlink anything: they wait there in the state `review`.
 *
 * Approve: they are merged like any other event, unless the record was seen meanwhile. Reject: they are
 * settled as `filtered`; the links stay. Deletes that a CRM tells itself are never held here: what they
 * lead to in other systems is limited there.
 */
import { askBreaker } from '../delivery/open';
import type { ChangeEvent } from '../model/event';
import type { StoreTransaction } from '../store/store';
import { admit, answered, INBOUND, trip } from './breaker';
import { LISTED } from './told';

const HELD = 'A complete listing lacks more records than the limit: a person is asked first.';

/** Adds the events, which nobody else holds, to the inbox: as pending, or held. Answers how many were new. */
export async function addPastFlood(
	tx: StoreTransaction,
	system: string,
	events: readonly ChangeEvent[],
	now: number,
): Promise<number> {
	const inferred = events.filter(({ change, origin }) => change === 'delete' && origin === LISTED);
	const batch =
		inferred.length === 0 ? undefined : await heldBatch(tx, system, inferred.length, now);
	if (batch === undefined) return tx.inbox.addOwn(events, now);
	const others = events.filter((event) => !inferred.includes(event));
	const held = await tx.inbox.add(inferred, 'review', now, HELD, batch);
	await tx.audit.append(
		inferred.map(({ object, crmId, eventId }) => ({
			at: now,
			kind: 'review',
			system,
			object,
			crmId,
			eventId,
			detail: { reason: HELD, batch },
		})),
	);
	return held + (await tx.inbox.add(others, 'pending', now));
}

function batchOf(reviewId: number): string {
	return `breaker/${reviewId}`;
}

/** Under which name they wait; undefined: they may go on. */
async function heldBatch(
	tx: StoreTransaction,
	system: string,
	amount: number,
	now: number,
): Promise<string | undefined> {
	const limit = (await tx.systems.get(system))?.limits.removals ?? 0;
	if (limit === 0) return undefined;
	const counts = await tx.breakers.get(INBOUND, system);
	const { admission, counter } = admit(counts.removals, { scope: INBOUND, limit, now, amount });
	let next = counter;
	if (admission === 'trips') {
		const about = { scope: INBOUND, kind: 'removals' as const, limit, system };
		next = trip(counter, await askBreaker(tx, about, now));
	}
	await tx.breakers.save(INBOUND, system, { ...counts, removals: next });
	return admission === 'through' ? undefined : batchOf(next.review ?? 0);
}

/** The answer to the question. */
export async function answerFlood(
	tx: StoreTransaction,
	system: string,
	reviewId: number,
	verdict: 'approve' | 'reject',
	now: number,
): Promise<void> {
	const seqs = await tx.inbox.heldUnder(batchOf(reviewId));
	const reason = 'A person says that these records are not gone.';
	if (verdict === 'approve') await tx.inbox.release(seqs, now);
	else await tx.inbox.settle(seqs, 'filtered', now, reason);
	const counts = await tx.breakers.get(INBOUND, system);
	const removals = answered(counts.removals, verdict, { scope: INBOUND, now });
	await tx.breakers.save(INBOUND, system, { ...counts, removals });
}
