/** Reconciles, undos and first loads. */
import type { Generated } from 'kysely';
import type { JsonText } from './columns';

/** Reconciles, undos and other runs that a person may ask about. */
export interface RunsTable {
	id: string;
	kind: string;
	system: string | null;
	state: string;
	started_at: number;
	ended_at: number | null;
	report: JsonText | null;
}

/** What a run has opened in one system, by kind (JSON): the breaker's count. */
export interface BreakersTable {
	run: string;
	system: string;
	counts: JsonText;
}

/** Records that a running reconcile has seen in its CRM, and entities (object `entity`) that it has compared; gone when it ends. */
export interface RunRecordsTable {
	run: string;
	system: string;
	object: string;
	crm_id: string;
}

/** Records that a backfill has read and is to take in. */
export interface BackfillRowsTable {
	seq: Generated<number>;
	run: string;
	system: string;
	object: string;
	crm_id: string;
	/** ChangeEvent (JSON); what cannot be taken in is kept as it came. */
	event: JsonText;
	/** Number of the listing that showed it last. */
	pass: number;
	/** Rows of one page are worked at together; null: not placed yet. */
	page: number | null;
	/** StagedState */
	state: string;
	/** What the plan found: see Verdict. */
	verdict: string | null;
	reason: string | null;
}

/** How many of a backfill's records, and of those known before, bear a name (by its hash). */
export interface BackfillNamesTable {
	run: string;
	hash: number;
	records: number;
}
