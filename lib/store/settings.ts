/** What a person set, or accepted, for the fabric as a whole: JSON by name. */
import type { Kysely } from 'kysely';
import { parseJson } from './rows';
import type { Database } from './schema';

export class SettingStore {
	constructor(private readonly db: Kysely<Database>) {}

	async get<T>(name: string): Promise<T | undefined> {
		const row = await this.db
			.selectFrom('settings')
			.select('value')
			.where('name', '=', name)
			.executeTakeFirst();
		return row && parseJson<T>(row.value);
	}

	async save(name: string, value: unknown, now: number): Promise<void> {
		const values = { value: JSON.stringify(value), saved_at: now };
		await this.db
			.insertInto('settings')
			.values({ name, ...values })
			.onConflict((conflict) => conflict.column('name').doUpdateSet(values))
			.execute();
	}

	async remove(name: string): Promise<void> {
		await this.db.deleteFrom('settings').where('name', '=', name).execute();
	}
}
