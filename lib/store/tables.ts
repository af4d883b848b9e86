/** The store's tables with the columns that order their rows, for those who walk through all of it. */
import type { Database } from './schema';

export type TableName = keyof Database;

interface TableShape {
	/** Primary key. */
	key: readonly string[];
	/** True if the database numbers the rows (by the first column of the key). */
	serial?: boolean;
}

export const TABLES: Record<TableName, TableShape> = {
	systems: { key: ['name'] },
	mapping_versions: { key: ['system', 'object', 'version'] },
	crm_schemas: { key: ['system', 'object'] },
	cursors: { key: ['system'] },
	inbox: { key: ['seq'], serial: true },
	entities: { key: ['seq'], serial: true },
	links: { key: ['system', 'object', 'crm_id'] },
	identity_keys: { key: ['key', 'system', 'object', 'crm_id'] },
	identity_blocks: { key: ['hash', 'record'] },
	name_counts: { key: ['hash'] },
	settings: { key: ['name'] },
	registers: { key: ['entity_id', 'field'] },
	shadows: { key: ['system', 'object', 'crm_id'] },
	deliveries: { key: ['id'], serial: true },
	audit: { key: ['seq'], serial: true },
	reviews: { key: ['id'], serial: true },
	review_candidates: { key: ['review_id', 'entity_id'] },
	never_again: { key: ['system', 'object', 'crm_id', 'entity_id'] },
	dead_letters: { key: ['id'], serial: true },
	pauses: { key: ['system', 'object', 'crm_id'] },
	runs: { key: ['id'] },
	run_records: { key: ['run', 'system', 'object', 'crm_id'] },
	breakers: { key: ['run', 'system'] },
	entity_references: { key: ['entity_id', 'field'] },
	missing_references: { key: ['system', 'object', 'crm_id', 'field', 'event_id'] },
	budgets: { key: ['account'] },
	push_seen: { key: ['system', 'id'] },
	push_hints: { key: ['system', 'crm_id'] },
	push_counts: { key: ['system', 'outcome'] },
	backfill_rows: { key: ['seq'], serial: true },
	backfill_names: { key: ['run', 'hash'] },
};

export const TABLE_NAMES = Object.keys(TABLES) as TableName[];
