/** Gives the rows of a trail that was written before there was a hash chain their hashes. */
import { sql, type Kysely } from 'kysely';
import { GENESIS, hashRow } from './audit-chain';
import type { Database } from './schema';

const PAGE = 500;

/**
 * From the first row on. The caller has taken the triggers away that keep the trail from being
 * altered. Hashes depend on the rows alone: broken off, it is simply begun again.
 */
export async function rehash(db: Kysely<Database>): Promise<void> {
	let [seq, previous] = [0, GENESIS];
	for (;;) {
		const rows = await db
			.selectFrom('audit')
			.selectAll()
			.where('seq', '>', seq)
			.orderBy('seq')
			.limit(PAGE)
			.execute();
		const last = rows.at(-1);
		if (last === undefined) return;
		const hashes = rows.map((row) => {
			previous = hashRow(previous, row);
			return sql`(${sql.lit(row.seq)}, ${sql.lit(previous)})`;
		});
		await sql`with fresh (seq, hash) as (values ${sql.join(hashes)})
			update audit set hash = fresh.hash from fresh where audit.seq = fresh.seq`.execute(db);
		seq = last.seq;
	}
}
