/**
 * The store's tables as kysely sees them. Times are ms since the epoch; JSON stands in text
 * columns, so that SQLite and PostgreSQL read alike.
 */
import type { DeliveriesTable } from './deliveries';
import type { ReviewsTable, ReviewCandidatesTable, DeadLettersTable, SettingsTable } from './desk';
import type {
	EntitiesTable,
	LinksTable,
	IdentityKeysTable,
	IdentityBlocksTable,
	NameCountsTable,
	EntityReferencesTable,
	NeverAgainTable,
} from './identity';
import type { InboxTable, MissingReferencesTable } from './inbox';
import type {
	RunsTable,
	BreakersTable,
	RunRecordsTable,
	BackfillRowsTable,
	BackfillNamesTable,
} from './runs';
import type {
	SystemsTable,
	MappingVersionsTable,
	CrmSchemasTable,
	CursorsTable,
	PausesTable,
	BudgetsTable,
	PushSeenTable,
	PushHintsTable,
	PushCountsTable,
} from './systems';
import type { RegistersTable, ShadowsTable, AuditTable } from './values';

export type * from './deliveries';
export type * from './desk';
export type * from './identity';
export * from './inbox';
export type * from './runs';
export type * from './systems';
export type * from './values';

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
