/** Creates that were given up: clients that are not made by them, and what was tried, should it have been done after all. */
import { sql, type ExpressionBuilder, type Kysely, type SqlBool } from 'kysely';
import { inChunks } from './batch';
import type { Database, DeliveriesTable } from './schema';

export interface DeadCreate {
	id: number;
	system: string;
	object: string;
	entityId: string;
	reason: string | null;
}

type Dead = ExpressionBuilder<Database & { dead: DeliveriesTable }, 'dead'>;

/** Where a create stands: its system and its target. */
interface Place {
	system: string;
	target: string;
	entityId: string;
}

/** Columns of the create that was given up last. */
export type Tries = Pick<DeliveriesTable, 'tried' | 'opened_at'>;

/** In the very words of the partial index: only then does SQLite use it. */
const DEAD_CREATE = sql<SqlBool>`operation = 'create' and state = 'dead'`;

export function placeKey({ system, target }: Pick<Place, 'system' | 'target'>): string {
	return `${system}/${target}`;
}

/** By {@link placeKey}: what was tried there before, and since when. */
export async function triesBefore(
	db: Kysely<Database>,
	creates: readonly Place[],
): Promise<Map<string, Tries>> {
	const entityIds = creates.map(({ entityId }) => entityId);
	const rows = await inChunks(entityIds, (chunk) =>
		db
			.selectFrom('deliveries')
			.select(['system', 'target', 'tried', 'opened_at'])
			.where('entity_id', 'in', chunk)
			.where(DEAD_CREATE)
			.where('tried', 'is not', null)
			.orderBy('id')
			.execute(),
	);
	return new Map(rows.map((row) => [placeKey(row), row]));
}

/** Newest first; `entityIds`: of these alone. */
export async function findDeadCreates(
	db: Kysely<Database>,
	limit: number,
	entityIds: readonly string[] | undefined,
): Promise<DeadCreate[]> {
	let query = db
		.selectFrom('deliveries as dead')
		.select(['dead.id', 'dead.system', 'dead.object', 'dead.entity_id', 'dead.reason'])
		.where('dead.operation', '=', 'create')
		.where('dead.state', '=', 'dead')
		.where((dead) => dead.not(dead.exists(laterDelivery(dead))))
		.where((dead) => dead.not(dead.exists(record(dead))));
	if (entityIds !== undefined) query = query.where('dead.entity_id', 'in', [...entityIds, '']);
	const rows = await query.orderBy('dead.id', 'desc').limit(limit).execute();
	return rows.map(({ entity_id: entityId, ...row }) => ({ ...row, entityId }));
}

function laterDelivery({ selectFrom }: Dead) {
	return selectFrom('deliveries as other')
		.select('other.id')
		.whereRef('other.entity_id', '=', 'dead.entity_id')
		.whereRef('other.system', '=', 'dead.system')
		.where((other) =>
			other.or([
				other('other.state', 'in', ['open', 'held', 'claimed']),
				other('other.id', '>', other.ref('dead.id')),
			]),
		);
}

function record({ selectFrom }: Dead) {
	return selectFrom('links')
		.select('links.crm_id')
		.whereRef('links.entity_id', '=', 'dead.entity_id')
		.whereRef('links.system', '=', 'dead.system')
		.where('links.state', '!=', 'unlinked');
}
