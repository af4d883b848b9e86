/** Callers that wait for a rate budget: served by priority, then in order of arrival. */
import { HttpFailure } from './http';

export type CallPriority = 'live' | 'retry' | 'backfill';

/** Most urgent first. */
export const CALL_PRIORITIES: readonly CallPriority[] = ['live', 'retry', 'backfill'];

/** More callers wait for the budget than may, or it cannot be asked: put the work back and try later. */
export class BudgetFull extends Error {
	override readonly name = 'BudgetFull';
}

interface Waiter {
	priority: CallPriority;
	resolve: () => void;
	reject: (error: Error) => void;
	signal: AbortSignal | undefined;
	onAbort: () => void;
}

export class WaitingLine {
	private readonly queues = new Map<CallPriority, Waiter[]>(
		CALL_PRIORITIES.map((name) => [name, []]),
	);

	/** `onLeft`: somebody gave up waiting. */
	constructor(
		private readonly maxWaiting: number,
		private readonly onLeft: () => void,
	) {}

	/** Resolves when it is the caller's turn. Rejects with BudgetFull, or with HttpFailure when the signal aborts. */
	join(priority: CallPriority, signal?: AbortSignal): Promise<void> {
		return new Promise((resolve, reject) => {
			if (signal?.aborted) return reject(abortedWhileWaiting());
			if (this.size >= this.maxWaiting)
				return reject(new BudgetFull('too many calls wait for the rate budget already'));
			const queue = this.queue(priority);
			const onAbort = () => {
				queue.splice(queue.indexOf(waiter), 1);
				reject(abortedWhileWaiting());
				this.onLeft();
			};
			const waiter: Waiter = { priority, resolve, reject, signal, onAbort };
			signal?.addEventListener('abort', onAbort, { once: true });
			queue.push(waiter);
		});
	}

	get size(): number {
		return CALL_PRIORITIES.reduce((sum, priority) => sum + this.count(priority), 0);
	}

	count(priority: CallPriority): number {
		return this.queue(priority).length;
	}

	/** The most urgent priority at which somebody waits. */
	top(): CallPriority | undefined {
		return CALL_PRIORITIES.find((priority) => this.count(priority) > 0);
	}

	/** Lets the first at this priority go; false if nobody waits there. */
	serve(priority: CallPriority): boolean {
		const waiter = this.take(priority);
		waiter?.resolve();
		return waiter !== undefined;
	}

	/** Sends everybody away. */
	dismiss(error: Error): void {
		for (let top = this.top(); top !== undefined; top = this.top()) this.take(top)?.reject(error);
	}

	private take(priority: CallPriority): Waiter | undefined {
		const waiter = this.queue(priority).shift();
		waiter?.signal?.removeEventListener('abort', waiter.onAbort);
		return waiter;
	}

	private queue(priority: CallPriority): Waiter[] {
		return this.queues.get(priority) ?? [];
	}
}

export function abortedWhileWaiting(): HttpFailure {
	return new HttpFailure('stopped while waiting for the rate budget', 'aborted');
}
