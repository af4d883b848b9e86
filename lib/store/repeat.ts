/** How transactions of one process wait for each other, and how one that the database broke off is repeated. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { StoreBackend } from './backend';

const MAX_ATTEMPTS = 6;
const FIRST_WAIT_MS = 50;

export interface Attempt {
	/** Set when nothing is left but the commit. */
	isCommitting: boolean;
}

/** Waits 50, 100, 200, 400, 800 ms between the attempts. */
export async function repeated<T>(
	{ isTransient }: StoreBackend,
	work: (attempt: Attempt) => Promise<T>,
): Promise<T> {
	for (let count = 1; ; count += 1) {
		const attempt: Attempt = { isCommitting: false };
		try {
			return await work(attempt);
		} catch (error) {
			const mayRepeat = count < MAX_ATTEMPTS && !attempt.isCommitting;
			if (!mayRepeat || isTransient?.(error) !== true) throw error;
		}
		await sleep(FIRST_WAIT_MS * 2 ** (count - 1));
	}
}

/**
 * One after another, in the order of the calls: a writer that waits for others of its own process does
 * so without a connection, which readers may need.
 */
export class Queue {
	private last: Promise<unknown> = Promise.resolve();

	run<T>(work: () => Promise<T>): Promise<T> {
		const mine = this.last.then(work);
		this.last = mine.catch(() => {});
		return mine;
	}
}
