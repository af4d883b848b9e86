/** Where time and chance come from; tests and the simulation own both. */
export interface Clock {
	/** ms since the epoch */
	now: () => number;
	/** 0 to 1 */
	random: () => number;
}

export const systemClock: Clock = { now: Date.now, random: Math.random };
