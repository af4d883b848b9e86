/** The inbox: change events accepted and not yet settled, and what became of the others. */
import { sql, type Kysely, type SqlBool } from 'kysely';
import type { ChangeEvent, RecordAddress } from '../model/event';
import { recordKey } from '../model/event';
import type { InboxItem } from '../model/rows';
import { bySystem, chunks, inChunks } from './batch';
import { parseJson } from './rows';
import { UNSETTLED, type Database, type InboxState } from './schema';

export interface LastEvent {
	event: ChangeEvent;
	state: InboxState;
}

function toItem(row: { seq: number; event: string; attempts: number }): InboxItem {
	return {
		seq: row.seq,
		event: parseJson<ChangeEvent>(row.event),
		attempts: row.attempts,
	};
}

/** In the very words of the partial indexes: only then does SQLite use them. */
function unsettled(table: string) {
	return sql<SqlBool>`${sql.ref(`${table}.state`)} in ('pending', 'emitted')`;
}

export class InboxStore {
	constructor(private readonly db: Kysely<Database>) {}

	/** The newest event of each record, whatever became of it. */
	async lastEvents(addresses: readonly RecordAddress[]): Promise<Map<string, LastEvent>> {
		const result = new Map<string, LastEvent>();
		for (const { system, object, ids } of bySystem(addresses)) {
			const rows = await inChunks(ids, (chunk) =>
				this.db
					.selectFrom('inbox')
					.select(['crm_id', 'event', 'state'])
					.where('seq', 'in', (query) =>
						query
							.selectFrom('inbox')
							.select((select) => select.fn.max('seq').as('seq'))
							.where('system', '=', system)
							.where('object', '=', object)
							.where('crm_id', 'in', chunk)
							.groupBy('crm_id'),
					)
					.execute(),
			);
			for (const row of rows) {
				result.set(recordKey({ system, object, crmId: row.crm_id }), {
					event: parseJson(row.event),
					state: row.state,
				});
			}
		}
		return result;
	}

	/** Adds events; one whose id is known already is left out. Returns how many were new. */
	async add(
		events: readonly ChangeEvent[],
		state: InboxState,
		now: number,
		reason?: string,
	): Promise<number> {
		let added = 0;
		for (const chunk of chunks(events)) {
			const result = await this.db
				.insertInto('inbox')
				.values(
					chunk.map((event) => ({
						event_id: event.eventId,
						system: event.system,
						object: event.object,
						crm_id: event.crmId,
						event: JSON.stringify(event),
						state,
						attempts: 0,
						next_at: now,
						batch: null,
						reason: reason ?? null,
						received_at: now,
						settled_at: UNSETTLED.includes(state) ? null : now,
					})),
				)
				.onConflict((conflict) => conflict.column('event_id').doNothing())
				.executeTakeFirst();
			added += Number(result.numInsertedOrUpdatedRows ?? 0);
		}
		return added;
	}

	/**
	 * Pending events in the order they were read, `limit` at most. An event waits while an earlier
	 * one of its record is not due: order per record holds through failures.
	 */
	async due(system: string, limit: number, now: number): Promise<InboxItem[]> {
		const rows = await this.db
			.selectFrom('inbox as event')
			.select(['event.seq', 'event.event', 'event.attempts'])
			.where('event.system', '=', system)
			.where(unsettled('event'))
			.where('event.state', '=', 'pending')
			.where('event.next_at', '<=', now)
			.where((where) =>
				where.not(
					where.exists(
						where
							.selectFrom('inbox as earlier')
							.select('earlier.seq')
							.whereRef('earlier.system', '=', 'event.system')
							.whereRef('earlier.object', '=', 'event.object')
							.whereRef('earlier.crm_id', '=', 'event.crm_id')
							.whereRef('earlier.seq', '<', 'event.seq')
							.where(unsettled('earlier'))
							.where((or) =>
								or.or([or('earlier.state', '=', 'emitted'), or('earlier.next_at', '>', now)]),
							),
					),
				),
			)
			.orderBy('event.seq')
			.limit(limit)
			.execute();
		return rows.map(toItem);
	}

	async markEmitted(seqs: readonly number[], batch: string): Promise<void> {
		for (const chunk of chunks(seqs)) {
			await this.db
				.updateTable('inbox')
				.set((set) => ({ state: 'emitted' as const, batch, attempts: set('attempts', '+', 1) }))
				.where('seq', 'in', chunk)
				.where('state', '=', 'pending')
				.execute();
		}
	}

	/** What a batch left behind: events that nothing on the canvas settled. */
	async unsettledOf(batch: string): Promise<InboxItem[]> {
		const rows = await this.db
			.selectFrom('inbox')
			.select(['seq', 'event', 'attempts'])
			.where('batch', '=', batch)
			.where('state', '=', 'emitted')
			.orderBy('seq')
			.execute();
		return rows.map(toItem);
	}

	/** Emitted events, e.g. those of a process that is gone. */
	async emitted(system: string): Promise<InboxItem[]> {
		const rows = await this.db
			.selectFrom('inbox')
			.select(['seq', 'event', 'attempts'])
			.where('system', '=', system)
			.where(unsettled('inbox'))
			.where('state', '=', 'emitted')
			.orderBy('seq')
			.execute();
		return rows.map(toItem);
	}

	async postpone(seqs: readonly number[], nextAt: number, reason: string): Promise<void> {
		for (const chunk of chunks(seqs)) {
			await this.db
				.updateTable('inbox')
				.set({ state: 'pending', batch: null, next_at: nextAt, reason })
				.where('seq', 'in', chunk)
				.execute();
		}
	}

	async settle(
		seqs: readonly number[],
		state: InboxState,
		now: number,
		reason?: string,
	): Promise<void> {
		for (const chunk of chunks(seqs)) {
			await this.db
				.updateTable('inbox')
				.set({ state, settled_at: now, reason: reason ?? null, batch: null })
				.where('seq', 'in', chunk)
				.execute();
		}
	}

	/** States by event id, for events that come from the canvas. */
	async statesOf(
		eventIds: readonly string[],
	): Promise<Map<string, { seq: number; state: InboxState }>> {
		const rows = await inChunks(eventIds, (chunk) =>
			this.db
				.selectFrom('inbox')
				.select(['event_id', 'seq', 'state'])
				.where('event_id', 'in', chunk)
				.execute(),
		);
		return new Map(rows.map((row) => [row.event_id, { seq: row.seq, state: row.state }]));
	}

	async get(seq: number): Promise<InboxItem | undefined> {
		const row = await this.db
			.selectFrom('inbox')
			.select(['seq', 'event', 'attempts'])
			.where('seq', '=', seq)
			.executeTakeFirst();
		return row && toItem(row);
	}

	/** Sets events free again: from review after the answer, from dead letters for a retry. */
	async release(seqs: readonly number[], now: number): Promise<void> {
		for (const chunk of chunks(seqs)) {
			await this.db
				.updateTable('inbox')
				.set({
					state: 'pending',
					attempts: 0,
					next_at: now,
					settled_at: null,
					reason: null,
					batch: null,
				})
				.where('seq', 'in', chunk)
				.execute();
		}
	}

	async inReview(address: RecordAddress): Promise<number[]> {
		const rows = await this.db
			.selectFrom('inbox')
			.select('seq')
			.where('system', '=', address.system)
			.where('object', '=', address.object)
			.where('crm_id', '=', address.crmId)
			.where('state', '=', 'review')
			.orderBy('seq')
			.execute();
		return rows.map(({ seq }) => seq);
	}

	async lastSeq(system: string): Promise<number> {
		const row = await this.db
			.selectFrom('inbox')
			.select((select) => select.fn.max('seq').as('seq'))
			.where('system', '=', system)
			.executeTakeFirst();
		return Number(row?.seq ?? 0);
	}

	async hasUnsettledUpTo(system: string, seq: number): Promise<boolean> {
		const row = await this.db
			.selectFrom('inbox')
			.select('seq')
			.where('system', '=', system)
			.where('seq', '<=', seq)
			.where(unsettled('inbox'))
			.limit(1)
			.executeTakeFirst();
		return row !== undefined;
	}

	async countByState(): Promise<Array<{ system: string; state: InboxState; count: number }>> {
		const rows = await this.db
			.selectFrom('inbox')
			.select(['system', 'state', sql<number>`count(*)`.as('count')])
			.groupBy(['system', 'state'])
			.execute();
		return rows.map((row) => ({ ...row, count: Number(row.count) }));
	}
}
