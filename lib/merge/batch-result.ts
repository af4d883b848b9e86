/** What a batch of events is merged with, and what came of it. */
import type { ChangeEvent } from '../model/event';
import type { FieldMap } from '../model/field-map';
import type { FieldHold } from '../model/mapping';
import type { Touched } from './cause';
import type { FieldDecision } from './merge';
import type { OpenedQuestion } from './question-book';
import type { MergeRules } from './rules';

export interface MergeOutcome {
	outcome: 'applied' | 'noop' | 'superseded' | 'unlinked' | 'already';
	unifiedId: string | null;
	decisions: FieldDecision[];
	/** Fields that name a record which is not known yet, and when they were edited so, ms. */
	unknown?: Record<string, number>;
	/** Fields of which it said anything that was not known yet, or known to be over. */
	moved?: ReadonlySet<string>;
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
