/** Whose client departs, too: what a person says of the client counts for what goes with it. */
import type { Registers } from '../merge/register';
import type { Link } from '../model/rows';
import type { References } from '../references/outbound';
import { stands, type Departure } from '../removal/departure';
import type { StoreTransaction } from '../store/store';

export interface DepartingClient {
	departure: Departure;
	links: Link[];
}

interface Known {
	standing: ReadonlyMap<string, { departure?: Departure }>;
	registers: ReadonlyMap<string, Registers>;
	references: References;
}

/** By entity that departs: its client, where that departs from the same system. */
export async function departingClients(
	tx: StoreTransaction,
	{ standing, registers, references }: Known,
): Promise<Map<string, DepartingClient>> {
	const named = [...standing].flatMap(([entityId, { departure }]) => {
		const client = references.clientOf(registers.get(entityId) ?? {});
		return departure === undefined || client === undefined ? [] : [{ entityId, departure, client }];
	});
	if (named.length === 0) return new Map();
	const clients = await tx.entities.standing(named.map(({ client }) => client.entityId));
	return new Map(
		named.flatMap(({ entityId, departure: own, client: { entityId: id, links } }) => {
			const departure = clients.get(id)?.departure;
			const isSame = departure !== undefined && departure.cause.system === own.cause.system;
			return isSame && stands(departure, links) ? [[entityId, { departure, links }]] : [];
		}),
	);
}
