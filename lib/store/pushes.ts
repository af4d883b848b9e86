/** Push calls: which were seen, what they hinted at, and how many were accepted or refused. */
import type { Kysely } from 'kysely';
import type { PushCount, PushOutcome } from '../model/push';
import { chunks } from './batch';
import type { Database } from './schema';

export class PushStore {
	constructor(private readonly db: Kysely<Database>) {}

	/** False if a call of this id was seen before. */
	async see({
		system,
		id,
		until,
	}: {
		system: string;
		id: string;
		until: number;
	}): Promise<boolean> {
		const result = await this.db
			.insertInto('push_seen')
			.values({ system, id, until })
			.onConflict((conflict) => conflict.columns(['system', 'id']).doNothing())
			.executeTakeFirst();
		return Number(result.numInsertedOrUpdatedRows ?? 0) > 0;
	}

	/** How many ids of the system are remembered. */
	async seen(system: string): Promise<number> {
		const row = await this.db
			.selectFrom('push_seen')
			.select((select) => select.fn.countAll<number>().as('count'))
			.where('system', '=', system)
			.executeTakeFirst();
		return Number(row?.count ?? 0);
	}

	async forgetSeen(now: number): Promise<void> {
		await this.db.deleteFrom('push_seen').where('until', '<', now).execute();
	}

	/** Without ids: something changed. */
	async addHint(system: string, crmIds: readonly string[], now: number): Promise<void> {
		const ids = crmIds.length === 0 ? [''] : [...new Set(crmIds)];
		for (const chunk of chunks(ids)) {
			await this.db
				.insertInto('push_hints')
				.values(chunk.map((crmId) => ({ system, crm_id: crmId, told_at: now })))
				.onConflict((conflict) => conflict.columns(['system', 'crm_id']).doNothing())
				.execute();
		}
	}

	/** The ids told of, `''` among them if something was said to have changed without any; they are gone then. */
	async takeHints(system: string): Promise<string[]> {
		const rows = await this.db
			.selectFrom('push_hints')
			.select('crm_id')
			.where('system', '=', system)
			.orderBy('told_at')
			.orderBy('crm_id')
			.execute();
		if (rows.length > 0)
			await this.db.deleteFrom('push_hints').where('system', '=', system).execute();
		return rows.map((row) => row.crm_id);
	}

	async count(counts: readonly PushCount[]): Promise<void> {
		for (const { system, outcome, calls, lastAt } of counts) {
			await this.db
				.insertInto('push_counts')
				.values({ system, outcome, calls, last_at: lastAt })
				.onConflict((conflict) =>
					conflict.columns(['system', 'outcome']).doUpdateSet((set) => ({
						calls: set('push_counts.calls', '+', calls),
						last_at: lastAt,
					})),
				)
				.execute();
		}
	}

	async counts(): Promise<PushCount[]> {
		const rows = await this.db
			.selectFrom('push_counts')
			.selectAll()
			.orderBy('system')
			.orderBy('outcome')
			.execute();
		return rows.map(({ system, outcome, calls, last_at }) => ({
			system,
			outcome: outcome as PushOutcome,
			calls: Number(calls),
			lastAt: Number(last_at),
		}));
	}
}
