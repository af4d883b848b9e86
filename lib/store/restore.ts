/**
 * Puts a backup into an empty store of either kind, in one transaction: whatever is wrong with the
 * backup, either all of it is there afterwards or nothing. Memory holds a few hundred rows at a time.
 */
import { Kysely } from 'kysely';
import type { StoreBackend } from './backend';
import { BackupError, BackupReader, type BackupHeader, type Value } from './backup-format';
import { migrate, migrationState } from './migrate';
import type { Database } from './schema';
import { continueAfter, countRows, insertRows, storedTables, type StoredTable } from './whole';

const BATCH_ROWS = 500;
/** Both databases take more values in one statement. */
const BATCH_VALUES = 10_000;
/** Characters. */
const BATCH_TEXT = 4_000_000;

export interface RestoreReport {
	/** ISO time of the backup. */
	createdAt: string;
	rows: number;
	tables: Array<{ name: string; rows: number }>;
}

/** Closes the backend. Throws BackupError if the backup is not right or the store is not empty. */
export async function restoreStore(backend: StoreBackend, file: string): Promise<RestoreReport> {
	const db = new Kysely<Database>({ dialect: backend.dialect });
	try {
		const reader = await BackupReader.open(file);
		try {
			await prepareTables(db, backend, reader.header);
			await db.transaction().execute((tx) => fill(tx, backend, reader));
		} finally {
			await reader.close();
		}
		await migrate(db, backend);
		const { createdAt, tables } = reader.header;
		const counts = tables.map(({ name, rows }) => ({ name, rows }));
		return { createdAt, tables: counts, rows: counts.reduce((sum, { rows }) => sum + rows, 0) };
	} finally {
		await db.destroy();
	}
}

/** The rows go into tables of their own version, and are migrated from there like any store. */
async function prepareTables(
	db: Kysely<Database>,
	backend: StoreBackend,
	{ migrations }: BackupHeader,
): Promise<void> {
	const { done, pending } = await migrationState(db, backend);
	const known = [...done, ...pending];
	if (migrations.some((name, index) => known[index] !== name)) {
		throw new BackupError(
			'The backup was made by a newer version of CRM Fabric. Update the package, then restore it.',
		);
	}
	if (done.length > migrations.length) {
		throw new BackupError(
			`The backup is of an older version than the tables in ${backend.name}. Restore it into a new file or schema; it is brought to this version there.`,
		);
	}
	await migrate(db, backend, migrations.at(-1));
}

async function fill(
	tx: Kysely<Database>,
	backend: StoreBackend,
	reader: BackupReader,
): Promise<void> {
	const tables = await matchTables(tx, backend, reader.header);
	for (const { name } of tables) {
		if ((await countRows(tx, name)) > 0) {
			throw new BackupError(
				`The store ${backend.name} is not empty. Restore into a new file or schema; nothing is overwritten.`,
			);
		}
	}
	for await (const { table, rows } of batches(reader)) {
		const into = tables[table];
		if (into !== undefined) await insertRows(tx, into, rows);
	}
	for (const [index, { name }] of tables.entries()) {
		const { rows = 0, lastNumber = 0 } = reader.header.tables[index] ?? {};
		if ((await countRows(tx, name)) !== rows) {
			throw new BackupError(`The table ${name} did not take all rows. Nothing was restored.`);
		}
		await continueAfter(tx, backend, { name, lastNumber });
	}
}

/** The store's own table for each of the backup's. */
async function matchTables(
	tx: Kysely<Database>,
	backend: StoreBackend,
	header: BackupHeader,
): Promise<StoredTable[]> {
	const stored = await storedTables(tx, backend);
	return header.tables.map(({ name, columns }) => {
		const table = stored.find((one) => one.name === name);
		if (table === undefined || columns.some((column) => !table.columns.includes(column))) {
			throw new BackupError(`The backup holds a table that this version does not have: ${name}.`);
		}
		return { name: table.name, columns };
	});
}

/** Rows of one table each, few enough for one statement. */
async function* batches(reader: BackupReader): AsyncGenerator<{ table: number; rows: Value[][] }> {
	let batch = { table: 0, rows: [] as Value[][] };
	let [values, text] = [0, 0];
	for await (const row of reader.rows()) {
		const isFull = batch.rows.length >= BATCH_ROWS || values >= BATCH_VALUES || text >= BATCH_TEXT;
		if (batch.rows.length > 0 && (isFull || row.table !== batch.table)) {
			yield batch;
			batch = { table: row.table, rows: [] };
			[values, text] = [0, 0];
		}
		batch = { table: row.table, rows: batch.rows };
		batch.rows.push(row.values);
		values += row.values.length;
		for (const value of row.values) text += typeof value === 'string' ? value.length : 0;
	}
	if (batch.rows.length > 0) yield batch;
}
