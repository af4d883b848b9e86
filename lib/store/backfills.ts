/**
 * What a backfill has read: staged records with what the plan found, and how often names stand among
 * them. All of it belongs to one run and is forgotten with it. Its deliveries stand among all others.
 */
import { sql, type Kysely, type Selectable, type SqlBool } from 'kysely';
import type { Operation } from '../model/delivery';
import { recordKey, type ChangeEvent, type RecordAddress } from '../model/event';
import { PRIORITY } from '../model/rows';
import { bySystem, chunks } from './batch';
import { parseJson } from './rows';
import type { BackfillRowsTable, Database, DeliveryState } from './schema';
import { runForList, runInsert } from './statement';

/** Cause of the deliveries that a backfill opens (`sync_origin`). */
export const BACKFILL_ORIGIN = 'backfill';

/**
 * `staged`: read. `planned`: tried out. `left`: the run leaves it alone. `merged`: the run is done with it.
 * `waiting`: its event waits in the inbox for a record that it names. `invalid`: it cannot be taken in.
 */
export type StagedState = 'staged' | 'planned' | 'left' | 'merged' | 'waiting' | 'invalid';

/**
 * Of a record: `known`: linked before, and nothing new. `changed`: linked before, with news. `matched`: its
 * client has records elsewhere. `new`: it has none. `review`: a person is asked. `waiting`: an event of it
 * is on its way already. `lacksClient`: the client that it names is not known.
 */
export type Verdict =
	| 'known'
	| 'changed'
	| 'matched'
	| 'new'
	| 'review'
	| 'waiting'
	| 'lacksClient';

export interface StagedRow {
	seq: number;
	system: string;
	object: string;
	crmId: string;
	event: ChangeEvent;
	state: StagedState;
	verdict: Verdict | null;
}

/** A record as it was read; `reason`: why it cannot be taken in. */
export interface NewStagedRow {
	object: string;
	crmId: string;
	event: unknown;
	reason?: string;
}

export interface Reading {
	run: string;
	system: string;
	/** Number of the listing: what an earlier one showed and this one did not is gone. */
	pass: number;
}

export interface RunDeliveries {
	system: string;
	object: string;
	operation: Operation;
	state: DeliveryState;
	count: number;
	/** Of so many clients, notes, ... */
	entities: number;
}

/** Records of one kind, of one system, in one state. */
export interface StagedCount {
	system: string;
	object: string;
	state: StagedState;
	count: number;
}

/** Where a record stands that others name. */
export interface StagedPlace extends RecordAddress {
	state: StagedState;
	verdict: Verdict | null;
	page: number | null;
}

/** In the very words of the partial index. */
const OF_BACKFILL = sql<SqlBool>`sync_origin = 'backfill'`;

function toStaged(row: Selectable<BackfillRowsTable>): StagedRow {
	return {
		seq: row.seq,
		system: row.system,
		object: row.object,
		crmId: row.crm_id,
		event: parseJson<ChangeEvent>(row.event),
		state: row.state as StagedState,
		verdict: row.verdict as Verdict | null,
	};
}

export class BackfillStore {
	constructor(private readonly db: Kysely<Database>) {}

	/** A record that was staged before is as it is now. */
	async stage(reading: Reading, rows: readonly NewStagedRow[]): Promise<void> {
		const { run, system, pass } = reading;
		const values = rows.map(({ object, crmId, event, reason }) => ({
			run,
			system,
			object,
			crm_id: crmId,
			event: JSON.stringify(event),
			pass,
			state: reason === undefined ? 'staged' : 'invalid',
			reason: reason ?? null,
		}));
		await runInsert(this.db, 'stage records', values, (slots) =>
			this.db
				.insertInto('backfill_rows')
				.values(slots)
				.onConflict((conflict) =>
					conflict.columns(['run', 'system', 'object', 'crm_id']).doUpdateSet((set) => ({
						event: set.ref('excluded.event'),
						pass: set.ref('excluded.pass'),
						page: null,
						state: set.ref('excluded.state'),
						verdict: null,
						reason: set.ref('excluded.reason'),
					})),
				),
		);
	}

	/** Forgets what this listing did not show; answers how many records. */
	async dropUnseen({ run, system, pass }: Reading, objects: readonly string[]): Promise<number> {
		const result = await this.db
			.deleteFrom('backfill_rows')
			.where('run', '=', run)
			.where('system', '=', system)
			.where('object', 'in', objects)
			.where('pass', '<', pass)
			.executeTakeFirst();
		return Number(result.numDeletedRows);
	}

	async countRows(run: string): Promise<StagedCount[]> {
		const rows = await this.db
			.selectFrom('backfill_rows')
			.select(['system', 'object', 'state', sql<number>`count(*)`.as('count')])
			.where('run', '=', run)
			.groupBy(['system', 'object', 'state'])
			.orderBy('system')
			.orderBy('object')
			.orderBy('state')
			.execute();
		return rows.map((row) => ({
			...row,
			state: row.state as StagedState,
			count: Number(row.count),
		}));
	}

	/** Those of these records that the run has read; key: the record's. */
	async placesOf(
		run: string,
		records: readonly RecordAddress[],
	): Promise<Map<string, StagedPlace>> {
		const places = new Map<string, StagedPlace>();
		for (const { system, object, ids } of bySystem(records)) {
			const rows = await runForList(this.db, ids, {
				name: 'places in backfill',
				values: [run, system, object],
				build: (slot, list) =>
					this.db
						.selectFrom('backfill_rows')
						.select(['crm_id', 'state', 'verdict', 'page'])
						.where('run', '=', slot<string>())
						.where('system', '=', slot<string>())
						.where('object', '=', slot<string>())
						.where('crm_id', 'in', list<string>()),
			});
			for (const { crm_id: crmId, state, verdict, page } of rows) {
				const place = { state: state as StagedState, verdict: verdict as Verdict | null, page };
				const address = { system, object, crmId };
				places.set(recordKey(address), { ...address, ...place });
			}
		}
		return places;
	}

	/** Why records cannot be taken in, the commonest reason first, with one of them. */
	async invalidReasons(
		run: string,
		limit: number,
	): Promise<
		Array<{ system: string; object: string; reason: string; count: number; crmId: string }>
	> {
		const rows = await this.db
			.selectFrom('backfill_rows')
			.select(['system', 'object', 'reason', sql<number>`count(*)`.as('count')])
			.select((select) => select.fn.min('crm_id').as('crm_id'))
			.where('run', '=', run)
			.where('state', '=', 'invalid')
			.groupBy(['system', 'object', 'reason'])
			.orderBy(sql`count(*)`, 'desc')
			.orderBy('system')
			.orderBy('object')
			.orderBy('reason')
			.limit(limit)
			.execute();
		return rows.map(({ system, object, reason, count, crm_id: crmId }) => ({
			system,
			object,
			reason: reason ?? '',
			count: Number(count),
			crmId,
		}));
	}

	/** In the order in which they were first staged; without those that cannot be taken in. */
	async rowsAfter(run: string, seq: number, limit: number): Promise<StagedRow[]> {
		const rows = await this.db
			.selectFrom('backfill_rows')
			.selectAll()
			.where('run', '=', run)
			.where('seq', '>', seq)
			.where('state', '!=', 'invalid')
			.orderBy('seq')
			.limit(limit)
			.execute();
		return rows.map(toStaged);
	}

	/** Places rows, by their numbers, on a page: they are worked at together. */
	async setPage(seqs: readonly number[], page: number): Promise<void> {
		for (const chunk of chunks(seqs)) {
			await this.db.updateTable('backfill_rows').set({ page }).where('seq', 'in', chunk).execute();
		}
	}

	async rowsOfPage(run: string, page: number): Promise<StagedRow[]> {
		const rows = await this.db
			.selectFrom('backfill_rows')
			.selectAll()
			.where('run', '=', run)
			.where('page', '=', page)
			.where('state', '!=', 'invalid')
			.orderBy('seq')
			.execute();
		return rows.map(toStaged);
	}

	async settleRows(
		seqs: readonly number[],
		{ state, verdict }: { state: StagedState; verdict?: Verdict },
	): Promise<void> {
		for (const chunk of chunks(seqs)) {
			await this.db
				.updateTable('backfill_rows')
				.set({ state, ...(verdict === undefined ? {} : { verdict }) })
				.where('seq', 'in', chunk)
				.execute();
		}
	}

	/** They are to be tried out again. */
	async unsettle(run: string): Promise<void> {
		await this.db
			.updateTable('backfill_rows')
			.set({ state: 'staged', verdict: null })
			.where('run', '=', run)
			.where('state', 'in', ['planned', 'left'])
			.execute();
	}

	/** How often names stand among the staged records and the known ones. */
	async saveNames(run: string, counts: ReadonlyMap<number, number>): Promise<void> {
		const rows = [...counts].map(([hash, records]) => ({ run, hash, records }));
		await runInsert(this.db, 'backfill names', rows, (slots) =>
			this.db
				.insertInto('backfill_names')
				.values(slots)
				.onConflict((conflict) =>
					conflict
						.columns(['run', 'hash'])
						.doUpdateSet((set) => ({ records: set.ref('excluded.records') })),
				),
		);
	}

	async names(run: string, hashes: readonly number[]): Promise<Map<number, number>> {
		const rows = await runForList(this.db, [...new Set(hashes)], {
			name: 'names of backfill',
			values: [run],
			build: (slot, list) =>
				this.db
					.selectFrom('backfill_names')
					.select(['hash', 'records'])
					.where('run', '=', slot<string>())
					.where('hash', 'in', list<number>()),
		});
		return new Map(rows.map(({ hash, records }) => [hash, records]));
	}

	/** What became of the deliveries that the run has opened. */
	async deliveries(run: string): Promise<RunDeliveries[]> {
		const rows = await this.db
			.selectFrom('deliveries')
			.select(['system', 'object', 'operation', 'state', sql<number>`count(*)`.as('count')])
			.select(sql<number>`count(distinct entity_id)`.as('entities'))
			.where(OF_BACKFILL)
			.where('run', '=', run)
			.groupBy(['system', 'object', 'operation', 'state'])
			.orderBy('system')
			.orderBy('object')
			.orderBy('operation')
			.orderBy('state')
			.execute();
		return rows.map((row) => ({
			...row,
			operation: row.operation as Operation,
			count: Number(row.count),
			entities: Number(row.entities),
		}));
	}

	/**
	 * What the run has opened and nobody has begun to write is due later by so many ms, or sooner. Once: so many ms
	 * are more than any time, which tells what was postponed before.
	 */
	async postpone(run: string, byMs: number): Promise<void> {
		await this.db
			.updateTable('deliveries')
			.set((set) => ({ next_at: set('next_at', '+', byMs) }))
			.where(OF_BACKFILL)
			.where('run', '=', run)
			.where('state', '=', 'open')
			.where('priority', '=', PRIORITY.backfill)
			.where('next_at', byMs > 0 ? '<' : '>=', Math.abs(byMs))
			.execute();
	}

	/** What the run has opened and nobody has tried to write is not written; answers how many. */
	async withdraw(run: string, now: number, reason: string): Promise<number> {
		const result = await this.db
			.updateTable('deliveries')
			.set({ state: 'superseded', settled_at: now, reason })
			.where(OF_BACKFILL)
			.where('run', '=', run)
			.where('state', 'in', ['open', 'held'])
			.where('attempts', '=', 0)
			.executeTakeFirst();
		return Number(result.numUpdatedRows);
	}

	/** The run is over: nothing of what was read is needed any more. */
	async forget(run: string): Promise<void> {
		for (const table of ['backfill_rows', 'backfill_names'] as const)
			await this.db.deleteFrom(table).where('run', '=', run).execute();
	}
}
