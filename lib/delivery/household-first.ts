/**
 * A contact of a first load waits for its household's own create in the same system: then it joins with its
 * first write, and no further one is needed. It does not wait for a household that failed, is held, or is not due.
 */
import { BACKFILL_ORIGIN } from '../store/backfills';
import type { DeliveryRow } from '../model/rows';
import { isUnifiedId } from '../model/objects';
import type { StoreTransaction } from '../store/store';
import type { Scene } from './scene';

/** A create that was tried more often is not waited for. */
const MOST_ATTEMPTS = 1;

/** Ids of those deliveries that are to wait. */
export async function beforeHouseholds(
	tx: StoreTransaction,
	due: readonly DeliveryRow[],
	scene: Scene,
	now: number,
): Promise<Set<number>> {
	const homes = new Map<string, DeliveryRow[]>();
	for (const row of due) {
		if (row.object !== 'contact' || row.syncOrigin !== BACKFILL_ORIGIN) continue;
		const { household } = scene.entity(row.entityId).desired();
		if (isUnifiedId(household)) homes.set(household, [...(homes.get(household) ?? []), row]);
	}
	if (homes.size === 0) return new Set();
	const alive = await tx.deliveries.aliveOf([...homes.keys()]);
	return new Set(
		alive
			.filter((row) => isUnderWay(row, now))
			.flatMap((home) =>
				(homes.get(home.entityId) ?? [])
					.filter(({ system }) => system === home.system)
					.map(({ id }) => id),
			),
	);
}

function isUnderWay({ operation, state, attempts, nextAt }: DeliveryRow, now: number): boolean {
	if (operation !== 'create' || attempts > MOST_ATTEMPTS) return false;
	return state === 'claimed' || (state === 'open' && nextAt <= now);
}
