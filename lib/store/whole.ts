/** All rows of all tables, for backup and restore: what the parts of the store never need. */
import { sql, type Kysely } from 'kysely';
import type { StoreBackend } from './backend';
import type { BackupTable, Value } from './backup-format';
import type { Database } from './schema';
import { TABLE_NAMES, TABLES, type TableName } from './tables';

const PAGE_ROWS = 500;

type Row = Record<string, Value>;
type Place = Pick<StoreBackend, 'kind' | 'schema'>;

export interface StoredTable {
	name: TableName;
	columns: string[];
}

/** The tables that this store has, in the order of {@link TABLES}. */
export async function storedTables(db: Kysely<Database>, place: Place): Promise<StoredTable[]> {
	const found = await db.introspection.getTables();
	const here = found.filter(({ schema }) => place.kind === 'sqlite' || schema === place.schema);
	return TABLE_NAMES.flatMap((name) => {
		const columns = here.find((table) => table.name === name)?.columns;
		return columns === undefined ? [] : [{ name, columns: columns.map((one) => one.name) }];
	});
}

export async function countRows(db: Kysely<Database>, name: TableName): Promise<number> {
	const { rows } = await sql<{ rows: number }>`
		select count(*) as ${sql.ref('rows')} from ${sql.table(name)}`.execute(db);
	return rows[0]?.rows ?? 0;
}

/** Pages of rows in the order of the primary key. */
export async function* pagesOf(
	db: Kysely<Database>,
	{ name, columns }: StoredTable,
): AsyncGenerator<Value[][]> {
	const { key } = TABLES[name];
	const keys = list(key);
	let after: Value[] | undefined;
	for (;;) {
		const beyond = after === undefined ? sql`` : sql`where (${keys}) > (${sql.join(after)})`;
		const { rows } = await sql<Row>`
			select ${list(columns)} from ${sql.table(name)} ${beyond}
			order by ${keys} limit ${PAGE_ROWS}`.execute(db);
		const last = rows.at(-1);
		if (last === undefined) return;
		yield rows.map((row) => columns.map((column) => row[column] ?? null));
		if (rows.length < PAGE_ROWS) return;
		after = key.map((column) => last[column] ?? null);
	}
}

export async function insertRows(
	db: Kysely<Database>,
	{ name, columns }: StoredTable,
	rows: readonly Value[][],
): Promise<void> {
	const values = sql.join(rows.map((row) => sql`(${sql.join(row)})`));
	await sql`insert into ${sql.table(name)} (${list(columns)}) values ${values}`.execute(db);
}

/** The highest number that the database has given to a row of the table, even one that is gone. */
export async function lastNumber(
	db: Kysely<Database>,
	{ kind }: Place,
	name: TableName,
): Promise<number> {
	const { key, serial } = TABLES[name];
	const [column] = key;
	if (serial !== true || column === undefined) return 0;
	const given =
		kind === 'sqlite'
			? sql<{
					last: number | null;
				}>`select max(seq) as last from sqlite_sequence where name = ${name}`
			: sql<{
					last: number | null;
				}>`select pg_sequence_last_value(${sequence(name, column)}) as last`;
	const highest = sql<{ last: number | null }>`
		select max(${sql.ref(column)}) as last from ${sql.table(name)}`;
	const answers = [await given.execute(db), await highest.execute(db)];
	return Math.max(0, ...answers.map(({ rows }) => rows[0]?.last ?? 0));
}

/** The next row gets the number after `last`. */
export async function continueAfter(
	db: Kysely<Database>,
	{ kind }: Place,
	{ name, lastNumber: last }: Pick<BackupTable, 'lastNumber'> & { name: TableName },
): Promise<void> {
	const [column] = TABLES[name].key;
	if (last === 0 || column === undefined) return;
	if (kind === 'postgres') {
		await sql`select setval(${sequence(name, column)}, ${sql.lit(last)}, true)`.execute(db);
		return;
	}
	await sql`delete from sqlite_sequence where name = ${name}`.execute(db);
	await sql`insert into sqlite_sequence (name, seq) values (${name}, ${last})`.execute(db);
}

function sequence(table: string, column: string) {
	return sql`pg_get_serial_sequence(${sql.lit(table)}, ${sql.lit(column)})::regclass`;
}

function list(columns: readonly string[]) {
	return sql.join(columns.map((column) => sql.ref(column)));
}
