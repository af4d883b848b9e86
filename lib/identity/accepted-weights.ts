/** The firm's own weights, once it has accepted them; else those that ship. */
import { z } from 'zod';
import type { StoreTransaction } from '../store/store';
import { DEFAULT_WEIGHTS, type Weights } from './weights';

/** Name of the setting. */
export const WEIGHTS_SETTING = 'identity.weights';

const weightsSchema = z.record(z.string(), z.record(z.string(), z.number().finite()));

/** Levels that the setting does not name, for instance new ones, have the default's weight. */
export async function acceptedWeights(tx: StoreTransaction): Promise<Weights> {
	const stored = weightsSchema.safeParse(await tx.settings.get(WEIGHTS_SETTING));
	if (!stored.success) return DEFAULT_WEIGHTS;
	const entries = Object.entries(DEFAULT_WEIGHTS).map(([field, levels]) => {
		return [field, { ...levels, ...stored.data[field] }];
	});
	return Object.fromEntries(entries) as Weights;
}
