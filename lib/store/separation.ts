/** Moves what hangs on single records from one entity to another, and gives an entity that was an alias its life back. */
import type { Kysely } from 'kysely';
import { recordKey, type RecordAddress } from '../model/event';
import type { ReviewRow } from '../model/rows';
import { bySystem, chunks } from './batch';
import { toReview } from './rows';
import type { Database } from './schema';

export class SeparationStore {
	constructor(private readonly db: Kysely<Database>) {}

	/** Entities that are part of this one now. */
	async aliasesOf(unifiedId: string): Promise<string[]> {
		const rows = await this.db
			.selectFrom('entities')
			.select('id')
			.where('merged_into', '=', unifiedId)
			.orderBy('seq')
			.execute();
		return rows.map(({ id }) => id);
	}

	/** null: it is an entity of its own. */
	async setPartOf(ids: readonly string[], into: string | null): Promise<void> {
		for (const chunk of chunks(ids)) {
			await this.db
				.updateTable('entities')
				.set({ merged_into: into })
				.where('id', 'in', chunk)
				.execute();
		}
	}

	/** Identity keys and open dead letters of these records. */
	async moveRecords(addresses: readonly RecordAddress[], into: string): Promise<void> {
		for (const { system, object, ids } of bySystem(addresses)) {
			for (const chunk of chunks(ids)) {
				const moved = { entity_id: into };
				await this.db
					.updateTable('identity_keys')
					.set(moved)
					.where('system', '=', system)
					.where('object', '=', object)
					.where('crm_id', 'in', chunk)
					.execute();
				await this.db
					.updateTable('dead_letters')
					.set(moved)
					.where('system', '=', system)
					.where('object', '=', object)
					.where('crm_id', 'in', chunk)
					.where('state', '=', 'open')
					.execute();
			}
		}
	}

	/** Deliveries of these records that are not over. */
	async deliveriesOf(entityId: string, addresses: readonly RecordAddress[]): Promise<number[]> {
		const rows = await this.db
			.selectFrom('deliveries')
			.select(['id', 'system', 'object', 'crm_id'])
			.where('entity_id', '=', entityId)
			.where('state', 'in', ['open', 'held', 'claimed'])
			.execute();
		const keys = new Set(addresses.map(recordKey));
		return rows
			.filter(({ system, object, crm_id: crmId }) =>
				keys.has(recordKey({ system, object, crmId: crmId ?? '' })),
			)
			.map(({ id }) => id);
	}

	async moveReviews(ids: readonly number[], into: string): Promise<void> {
		for (const chunk of chunks(ids)) {
			await this.db
				.updateTable('reviews')
				.set({ entity_id: into })
				.where('id', 'in', chunk)
				.execute();
		}
	}

	/** Reviews without an answer that name this entity as a candidate. */
	async reviewsNaming(entityId: string): Promise<ReviewRow[]> {
		const rows = await this.db
			.selectFrom('reviews')
			.innerJoin('review_candidates', 'review_candidates.review_id', 'reviews.id')
			.selectAll('reviews')
			.where('review_candidates.entity_id', '=', entityId)
			.where('reviews.state', 'in', ['open', 'ignored'])
			.orderBy('reviews.id')
			.execute();
		return rows.map(toReview);
	}

	async addCandidate({ id, system, question }: ReviewRow, entityId: string): Promise<void> {
		await this.db
			.insertInto('review_candidates')
			.values({ review_id: id, system, entity_id: entityId })
			.onConflict((conflict) => conflict.doNothing())
			.execute();
		await this.db
			.updateTable('reviews')
			.set({ question: JSON.stringify(question) })
			.where('id', '=', id)
			.execute();
	}
}
