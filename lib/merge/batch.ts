/**
 * Merges a batch of change events in one transaction: registers, shadows, identity keys, audit rows
 * and the inbox move together or not at all. Each accepted event is merged exactly once.
 */
import type { FieldMap } from '../model/field-map';
import type { FieldHold } from '../model/mapping';
import { touch, type Touched } from './cause';
import type { OpenedQuestion } from './question-book';
import type { ChangeEvent } from '../model/event';
import type { StoreTransaction } from '../store/store';
import type { FieldDecision } from './merge';
import type { MergeRules } from './rules';
import { isRecordMerge, mergeRecords } from '../identity/merge-records';
import { Merger } from './merger';

export interface MergeOutcome {
	outcome: 'applied' | 'noop' | 'superseded' | 'unlinked' | 'already';
	unifiedId: string | null;
	decisions: FieldDecision[];
	/** Fields that name a record which is not known yet, and when they were edited so, ms. */
	unknown?: Record<string, number>;
	/** Questions about values that this event opened, as they stand at the end of the batch. */
	questions: OpenedQuestion[];
}

export interface BatchResult {
	outcomes: MergeOutcome[];
	/** Entities of which a register or a record's shadow changed, with what caused it. */
	touched: Touched;
}

export interface MergeBatchOptions {
	rules: MergeRules;
	/** By system: fields that are not read in are left out. */
	fieldMaps?: ReadonlyMap<string, FieldMap>;
	/** By system: what is held since its fields have drifted. */
	holds?: ReadonlyMap<string, readonly FieldHold[]>;
	/** Does the event show a record that was put away to be in use again? */
	isTakenOut?: (event: ChangeEvent) => boolean;
	/** ms */
	now: number;
}

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
