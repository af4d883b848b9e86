/** Clients that are not made: their last create is dead, and nothing else makes a record there. */
import type { ExpressionBuilder, Kysely } from 'kysely';
import type { Database, DeliveriesTable } from './schema';

export interface DeadCreate {
	id: number;
	system: string;
	object: string;
	entityId: string;
	reason: string | null;
}

type Dead = ExpressionBuilder<Database & { dead: DeliveriesTable }, 'dead'>;

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
