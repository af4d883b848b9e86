/** How much each run has opened so far, per system: what the breaker counts by. */
import type { Kysely } from 'kysely';
import type { Counts } from '../removal/breaker';
import { parseJson } from './rows';
import type { Database } from './schema';

export class BreakerStore {
	constructor(private readonly db: Kysely<Database>) {}

	async get(run: string, system: string): Promise<Counts> {
		const row = await this.db
			.selectFrom('breakers')
			.select('counts')
			.where('run', '=', run)
			.where('system', '=', system)
			.executeTakeFirst();
		return row === undefined ? {} : parseJson<Counts>(row.counts);
	}

	async save(run: string, system: string, counts: Counts): Promise<void> {
		const values = { counts: JSON.stringify(counts) };
		await this.db
			.insertInto('breakers')
			.values({ run, system, ...values })
			.onConflict((conflict) => conflict.columns(['run', 'system']).doUpdateSet(values))
			.execute();
	}
}
