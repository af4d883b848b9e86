/** What the quality reports read: the records of one system in pages, and its reviews of duplicates. */
import type { Kysely } from 'kysely';
import type { Shadow } from '../merge/shadow';
import type { ReviewRow } from '../model/rows';
import { parseJson, toReview } from './rows';
import type { Database } from './schema';

export interface KnownRecord {
	crmId: string;
	entityId: string;
	shadow: Shadow;
}

export class QualityStore {
	constructor(private readonly db: Kysely<Database>) {}

	/** Linked records in use, after this one in the order of their ids. */
	async records(system: string, after: string, limit: number): Promise<KnownRecord[]> {
		const rows = await this.db
			.selectFrom('shadows')
			.innerJoin('links', (join) =>
				join
					.onRef('links.system', '=', 'shadows.system')
					.onRef('links.object', '=', 'shadows.object')
					.onRef('links.crm_id', '=', 'shadows.crm_id'),
			)
			.select(['shadows.crm_id', 'shadows.shadow', 'links.entity_id'])
			.where('shadows.system', '=', system)
			.where('shadows.object', '=', 'contact')
			.where('shadows.crm_id', '>', after)
			.where('links.state', '=', 'active')
			.orderBy('shadows.crm_id')
			.limit(limit)
			.execute();
		return rows.map((row) => ({
			crmId: row.crm_id,
			entityId: row.entity_id,
			shadow: parseJson<Shadow>(row.shadow),
		}));
	}

	/** In every state. Reads the system's reviews as a whole: for reports, not for the hot path. */
	async duplicateReviews(system: string): Promise<ReviewRow[]> {
		const rows = await this.db
			.selectFrom('reviews')
			.selectAll()
			.where('system', '=', system)
			.where('kind', '=', 'duplicate')
			.orderBy('id')
			.execute();
		return rows.map(toReview);
	}
}
