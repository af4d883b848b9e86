/** What is asked of a person. */
import { sql, type Kysely, type SqlBool } from 'kysely';
import { recordKey, type RecordAddress } from '../model/event';
import type { ReviewDecision, ReviewKind, ReviewQuestion, ReviewRow } from '../model/rows';
import { bySystem, chunks } from './batch';
import { insertable, openedRow, type NewReview } from './review-rows';
import { toReview } from './rows';
import type { Database } from './schema';
import { runForList, runInsert } from './statement';

/** In the very words of the partial index: only then does SQLite use it. */
const OPEN = sql<SqlBool>`state = 'open'`;

/** Questions in one statement. */
const MAX_OPENED = 50;

export class ReviewStore {
	constructor(private readonly db: Kysely<Database>) {}

	async open(review: NewReview, now: number): Promise<ReviewRow> {
		const [row] = await this.openAll([review], now);
		return row as ReviewRow;
	}

	/** In the order given. */
	async openAll(reviews: readonly NewReview[], now: number): Promise<ReviewRow[]> {
		const opened: ReviewRow[] = [];
		for (const chunk of chunks(reviews, MAX_OPENED)) {
			const rows = await this.db
				.insertInto('reviews')
				.values(chunk.map((review) => insertable(review, now)))
				.returning('id')
				.execute();
			// Numbered in the order of the rows; in which order they come back is not said.
			const ids = rows.map(({ id }) => id).sort((a, b) => a - b);
			opened.push(...chunk.map((review, place) => openedRow(review, ids[place] as number, now)));
		}
		const candidates = opened.flatMap(({ id, system, question }) =>
			question.candidates.map(({ unifiedId }) => ({
				review_id: id,
				system,
				entity_id: unifiedId,
			})),
		);
		await runInsert(this.db, 'add review candidates', candidates, (slots) =>
			this.db.insertInto('review_candidates').values(slots),
		);
		return opened;
	}

	/** Which of these entities are candidates of a review without an answer, and in which system the record is. */
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
					.where('reviews.state', 'in', ['open', 'ignored']),
		});
		return rows.map((row) => ({ system: row.system, entityId: row.entity_id }));
	}

	/** Many at once, e.g. what is only logged. */
	async log(reviews: readonly NewReview[], now: number): Promise<void> {
		const rows = reviews.map((review) => insertable(review, now));
		await runInsert(this.db, 'log reviews', rows, (slots) =>
			this.db.insertInto('reviews').values(slots),
		);
	}

	/** The identity reviews of the given records that hold them: open, or ignored. By record. */
	async openFor(addresses: readonly RecordAddress[]): Promise<Map<string, ReviewRow>> {
		const result = new Map<string, ReviewRow>();
		for (const { system, object, ids } of bySystem(addresses)) {
			const rows = await runForList(this.db, ids, {
				name: 'reviews of records',
				values: [system, object],
				build: (slot, list) =>
					this.db
						.selectFrom('reviews')
						.selectAll()
						.where('system', '=', slot<string>())
						.where('object', '=', slot<string>())
						.where('crm_id', 'in', list<string>())
						.where('state', 'in', ['open', 'ignored'])
						.where('kind', '=', 'identity'),
			});
			for (const row of rows) {
				result.set(recordKey({ system, object, crmId: row.crm_id }), toReview(row));
			}
		}
		return result;
	}

	/** The open questions about values of these entities (kinds `value` and `custom`): one a field. */
	questions(entityIds: readonly string[]): Promise<ReviewRow[]> {
		return this.openOf(entityIds, ['value', 'custom']);
	}

	/**
	 * By entity: `fields` whose value is asked about, which are written nowhere until the answer. `doubted`:
	 * made for a record whose review was opened again; until it is answered nobody knows whether it is a
	 * client of its own.
	 */
	async asked(
		entityIds: readonly string[],
	): Promise<{ fields: Map<string, Set<string>>; doubted: Set<string> }> {
		const open = await this.openOf(entityIds, ['value', 'custom', 'identity']);
		const fields = new Map<string, Set<string>>();
		const doubted = new Set<string>();
		for (const { entityId, field, question } of open) {
			if (entityId === null) continue;
			if (field !== null) fields.set(entityId, (fields.get(entityId) ?? new Set()).add(field));
			else if (question.whileInReview !== 'asNew') doubted.add(entityId);
		}
		return { fields, doubted };
	}

	/** Open reviews of these kinds about these entities, oldest first. */
	async openOf(entityIds: readonly string[], kinds: readonly ReviewKind[]): Promise<ReviewRow[]> {
		const rows = await runForList(this.db, [...new Set(entityIds)], {
			name: `open reviews of entities: ${kinds.join()}`,
			build: (_slot, list) =>
				this.db
					.selectFrom('reviews')
					.selectAll()
					.where('entity_id', 'in', list<string>())
					.where(OPEN)
					.where('kind', 'in', kinds)
					.orderBy('id'),
		});
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

	/** `now`: those that are put off beyond it are left out. */
	async list(
		state: ReviewRow['state'] | undefined,
		limit: number,
		now?: number,
	): Promise<ReviewRow[]> {
		let query = this.db.selectFrom('reviews').selectAll().orderBy('id').limit(limit);
		if (state !== undefined) query = query.where('state', '=', state);
		if (now !== undefined) {
			query = query.where((where) =>
				where.or([
					where('state', '!=', 'open'),
					where('snoozed_until', 'is', null),
					where('snoozed_until', '<=', now),
				]),
			);
		}
		return (await query.execute()).map(toReview);
	}

	async postpone(id: number, until: number | null): Promise<void> {
		const values = { snoozed_until: until };
		await this.db.updateTable('reviews').set(values).where('id', '=', id).execute();
	}

	/** Closed without an answer: what waits for it waits on. */
	async ignore(id: number, decision: ReviewDecision, now: number): Promise<void> {
		await this.db
			.updateTable('reviews')
			.set({ state: 'ignored', decision: JSON.stringify(decision), decided_at: now })
			.where('id', '=', id)
			.execute();
	}

	/** It is asked again. `entityId`: the client that the record is meanwhile. */
	async reopen(id: number, question: ReviewQuestion, entityId: string | null): Promise<void> {
		await this.db
			.updateTable('reviews')
			.set({
				state: 'open',
				decision: null,
				decided_at: null,
				snoozed_until: null,
				entity_id: entityId,
				question: JSON.stringify(question),
			})
			.where('id', '=', id)
			.execute();
	}

	async decide(id: number, decision: ReviewDecision, now: number): Promise<void> {
		await this.db
			.updateTable('reviews')
			.set({ state: 'decided', decision: JSON.stringify(decision), decided_at: now })
			.where('id', '=', id)
			.execute();
	}
}
