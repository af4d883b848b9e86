/**
 * Rate budgets. {@link createRateBudget} guards a vendor's limit (so many calls in any window),
 * {@link createPacer} spreads one kind of calls evenly, so that it never uses up a window at once.
 * Both live in the process; clock and sleep are injected.
 */
import type { RateBudget } from './connector';
import { abortedWhileWaiting, WaitingLine, type CallPriority } from './waiting-line';

export { BudgetFull, type CallPriority } from './waiting-line';

const MAX_WAITING = 10_000;

export interface BudgetOptions {
	/** Calls allowed in any window of `windowMs`. */
	calls: number;
	windowMs: number;
	now: () => number;
	sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
	/**
	 * How much longer than the vendor's window a call is remembered: calls reach the vendor with
	 * differing delays, so two that we made a window apart may arrive closer. Default 1 % of the window.
	 */
	marginMs?: number;
	/** Callers that may wait at once. Default 10,000. */
	maxWaiting?: number;
}

/** A sliding window of calls. Who waits is served by priority, then in order of arrival. */
export function createRateBudget(options: BudgetOptions): RateBudget {
	return new SlidingWindow(options);
}

class SlidingWindow implements RateBudget {
	private readonly windowMs: number;
	private readonly calls: number;
	private readonly taken: number[] = [];
	private readonly line: WaitingLine;
	private pausedUntil = 0;
	private serving = false;
	private wake = new AbortController();

	constructor(private readonly options: BudgetOptions) {
		this.calls = Math.max(1, Math.floor(options.calls));
		this.windowMs = options.windowMs + (options.marginMs ?? Math.ceil(options.windowMs / 100));
		this.line = new WaitingLine(options.maxWaiting ?? MAX_WAITING, () => {
			if (this.line.size === 0) this.wake.abort();
		});
	}

	readonly take = (priority: CallPriority, signal?: AbortSignal): Promise<void> => {
		const turn = this.line.join(priority, signal);
		void this.serve();
		return turn;
	};

	readonly pauseFor = (ms: number): void => {
		this.pausedUntil = Math.max(this.pausedUntil, this.options.now() + ms);
	};

	readonly state = (): { available: number; nextInMs: number } => {
		const nextInMs = this.nextInMs();
		return { available: nextInMs > 0 ? 0 : this.calls - this.taken.length, nextInMs };
	};

	/** One loop serves everybody; it ends when nobody waits. */
	private async serve(): Promise<void> {
		if (this.serving) return;
		this.serving = true;
		try {
			for (let top = this.line.top(); top !== undefined; top = this.line.top()) {
				const wait = this.nextInMs();
				if (wait > 0) {
					this.wake = new AbortController();
					await this.options.sleep(wait, this.wake.signal);
				} else {
					this.taken.push(this.options.now());
					this.line.serve(top);
				}
			}
		} finally {
			this.serving = false;
		}
	}

	private nextInMs(): number {
		const now = this.options.now();
		while (this.taken.length > 0 && now - (this.taken[0] ?? now) >= this.windowMs)
			this.taken.shift();
		const oldest = this.taken.length < this.calls ? undefined : this.taken[0];
		const untilFree = oldest === undefined ? 0 : oldest + this.windowMs - now;
		return Math.max(0, untilFree, this.pausedUntil - now);
	}
}

export interface Pacer {
	/** Resolves when the next call may be made. Rejects when the signal aborts. */
	take: (signal?: AbortSignal) => Promise<void>;
}

/**
 * A token bucket that never lets through more than `calls` in any window: a sixth of them may come
 * at once, the rest is spread evenly. For one caller at a time.
 */
export function createPacer(options: Omit<BudgetOptions, 'marginMs' | 'maxWaiting'>): Pacer {
	const burst = Math.max(1, Math.floor(options.calls / 6));
	const perMs = Math.max(1, options.calls - burst) / options.windowMs;
	let level = burst;
	let at = options.now();
	const refill = () => {
		const now = options.now();
		level = Math.min(burst, level + Math.max(0, now - at) * perMs);
		at = now;
	};
	const EPSILON = 1e-9;
	return {
		take: async (signal) => {
			refill();
			while (level < 1 - EPSILON) {
				await options.sleep(Math.ceil((1 - level) / perMs), signal);
				if (signal?.aborted) throw abortedWhileWaiting();
				refill();
			}
			level -= 1;
		},
	};
}
