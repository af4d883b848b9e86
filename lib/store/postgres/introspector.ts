/**
 * The tables of the store's own schema, for migrations and backups. kysely's introspector looks at every
 * schema of the database, and fails when another one is dropped while it looks.
 */
import {
	DEFAULT_MIGRATION_LOCK_TABLE,
	DEFAULT_MIGRATION_TABLE,
	sql,
	type ColumnMetadata,
	type DatabaseIntrospector,
	type DatabaseMetadata,
	type DatabaseMetadataOptions,
	type Kysely,
	type SchemaMetadata,
	type TableMetadata,
} from 'kysely';

const INTERNAL = new Set([DEFAULT_MIGRATION_TABLE, DEFAULT_MIGRATION_LOCK_TABLE]);

/** A row of information_schema.columns, which shows nobody what she may not see. */
interface ColumnRow {
	table: string;
	column: string;
	type: string;
	nullable: 'YES' | 'NO';
	default: string | null;
	identity: 'YES' | 'NO';
}

export class StoreIntrospector implements DatabaseIntrospector {
	constructor(
		private readonly db: Kysely<unknown>,
		private readonly schema: string,
	) {}

	async getSchemas(): Promise<SchemaMetadata[]> {
		const { rows } = await sql<SchemaMetadata>`
			select nspname as name from pg_catalog.pg_namespace where nspname = ${this.schema}`.execute(
			this.db,
		);
		return rows;
	}

	async getTables(
		{ withInternalKyselyTables }: DatabaseMetadataOptions = { withInternalKyselyTables: false },
	): Promise<TableMetadata[]> {
		const { rows } = await sql<ColumnRow>`
			select table_name as "table", column_name as "column", data_type as "type",
				is_nullable as "nullable", column_default as "default", is_identity as "identity"
			from information_schema.columns where table_schema = ${this.schema}
			order by table_name, ordinal_position`.execute(this.db);
		const columns = new Map<string, ColumnMetadata[]>();
		for (const row of rows) {
			if (!withInternalKyselyTables && INTERNAL.has(row.table)) continue;
			columns.set(row.table, [...(columns.get(row.table) ?? []), columnOf(row)]);
		}
		return [...columns].map(([name, all]) => ({
			name,
			schema: this.schema,
			isView: false,
			columns: all,
		}));
	}

	async getMetadata(options?: DatabaseMetadataOptions): Promise<DatabaseMetadata> {
		return { tables: await this.getTables(options) };
	}
}

function columnOf({ column, type, nullable, default: value, identity }: ColumnRow): ColumnMetadata {
	return {
		name: column,
		dataType: type,
		isNullable: nullable === 'YES',
		hasDefaultValue: value !== null,
		isAutoIncrementing: identity === 'YES' || (value ?? '').startsWith('nextval('),
	};
}
