/**
 * Databases for the benches: the fabric's own store, and plain access to a database of the same
 * kind, beside kysely, with the very same tables, indexes and settings.
 */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { Client } from 'pg';
import { openPostgres } from '../lib/store/postgres/dialect';
import { postgresSettings } from '../lib/store/postgres/settings';
import { openSqlite } from '../lib/store/sqlite/dialect';
import { Store } from '../lib/store/store';
import { TABLE_NAMES } from '../lib/store/tables';
import { freshSchema, startPostgres } from '../test/support/postgres';
import type { StoreName } from './arguments';

export type Value = string | number | null;
export type Row = Record<string, Value>;
/** Runs a prepared statement once. Synchronous where the database is. */
export type Run = (values: readonly Value[]) => Promise<unknown> | void;

/** A database without the fabric between. Placeholders are `?`. */
export interface PlainDatabase {
	rows: (sql: string, values?: readonly Value[]) => Promise<Row[]>;
	prepare: (sql: string) => Run;
	/** A statement without values. */
	execute: (sql: string) => Promise<void>;
	close: () => Promise<void>;
}

export interface BenchDatabases {
	/** Opens the fabric's store. */
	openStore: () => Promise<Store>;
	/** Plain access to the store's own database, to look at it. */
	openReader: () => Promise<PlainDatabase>;
	/** Copies the store's database as it is now; the store must be closed, which empties its log. */
	openCopy: () => Promise<PlainDatabase>;
	/** Removes everything. */
	remove: () => Promise<void>;
}

export function benchDatabases(kind: StoreName): Promise<BenchDatabases> {
	return kind === 'sqlite' ? sqliteDatabases() : postgresDatabases();
}

/** As the store sets its connection (lib/store/sqlite/dialect.ts). */
const PRAGMAS =
	'pragma journal_mode = wal; pragma synchronous = normal; pragma cache_size = -32000';

/** It is not measured, and is not to be taken for the hub's memory. */
const READER_PRAGMAS = 'pragma cache_size = -2000';

async function sqliteDatabases(): Promise<BenchDatabases> {
	const folder = mkdtempSync(join(tmpdir(), 'crm-fabric-bench-'));
	const path = join(folder, 'store.db');
	const copy = join(folder, 'plain.db');
	return {
		openStore: () => Store.open(openSqlite(path)),
		openReader: () => plainSqlite(path, READER_PRAGMAS),
		openCopy: async () => {
			// Page by page: a copy by `vacuum into` would be tidier than the store, and quicker to write to.
			copyFileSync(path, copy);
			return plainSqlite(copy);
		},
		remove: async () => rmSync(folder, { recursive: true }),
	};
}

async function plainSqlite(path: string, pragmas = PRAGMAS): Promise<PlainDatabase> {
	const { DatabaseSync: Opener } = await import('node:sqlite');
	const database: DatabaseSync = new Opener(path);
	database.exec(pragmas);
	return {
		rows: async (sql, values = []) =>
			database.prepare(sql).all(...(values as SQLInputValue[])) as unknown as Row[],
		prepare: (sql) => {
			const statement = database.prepare(sql);
			return (values) => void statement.run(...values);
		},
		execute: async (sql) => database.exec(sql),
		close: async () => database.close(),
	};
}

/** A server of its own; it keeps nothing through a crash of the machine (test/support/postgres.ts), for both sides alike. */
async function postgresDatabases(): Promise<BenchDatabases> {
	const server = await startPostgres();
	const { location, schema } = await freshSchema(server.connectionString);
	const copy = await freshSchema(server.connectionString);
	return {
		openStore: async () => Store.open(await openPostgres(location)),
		openReader: () => plainPostgres(location),
		openCopy: async () => {
			const plain = await plainPostgres(copy.location);
			for (const table of TABLE_NAMES) {
				await plain.execute(`create table ${table} (like ${schema}.${table} including all)`);
				await plain.execute(`insert into ${table} select * from ${schema}.${table}`);
			}
			await plain.execute('analyze');
			return plain;
		},
		remove: () => server.stop(),
	};
}

async function plainPostgres(
	location: Parameters<typeof postgresSettings>[0],
): Promise<PlainDatabase> {
	const client = new Client(postgresSettings(location).config);
	// A server that is stopped under it, after a failure elsewhere, must not hide that failure.
	client.on('error', () => {});
	await client.connect();
	let prepared = 0;
	return {
		rows: async (sql, values = []) => (await client.query<Row>(numbered(sql), [...values])).rows,
		prepare: (sql) => {
			const text = numbered(sql);
			prepared += 1;
			const name = `plain_${prepared}`;
			return (values) => client.query({ name, text, values: [...values] });
		},
		execute: async (sql) => void (await client.query(sql)),
		close: () => client.end(),
	};
}

/** PostgreSQL numbers its placeholders. */
function numbered(sql: string): string {
	let number = 0;
	return sql.replace(/\?/g, () => {
		number += 1;
		return `$${number}`;
	});
}
