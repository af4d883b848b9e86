/**
 * Writes a whole store to one file while the store stays in use: one read transaction sees one state
 * of it. Memory holds one page of rows at a time.
 */
import { createWriteStream, existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { Kysely } from 'kysely';
import type { StoreBackend } from './backend';
import {
	BackupError,
	FORMAT,
	FORMAT_VERSION,
	newHash,
	type BackupHeader,
	type BackupTrailer,
} from './backup-format';
import { migrationState } from './migrate';
import type { Database } from './schema';
import { countRows, lastNumber, pagesOf, storedTables, type StoredTable } from './whole';

/** What a backup holds is as confidential as the CRMs are. */
const OWNER_ONLY = 0o600;

export interface BackupReport {
	file: string;
	rows: number;
	tables: Array<{ name: string; rows: number }>;
}

/**
 * Closes the backend. The file appears under its name when it is complete; it must not exist before.
 * Throws BackupError.
 */
export async function backupStore(
	backend: StoreBackend,
	file: string,
	now: number = Date.now(),
): Promise<BackupReport> {
	const db = new Kysely<Database>({ dialect: backend.dialect });
	try {
		if (existsSync(file)) {
			throw new BackupError(
				`${file} exists already. Choose another name; no backup is overwritten.`,
			);
		}
		const { done } = await migrationState(db, backend);
		if (done.length === 0)
			throw new BackupError(`There is no store of CRM Fabric in ${backend.name}.`);
		const header = await write(db, backend, { file, migrations: done, now });
		const tables = header.tables.map(({ name, rows }) => ({ name, rows }));
		return { file, tables, rows: tables.reduce((sum, { rows }) => sum + rows, 0) };
	} finally {
		await db.destroy();
	}
}

interface Target {
	file: string;
	migrations: string[];
	now: number;
}

async function write(
	db: Kysely<Database>,
	backend: StoreBackend,
	{ file, migrations, now }: Target,
): Promise<BackupHeader> {
	const part = `${file}.part`;
	const snapshot = db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only');
	try {
		const header = await snapshot.execute(async (tx) => {
			const tables = await storedTables(tx, backend);
			const summary = await summarise(tx, backend, tables);
			const createdAt = new Date(now).toISOString();
			const first: BackupHeader = {
				format: FORMAT,
				version: FORMAT_VERSION,
				createdAt,
				from: backend.kind,
				migrations,
				tables: summary,
			};
			const output = createWriteStream(part, { flags: 'w', mode: OWNER_ONLY, flush: true });
			await pipeline(Readable.from(pieces(tx, first, tables)), createGzip(), output);
			return first;
		});
		await rename(part, file);
		return header;
	} catch (error) {
		await rm(part, { force: true });
		throw error;
	}
}

async function summarise(
	tx: Kysely<Database>,
	backend: StoreBackend,
	tables: StoredTable[],
): Promise<BackupHeader['tables']> {
	const summary: BackupHeader['tables'] = [];
	for (const { name, columns } of tables) {
		const rows = await countRows(tx, name);
		summary.push({ name, columns, rows, lastNumber: await lastNumber(tx, backend, name) });
	}
	return summary;
}

/** The lines of the file, a page of them at a time. */
async function* pieces(
	tx: Kysely<Database>,
	header: BackupHeader,
	tables: StoredTable[],
): AsyncGenerator<string> {
	const hash = newHash();
	let count = 0;
	const hashed = (text: string): string => {
		hash.update(text);
		return text;
	};
	yield hashed(`${JSON.stringify(header)}\n`);
	for (const [index, table] of tables.entries()) {
		for await (const rows of pagesOf(tx, table)) {
			count += rows.length;
			yield hashed(rows.map((row) => `${JSON.stringify([index, ...row])}\n`).join(''));
		}
	}
	const trailer: BackupTrailer = { rows: count, sha256: hash.digest('hex') };
	yield `${JSON.stringify(trailer)}\n`;
}
