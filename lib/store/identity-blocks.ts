/**
 * The index in which records meet as candidates (lib/identity/blocks.ts): hashed keys, three numbers a row.
 * Whatever it says is only a proposal: entities are looked up under their current ids and compared.
 */
import { sql, type Kysely } from 'kysely';
import { chunks } from './batch';
import type { Database } from './schema';
import { runForList, runInsert, runStatement } from './statement';

export interface BlockRow {
	hash: number;
	/** Hash of the record's address. */
	record: number;
	/** Number of its entity. */
	entity: number;
}

/** The records that stand under one hash. */
export interface Holders {
	records: number;
	/** The number of each one's entity, joined by commas: see {@link entitiesOf}. */
	entities: string;
}

export const NOBODY: Holders = { records: 0, entities: '' };

/** Each entity once. */
export function entitiesOf({ entities }: Holders): number[] {
	return entities === '' ? [] : [...new Set(entities.split(','))].map(Number);
}

interface FoundRow {
	place: number;
	records: number;
	entities: string | null;
}

/** Keys asked for at once; SQLite takes up to 500 parts of a query. */
const LENGTHS = [1, 10, 20, 50, 100];
const MOST_AT_ONCE = 100;
/** No key's hash: fills a list up. */
const NOTHING = -1;

export class BlockStore {
	constructor(private readonly db: Kysely<Database>) {}

	/**
	 * Who stands under each of these hashes, `most` records of each at most. One row a hash comes back: a row a
	 * record would cost more than all that is done with it.
	 */
	async find(hashes: readonly number[], most: number): Promise<Map<number, Holders>> {
		const found = new Map<number, Holders>(hashes.map((hash) => [hash, NOBODY]));
		for (const part of chunks([...found.keys()], MOST_AT_ONCE)) {
			const length = LENGTHS.find((one) => one >= part.length) ?? MOST_AT_ONCE;
			const values = [...part, ...new Array<number>(length - part.length).fill(NOTHING)];
			const name = `blocks/${length}/${most}`;
			const { rows } = await runStatement<FoundRow>(this.db, name, values, (slot) => {
				const parts = values.map(
					(_, index) => sql`select ${sql.lit(index)} as place, count(*) as records,
						string_agg(cast(entity as text), ',') as entities from (
						select entity from identity_blocks where hash = ${slot<number>()} order by record
						limit ${sql.lit(most)}) as ${sql.ref(`b${index}`)}`,
				);
				return {
					compile: () => sql<FoundRow>`${sql.join(parts, sql` union all `)}`.compile(this.db),
				};
			});
			for (const { place, records, entities } of rows) {
				const hash = part[place];
				if (hash !== undefined && entities !== null) found.set(hash, { records, entities });
			}
		}
		return found;
	}

	/** A row whose entity is another one now is changed. */
	async add(rows: readonly BlockRow[]): Promise<void> {
		const sorted = [...rows].sort((a, b) => a.hash - b.hash || a.record - b.record);
		await runInsert(this.db, 'add blocks', sorted, (slots) =>
			this.db
				.insertInto('identity_blocks')
				.values(slots)
				.onConflict((conflict) =>
					conflict
						.columns(['hash', 'record'])
						.doUpdateSet((set) => ({ entity: set.ref('excluded.entity') }))
						.whereRef('identity_blocks.entity', '!=', 'excluded.entity'),
				),
		);
	}

	async remove(rows: ReadonlyArray<Pick<BlockRow, 'hash' | 'record'>>): Promise<void> {
		for (const { hash, record } of rows) {
			await runStatement(this.db, 'remove block', [hash, record], (slot) =>
				this.db
					.deleteFrom('identity_blocks')
					.where('hash', '=', slot<number>())
					.where('record', '=', slot<number>()),
			);
		}
	}

	/** Adds to the count of each of these hashes: how many records a name has, {@link NAMES_COUNTED} in all. */
	async count(counts: ReadonlyMap<number, number>): Promise<void> {
		const rows = [...counts].map(([hash, records]) => ({ hash, records }));
		await runInsert(this.db, 'count names', rows, (slots) =>
			this.db
				.insertInto('name_counts')
				.values(slots)
				.onConflict((conflict) =>
					conflict.column('hash').doUpdateSet({
						records: sql`name_counts.records + excluded.records`,
					}),
				),
		);
	}

	async counts(hashes: readonly number[]): Promise<Map<number, number>> {
		const result = new Map<number, number>();
		const rows = await runForList(this.db, [...new Set(hashes)], {
			name: 'counts of names',
			build: (_slot, list) =>
				this.db.selectFrom('name_counts').selectAll().where('hash', 'in', list<number>()),
		});
		for (const { hash, records } of rows) result.set(hash, records);
		return result;
	}
}
