/**
 * kysely's PostgreSQL dialect over `pg`. As on SQLite there is one writer at a time: a transaction
 * that writes begins with an advisory lock of the store's schema, held until it ends. It runs at read
 * committed, so that what it reads after the lock was granted includes what the writer before it did.
 */
import { Client, Pool, type PoolConfig } from 'pg';
import {
	CompiledQuery,
	PostgresAdapter,
	PostgresDialect,
	PostgresDriver,
	sql,
	type DatabaseConnection,
	type DatabaseIntrospector,
	type Dialect,
	type Driver,
	type Kysely,
	type PostgresPool,
	type TransactionSettings,
} from 'kysely';
import type { PostgresLocation } from '../location';
import { ConfigurationFailure } from '../../model/failures';
import type { StoreBackend } from '../backend';
import { PreparingClient } from './client';
import { StoreIntrospector } from './introspector';
import { cannotConnect, cannotOpen, isTransient } from './failures';
import { lockKeyOf, postgresSettings, type PostgresSettings } from './settings';

/** One connection writes, the others read. */
const MAX_CONNECTIONS = 4;
const IDLE_CONNECTION_MS = 30_000;

export interface PostgresOptions {
	/** For commands that read whole tables. Default: 60 s a statement. */
	statementTimeoutMs?: number;
	/** Refuse instead of creating the schema. */
	mustExist?: boolean;
}

/** Connects, and creates the schema. Throws ConfigurationFailure with a hint if that is not possible. */
export async function openPostgres(
	location: PostgresLocation,
	{ statementTimeoutMs, mustExist = false }: PostgresOptions = {},
): Promise<StoreBackend> {
	const settings = postgresSettings(location);
	if (statementTimeoutMs !== undefined) settings.config.statement_timeout = statementTimeoutMs;
	await prepareSchema(settings, mustExist);
	const { schema, name } = settings;
	return { kind: 'postgres', schema, name, dialect: new StoreDialect(settings), isTransient };
}

async function prepareSchema(
	{ config, schema, name }: PostgresSettings,
	mustExist: boolean,
): Promise<void> {
	const client = new Client(config);
	// A connection that breaks between two queries is told by the next one; unheard it ends the process.
	client.on('error', () => {});
	try {
		await client.connect();
		await client.query(`begin; select pg_advisory_xact_lock(${lockKeyOf(schema)})`);
		const found = await client.query('select 1 from pg_namespace where nspname = $1', [schema]);
		// Looked up first: "if not exists" asks for the right to create even where nothing is to be created.
		if (found.rows.length === 0) {
			if (mustExist) throw noSchema(name);
			await client.query(`create schema "${schema}"`);
		}
		await client.query('commit');
	} catch (error) {
		throw cannotOpen(name, error);
	} finally {
		await client.end().catch(() => {});
	}
}

function noSchema(name: string): ConfigurationFailure {
	return new ConfigurationFailure(
		`There is no store at ${name}.`,
		'Check database and schema; a store is made when n8n uses it for the first time.',
	);
}

class StoreDialect extends PostgresDialect implements Dialect {
	private readonly lockKey: string;

	constructor(private readonly settings: PostgresSettings) {
		// The driver made below has the pool; the base class never opens one.
		super({ pool: () => Promise.reject(new Error('The store makes its own pool.')) });
		this.lockKey = lockKeyOf(settings.schema);
	}

	override createDriver(): Driver {
		return new StoreDriver(this.settings, this.lockKey);
	}

	override createIntrospector(db: Kysely<unknown>): DatabaseIntrospector {
		return new StoreIntrospector(db, this.settings.schema);
	}

	override createAdapter(): PostgresAdapter {
		return new StoreAdapter(this.lockKey);
	}
}

function openPool({ config, name }: PostgresSettings): PostgresPool {
	const options: PoolConfig = {
		...config,
		max: MAX_CONNECTIONS,
		idleTimeoutMillis: IDLE_CONNECTION_MS,
	};
	const pool = new Pool(options);
	// Lost connections, idle or busy, show at the next query; unheard these events end the process.
	pool.on('error', () => {});
	pool.on('connect', (client) => void client.on('error', () => {}));
	return {
		connect: async () => {
			const client = await pool.connect().catch((error: unknown) => {
				throw cannotConnect(name, error);
			});
			return new PreparingClient(client);
		},
		end: async () => await pool.end(),
	};
}

class StoreDriver extends PostgresDriver {
	constructor(
		settings: PostgresSettings,
		private readonly lockKey: string,
	) {
		super({ pool: async () => openPool(settings) });
	}

	override async beginTransaction(
		connection: DatabaseConnection,
		settings: TransactionSettings,
	): Promise<void> {
		if (settings.accessMode === 'read only') return super.beginTransaction(connection, settings);
		const begin = `begin isolation level read committed read write; select pg_advisory_xact_lock(${this.lockKey})`;
		try {
			await connection.executeQuery(CompiledQuery.raw(begin));
		} catch (error) {
			// The lock was not granted in time, but the transaction has begun.
			await this.rollbackTransaction(connection);
			throw error;
		}
	}

	/** A connection that is lost cannot roll back; the server does so by itself. The first error counts. */
	override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
		await super.rollbackTransaction(connection).catch(() => {});
	}
}

/** Migrations wait for the writers of this store, not for those of other stores in the database. */
class StoreAdapter extends PostgresAdapter {
	constructor(private readonly lockKey: string) {
		super();
	}

	override async acquireMigrationLock(db: Kysely<unknown>): Promise<void> {
		// An index over a large table takes its time, and so does the process that migrates first.
		await sql`set statement_timeout = 0`.execute(db);
		await sql`select pg_advisory_lock(${sql.raw(this.lockKey)})`.execute(db);
	}

	override async releaseMigrationLock(db: Kysely<unknown>): Promise<void> {
		await sql`select pg_advisory_unlock(${sql.raw(this.lockKey)})`.execute(db);
		await sql`reset statement_timeout`.execute(db);
	}
}
