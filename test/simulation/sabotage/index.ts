/** Every defence that can be switched off, by its name. */
import * as delivery from './delivery';
import * as inbox from './inbox';
import * as limits from './limits';
import * as merging from './merging';
import * as objects from './objects';
import type { Sabotage } from './sabotage';

export const SABOTAGES: Record<string, Sabotage> = {
	...merging,
	...inbox,
	...delivery,
	...limits,
	...objects,
};
