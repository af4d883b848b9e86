/** Where time and chance come from; tests and the simulation own both. */
export interface Clock {
	/** ms since the epoch */
	now: () => number;
	/** 0 to 1 */
	random: () => number;
	/** A name that nothing else has; absent: a random UUID. */
	uuid?: () => string;
}

export interface SteadyClock extends Clock {
	/** From now on not before this time, ms: something is dated so already. */
	raise: (floor: number) => void;
}

/**
 * A clock that never goes back. What was read is compared by time with what was written (a read that
 * began before a write is stale), so a host whose clock is set back, or that is restored from a
 * snapshot, would take new edits for old ones. Set back, this clock goes on from where it was, at the
 * same pace, until the host's clock has caught up.
 */
export function steadyClock(read: () => number = Date.now): SteadyClock {
	let ahead = 0;
	let last = Number.NEGATIVE_INFINITY;
	const now = () => {
		const real = read();
		if (real >= last) ahead = 0;
		else if (real + ahead < last) ahead = last - real;
		last = real + ahead;
		return last;
	};
	const raise = (floor: number) => {
		last = Math.max(now(), floor);
	};
	return { now, random: Math.random, raise };
}

/** The process's clock: of the fabric and of all connectors, since their times are compared. */
export const systemClock: SteadyClock = steadyClock();
