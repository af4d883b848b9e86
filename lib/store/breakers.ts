/** How much each run has opened so far, per system: what the breaker counts by. */
import type { Kysely } from 'kysely';
import type { Counts } from '../removal/breaker';
import { parseJson } from './rows';
import type { Database } from './schema';
import { runStatement } from './statement';

export class BreakerStore {
	constructor(private readonly db: Kysely<Database>) {}

	async get(run: string, system: string): Promise<Counts> {
		const { rows } = await runStatement(this.db, 'breaker', [run, system], (slot) =>
			this.db
				.selectFrom('breakers')
				.select('counts')
				.where('run', '=', slot<string>())
				.where('system', '=', slot<string>()),
		);
		return rows[0] === undefined ? {} : parseJson<Counts>(rows[0].counts);
	}

	async save(run: string, system: string, counts: Counts): Promise<void> {
		const values = [run, system, JSON.stringify(counts)];
		await runStatement(this.db, 'save breaker', values, (slot) =>
			this.db
				.insertInto('breakers')
				.values({ run: slot(), system: slot(), counts: slot() })
				.onConflict((conflict) =>
					conflict
						.columns(['run', 'system'])
						.doUpdateSet((set) => ({ counts: set.ref('excluded.counts') })),
				),
		);
	}
}
