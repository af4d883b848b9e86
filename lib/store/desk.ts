/** What waits for a person: reviews and dead letters. */
import { sql, type Kysely, type SqlBool } from 'kysely';
import { recordKey, type RecordAddress } from '../model/event';
import type {
	DeadLetterRow,
	ReviewDecision,
	ReviewKind,
	ReviewQuestion,
	ReviewRow,
} from '../model/rows';
import { bySystem, chunks, inChunks } from './batch';
import { jsonOrNull, toDeadLetter, toReview } from './rows';
import type { Database } from './schema';
import { runForList } from './statement';

export type NewReview = RecordAddress & {
	kind: ReviewKind;
	entityId?: string;
	field?: string;
	state: 'open' | 'logged';
	question: ReviewQuestion;
};
export type NewDeadLetter = Omit<DeadLetterRow, 'id' | 'state' | 'openedAt' | 'closedAt'>;

/** In the very words of the partial index: only then does SQLite use it. */
const OPEN = sql<SqlBool>`state = 'open'`;

function insertable(review: NewReview, now: number) {
	return {
		kind: review.kind,
		state: review.state,
		entity_id: review.entityId ?? null,
		field: review.field ?? null,
		system: review.system,
		object: review.object,
		crm_id: review.crmId,
		question: JSON.stringify(review.question),
		decision: null,
		opened_at: now,
		decided_at: null,
	};
}

export class ReviewStore {
	constructor(private readonly db: Kysely<Database>) {}

	async open(review: NewReview, now: number): Promise<ReviewRow> {
		const row = await this.db
			.insertInto('reviews')
			.values(insertable(review, now))
			.returningAll()
			.executeTakeFirstOrThrow();
		const candidates = review.question.candidates.map(({ unifiedId }) => ({
			review_id: row.id,
			system: review.system,
			entity_id: unifiedId,
		}));
		if (candidates.length > 0) {
			await this.db.insertInto('review_candidates').values(candidates).execute();
		}
		return toReview(row);
	}

	/** Which of these entities are candidates of an open review, and in which system the record is. */
	async awaited(
		entityIds: readonly string[],
	): Promise<Array<{ system: string; entityId: string }>> {
		const rows = await runForList(this.db, entityIds, {
			name: 'awaited entities',
			build: (_slot, list) =>
				this.db
					.selectFrom('review_candidates')
					.innerJoin('reviews', 'reviews.id', 'review_candidates.review_id')
					.select(['review_candidates.system', 'review_candidates.entity_id'])
					.where('review_candidates.entity_id', 'in', list<string>())
					.where('reviews.state', '=', 'open'),
		});
		return rows.map((row) => ({ system: row.system, entityId: row.entity_id }));
	}

	/** Many at once, e.g. what is only logged. */
	async log(reviews: readonly NewReview[], now: number): Promise<void> {
		for (const chunk of chunks(reviews, 200)) {
			const rows = chunk.map((review) => insertable(review, now));
			await this.db.insertInto('reviews').values(rows).execute();
		}
	}

	/** The open identity reviews of the given records, by record. */
	async openFor(addresses: readonly RecordAddress[]): Promise<Map<string, ReviewRow>> {
		const result = new Map<string, ReviewRow>();
		for (const { system, object, ids } of bySystem(addresses)) {
			const rows = await inChunks(ids, (chunk) =>
				this.db
					.selectFrom('reviews')
					.selectAll()
					.where('system', '=', system)
					.where('object', '=', object)
					.where('crm_id', 'in', chunk)
					.where('state', '=', 'open')
					.where('kind', '=', 'identity')
					.execute(),
			);
			for (const row of rows) {
				result.set(recordKey({ system, object, crmId: row.crm_id }), toReview(row));
			}
		}
		return result;
	}

	/** The open questions about values of these entities (kinds `value` and `custom`): one a field. */
	async questions(entityIds: readonly string[]): Promise<ReviewRow[]> {
		const rows = await runForList(this.db, [...new Set(entityIds)], {
			name: 'questions of entities',
			build: (_slot, list) =>
				this.db
					.selectFrom('reviews')
					.selectAll()
					.where('entity_id', 'in', list<string>())
					.where(OPEN)
					.where('kind', 'in', ['value', 'custom'])
					.orderBy('id'),
		});
		return rows.map(toReview);
	}

	/** By entity: fields whose value is asked about. They are written nowhere until the answer. */
	async askedFields(entityIds: readonly string[]): Promise<Map<string, Set<string>>> {
		const asked = new Map<string, Set<string>>();
		for (const { entityId, field } of await this.questions(entityIds)) {
			if (entityId === null || field === null) continue;
			asked.set(entityId, (asked.get(entityId) ?? new Set()).add(field));
		}
		return asked;
	}

	/** Open reviews of these kinds about these entities. */
	async openOf(entityIds: readonly string[], kinds: ReviewKind[]): Promise<ReviewRow[]> {
		const rows = await inChunks([...new Set(entityIds)], (chunk) =>
			this.db
				.selectFrom('reviews')
				.selectAll()
				.where('entity_id', 'in', chunk)
				.where(OPEN)
				.where('kind', 'in', kinds)
				.orderBy('id')
				.execute(),
		);
		return rows.map(toReview);
	}

	/** A newer candidate takes the place of the one that was asked about. */
	async replaceQuestion(id: number, address: RecordAddress, question: ReviewQuestion) {
		const { system, object, crmId: crm_id } = address;
		await this.db
			.updateTable('reviews')
			.set({ system, object, crm_id, question: JSON.stringify(question) })
			.where('id', '=', id)
			.execute();
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
