/**
 * A rate budget that all processes share which use one store. Who waits in this process stands in a
 * line of its own; what the line may do is asked of the store, a few calls at a time. Nothing is
 * called that the store has not given away: if it cannot be reached, everybody waits.
 */
import { randomUUID } from 'node:crypto';
import {
	exchange,
	leaseMs,
	readState,
	type BudgetAnswer,
	type BudgetRequest,
	type Quota,
	type WindowLimit,
} from './budget-window';
import type { Json, RateBudget } from './connector';
import { BudgetFull, CALL_PRIORITIES, WaitingLine, type CallPriority } from './waiting-line';

/** Where the states are kept. */
export interface BudgetPort {
	/**
	 * Puts `change(state)` in the place of the account's state (null: there is none), in one transaction,
	 * and gives its result. Rejects if that did not surely happen.
	 */
	exchange: <T>(account: string, change: (state: Json) => { state: Json; result: T }) => Promise<T>;
	/** The account's state (null: there is none). */
	read?: (account: string) => Promise<Json>;
}

export interface SharedBudgetOptions extends WindowLimit {
	port: BudgetPort;
	/** Whose calls the vendor counts together. */
	account: string;
	/** Milliseconds since the epoch. The processes' clocks should not differ by more than 1 % of the window. */
	now: () => number;
	sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
	/** The limit is the vendor's: one that a person named to another process goes first. Default false. */
	isDefault?: boolean;
	/** Names this process among the others; by default a random name. */
	who?: string;
	/** Callers that may wait at once. Default 10,000. */
	maxWaiting?: number;
}

const MAX_WAITING = 10_000;
/** Calls asked for in one transaction. */
const MAX_BATCH = 5;
const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 15_000;
/** The store has failed this often, one after the other: who waits is sent away with BudgetFull. */
const MAX_FAILURES = 8;

export function createSharedBudget(options: SharedBudgetOptions): RateBudget {
	return new SharedBudget(options);
}

/** Calls that the store gave away and nobody has made yet. */
interface Ready {
	slice: number;
	calls: number;
	expiresAt: number;
}

class SharedBudget implements RateBudget {
	private readonly limit: WindowLimit;
	private readonly who: string;
	private readonly line: WaitingLine;
	/** For live calls that follow each other closely; at most a few. */
	private ready: Ready | null = null;
	/** Given away, not made, to be brought back with the next turn. */
	private unspent: Array<[slice: number, calls: number]> = [];
	/** Times of the last live calls, newest last. */
	private lastLive: number[] = [];
	private pausedUntil = 0;
	/** What the CRM said of its long period and the store does not know yet. */
	private quota: Quota | null = null;
	private seen: { at: number; available: number } | null = null;
	private serving = false;
	private failures = 0;
	private waitingFor: CallPriority | null = null;
	private wake = new AbortController();

	constructor(private readonly options: SharedBudgetOptions) {
		const { calls, windowMs } = options;
		this.limit = { calls: Math.max(1, Math.floor(calls)), windowMs };
		this.who = options.who ?? randomUUID();
		this.line = new WaitingLine(options.maxWaiting ?? MAX_WAITING, () => {
			if (this.line.size === 0) this.wake.abort();
		});
	}

	readonly take = (priority: CallPriority, signal?: AbortSignal): Promise<void> => {
		const turn = this.line.join(priority, signal);
		if (this.waitingFor !== null && isMoreUrgent(priority, this.waitingFor)) this.wake.abort();
		void this.serve();
		return turn;
	};

	readonly pauseFor = (ms: number): void => {
		const until = this.options.now() + ms;
		if (until <= this.pausedUntil) return;
		this.pausedUntil = until;
		// It goes with every later turn too, so nothing is lost if the store does not take it now.
		this.turn(null).catch(() => undefined);
	};

	readonly observe = (quota: Quota): void => {
		this.quota = quota;
	};

	/** As it was when this process last asked. */
	readonly state = (): { available: number; nextInMs: number } => {
		const now = this.options.now();
		const nextInMs = Math.max(0, this.pausedUntil - now);
		const isFresh = this.seen !== null && now - this.seen.at < this.limit.windowMs;
		const available = isFresh && this.seen !== null ? this.seen.available : this.limit.calls;
		return { available: nextInMs > 0 ? 0 : available + (this.ready?.calls ?? 0), nextInMs };
	};

	/** One loop serves everybody; it ends when nobody waits. */
	private async serve(): Promise<void> {
		if (this.serving) return;
		this.serving = true;
		try {
			for (let top = this.line.top(); top !== undefined; top = this.line.top()) {
				if (top === 'live' && this.spend()) continue;
				const wait = await this.ask(top);
				if (wait > 0 && this.line.size > 0) await this.rest(wait, top);
			}
		} finally {
			this.serving = false;
		}
	}

	/** Lets one live caller go on a call that is ready. */
	private spend(): boolean {
		const { ready } = this;
		if (ready === null) return false;
		const now = this.options.now();
		if (ready.calls === 0 || now > ready.expiresAt || this.pausedUntil > now) {
			this.bringBack(ready.slice, ready.calls);
			this.ready = null;
			return false;
		}
		ready.calls -= 1;
		this.lastLive = [...this.lastLive, now].slice(-MAX_BATCH);
		return this.line.serve('live');
	}

	/** @returns ms until it is worth asking again; 0: at once. */
	private async ask(priority: CallPriority): Promise<number> {
		const answer = await this.asked(priority);
		if (answer === undefined) return this.afterFailure();
		this.failures = 0;
		const { granted, slice, expiresAt, nextInMs } = answer;
		const isLate = this.options.now() > expiresAt;
		if (granted === 0) return nextInMs;
		if (priority === 'live' && !isLate) this.ready = { slice, calls: granted, expiresAt };
		else this.bringBack(slice, isLate ? granted : granted - this.let(priority, granted));
		return 0;
	}

	private async asked(priority: CallPriority): Promise<BudgetAnswer | undefined> {
		const calls = Math.min(MAX_BATCH, this.line.count(priority));
		const ahead = Math.min(MAX_BATCH, Math.max(calls, this.expected(priority))) - calls;
		try {
			return await this.turn({ priority, calls, ahead });
		} catch {
			return undefined;
		}
	}

	/** Live calls in a row are asked for ahead: as many as were just made within the time they may wait. */
	private expected(priority: CallPriority): number {
		if (priority !== 'live') return 0;
		const since = this.options.now() - leaseMs(this.limit.windowMs);
		return this.lastLive.filter((at) => at > since).length;
	}

	private let(priority: CallPriority, calls: number): number {
		let served = 0;
		while (served < calls && this.line.serve(priority)) served += 1;
		return served;
	}

	private bringBack(slice: number, calls: number): void {
		if (calls > 0) this.unspent.push([slice, calls]);
	}

	private async turn(wanted: BudgetRequest['wanted']): Promise<BudgetAnswer> {
		const { port, account, now, isDefault = false } = this.options;
		// Brought back twice, a call would be missing in the count: if this turn fails it stays counted.
		const returned = this.unspent;
		this.unspent = [];
		const { quota } = this;
		this.quota = null;
		const answer = await port.exchange(account, (stored) => {
			const request: BudgetRequest = {
				who: this.who,
				now: now(),
				limit: this.limit,
				isDefault,
				wanted,
				returned,
				pausedUntil: this.pausedUntil,
				quota,
			};
			const turn = exchange(readState(stored, this.limit, request.now), request);
			return { state: turn.state as Json, result: turn.answer };
		});
		this.seen = { at: now(), available: answer.available };
		return answer;
	}

	private afterFailure(): number {
		this.failures += 1;
		if (this.failures >= MAX_FAILURES) {
			this.failures = 0;
			this.line.dismiss(new BudgetFull('the rate budget cannot be read from the store'));
			return 0;
		}
		return Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** (this.failures - 1));
	}

	private async rest(ms: number, priority: CallPriority): Promise<void> {
		this.wake = new AbortController();
		this.waitingFor = priority;
		await this.options.sleep(ms, this.wake.signal);
		this.waitingFor = null;
	}
}

function isMoreUrgent(one: CallPriority, other: CallPriority): boolean {
	return CALL_PRIORITIES.indexOf(one) < CALL_PRIORITIES.indexOf(other);
}
