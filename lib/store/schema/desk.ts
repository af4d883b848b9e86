/** What waits for a person, and what persons have set. */
import type { ColumnType, Generated } from 'kysely';
import type { JsonText } from './columns';

export type ReviewState = 'open' | 'ignored' | 'logged' | 'decided';

export interface ReviewsTable {
	id: Generated<number>;
	kind: string;
	state: ReviewState;
	entity_id: string | null;
	field: string | null;
	system: string;
	object: string;
	crm_id: string;
	/** Why a person is asked, and the candidates with their evidence (JSON). */
	question: JsonText;
	decision: JsonText | null;
	opened_at: number;
	decided_at: number | null;
	/** Not to be shown before, ms. */
	snoozed_until: ColumnType<number | null, number | null | undefined, number | null>;
}

/** The clients that a review may link to: none of them is created in the record's system meanwhile. */
export interface ReviewCandidatesTable {
	review_id: number;
	system: string;
	entity_id: string;
}

export type DeadLetterState = 'open' | 'retried' | 'discarded';

export interface DeadLettersTable {
	id: Generated<number>;
	kind: 'event' | 'delivery';
	state: DeadLetterState;
	system: string;
	object: string;
	crm_id: string | null;
	entity_id: string | null;
	inbox_seq: number | null;
	delivery_id: number | null;
	reason: string;
	code: string;
	/** The event as it came, if it was never accepted into the inbox as valid. */
	payload: JsonText | null;
	opened_at: number;
	closed_at: number | null;
}

/** What a person set, or accepted, for the fabric as a whole. */
export interface SettingsTable {
	name: string;
	value: JsonText;
	saved_at: number;
}
