/** Ends departures: a record of the client is back. */
import type { StoreTransaction } from '../store/store';
import type { Departure } from './departure';
import { keepRemovalQuestions } from './questions';

export interface Returned {
	entityId: string;
	/** The departure that stands no more. */
	returned: Departure | undefined;
}

/** What the fabric removed because of it comes back by the next comparison. */
export async function endDepartures(
	tx: StoreTransaction,
	entities: readonly Returned[],
	now: number,
): Promise<void> {
	if (entities.length === 0) return;
	const ids = entities.map(({ entityId }) => entityId);
	for (const entityId of ids) await tx.entities.saveDeparture(entityId, null);
	await keepRemovalQuestions(tx, ids, [], now);
	await tx.audit.append(
		entities.map(({ entityId, returned }) => ({
			at: now,
			kind: 'return',
			entityId,
			run: returned?.run,
			detail: { departure: returned },
		})),
	);
}
