/**
 * Merges a batch of change events in one transaction: registers, shadows, identity keys, audit rows
 * and the inbox move together or not at all. Each accepted event is merged exactly once.
 */
import { touch } from './cause';
import type { ChangeEvent } from '../model/event';
import type { StoreTransaction } from '../store/store';
import { isRecordMerge, mergeRecords } from '../identity/merge-records';
import type { BatchResult, MergeBatchOptions, MergeOutcome } from './batch-result';
import { Merger } from './merger';

export async function mergeBatch(
	tx: StoreTransaction,
	events: readonly ChangeEvent[],
	options: MergeBatchOptions,
): Promise<BatchResult> {
	const outcomes: MergeOutcome[] = [];
	const touched: BatchResult['touched'] = new Map();
	for (const part of partsOf(events)) {
		const result = isRecordMerge(part[0])
			? await mergeRecords(tx, part[0], options)
			: await mergePart(tx, part, options);
		outcomes.push(...result.outcomes);
		for (const [entityId, cause] of result.touched) touch(touched, entityId, cause);
	}
	return { outcomes, touched };
}

/** Two records that became one may make one of two entities: such an event is merged by itself. */
function partsOf(events: readonly ChangeEvent[]): ChangeEvent[][] {
	const parts: ChangeEvent[][] = [];
	for (const event of events) {
		const last = parts.at(-1);
		if (last === undefined || isRecordMerge(event) || isRecordMerge(last[0])) parts.push([event]);
		else last.push(event);
	}
	return parts;
}

async function mergePart(
	tx: StoreTransaction,
	events: readonly ChangeEvent[],
	options: MergeBatchOptions,
): Promise<BatchResult> {
	const merger = await Merger.load(tx, events, options);
	const outcomes = events.map((event) => merger.merge(event));
	const questions = await merger.save();
	for (const [index, outcome] of outcomes.entries()) {
		if (outcome.outcome === 'already') continue;
		outcome.questions = questions.get(events[index]?.eventId ?? '') ?? [];
	}
	return { outcomes, touched: merger.touched };
}
