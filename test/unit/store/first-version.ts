/** A store as version 0.1.0 left it: only the first migration, and rows in its tables. */
import { Kysely, sql } from 'kysely';
import { migrate } from '../../../lib/store/migrate';
import type { StoreBackend } from '../../../lib/store/backend';
import type { Database } from '../../../lib/store/schema';

export const FIRST = '2026_11_22_initial';

const ROWS = [
	`insert into systems values ('wealthbox', 'memory', 2, '[]', 1, '{}', 1, 'unlink', 1772442000000, 3, 1772442000000)`,
	`insert into field_maps values ('wealthbox', 1, '[]', 1772442000000)`,
	`insert into cursors values ('wealthbox', '{"page":2}', 1772442000000)`,
	`insert into inbox (event_id, system, object, crm_id, event, state, attempts, next_at, received_at)
		values ('e1', 'wealthbox', 'contact', '1', '{"eventId":"e1"}', 'pending', 1, 1772442000000, 1772442000000)`,
	`insert into entities (seq, id, created_at, created_by) values (1, 'U1001', 1772442000000, 'e1')`,
	`insert into links values ('wealthbox', 'contact', '1', 'U1001', 'active', '{"by":"email"}', 1772442000000, 0)`,
	`insert into identity_keys values ('email:a@b.c', 'U1001', 'wealthbox', 'contact', '1')`,
	`insert into registers values ('U1001', 'firstName', '{"value":"Ada"}')`,
	`insert into shadows values ('wealthbox', 'contact', '1', '{"fields":{}}', 1772442000000)`,
	`insert into deliveries (system, object, target, crm_id, entity_id, operation, state, priority, next_at, sync_origin, opened_at)
		values ('wealthbox', 'contact', '1', '1', 'U1001', 'update', 'open', 0, 1772442000000, 'x', 1772442000000)`,
	`insert into audit (at, kind, entity_id, field, after) values (1772442000000, 'change', 'U1001', 'firstName', '"Ada"')`,
	`insert into audit (at, kind, entity_id) values (1772442000001, 'link', 'U1001')`,
	`insert into reviews (kind, state, system, object, crm_id, question, opened_at)
		values ('identity', 'open', 'wealthbox', 'contact', '2', '{"reason":"r","record":{},"candidates":[]}', 1772442000000)`,
	`insert into review_candidates values (1, 'wealthbox', 'U1001')`,
	`insert into dead_letters (kind, state, system, object, inbox_seq, reason, code, opened_at)
		values ('event', 'open', 'wealthbox', 'contact', 1, 'r', 'c', 1772442000000)`,
];

/** Closes the backend. */
export async function makeFirstVersion(backend: StoreBackend): Promise<void> {
	const db = new Kysely<Database>({ dialect: backend.dialect });
	await migrate(db, backend, FIRST);
	await db.transaction().execute(async (tx) => {
		for (const row of ROWS) await sql.raw(row).execute(tx);
	});
	await db.destroy();
}
