/** What each command of `crm-fabric` does. */
import { Kysely } from 'kysely';
import { ConfigurationFailure } from '../connectors/connector';
import { verifyAudit } from '../history/verify';
import type { StoreBackend } from '../store/backend';
import { backupStore } from '../store/backup';
import { BackupError, BackupReader } from '../store/backup-format';
import { migrate, migrationState } from '../store/migrate';
import { openBackend } from '../store/open-backend';
import { restoreStore } from '../store/restore';
import type { Database } from '../store/schema';
import { Store } from '../store/store';
import { countRows, storedTables } from '../store/whole';
import { UsageError, type Command, type CommandName } from './arguments';

export interface Outcome {
	/** 0: well. 1: what was asked about is not well. */
	code: 0 | 1;
	/** For a person, line by line. */
	lines: string[];
	/** The same for a program. */
	data: unknown;
}

const COMMANDS: Record<CommandName, (command: Command) => Promise<Outcome>> = {
	backup,
	restore,
	verify,
	migrate: migrateStore,
	info,
};

/** Throws UsageError, BackupError, ConfigurationFailure. */
export async function runCommand(command: Command): Promise<Outcome> {
	return COMMANDS[command.name](command);
}

/** Whole tables take longer than any statement of the fabric's daily work. */
const UNLIMITED = { statementTimeoutMs: 0 };

async function backendOf(command: Command, mustExist = true): Promise<StoreBackend> {
	return openBackend(required(command.store, '--store STORE'), { ...UNLIMITED, mustExist });
}

function required<T>(value: T | undefined, what: string): T {
	if (value === undefined) throw new UsageError(`${what} is missing.`);
	return value;
}

async function backup(command: Command): Promise<Outcome> {
	const file = required(command.to, '--to FILE');
	const report = await backupStore(await backendOf(command), file);
	return { code: 0, lines: [`Backed up ${report.rows} rows to ${file}.`], data: report };
}

async function restore(command: Command): Promise<Outcome> {
	const file = required(command.from, '--from FILE');
	const { createdAt, ...report } = await restoreStore(await backendOf(command, false), file);
	const line = `Restored ${report.rows} rows of the backup made at ${createdAt}.`;
	return { code: 0, lines: [line], data: { createdAt, ...report } };
}

async function verify(command: Command): Promise<Outcome> {
	if (command.backup !== undefined) return verifyBackup(command.backup);
	const backend = await backendOf(command);
	await requireCurrent(backend);
	const store = await Store.open(await backendOf(command));
	try {
		const proof = await verifyAudit(store, { head: command.head });
		const lines = proof.ok
			? [`The audit trail is whole: ${proof.rows} rows.`, `Head: ${proof.head}`]
			: [
					`The audit trail was altered, first at row ${proof.firstBroken?.seq}. ${proof.firstBroken?.reason}`,
				];
		return { code: proof.ok ? 0 : 1, lines, data: proof };
	} finally {
		await store.close();
	}
}

/** Verifying only reads, so it brings no store to a newer version. */
async function requireCurrent(backend: StoreBackend): Promise<void> {
	const { pending } = await withDatabase(backend, (db) => migrationState(db, backend));
	if (pending.length === 0) return;
	throw new ConfigurationFailure(
		`The store ${backend.name} is of an older version.`,
		'Back it up, then run crm-fabric migrate.',
	);
}

async function verifyBackup(file: string): Promise<Outcome> {
	const reader = await BackupReader.open(file);
	const { createdAt, from, tables } = reader.header;
	let rows = 0;
	try {
		for await (const row of reader.rows()) rows += row.values.length > 0 ? 1 : 0;
	} catch (error) {
		if (!(error instanceof BackupError)) throw error;
		return { code: 1, lines: [error.message], data: { ok: false, reason: error.message } };
	} finally {
		await reader.close();
	}
	const lines = [`The backup is whole: ${rows} rows from ${from}, made at ${createdAt}.`];
	return { code: 0, lines, data: { ok: true, rows, from, createdAt, tables: tables.length } };
}

async function migrateStore(command: Command): Promise<Outcome> {
	const backend = await backendOf(command);
	return withDatabase(backend, async (db) => {
		const { pending } = await migrationState(db, backend);
		await migrate(db, backend);
		const lines =
			pending.length === 0
				? ['The store is of this version already.']
				: pending.map((name) => `Done: ${name}`);
		return { code: 0, lines, data: { migrated: pending } };
	});
}

async function info(command: Command): Promise<Outcome> {
	const backend = await backendOf(command);
	const { kind, name } = backend;
	return withDatabase(backend, async (db) => {
		const { done, pending } = await migrationState(db, backend);
		const tables: Record<string, number> = {};
		for (const table of await storedTables(db, backend)) {
			tables[table.name] = await countRows(db, table.name);
		}
		const lines = [
			`${kind}: ${name}`,
			`Version: ${done.at(-1) ?? 'none'}${pending.length > 0 ? ` (${pending.length} to migrate)` : ''}`,
			...Object.entries(tables).map(([table, rows]) => `${table}: ${rows}`),
		];
		return { code: 0, lines, data: { kind, name, done, pending, tables } };
	});
}

async function withDatabase<T>(
	backend: StoreBackend,
	work: (db: Kysely<Database>) => Promise<T>,
): Promise<T> {
	const db = new Kysely<Database>({ dialect: backend.dialect });
	return work(db).finally(() => db.destroy());
}
