/** Events and deliveries that will not be tried again by themselves. */
import type { Kysely } from 'kysely';
import type { DeadLetterRow } from '../model/rows';
import { chunks } from './batch';
import { jsonOrNull, toDeadLetter } from './rows';
import type { Database } from './schema';

type NewDeadLetter = Omit<DeadLetterRow, 'id' | 'state' | 'openedAt' | 'closedAt'>;

export class DeadLetterStore {
	constructor(private readonly db: Kysely<Database>) {}

	async add(letters: readonly NewDeadLetter[], now: number): Promise<void> {
		for (const chunk of chunks(letters, 200)) {
			const rows = chunk.map((letter) => ({
				kind: letter.kind,
				state: 'open' as const,
				system: letter.system,
				object: letter.object,
				crm_id: letter.crmId,
				entity_id: letter.entityId,
				inbox_seq: letter.inboxSeq,
				delivery_id: letter.deliveryId,
				reason: letter.reason,
				code: letter.code,
				payload: jsonOrNull(letter.payload),
				opened_at: now,
				closed_at: null,
			}));
			await this.db.insertInto('dead_letters').values(rows).execute();
		}
	}

	async get(id: number): Promise<DeadLetterRow | undefined> {
		const row = await this.db
			.selectFrom('dead_letters')
			.selectAll()
			.where('id', '=', id)
			.executeTakeFirst();
		return row && toDeadLetter(row);
	}

	async list(state: DeadLetterRow['state'] | undefined, limit: number): Promise<DeadLetterRow[]> {
		let query = this.db.selectFrom('dead_letters').selectAll().orderBy('id').limit(limit);
		if (state !== undefined) query = query.where('state', '=', state);
		return (await query.execute()).map(toDeadLetter);
	}

	async close(id: number, state: 'retried' | 'discarded', now: number): Promise<void> {
		await this.db
			.updateTable('dead_letters')
			.set({ state, closed_at: now })
			.where('id', '=', id)
			.execute();
	}
}
