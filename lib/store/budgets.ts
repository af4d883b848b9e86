/** The rate budgets of the connected accounts: one state each, shared by all processes. */
import type { Kysely } from 'kysely';
import type { Json } from '../model/json';
import type { Database } from './schema';

export class BudgetStore {
	constructor(private readonly db: Kysely<Database>) {}

	/** null: the account has none yet. */
	async get(account: string): Promise<Json> {
		const row = await this.db
			.selectFrom('budgets')
			.select('state')
			.where('account', '=', account)
			.executeTakeFirst();
		return row === undefined ? null : (JSON.parse(row.state) as Json);
	}

	async put(account: string, state: Json, now: number): Promise<void> {
		const values = { state: JSON.stringify(state), updated_at: now };
		await this.db
			.insertInto('budgets')
			.values({ account, ...values })
			.onConflict((conflict) => conflict.column('account').doUpdateSet(values))
			.execute();
	}
}
