/** Loops of the triggers: what fails is tried again after a pause; only closing the trigger ends them. */
import { sleep } from '../connector-context';

export interface Backoff {
	firstMs: number;
	mostMs: number;
}

export const STORE_BACKOFF: Backoff = { firstMs: 500, mostMs: 30_000 };

/** ms before the try after `failures` failed ones (1 = the first): doubling, between half and the whole step. */
export function pauseMs({ firstMs, mostMs }: Backoff, failures: number): number {
	const MAX_DOUBLINGS = 20;
	const step = Math.min(mostMs, firstMs * 2 ** Math.min(MAX_DOUBLINGS, Math.max(0, failures - 1)));
	return step / 2 + (step / 2) * Math.random();
}

export interface RetryOptions {
	stop: AbortSignal;
	backoff: Backoff;
	onFailure: (error: unknown, failures: number) => void;
}

/** Tries until it works; undefined if `stop` aborts first. */
export async function untilDone<T>(
	work: () => Promise<T>,
	{ stop, backoff, onFailure }: RetryOptions,
): Promise<T | undefined> {
	for (let failures = 1; !stop.aborted; failures += 1) {
		try {
			return await work();
		} catch (error) {
			onFailure(error, failures);
			await sleep(pauseMs(backoff, failures), stop);
		}
	}
	return undefined;
}
