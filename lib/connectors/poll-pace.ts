/**
 * How soon to ask a polled CRM again. Right after a change quickly, since edits come in clusters; then
 * slower step by step, up to what its traffic is worth: a poll costs a call and finds an edit half an
 * interval late on average, so the interval that costs least goes with 1/sqrt(edits per second). How many edits
 * to expect is learned, from the last minutes and from the same hour of the week before. Pure.
 */

/** Hour of the week in UTC (`0` is Thursday 00:00, where the epoch begins) -> seconds watched, edits seen. */
export type TrafficPattern = Record<string, [seconds: number, edits: number]>;

export interface PaceLimits {
	minPollMs: number;
	maxPollMs: number;
}

export interface PolledRound {
	/** When it ended (ms). */
	at: number;
	/** Edits that it showed and nobody knew of. */
	edits: number;
	/** False: something is left to be read at once. */
	complete: boolean;
}

const SLOWING = 1.5;
const HOUR_MS = 3_600_000;
const WEEK_HOURS = 168;
/** With as many edits as one in this time, or more, it is asked as quickly as allowed. */
const BUSY_EVERY_S = 120;
/** What happened this long ago counts a third. */
const MEMORY_S = 20 * 60;
/** The same hour of earlier weeks counts as much as so long a look at this one. */
const PATTERN_S = 10 * 60;
const LEAST_WATCHED_S = 10 * 60;
/** An hour seen again: what was counted a week before counts so much. */
const WEEKLY_DECAY = 0.7;
/** A gap longer than this was no watching: the trigger did not run. */
const MAX_WATCHED_S = 10 * 60;
/** More edits in one poll are somebody's bulk edit: they came together, and tell little of what is to come. */
const MAX_COUNTED = 3;

export class PollPace {
	private delayMs: number;
	private recent = { seconds: 0, edits: 0 };
	private lastAt: number;
	private hour: string;

	constructor(
		private readonly limits: PaceLimits,
		readonly pattern: TrafficPattern,
		now: number,
	) {
		this.delayMs = limits.minPollMs;
		this.lastAt = now;
		this.hour = hourOf(now);
	}

	/** Learns from a poll; answers the ms until the next one. */
	polled({ at, edits, complete }: PolledRound): number {
		this.learn(at, edits);
		const { minPollMs, maxPollMs } = this.limits;
		const isBusy = edits > 0 || !complete;
		const slower = isBusy ? minPollMs : this.delayMs * SLOWING;
		this.delayMs = Math.min(slower, this.worthwhileMs(), maxPollMs);
		return this.delayMs;
	}

	/** ms between polls that the traffic of now is worth. */
	private worthwhileMs(): number {
		const { minPollMs, maxPollMs } = this.limits;
		const perSecond = this.expected();
		if (perSecond <= 0) return maxPollMs;
		const ms = minPollMs / Math.sqrt(perSecond * BUSY_EVERY_S);
		return Math.min(maxPollMs, Math.max(minPollMs, ms));
	}

	/** Edits a second, as far as anybody can tell. */
	private expected(): number {
		const { seconds, edits } = this.recent;
		const [watched, counted] = this.pattern[this.hour] ?? [0, 0];
		const usual = watched >= LEAST_WATCHED_S ? counted / watched : 0;
		return (edits + usual * PATTERN_S) / (seconds + PATTERN_S);
	}

	private learn(at: number, shown: number): void {
		const edits = Math.min(shown, MAX_COUNTED);
		const passed = Math.max(0, at - this.lastAt) / 1_000;
		this.lastAt = at;
		const kept = Math.exp(-passed / MEMORY_S);
		const watched = passed > MAX_WATCHED_S ? 0 : passed;
		this.recent.seconds = this.recent.seconds * kept + watched;
		this.recent.edits = this.recent.edits * kept + edits;
		this.enter(hourOf(at));
		const [seconds, counted] = this.pattern[this.hour] ?? [0, 0];
		this.pattern[this.hour] = [rounded(seconds + watched), rounded(counted + edits)];
	}

	private enter(hour: string): void {
		if (hour === this.hour) return;
		this.hour = hour;
		const [seconds, counted] = this.pattern[hour] ?? [0, 0];
		if (seconds > 0)
			this.pattern[hour] = [rounded(seconds * WEEKLY_DECAY), rounded(counted * WEEKLY_DECAY)];
	}
}

function hourOf(at: number): string {
	return String(Math.floor(at / HOUR_MS) % WEEK_HOURS);
}

function rounded(value: number): number {
	return Math.round(value * 100) / 100;
}
