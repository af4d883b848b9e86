/**
 * The store's tables as kysely sees them. Times are ms since the epoch; JSON stands in text
 * columns, so that SQLite and PostgreSQL read alike.
 */
import type { ColumnType, Generated } from 'kysely';

/** Text column holding JSON. */
type JsonText = string;
type Flag = ColumnType<number, number | undefined, number>;

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

export const INBOX_STATES = [
	'pending',
	'emitted',
	'applied',
	'noop',
	'superseded',
	'filtered',
	'review',
	'dead',
] as const;
export type InboxState = (typeof INBOX_STATES)[number];
/** States in which the fabric still owes the event something. */
export const UNSETTLED: InboxState[] = ['pending', 'emitted'];

export interface InboxTable {
	seq: Generated<number>;
	event_id: string;
	system: string;
	object: string;
	crm_id: string;
	event: JsonText;
	state: InboxState;
	attempts: number;
	next_at: number;
	/** The emission that carries it, while emitted. */
	batch: string | null;
	reason: string | null;
	received_at: number;
	settled_at: number | null;
}

export interface EntitiesTable {
	seq: Generated<number>;
	/** The unified id, `U1001`. */
	id: string;
	created_at: number;
	/** The event that made it. */
	created_by: string;
	/** The entity that this one became part of; its id stays an alias. */
	merged_into: string | null;
	/** Why its records should go elsewhere, too (JSON), while that stands. */
	departure: JsonText | null;
	/** Writes that a person refused (JSON). */
	refused: JsonText | null;
}

export type LinkState = 'active' | 'unlinked' | 'archived';

export interface LinksTable {
	system: string;
	object: string;
	crm_id: string;
	entity_id: string;
	state: LinkState;
	evidence: JsonText;
	linked_at: number;
	/** How often the record was created again after it had gone. */
	recreated: number;
}

export interface IdentityKeysTable {
	/** `external:custodian:A-7`: keys that an issuer gave. */
	key: string;
	entity_id: string;
	system: string;
	object: string;
	crm_id: string;
}

/** Hashed keys by which records meet as candidates (lib/identity/blocks.ts). */
export interface IdentityBlocksTable {
	hash: number;
	/** Hash of the record's address. */
	record: number;
	/** Number of its entity. */
	entity: number;
}

/** How many records bear a name (by its hash), as far as they were linked. */
export interface NameCountsTable {
	hash: number;
	records: number;
}

/** What a person set, or accepted, for the fabric as a whole. */
export interface SettingsTable {
	name: string;
	value: JsonText;
	saved_at: number;
}

export interface RegistersTable {
	entity_id: string;
	field: string;
	register: JsonText;
}

export interface ShadowsTable {
	system: string;
	object: string;
	crm_id: string;
	shadow: JsonText;
	updated_at: number;
}

export type DeliveryState = 'open' | 'held' | 'claimed' | 'confirmed' | 'superseded' | 'dead';

export interface DeliveriesTable {
	id: Generated<number>;
	system: string;
	object: string;
	/** The record, or `new:<unified id>` while it has to be created. One open delivery a target. */
	target: string;
	crm_id: string | null;
	entity_id: string;
	operation: string;
	state: DeliveryState;
	/** 0 live, 1 retry, 2 backfill. */
	priority: number;
	attempts: number;
	next_at: number;
	claim_token: string | null;
	lease_until: number | null;
	/** The entity changed while the delivery was under way: look again when it ends. */
	again: Flag;
	/** What the current or last claim wrote (JSON). */
	changes: JsonText | null;
	/** Of a create: what its tries sent, newest last (JSON). */
	tried: JsonText | null;
	idempotency_key: string | null;
	sync_origin: string;
	run: string | null;
	opened_at: number;
	settled_at: number | null;
	reason: string | null;
	code: string | null;
}

export interface AuditTable {
	seq: Generated<number>;
	at: number;
	/** `change`, `agree`, `lost`, `entity`, `link`, `unlink`, `write`, `filtered`, `review`, `dead`, `retry`, `discard`, `undo`. */
	kind: string;
	entity_id: string | null;
	field: string | null;
	system: string | null;
	object: string | null;
	crm_id: string | null;
	event_id: string | null;
	delivery_id: number | null;
	before: JsonText | null;
	after: JsonText | null;
	rule: string | null;
	edited_at: number | null;
	/** The register after a `change`, `agree` or `lost` decision: folding these gives the registers. */
	register: JsonText | null;
	detail: JsonText | null;
	run: string | null;
	/** SHA-256 (hex) over this row and the hash of the row before it. */
	hash: string | null;
}

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

/** Records that a person said are not this entity. */
export interface NeverAgainTable {
	system: string;
	object: string;
	crm_id: string;
	entity_id: string;
	/** The entity that was spoken of; `entity_id` follows its merges and splits. */
	said_of: string;
	review_id: number | null;
	said_by: string | null;
	said_at: number;
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

/** A system (object and crm_id empty) or one record whose events and deliveries wait. */
export interface PausesTable {
	system: string;
	object: string;
	crm_id: string;
	paused_at: number;
	paused_by: string | null;
}

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

/** What all processes that use the store share of one account: its rate budget, its circuit breaker. */
export interface BudgetsTable {
	account: string;
	state: JsonText;
	updated_at: number;
}

/** Which entity names which other one, by field. */
export interface EntityReferencesTable {
	entity_id: string;
	field: string;
	/** Unified id. */
	target: string;
}

/** What a record names and the fabric does not know yet; field empty: its event waits in the inbox for it. */
export interface MissingReferencesTable {
	system: string;
	object: string;
	crm_id: string;
	field: string;
	event_id: string;
	ref_object: string;
	ref_crm_id: string;
	edited_at: string;
	read_at: string;
	received_at: string;
	inbox_seq: number | null;
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

export interface Database {
	systems: SystemsTable;
	mapping_versions: MappingVersionsTable;
	crm_schemas: CrmSchemasTable;
	cursors: CursorsTable;
	inbox: InboxTable;
	entities: EntitiesTable;
	links: LinksTable;
	identity_keys: IdentityKeysTable;
	identity_blocks: IdentityBlocksTable;
	name_counts: NameCountsTable;
	settings: SettingsTable;
	registers: RegistersTable;
	shadows: ShadowsTable;
	deliveries: DeliveriesTable;
	audit: AuditTable;
	reviews: ReviewsTable;
	review_candidates: ReviewCandidatesTable;
	never_again: NeverAgainTable;
	dead_letters: DeadLettersTable;
	pauses: PausesTable;
	runs: RunsTable;
	run_records: RunRecordsTable;
	budgets: BudgetsTable;
	push_seen: PushSeenTable;
	push_hints: PushHintsTable;
	push_counts: PushCountsTable;
	breakers: BreakersTable;
	backfill_rows: BackfillRowsTable;
	backfill_names: BackfillNamesTable;
	entity_references: EntityReferencesTable;
	missing_references: MissingReferencesTable;
}
