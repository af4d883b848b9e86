/** Waiting for a signal of the fabric without missing one that comes between two waits. */
import type { EventEmitter } from 'node:events';
import { sleep } from '../connector-context';

export interface Waker {
	/** Resolves when the signal has come since the last wait, after `ms`, or when `stop` aborts. */
	wait: (ms: number, stop: AbortSignal) => Promise<void>;
	close: () => void;
}

export function createWaker(signals: EventEmitter, name: string): Waker {
	let woken = false;
	let current = new AbortController();
	const wake = () => {
		woken = true;
		current.abort();
	};
	signals.on(name, wake);
	return {
		wait: async (ms, stop) => {
			if (!woken) {
				current = new AbortController();
				await sleep(ms, stop, current.signal);
			}
			woken = false;
		},
		close: () => {
			signals.off(name, wake);
		},
	};
}
