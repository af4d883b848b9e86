/** Deliveries: which records differ from what their entities want, and what became of each try. */
import { sql, type Kysely, type SqlBool } from 'kysely';
import type { CanonicalFields } from '../model/fields';
import type { Operation } from '../model/delivery';
import type { DeliveryRow } from '../model/rows';
import { chunks, inChunks } from './batch';
import {
	findDeadCreates,
	placeKey,
	triesBefore,
	type DeadCreate,
	type Tries,
} from './dead-creates';
import { isNotPaused, isSystemPaused } from './pauses';
import { toDelivery } from './rows';
import type { Database, DeliveryState } from './schema';
import { runForList, runInsert } from './statement';

export interface NewDelivery {
	system: string;
	object: string;
	target: string;
	crmId: string | null;
	entityId: string;
	operation: Operation;
	priority: number;
	syncOrigin: string;
	run?: string;
	/** Default `open`. */
	state?: 'open' | 'held';
	nextAt: number;
}

/** In the very words of the partial indexes: only then does SQLite use them. */
const ALIVE = sql<SqlBool>`state in ('open', 'held', 'claimed')`;
const OPEN = sql<SqlBool>`state = 'open'`;
const UNDONE_CREATE = sql<SqlBool>`operation = 'create' and state in ('open', 'claimed', 'dead')`;
const CLAIMED = sql<SqlBool>`state = 'claimed'`;

export class DeliveryStore {
	constructor(private readonly db: Kysely<Database>) {}

	async aliveOf(entityIds: readonly string[]): Promise<DeliveryRow[]> {
		const rows = await runForList(this.db, entityIds, {
			name: 'alive deliveries',
			build: (_slot, list) =>
				this.db
					.selectFrom('deliveries')
					.selectAll()
					.where('entity_id', 'in', list<string>())
					.where(ALIVE)
					.orderBy('id'),
		});
		return rows.map(toDelivery);
	}

	/** Creates that were tried in this system and are not known to be done: a new record there may be theirs. */
	async createsTried(system: string): Promise<DeliveryRow[]> {
		const rows = await this.db
			.selectFrom('deliveries')
			.selectAll()
			.where('system', '=', system)
			.where(UNDONE_CREATE)
			.where('attempts', '>', 0)
			.orderBy('id')
			.execute();
		return rows.map(toDelivery);
	}

	/** See ./dead-creates.ts. */
	deadCreates(limit: number, entityIds?: readonly string[]): Promise<DeadCreate[]> {
		return findDeadCreates(this.db, limit, entityIds);
	}

	/**
	 * A create that follows one that was given up is its next try: it carries on what was tried, so that a record that
	 * was made after all is looked for first.
	 */
	async open(deliveries: readonly NewDelivery[], now: number): Promise<void> {
		const creates = deliveries.filter(({ operation }) => operation === 'create');
		const before = await triesBefore(this.db, creates);
		const rows = deliveries.map((delivery) => ({
			system: delivery.system,
			object: delivery.object,
			target: delivery.target,
			crm_id: delivery.crmId,
			entity_id: delivery.entityId,
			operation: delivery.operation,
			state: delivery.state ?? ('open' as const),
			priority: delivery.priority,
			attempts: 0,
			next_at: delivery.nextAt,
			sync_origin: delivery.syncOrigin,
			run: delivery.run ?? null,
			opened_at: now,
			tried: null,
			...(delivery.operation === 'create' && nextTry(before.get(placeKey(delivery)))),
		}));
		await runInsert(this.db, 'open deliveries', rows, (slots) =>
			this.db.insertInto('deliveries').values(slots),
		);
	}

	/**
	 * Open deliveries whose time has come, most urgent first; not those to what is paused. `priorities`: only
	 * those of one of these.
	 */
	async due(
		limit: number,
		now: number,
		system?: string,
		priorities?: readonly number[],
	): Promise<DeliveryRow[]> {
		if (system !== undefined && (await isSystemPaused(this.db, system))) return [];
		let query = this.db
			.selectFrom('deliveries')
			.selectAll()
			.where(OPEN)
			.where('next_at', '<=', now)
			.where(isNotPaused('deliveries'))
			.orderBy('priority')
			.orderBy('next_at')
			.orderBy('id')
			.limit(limit);
		if (system !== undefined) query = query.where('system', '=', system);
		if (priorities !== undefined) query = query.where('priority', 'in', priorities);
		return (await query.execute()).map(toDelivery);
	}

	async byIds(ids: readonly number[]): Promise<Map<number, DeliveryRow>> {
		const rows = await inChunks(ids, (chunk) =>
			this.db.selectFrom('deliveries').selectAll().where('id', 'in', chunk).execute(),
		);
		return new Map(rows.map((row) => [row.id, toDelivery(row)]));
	}

	async claim(claim: {
		id: number;
		token: string;
		leaseUntil: number;
		changes: CanonicalFields;
		tried: CanonicalFields[];
		idempotencyKey: string;
	}): Promise<void> {
		await this.db
			.updateTable('deliveries')
			.set((set) => ({
				state: 'claimed' as const,
				claim_token: claim.token,
				lease_until: claim.leaseUntil,
				changes: JSON.stringify(claim.changes),
				tried: claim.tried.length === 0 ? null : JSON.stringify(claim.tried),
				idempotency_key: claim.idempotencyKey,
				attempts: set('attempts', '+', 1),
				again: 0,
			}))
			.where('id', '=', claim.id)
			.execute();
	}

	async extendLeases(tokens: readonly string[], leaseUntil: number): Promise<void> {
		for (const chunk of chunks(tokens)) {
			await this.db
				.updateTable('deliveries')
				.set({ lease_until: leaseUntil })
				.where('claim_token', 'in', chunk)
				.where(CLAIMED)
				.execute();
		}
	}

	/** Claims that nobody will answer any more are open again. */
	async releaseExpired(now: number): Promise<number> {
		const result = await this.db
			.updateTable('deliveries')
			.set({ state: 'open', claim_token: null, lease_until: null, next_at: now, priority: 1 })
			.where(CLAIMED)
			.where('lease_until', '<', now)
			.executeTakeFirst();
		return Number(result.numUpdatedRows);
	}

	/** Claims with these tokens that were not answered: their execution ended without a result. */
	async stillClaimed(tokens: readonly string[]): Promise<DeliveryRow[]> {
		const rows = await inChunks(tokens, (chunk) =>
			this.db
				.selectFrom('deliveries')
				.selectAll()
				.where('claim_token', 'in', chunk)
				.where(CLAIMED)
				.orderBy('id')
				.execute(),
		);
		return rows.map(toDelivery);
	}

	async reopen(
		id: number,
		values: {
			nextAt: number;
			priority: number;
			reason: string | null;
			code: string | null;
			/** Where the try is not to count. */
			attempts?: number;
		},
	): Promise<void> {
		await this.db
			.updateTable('deliveries')
			.set({
				state: 'open',
				claim_token: null,
				lease_until: null,
				next_at: values.nextAt,
				priority: values.priority,
				reason: values.reason,
				code: values.code,
				...(values.attempts === undefined ? {} : { attempts: values.attempts }),
			})
			.where('id', '=', id)
			.execute();
	}

	async settle(
		ids: readonly number[],
		state: DeliveryState,
		now: number,
		reason?: string,
		code?: string,
	): Promise<void> {
		for (const chunk of chunks(ids)) {
			await this.db
				.updateTable('deliveries')
				.set({
					state,
					settled_at: now,
					claim_token: null,
					lease_until: null,
					reason: reason ?? null,
					code: code ?? null,
				})
				.where('id', 'in', chunk)
				.execute();
		}
	}

	/** Held by the breaker in one system; `run` null: those of no run with a name of its own. */
	async held(system: string, run: string | null): Promise<DeliveryRow[]> {
		let query = this.db
			.selectFrom('deliveries')
			.selectAll()
			.where('system', '=', system)
			.where(ALIVE)
			.where('state', '=', 'held')
			.orderBy('id');
		query =
			run === null
				? query.where((where) =>
						where.or([where('run', 'is', null), where('run', 'not like', '%/%')]),
					)
				: query.where('run', '=', run);
		return (await query.execute()).map(toDelivery);
	}

	/** Held deliveries may go out. */
	async letGo(ids: readonly number[], now: number): Promise<void> {
		for (const chunk of chunks(ids)) {
			await this.db
				.updateTable('deliveries')
				.set({ state: 'open', next_at: now })
				.where('id', 'in', chunk)
				.where('state', '=', 'held')
				.execute();
		}
	}

	/** What is still open is due now, and more urgent. */
	async hurry(ids: readonly number[], priority: number, now: number): Promise<void> {
		for (const chunk of chunks(ids)) {
			await this.db
				.updateTable('deliveries')
				.set({ priority, next_at: now })
				.where('id', 'in', chunk)
				.where(OPEN)
				.execute();
		}
	}

	async lookAgain(ids: readonly number[]): Promise<void> {
		for (const chunk of chunks(ids)) {
			await this.db.updateTable('deliveries').set({ again: 1 }).where('id', 'in', chunk).execute();
		}
	}

	/** The record is known now: a create that broke off after making it goes on as an update. */
	async retarget(id: number, crmId: string): Promise<void> {
		await this.db
			.updateTable('deliveries')
			.set({ crm_id: crmId, target: crmId, operation: 'update' })
			.where('id', '=', id)
			.execute();
	}

	async countByState(): Promise<Array<{ system: string; state: DeliveryState; count: number }>> {
		const rows = await this.db
			.selectFrom('deliveries')
			.select(['system', 'state', sql<number>`count(*)`.as('count')])
			.groupBy(['system', 'state'])
			.execute();
		return rows.map((row) => ({ ...row, count: Number(row.count) }));
	}
}

function nextTry(before: Tries | undefined) {
	return before && { ...before, attempts: 1 };
}
