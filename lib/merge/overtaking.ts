/**
 * Order per record around a review: while a person is asked who a record is, its events wait; a later
 * one may be on the canvas already when the answer sets the earlier ones free.
 */
import { recordKey, type ChangeEvent } from '../model/event';
import type { Link } from '../model/rows';
import type { InboxEntry } from '../store/inbox';
import type { StoreTransaction } from '../store/store';

const REASON = 'An earlier event of its record was set free meanwhile and goes first.';

/** Puts back the events that would overtake an earlier one of their record; answers their ids. */
export async function putBackOvertaking(
	tx: StoreTransaction,
	events: readonly ChangeEvent[],
	known: { inbox: ReadonlyMap<string, InboxEntry>; links: ReadonlyMap<string, Link> },
	now: number,
): Promise<string[]> {
	// Only a record that a person placed has had events in review.
	const placed = events.filter(
		(event) => known.links.get(recordKey(event))?.evidence.by === 'person',
	);
	if (placed.length === 0) return [];
	const here = new Set(placed.map(({ eventId }) => eventId));
	const held = new Set<string>();
	const late: string[] = [];
	for (const event of await tx.recordEvents.waiting(placed)) {
		const key = recordKey(event);
		if (!here.has(event.eventId)) held.add(key);
		else if (held.has(key)) late.push(event.eventId);
	}
	const seqs = late.flatMap((id) => known.inbox.get(id)?.seq ?? []);
	await tx.inbox.postpone(seqs, now, REASON);
	return late;
}
