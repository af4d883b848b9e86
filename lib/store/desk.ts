/** What waits for a person: reviews and dead letters. */
import type { Kysely } from 'kysely';
import type { RecordAddress } from '../model/event';
import type { DeadLetterRow, ReviewDecision, ReviewQuestion, ReviewRow } from '../model/rows';
import { jsonOrNull, toDeadLetter, toReview } from './rows';
import type { Database } from './schema';

export type NewReview = RecordAddress & {
	kind: string;
	state: 'open' | 'logged';
	question: ReviewQuestion;
};
export type NewDeadLetter = Omit<DeadLetterRow, 'id' | 'state' | 'openedAt' | 'closedAt'>;

export class ReviewStore {
	constructor(private readonly db: Kysely<Database>) {}

	async open(review: NewReview, now: number): Promise<number> {
		const row = await this.db
			.insertInto('reviews')
			.values({
				kind: review.kind,
				state: review.state,
				system: review.system,
				object: review.object,
				crm_id: review.crmId,
				question: JSON.stringify(review.question),
				decision: null,
				opened_at: now,
				decided_at: null,
			})
			.returning('id')
			.executeTakeFirstOrThrow();
		return row.id;
	}

	async openFor(address: RecordAddress): Promise<ReviewRow | undefined> {
		const row = await this.db
			.selectFrom('reviews')
			.selectAll()
			.where('system', '=', address.system)
			.where('object', '=', address.object)
			.where('crm_id', '=', address.crmId)
			.where('state', '=', 'open')
			.executeTakeFirst();
		return row && toReview(row);
	}

	async get(id: number): Promise<ReviewRow | undefined> {
		const row = await this.db
			.selectFrom('reviews')
			.selectAll()
			.where('id', '=', id)
			.executeTakeFirst();
		return row && toReview(row);
	}

	async list(state: ReviewRow['state'] | undefined, limit: number): Promise<ReviewRow[]> {
		let query = this.db.selectFrom('reviews').selectAll().orderBy('id').limit(limit);
		if (state !== undefined) query = query.where('state', '=', state);
		return (await query.execute()).map(toReview);
	}

	async decide(id: number, decision: ReviewDecision, now: number): Promise<void> {
		await this.db
			.updateTable('reviews')
			.set({ state: 'decided', decision: JSON.stringify(decision), decided_at: now })
			.where('id', '=', id)
			.execute();
	}
}

export class DeadLetterStore {
	constructor(private readonly db: Kysely<Database>) {}

	async add(letters: readonly NewDeadLetter[], now: number): Promise<void> {
		for (const letter of letters) {
			await this.db
				.insertInto('dead_letters')
				.values({
					kind: letter.kind,
					state: 'open',
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
				})
				.execute();
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
