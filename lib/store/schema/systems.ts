/** The connected systems: their mappings, cursors, pauses, budgets and push calls. */
import type { ColumnType } from 'kysely';
import type { Flag, JsonText } from './columns';

export interface SystemsTable {
	name: string;
	connector: string;
	priority: number;
	/** Field map in force (JSON) and its version. */
	field_map: JsonText;
	field_map_version: number;
	/** Field map as the trigger's panel gave it last (JSON); null: by a version that did not keep it. */
	panel_map: ColumnType<string | null, string | null | undefined, string | null>;
	settings: JsonText;
	/** 1: entities that this system lacks are created in it. */
	creates: number;
	gone_policy: string;
	delete_policy: ColumnType<string, string | undefined, string>;
	/** RunLimits (JSON). */
	limits: JsonText | null;
	/** When everything that was there at the start had been read and merged; null before. */
	ready_at: number | null;
	/** Inbox number that must be settled before the system is ready; null while the first read goes on. */
	ready_after: number | null;
	joined_at: number;
	/** 1: clients that are missing elsewhere are not created before a backfill has loaded this system. */
	awaits_load: Flag;
	/** FieldHold[] (JSON): what is neither written nor read until the mapping is mended. */
	holds: ColumnType<string | null, string | null | undefined, string | null>;
	/** DriftSettings (JSON). */
	drift: ColumnType<string | null, string | null | undefined, string | null>;
}

/** The mappings of one object of one system; the newest version is in force. */
export interface MappingVersionsTable {
	system: string;
	object: string;
	version: number;
	map: JsonText;
	/** MappingOrigin */
	origin: string;
	note: string | null;
	saved_by: string | null;
	saved_at: number;
}

/** A CRM's own fields of one object, as they were agreed to and as they are. */
export interface CrmSchemasTable {
	system: string;
	object: string;
	/** CrmSchema (JSON). */
	crm_schema: JsonText;
	seen_at: number;
	/** Drift[] (JSON) that stand. */
	drifts: JsonText;
	/** Pending (JSON): what is still to be done since a mapping changed or a hold ended. */
	pending: JsonText | null;
}

export interface CursorsTable {
	system: string;
	cursor: JsonText;
	moved_at: number;
}

/** A system (object and crm_id empty) or one record whose events and deliveries wait. */
export interface PausesTable {
	system: string;
	object: string;
	crm_id: string;
	paused_at: number;
	paused_by: string | null;
}

/** What all processes that use the store share of one account: its rate budget, its circuit breaker. */
export interface BudgetsTable {
	account: string;
	state: JsonText;
	updated_at: number;
}

/** Ids of push calls that were taken, until their timestamps are refused anyway. */
export interface PushSeenTable {
	system: string;
	id: string;
	until: number;
}

/** Records said to have changed, until the system's source takes them; `crm_id` empty: not said which. */
export interface PushHintsTable {
	system: string;
	crm_id: string;
	told_at: number;
}

/** Push calls by what became of them. */
export interface PushCountsTable {
	system: string;
	outcome: string;
	calls: number;
	last_at: number;
}
