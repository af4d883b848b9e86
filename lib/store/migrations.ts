/** Migrations of the store, oldest first. A released migration is never edited; add a new one. */
import { sql, type Kysely, type Migration, type MigrationProvider } from 'kysely';

const initial: Migration = {
	async up(db: Kysely<unknown>): Promise<void> {
		for (const statement of INITIAL) await sql.raw(statement).execute(db);
	},
};

const INITIAL = [
	`create table systems (
		name text primary key, connector text not null, priority integer not null,
		field_map text not null, field_map_version integer not null, settings text not null,
		creates integer not null, gone_policy text not null,
		ready_at bigint, ready_after bigint, joined_at bigint not null)`,
	`create table field_maps (
		system text not null, version integer not null, field_map text not null, saved_at bigint not null,
		primary key (system, version))`,
	`create table cursors (system text primary key, cursor text not null, moved_at bigint not null)`,
	`create table inbox (
		seq integer primary key autoincrement, event_id text not null unique,
		system text not null, object text not null, crm_id text not null, event text not null,
		state text not null, attempts integer not null default 0, next_at bigint not null,
		batch text, reason text, received_at bigint not null, settled_at bigint)`,
	`create index inbox_due on inbox (system, seq) where state in ('pending', 'emitted')`,
	`create index inbox_record on inbox (system, object, crm_id, seq)`,
	`create index inbox_waiting on inbox (system, object, crm_id, seq) where state in ('pending', 'emitted')`,
	`create index inbox_batch on inbox (batch) where batch is not null`,
	`create table entities (
		seq integer primary key autoincrement, id text not null unique,
		created_at bigint not null, created_by text not null)`,
	`create table links (
		system text not null, object text not null, crm_id text not null, entity_id text not null,
		state text not null, evidence text not null, linked_at bigint not null,
		recreated integer not null default 0,
		primary key (system, object, crm_id))`,
	`create index links_entity on links (entity_id)`,
	`create table identity_keys (
		key text not null, entity_id text not null, system text not null, object text not null, crm_id text not null,
		primary key (key, system, object, crm_id))`,
	`create index identity_keys_record on identity_keys (system, object, crm_id)`,
	`create index identity_keys_entity on identity_keys (entity_id)`,
	`create table registers (
		entity_id text not null, field text not null, register text not null,
		primary key (entity_id, field))`,
	`create table shadows (
		system text not null, object text not null, crm_id text not null,
		shadow text not null, updated_at bigint not null,
		primary key (system, object, crm_id))`,
	`create table deliveries (
		id integer primary key autoincrement, system text not null, object text not null,
		target text not null, crm_id text, entity_id text not null, operation text not null,
		state text not null, priority integer not null, attempts integer not null default 0,
		next_at bigint not null, claim_token text, lease_until bigint, again integer not null default 0,
		changes text, tried text, idempotency_key text, sync_origin text not null,
		opened_at bigint not null, settled_at bigint, reason text, code text)`,
	`create unique index deliveries_open on deliveries (system, object, target) where state in ('open', 'claimed')`,
	`create index deliveries_creates on deliveries (system)
		where operation = 'create' and state in ('open', 'claimed', 'dead')`,
	`create index deliveries_due on deliveries (system, priority, next_at, id) where state = 'open'`,
	`create index deliveries_lease on deliveries (lease_until) where state = 'claimed'`,
	`create index deliveries_claim on deliveries (claim_token) where claim_token is not null`,
	`create index deliveries_entity on deliveries (entity_id) where state in ('open', 'claimed')`,
	`create table audit (
		seq integer primary key autoincrement, at bigint not null, kind text not null,
		entity_id text, field text, system text, object text, crm_id text, event_id text, delivery_id integer,
		before text, after text, rule text, edited_at bigint, register text, detail text)`,
	`create index audit_field on audit (entity_id, field, seq)`,
	`create trigger audit_no_update before update on audit begin
		select raise(abort, 'the audit trail is append-only'); end`,
	`create trigger audit_no_delete before delete on audit begin
		select raise(abort, 'the audit trail is append-only'); end`,
	`create table reviews (
		id integer primary key autoincrement, kind text not null, state text not null,
		system text not null, object text not null, crm_id text not null,
		question text not null, decision text, opened_at bigint not null, decided_at bigint)`,
	`create index reviews_record on reviews (system, object, crm_id, state)`,
	`create table review_candidates (
		review_id integer not null, system text not null, entity_id text not null,
		primary key (review_id, entity_id))`,
	`create index review_candidates_entity on review_candidates (entity_id)`,
	`create table dead_letters (
		id integer primary key autoincrement, kind text not null, state text not null,
		system text not null, object text not null, crm_id text, entity_id text,
		inbox_seq integer, delivery_id integer, reason text not null, code text not null,
		payload text, opened_at bigint not null, closed_at bigint)`,
	`create index dead_letters_state on dead_letters (state, id)`,
];

export const migrations: MigrationProvider = {
	getMigrations: async () => ({ '2026_11_22_initial': initial }),
};
