/** Defences of the inbox, switched off: what was taken in before, cursor and events together, order, bookkeeping. */
import type { Kysely } from 'kysely';
import type { InboxItem } from '../../../lib/model/rows';
import type { ChangeEvent } from '../../../lib/model/event';
import type { Database } from '../../../lib/store/schema';
import type { Sabotage } from './sabotage';

export const inboxDedupe: Sabotage = {
	what: 'An event is taken in again whenever it is told again.',
	batch: (batch) => ({
		...batch,
		events: batch.events.map((event) => ({
			...event,
			eventId: `${event.eventId}#${event.receivedAt}`,
		})),
	}),
};

export const mergedBefore: Sabotage = {
	what: 'Field Merge does not ask whether it has merged an event before.',
	store: async ({ part, method, args }, proceed) => {
		const result = await proceed(args);
		if (part !== 'inbox' || method !== 'statesOf') return result;
		const states = result as Map<string, { seq: number; state: string }>;
		return new Map([...states].map(([id, entry]) => [id, { ...entry, state: 'emitted' }]));
	},
};

export const cursorTogether: Sabotage = {
	what: 'The cursor is moved first, and the events are taken in afterwards.',
	accept: async (fabric, store, system, batch) => {
		const now = Date.parse(batch.events[0]?.receivedAt ?? new Date(0).toISOString());
		await store.transaction((tx) => tx.systems.moveCursor(system, batch.cursor, now));
		return fabric.accept(system, batch);
	},
};

export const orderPerRecord: Sabotage = {
	what: 'An event does not wait for the earlier ones of its record.',
	store: async ({ part, method, args }, proceed, inbox) => {
		if (part !== 'inbox' || method !== 'due') return proceed(args);
		const [system, limit, now] = args as [string, number, number];
		const db = Reflect.get(inbox, 'db') as Kysely<Database>;
		const rows = await db
			.selectFrom('inbox')
			.select(['seq', 'event', 'attempts'])
			.where('system', '=', system)
			.where('state', '=', 'pending')
			.where('next_at', '<=', now)
			.orderBy('seq')
			.limit(limit)
			.execute();
		return rows.map((row): InboxItem => ({ ...row, event: JSON.parse(row.event) as ChangeEvent }));
	},
};

export const deadLetters: Sabotage = {
	what: 'What is given up is not put before a person.',
	store: async ({ part, method, args }, proceed) =>
		part === 'deadLetters' && method === 'add' ? undefined : proceed(args),
};
