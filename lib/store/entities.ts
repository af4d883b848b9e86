/** What stands about a whole entity: its departure, what a person refused for it, and its aliases. */
import type { Kysely } from 'kysely';
import type { Departure } from '../removal/departure';
import { chunks } from './batch';
import { jsonOrNull, parseJson } from './rows';
import type { Database } from './schema';
import { runForList } from './statement';

/** What a person said may not be written: target (`system/target`) -> fingerprint of the write. */
export type Refusals = Record<string, string>;

export interface Standing {
	departure?: Departure;
	refused?: Refusals;
}

export class EntityStore {
	constructor(private readonly db: Kysely<Database>) {}

	/** Only those of which something stands. */
	async standing(entityIds: readonly string[]): Promise<Map<string, Standing>> {
		const rows = await runForList(this.db, entityIds, {
			name: 'standing of entities',
			build: (_slot, list) =>
				this.db
					.selectFrom('entities')
					.select(['id', 'departure', 'refused'])
					.where('id', 'in', list<string>())
					.where((where) =>
						where.or([where('departure', 'is not', null), where('refused', 'is not', null)]),
					),
		});
		return new Map(
			rows.map(({ id, departure, refused }) => [
				id,
				{
					...(departure === null ? {} : { departure: parseJson<Departure>(departure) }),
					...(refused === null ? {} : { refused: parseJson<Refusals>(refused) }),
				},
			]),
		);
	}

	/** null: it departs no longer. */
	async saveDeparture(id: string, departure: Departure | null): Promise<void> {
		const values = { departure: jsonOrNull(departure) };
		await this.db.updateTable('entities').set(values).where('id', '=', id).execute();
	}

	async saveRefused(id: string, refused: Refusals): Promise<void> {
		const isEmpty = Object.keys(refused).length === 0;
		const values = { refused: isEmpty ? null : JSON.stringify(refused) };
		await this.db.updateTable('entities').set(values).where('id', '=', id).execute();
	}

	/** Each of these ids that has become part of another entity, with that entity's id. */
	async aliases(ids: readonly string[]): Promise<Map<string, string>> {
		const rows = await runForList(this.db, ids, {
			name: 'aliases',
			build: (_slot, list) =>
				this.db
					.selectFrom('entities')
					.select(['id', 'merged_into'])
					.where('id', 'in', list<string>())
					.where('merged_into', 'is not', null),
		});
		return new Map(
			rows.flatMap(({ id, merged_into: into }) => (into === null ? [] : [[id, into] as const])),
		);
	}

	/** The id under which the entity lives now; an unknown id is answered as it is. */
	async current(id: string): Promise<string> {
		return (await this.aliases([id])).get(id) ?? id;
	}

	/** Everything that hangs on `from` hangs on `into` from now on. Aliases stay one step long. */
	async becomePart(from: string, into: string): Promise<void> {
		const { db } = this;
		await db
			.updateTable('entities')
			.set({ merged_into: into })
			.where('merged_into', '=', from)
			.execute();
		await db
			.updateTable('entities')
			.set({ merged_into: into, departure: null, refused: null })
			.where('id', '=', from)
			.execute();
		const moved = { entity_id: into };
		await db.updateTable('links').set(moved).where('entity_id', '=', from).execute();
		await db.updateTable('identity_keys').set(moved).where('entity_id', '=', from).execute();
		await db
			.updateTable('reviews')
			.set(moved)
			.where('entity_id', '=', from)
			.where('state', '=', 'open')
			.execute();
		await db
			.updateTable('dead_letters')
			.set(moved)
			.where('entity_id', '=', from)
			.where('state', '=', 'open')
			.execute();
		await this.moveCandidates(from, into);
	}

	/** Deliveries that are not over, and creates that may still turn out to be done. */
	async moveDeliveries(ids: readonly number[], into: string, target?: string): Promise<void> {
		for (const chunk of chunks(ids)) {
			await this.db
				.updateTable('deliveries')
				.set({ entity_id: into, ...(target === undefined ? {} : { target }) })
				.where('id', 'in', chunk)
				.execute();
		}
	}

	/** Ids of creates of this entity that became dead letters: the record may exist. */
	async deadCreates(entityId: string): Promise<number[]> {
		const rows = await this.db
			.selectFrom('deliveries')
			.select('id')
			.where('entity_id', '=', entityId)
			.where('operation', '=', 'create')
			.where('state', '=', 'dead')
			.execute();
		return rows.map(({ id }) => id);
	}

	private async moveCandidates(from: string, into: string): Promise<void> {
		const asked = await this.db
			.selectFrom('review_candidates')
			.select('review_id')
			.where('entity_id', '=', into)
			.execute();
		const both = asked.map(({ review_id: id }) => id);
		for (const chunk of chunks(both)) {
			await this.db
				.deleteFrom('review_candidates')
				.where('entity_id', '=', from)
				.where('review_id', 'in', chunk)
				.execute();
		}
		await this.db
			.updateTable('review_candidates')
			.set({ entity_id: into })
			.where('entity_id', '=', from)
			.execute();
	}
}
