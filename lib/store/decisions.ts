/**
 * What people decided about who is who, kept for identity resolution: this record is never again to be
 * linked to that entity, nor asked about, by itself. It follows the entity through merges and splits.
 */
import type { Kysely, Selectable } from 'kysely';
import { recordKey, type RecordAddress } from '../model/event';
import { bySystem, chunks, inChunks } from './batch';
import type { Database, NeverAgainTable } from './schema';
import { runForList } from './statement';

export interface NeverAgain extends RecordAddress {
	/** The entity that it concerns now. */
	entityId: string;
	/** The entity that was spoken of. */
	saidOf: string;
	/** The review that was answered so; null: it was said by a split. */
	reviewId: number | null;
	by: string | null;
	/** ms */
	at: number;
}

function toNeverAgain(row: Selectable<NeverAgainTable>): NeverAgain {
	return {
		system: row.system,
		object: row.object,
		crmId: row.crm_id,
		entityId: row.entity_id,
		saidOf: row.said_of,
		reviewId: row.review_id,
		by: row.said_by,
		at: row.said_at,
	};
}

export class DecisionStore {
	constructor(private readonly db: Kysely<Database>) {}

	/** Record -> the entities that it is never again to be linked to by itself. */
	async neverAgain(addresses: readonly RecordAddress[]): Promise<Map<string, Set<string>>> {
		const result = new Map<string, Set<string>>();
		for (const { system, object, ids } of bySystem(addresses)) {
			const rows = await runForList(this.db, ids, {
				name: 'never again',
				values: [system, object],
				build: (slot, list) =>
					this.db
						.selectFrom('never_again')
						.select(['crm_id', 'entity_id'])
						.where('system', '=', slot<string>())
						.where('object', '=', slot<string>())
						.where('crm_id', 'in', list<string>()),
			});
			for (const { crm_id: crmId, entity_id: entityId } of rows) {
				const key = recordKey({ system, object, crmId });
				result.set(key, (result.get(key) ?? new Set()).add(entityId));
			}
		}
		return result;
	}

	/** All that was said of these entities. */
	async of(entityIds: readonly string[]): Promise<NeverAgain[]> {
		const rows = await inChunks(entityIds, (chunk) =>
			this.db
				.selectFrom('never_again')
				.selectAll()
				.where('entity_id', 'in', chunk)
				.orderBy('system')
				.orderBy('object')
				.orderBy('crm_id')
				.orderBy('entity_id')
				.execute(),
		);
		return rows.map(toNeverAgain);
	}

	/** What was said before of the same record and entity stands. */
	async add(decisions: readonly NeverAgain[]): Promise<void> {
		for (const chunk of chunks(decisions, 100)) {
			const rows = chunk.map((one) => ({
				system: one.system,
				object: one.object,
				crm_id: one.crmId,
				entity_id: one.entityId,
				said_of: one.saidOf,
				review_id: one.reviewId,
				said_by: one.by,
				said_at: one.at,
			}));
			await this.db
				.insertInto('never_again')
				.values(rows)
				.onConflict((conflict) => conflict.doNothing())
				.execute();
		}
	}

	async remove(decisions: readonly NeverAgain[]): Promise<void> {
		for (const { system, object, crmId, entityId } of decisions) {
			await this.db
				.deleteFrom('never_again')
				.where('system', '=', system)
				.where('object', '=', object)
				.where('crm_id', '=', crmId)
				.where('entity_id', '=', entityId)
				.execute();
		}
	}

	/** The answer to this review is taken back. */
	async forget(reviewId: number): Promise<void> {
		await this.db.deleteFrom('never_again').where('review_id', '=', reviewId).execute();
	}
}
