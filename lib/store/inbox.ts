/** The inbox: change events accepted and not yet settled, and what became of the others. */
import { sql, type Kysely, type SqlBool } from 'kysely';
import type { ChangeEvent } from '../model/event';
import type { InboxItem } from '../model/rows';
import { chunks } from './batch';
import type { EventCache } from './event-cache';
import { isNotPaused, isSystemPaused } from './pauses';
import { parseJson } from './rows';
import { UNSETTLED, type Database, type InboxState } from './schema';
import { runForEach, runForList, runInsert, runStatement } from './statement';

/** What the inbox knows of an event that comes from the canvas. */
export interface InboxEntry {
	seq: number;
	state: InboxState;
	/** The emission that carries it, while it is under way. */
	batch: string | null;
}

function toItem(
	{ seq, event: text, attempts }: { seq: number; event: string; attempts: number },
	event = parseJson<ChangeEvent>(text),
): InboxItem {
	return { seq, event, attempts };
}

interface Arrival {
	state: InboxState;
	now: number;
	reason?: string;
	batch?: string;
}

function newRow(event: ChangeEvent, { state, now, reason, batch }: Arrival) {
	return {
		event_id: event.eventId,
		system: event.system,
		object: event.object,
		crm_id: event.crmId,
		event: JSON.stringify(event),
		state,
		attempts: 0,
		next_at: now,
		batch: batch ?? null,
		reason: reason ?? null,
		received_at: now,
		settled_at: UNSETTLED.includes(state) ? null : now,
	};
}

/** In the very words of the partial indexes: only then does SQLite use them. */
export function unsettled(table: string) {
	return sql<SqlBool>`${sql.ref(`${table}.state`)} in ('pending', 'emitted')`;
}

export class InboxStore {
	constructor(
		private readonly db: Kysely<Database>,
		/** What was taken in lately, in this transaction or an earlier one. */
		private readonly cache?: EventCache,
	) {}

	/** Adds events; one whose id is known already is left out. Returns how many were new. */
	async add(
		events: readonly ChangeEvent[],
		state: InboxState,
		now: number,
		reason?: string,
		batch?: string,
	): Promise<number> {
		return this.insert(events.map((event) => newRow(event, { state, now, reason, batch })));
	}

	/** As {@link add}, pending ones that nobody else holds from now on: they are handed out as they are. */
	async addOwn(events: readonly ChangeEvent[], now: number): Promise<number> {
		const rows = events.map((event) => newRow(event, { state: 'pending', now }));
		for (const [index, event] of events.entries())
			this.cache?.note(event, rows[index]?.event ?? '');
		return this.insert(rows);
	}

	private insert(rows: ReadonlyArray<ReturnType<typeof newRow>>): Promise<number> {
		return runInsert(this.db, 'add events', rows, (slots) =>
			this.db
				.insertInto('inbox')
				.values(slots)
				.onConflict((conflict) => conflict.column('event_id').doNothing()),
		);
	}

	/**
	 * Pending events in the order they were read, `limit` at most. An event waits while an earlier
	 * one of its record is not due: order per record holds through failures. Those of a paused record
	 * wait, and of a paused system all do.
	 */
	async due(system: string, limit: number, now: number): Promise<InboxItem[]> {
		if (await isSystemPaused(this.db, system)) return [];
		const values = [system, now, now, limit];
		const { rows } = await runStatement(this.db, 'due events', values, (slot) =>
			this.db
				.selectFrom('inbox as event')
				.select(['event.seq', 'event.event_id', 'event.event', 'event.attempts'])
				.where('event.system', '=', slot<string>())
				.where(unsettled('event'))
				.where('event.state', '=', 'pending')
				.where('event.next_at', '<=', slot<number>())
				.where(isNotPaused('event'))
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
									or.or([
										or('earlier.state', '=', 'emitted'),
										or('earlier.next_at', '>', slot<number>()),
									]),
								),
						),
					),
				)
				.orderBy('event.seq')
				.limit(slot<number>()),
		);
		return rows.map((row) => toItem(row, this.cache?.take(row.event_id, row.event)));
	}

	async markEmitted(seqs: readonly number[], batch: string): Promise<void> {
		await runForEach(this.db, seqs, {
			name: 'mark emitted',
			values: [batch],
			build: (slot, list) =>
				this.db
					.updateTable('inbox')
					.set((set) => ({
						state: 'emitted' as const,
						batch: slot<string>(),
						attempts: set('attempts', '+', 1),
					}))
					.where('seq', 'in', list<number>())
					.where('state', '=', 'pending'),
		});
	}

	/** What a batch left behind: events that nothing on the canvas settled. */
	async unsettledOf(batch: string): Promise<InboxItem[]> {
		const { rows } = await runStatement(this.db, 'unsettled events', [batch], (slot) =>
			this.db
				.selectFrom('inbox')
				.select(['seq', 'event', 'attempts'])
				.where('batch', '=', slot<string>())
				.where('state', '=', 'emitted')
				.orderBy('seq'),
		);
		return rows.map((row) => toItem(row));
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
		return rows.map((row) => toItem(row));
	}

	/** Those that are settled meanwhile stay so. */
	async postpone(seqs: readonly number[], nextAt: number, reason: string): Promise<void> {
		for (const chunk of chunks(seqs)) {
			await this.db
				.updateTable('inbox')
				.set({ state: 'pending', batch: null, next_at: nextAt, reason })
				.where('seq', 'in', chunk)
				.where('state', 'in', UNSETTLED)
				.execute();
		}
	}

	/** What they wait for has come: those that still wait are due. */
	async hasten(seqs: readonly number[], now: number, reason: string): Promise<void> {
		for (const chunk of chunks(seqs)) {
			await this.db
				.updateTable('inbox')
				.set({ next_at: now, reason })
				.where('seq', 'in', chunk)
				.where('state', '=', 'pending')
				.execute();
		}
	}

	async settle(
		seqs: readonly number[],
		state: InboxState,
		now: number,
		reason?: string,
	): Promise<void> {
		await runForEach(this.db, seqs, {
			name: 'settle events',
			values: [state, now, reason ?? null],
			build: (slot, list) =>
				this.db
					.updateTable('inbox')
					.set({
						state: slot<InboxState>(),
						settled_at: slot<number>(),
						reason: slot<string | null>(),
						batch: null,
					})
					.where('seq', 'in', list<number>()),
		});
	}

	/** States by event id, for events that come from the canvas. */
	async statesOf(eventIds: readonly string[]): Promise<Map<string, InboxEntry>> {
		const rows = await runForList(this.db, eventIds, {
			name: 'states of events',
			build: (_slot, list) =>
				this.db
					.selectFrom('inbox')
					.select(['event_id', 'seq', 'state', 'batch'])
					.where('event_id', 'in', list<string>()),
		});
		return new Map(rows.map(({ event_id: id, ...entry }) => [id, entry]));
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

	/** Events that wait for the answer to one question about all of them. */
	async heldUnder(batch: string): Promise<number[]> {
		const rows = await this.db
			.selectFrom('inbox')
			.select('seq')
			.where('batch', '=', batch)
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

	/** When the last event was accepted, ms; 0 if none was. */
	async newestTime(): Promise<number> {
		const row = await this.db
			.selectFrom('inbox')
			.select('received_at')
			.orderBy('seq', 'desc')
			.limit(1)
			.executeTakeFirst();
		return row?.received_at ?? 0;
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
