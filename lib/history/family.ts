/** Which entities were ever one client with this one, as merges and splits tell? */
import type { StoreTransaction } from '../store/store';
import { MERGED, SPLIT } from './fold';
import { trailOf } from './trail';

/** What the rows of merges and splits have in common. */
export interface MoveNote {
	from: string;
	into: string;
}

export const MOVE_KINDS = [MERGED, SPLIT];
/** More than that were never one client but by a mistake in what called. */
const MAX_FAMILY = 500;

/** Itself first. */
export async function familyOf(tx: StoreTransaction, unifiedId: string): Promise<string[]> {
	const current = await tx.entities.current(unifiedId);
	const family = new Set([current, unifiedId, ...(await tx.history.mergedInto(current))]);
	for (const entityId of family) {
		if (family.size > MAX_FAMILY) break;
		for (const { detail } of await trailOf(tx, { entityId, kinds: MOVE_KINDS })) {
			const { from, into } = detail as MoveNote;
			family.add(from).add(into);
		}
	}
	return [...family];
}
