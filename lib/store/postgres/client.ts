/**
 * A connection of `pg` as kysely expects it, with prepared statements: the fabric says the same few
 * hundred sentences over and over, and planning one costs more than running it.
 */
import { createHash } from 'node:crypto';
import type { PoolClient, QueryResult } from 'pg';
import type { PostgresCursor, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import { isStalePlan } from './failures';

/** Each costs the server memory; sentences seen once (odd numbers of rows) are not worth it. */
const MAX_PREPARED = 300;
const MAX_SEEN = 3_000;

interface Prepared {
	names: Map<string, string>;
	seen: Set<string>;
}

/** A prepared statement belongs to its connection and lives as long. */
const PREPARED = new WeakMap<PoolClient, Prepared>();

export class PreparingClient implements PostgresPoolClient {
	private readonly prepared: Prepared;
	private isStale = false;

	constructor(private readonly client: PoolClient) {
		this.prepared = PREPARED.get(client) ?? { names: new Map(), seen: new Set() };
		PREPARED.set(client, this.prepared);
	}

	query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
	query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
	query<R>(
		sql: string | PostgresCursor<R>,
		parameters: readonly unknown[] = [],
	): Promise<PostgresQueryResult<R>> | PostgresCursor<R> {
		if (typeof sql !== 'string') throw new Error('The store reads no cursors.');
		return this.run(sql, parameters) as Promise<PostgresQueryResult<R>>;
	}

	release(): void {
		this.client.release(this.isStale);
	}

	private async run(text: string, parameters: readonly unknown[]): Promise<QueryResult> {
		try {
			// Without parameters, several sentences may go in one round trip (begin and lock).
			if (parameters.length === 0) return await this.client.query(text);
			const values = parameters.map(storable);
			return await this.client.query({ name: this.nameOf(text), text, values });
		} catch (error) {
			this.isStale ||= isStalePlan(error);
			throw withoutData(error);
		}
	}

	private nameOf(text: string): string | undefined {
		const { names, seen } = this.prepared;
		const known = names.get(text);
		if (known !== undefined || names.size >= MAX_PREPARED) return known;
		if (!seen.has(text)) {
			if (seen.size < MAX_SEEN) seen.add(text);
			return undefined;
		}
		const name = createHash('sha256').update(text).digest('hex').slice(0, 32);
		names.set(text, name);
		return name;
	}
}

/** PostgreSQL's text cannot hold NUL; JSON holds it escaped, so only bare keys and reasons lose it. */
function storable(value: unknown): unknown {
	if (typeof value !== 'string' || !value.includes('\0')) return value;
	return value.replaceAll('\0', '\uFFFD');
}

/** The server's details quote the row. */
function withoutData(error: unknown): unknown {
	if (error instanceof Error) Object.assign(error, { detail: undefined, where: undefined });
	return error;
}
