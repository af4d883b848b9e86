/**
 * Rate budgets. {@link createRateBudget} guards a vendor's limit (so many calls in any window),
 * {@link createPacer} spreads one kind of calls evenly, so that it never uses up a window at once.
 * Both live in the process; clock and sleep are injected.
 */
import type { RateBudget } from './connector';
import { HttpFailure } from './http';

export type CallPriority = 'live' | 'retry' | 'backfill';

const PRIORITIES: readonly CallPriority[] = ['live', 'retry', 'backfill'];
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

/** More callers wait for the budget than may: the work should be put back and tried later. */
export class BudgetFull extends Error {
	override readonly name = 'BudgetFull';
}

interface Waiter {
	resolve: () => void;
	signal: AbortSignal | undefined;
	onAbort: () => void;
}

/** A sliding window of calls. Who waits is served by priority, then in order of arrival. */
export function createRateBudget(options: BudgetOptions): RateBudget {
	return new SlidingWindow(options);
}

class SlidingWindow implements RateBudget {
	private readonly windowMs: number;
	private readonly calls: number;
	private readonly taken: number[] = [];
	private readonly waiting = new Map<CallPriority, Waiter[]>(PRIORITIES.map((name) => [name, []]));
	private pausedUntil = 0;
	private serving = false;
	private wake = new AbortController();

	constructor(private readonly options: BudgetOptions) {
		this.calls = Math.max(1, Math.floor(options.calls));
		this.windowMs = options.windowMs + (options.marginMs ?? Math.ceil(options.windowMs / 100));
	}

	readonly take = (priority: CallPriority, signal?: AbortSignal): Promise<void> =>
		new Promise((resolve, reject) => {
			if (signal?.aborted) return reject(abortedWhileWaiting());
			if (this.waitingCount() >= (this.options.maxWaiting ?? MAX_WAITING)) {
				return reject(new BudgetFull('too many calls wait for the rate budget already'));
			}
			const queue = this.queue(priority);
			const waiter: Waiter = {
				resolve,
				signal,
				onAbort: () => {
					queue.splice(queue.indexOf(waiter), 1);
					if (this.waitingCount() === 0) this.wake.abort();
					reject(abortedWhileWaiting());
				},
			};
			signal?.addEventListener('abort', waiter.onAbort, { once: true });
			queue.push(waiter);
			void this.serve();
		});

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
			while (this.waitingCount() > 0) {
				const wait = this.nextInMs();
				if (wait > 0) {
					this.wake = new AbortController();
					await this.options.sleep(wait, this.wake.signal);
				} else {
					this.grant();
				}
			}
		} finally {
			this.serving = false;
		}
	}

	private grant(): void {
		for (const priority of PRIORITIES) {
			const waiter = this.queue(priority).shift();
			if (waiter === undefined) continue;
			this.taken.push(this.options.now());
			waiter.signal?.removeEventListener('abort', waiter.onAbort);
			waiter.resolve();
			return;
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

	private queue(priority: CallPriority): Waiter[] {
		return this.waiting.get(priority) ?? [];
	}

	private waitingCount(): number {
		return PRIORITIES.reduce((sum, priority) => sum + this.queue(priority).length, 0);
	}
}

function abortedWhileWaiting(): HttpFailure {
	return new HttpFailure('stopped while waiting for the rate budget', 'aborted');
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
