/**
 * A read that began before another one whose event is merged first tells nothing (lib/merge/sight.ts),
 * even if it is the one that saw the newer state. What it told is news when it is read again.
 */
import { recordKey, type ChangeEvent } from '../model/event';
import type { LastEvent } from '../store/last-event';
import type { InboxState } from '../store/schema';
import type { StoreTransaction } from '../store/store';

const UNDER_WAY: readonly InboxState[] = ['pending', 'emitted', 'review'];

/**
 * Records whose last event began to be read before an earlier one that is still under way; and when
 * that one began, ms.
 */
export async function overtakenReads(
	tx: StoreTransaction,
	events: readonly ChangeEvent[],
	lasts: ReadonlyMap<string, LastEvent>,
): Promise<Map<string, number>> {
	const asked = events.filter((event) => {
		const last = lasts.get(recordKey(event));
		return event.kind === 'snapshot' && last !== undefined && UNDER_WAY.includes(last.state);
	});
	const newest = new Map<string, number>();
	for (const event of await tx.recordEvents.underWay(asked)) {
		const key = recordKey(event);
		newest.set(key, Math.max(newest.get(key) ?? 0, Date.parse(event.readAt)));
	}
	const isOvertaken = ([key, readAt]: [string, number]) => {
		const last = lasts.get(key);
		return last !== undefined && Date.parse(last.event.readAt) < readAt;
	};
	return new Map([...newest].filter(isOvertaken));
}

/** `overtakenAt`: of its record, see {@link overtakenReads}. */
export function isReadAgain(event: ChangeEvent, overtakenAt: number | undefined): boolean {
	if (event.kind !== 'snapshot' || event.change === 'delete' || event.change === 'merge')
		return false;
	return overtakenAt !== undefined && Date.parse(event.readAt) > overtakenAt;
}
