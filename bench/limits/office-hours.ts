/** How busy an office is: by the hour of its day, as a share of its busiest hour. */
const BY_HOUR: Record<number, number> = {
	8: 0.4,
	9: 0.85,
	10: 1,
	11: 0.95,
	12: 0.5,
	13: 0.8,
	14: 0.95,
	15: 1,
	16: 0.85,
	17: 0.4,
	18: 0.12,
	19: 0.05,
};
const AT_NIGHT = 0.005;
const HOUR_MS = 3_600_000;

/** `hour`: 0 to 23, the office's own. */
function busyness(hour: number): number {
	return BY_HOUR[hour] ?? AT_NIGHT;
}

/** Hours of busiest traffic that a whole day amounts to. */
const BUSY_HOURS = Array.from({ length: 24 }, (_, hour) => busyness(hour)).reduce(
	(sum, share) => sum + share,
	0,
);

/** Edits a ms at the time `at`, when `perDay` of them make a day. `startHour`: the office's at `start`. */
export function rateAt(at: number, start: number, startHour: number, perDay: number): number {
	const hour = Math.floor(startHour + (at - start) / HOUR_MS) % 24;
	return (busyness(hour) * perDay) / (BUSY_HOURS * HOUR_MS);
}

export interface PollBound {
	minPollMs: number;
	maxPollMs: number;
	/** Mean time from an edit to the poll that shows it, ms. */
	meanDelayMs: number;
}

/**
 * The fewest polls that give this mean delay to somebody who knows the office's traffic by the hour
 * (edits a ms, one number a step of `stepMs`) but not when the next edit comes. A poll every T finds an edit
 * T/2 late; the least cost for a mean delay is at T = k / sqrt(rate), within the limits set for T.
 */
export function fewestPolls(rates: readonly number[], stepMs: number, bound: PollBound): number {
	const intervals = (k: number) =>
		rates.map((rate) =>
			Math.min(
				bound.maxPollMs,
				Math.max(bound.minPollMs, rate > 0 ? k / Math.sqrt(rate) : Infinity),
			),
		);
	const edits = rates.reduce((sum, rate) => sum + rate, 0);
	const delayOf = (k: number) =>
		intervals(k).reduce((sum, every, step) => sum + (every / 2) * (rates[step] ?? 0), 0) / edits;
	let [low, high] = [0, bound.maxPollMs * 1_000];
	for (let round = 0; round < 100; round += 1) {
		const middle = (low + high) / 2;
		if (delayOf(middle) < bound.meanDelayMs) low = middle;
		else high = middle;
	}
	return intervals(low).reduce((sum, every) => sum + stepMs / every, 0);
}
