/** Every row of a store, as one text. */
import type { Kysely } from 'kysely';
import type { Database } from '../../../lib/store/schema';
import type { Store } from '../../../lib/store/store';

const TABLES = {
	systems: 'name',
	cursors: 'system',
	entities: 'seq',
	links: 'crm_id',
	registers: ['entity_id', 'field'],
	shadows: 'crm_id',
	inbox: 'seq',
	deliveries: 'id',
	audit: 'seq',
	reviews: 'id',
	dead_letters: 'id',
} as const;

export async function storeState(store: Store): Promise<string> {
	const db = Reflect.get(store, 'db') as Kysely<Database>;
	const parts: string[] = [];
	for (const [table, keys] of Object.entries(TABLES)) {
		let query = db.selectFrom(table as 'inbox').selectAll();
		for (const key of [keys].flat()) query = query.orderBy(key as 'seq');
		parts.push(`${table} ${JSON.stringify(await query.execute())}`);
	}
	return parts.join('\n');
}
