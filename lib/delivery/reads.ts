/**
 * Takes in what a writer read of a record that is not what it was known to be. Without it a wrong
 * shadow would make each try end in "changed meanwhile", since no change source tells of a record that
 * nobody edits.
 */
import { isNews } from '../inbox/intake';
import { changeEventSchema, recordKey, type ChangeEvent } from '../model/event';
import { withUnifiedReferences } from '../references/inbound';
import type { StoreTransaction } from '../store/store';
import type { DeliveryReport, RecordedResult } from './report';

/** Answers how many events that were. A read of another record, or one that fits no event, is left out. */
export async function takeReads(
	tx: StoreTransaction,
	reports: readonly DeliveryReport[],
	results: readonly RecordedResult[],
	now: number,
): Promise<number> {
	const reads = reports.flatMap(({ outcome }, index): ChangeEvent[] => {
		const read = outcome.status === 'retry' ? outcome.read : undefined;
		const parsed = changeEventSchema.safeParse(read);
		const result = results[index];
		const isOwn = result?.system === parsed.data?.system && result?.crmId === parsed.data?.crmId;
		return parsed.success && isOwn && result?.state !== 'stale' ? [parsed.data] : [];
	});
	return addReads(tx, reads, now);
}

/** Snapshots that no change source brought: taken in if they tell anything new. Answers how many do. */
export async function addReads(
	tx: StoreTransaction,
	reads: readonly ChangeEvent[],
	now: number,
): Promise<number> {
	if (reads.length === 0) return 0;
	const shadows = await tx.registers.shadows(reads);
	const lasts = await tx.recordEvents.lastEvents(reads);
	const taken = await tx.inbox.statesOf(reads.map(({ eventId }) => eventId));
	const unified = await withUnifiedReferences(tx, reads);
	const news = reads.filter((event, index) =>
		isNews(event, shadows.get(recordKey(event)), lasts.get(recordKey(event)), unified[index]),
	);
	return tx.inbox.add(
		news.map((event) =>
			taken.has(event.eventId)
				? { ...event, eventId: `${event.eventId}:${Date.parse(event.readAt)}` }
				: event,
		),
		'pending',
		now,
	);
}
