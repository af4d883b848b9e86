/**
 * kysely's SQLite dialect over Node's own `node:sqlite` (no native add-on to compile on a user's
 * n8n).
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import {
	CompiledQuery,
	SqliteAdapter,
	SqliteDialect,
	SqliteDriver,
	type DatabaseConnection,
	type Driver,
	type SqliteDialectConfig,
	type TransactionSettings,
} from 'kysely';
import { ConfigurationFailure } from '../../model/failures';
import type { StoreBackend } from '../backend';
import type { RowByRow } from '../row-sets';
import { NodeSqlite } from './node-sqlite';

const BUSY_TIMEOUT_MS = 10_000;

/** Opens (and creates) the store's file. Throws {@link ConfigurationFailure} if it cannot be written. */
export function openSqlite(path: string): StoreBackend {
	const database = new NodeSqlite(open(path));
	return {
		kind: 'sqlite',
		name: path,
		dialect: new StoreDialect({ database }),
		watch: database,
	};
}

class StoreDialect extends SqliteDialect {
	constructor(private readonly config: SqliteDialectConfig) {
		super(config);
	}

	override createDriver(): Driver {
		return new StoreDriver(this.config);
	}

	override createAdapter(): SqliteAdapter {
		return new StoreAdapter();
	}
}

const statement = (text: string) => CompiledQuery.raw(text);

/** Writers queue at the start of the transaction instead of failing at its first write; readers never wait. */
class StoreDriver extends SqliteDriver {
	private isReading = false;

	/** kysely's types leave out the settings, which it passes to every driver. */
	override async beginTransaction(
		connection: DatabaseConnection,
		settings?: TransactionSettings,
	): Promise<void> {
		this.isReading = settings?.accessMode === 'read only';
		if (!this.isReading) return void (await connection.executeQuery(statement('begin immediate')));
		await connection.executeQuery(statement('begin deferred'));
		await connection.executeQuery(statement('pragma query_only = on'));
	}

	override async commitTransaction(connection: DatabaseConnection): Promise<void> {
		await super.commitTransaction(connection);
		await this.allowWrites(connection);
	}

	override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
		await super.rollbackTransaction(connection);
		await this.allowWrites(connection);
	}

	private async allowWrites(connection: DatabaseConnection): Promise<void> {
		if (this.isReading) await connection.executeQuery(statement('pragma query_only = off'));
		this.isReading = false;
	}
}

/**
 * SQLite's schema changes are transactional, whatever kysely says: a migration that breaks off leaves
 * nothing behind, and of several processes that start at once one migrates and the others wait.
 */
class StoreAdapter extends SqliteAdapter implements RowByRow {
	readonly isRowByRow = true;

	override get supportsTransactionalDdl(): boolean {
		return true;
	}
}

function open(path: string): DatabaseSync {
	try {
		if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
		// Loaded here, so that a Node without it gives our sentence and not a crash while n8n loads the nodes.
		// eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would be loaded with the file
		const { DatabaseSync: Opener } = require('node:sqlite') as typeof import('node:sqlite');
		const database = new Opener(path);
		database.exec(
			`pragma busy_timeout = ${BUSY_TIMEOUT_MS}; pragma journal_mode = wal; pragma synchronous = normal; pragma cache_size = -32000`,
		);
		// A file that can be read but not written fails here, not at the first change of a client.
		database.exec(
			'begin immediate; create table if not exists store_probe (x); drop table store_probe; commit',
		);
		return database;
	} catch (error) {
		throw new ConfigurationFailure(
			`The store file "${path}" cannot be opened for writing: ${reasonOf(error)}`,
			'Choose another file in the CRM Fabric Store credential, or give the user that runs n8n the right to write it. Node 22.16 or later is needed.',
		);
	}
}

/** In words: n8n replaces a message that holds a system error code by a general one of its own. */
const REASONS: Record<string, string> = {
	EACCES: 'permission was denied',
	EPERM: 'permission was denied',
	EROFS: 'the file system is read-only',
	ENOSPC: 'the disk is full',
	ENOTDIR: 'a part of its path is no folder',
	EEXIST: 'a part of its path is no folder',
	EISDIR: 'it is a folder',
};

function reasonOf(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	const code = 'code' in error ? String(error.code) : '';
	return REASONS[code] ?? error.message;
}
