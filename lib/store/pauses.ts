/** Systems and records whose events and deliveries wait until a person lets them go on. */
import { sql, type Kysely, type RawBuilder, type SqlBool } from 'kysely';
import type { Database } from './schema';
import { runStatement } from './statement';

/** `object` and `crmId` null: the whole system. */
export interface PauseRow {
	system: string;
	object: string | null;
	crmId: string | null;
	pausedAt: number;
	pausedBy: string | null;
}

export type PauseTarget = Pick<PauseRow, 'system' | 'object' | 'crmId'>;

/** SQL: true unless the record that the row of `table` speaks of is paused by itself. */
export function isNotPaused(table: string): RawBuilder<SqlBool> {
	const column = (name: string) => sql.ref(`${table}.${name}`);
	return sql<SqlBool>`not exists (select 1 from pauses where pauses.system = ${column('system')}
		and pauses.object = ${column('object')} and pauses.crm_id = ${column('crm_id')})`;
}

export async function isSystemPaused(db: Kysely<Database>, system: string): Promise<boolean> {
	const { rows } = await runStatement(db, 'paused system', [system], (slot) =>
		db
			.selectFrom('pauses')
			.select('system')
			.where('system', '=', slot<string>())
			.where('object', '=', '')
			.where('crm_id', '=', ''),
	);
	return rows.length > 0;
}

export class PauseStore {
	constructor(private readonly db: Kysely<Database>) {}

	/** False if it was paused before. */
	async add({ system, object, crmId }: PauseTarget, now: number, by?: string): Promise<boolean> {
		const result = await this.db
			.insertInto('pauses')
			.values({
				system,
				object: object ?? '',
				crm_id: crmId ?? '',
				paused_at: now,
				paused_by: by ?? null,
			})
			.onConflict((conflict) => conflict.columns(['system', 'object', 'crm_id']).doNothing())
			.executeTakeFirst();
		return Number(result.numInsertedOrUpdatedRows ?? 0) > 0;
	}

	/** False if it was not paused. */
	async remove({ system, object, crmId }: PauseTarget): Promise<boolean> {
		const result = await this.db
			.deleteFrom('pauses')
			.where('system', '=', system)
			.where('object', '=', object ?? '')
			.where('crm_id', '=', crmId ?? '')
			.executeTakeFirst();
		return Number(result.numDeletedRows) > 0;
	}

	async list(): Promise<PauseRow[]> {
		const rows = await this.db
			.selectFrom('pauses')
			.selectAll()
			.orderBy('system')
			.orderBy('object')
			.orderBy('crm_id')
			.execute();
		return rows.map((row) => ({
			system: row.system,
			object: row.object === '' ? null : row.object,
			crmId: row.crm_id === '' ? null : row.crm_id,
			pausedAt: row.paused_at,
			pausedBy: row.paused_by,
		}));
	}
}
