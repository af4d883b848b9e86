/** When to try again: exponential backoff with full jitter, a vendor's Retry-After honoured. */

export interface RetryPolicy {
	/** ms before the second try. */
	baseMs: number;
	maxMs: number;
	/** Tries before it becomes a dead letter. */
	maxAttempts: number;
}

export const DELIVERY_RETRY: RetryPolicy = { baseMs: 2_000, maxMs: 15 * 60_000, maxAttempts: 12 };
export const EVENT_RETRY: RetryPolicy = { baseMs: 1_000, maxMs: 10 * 60_000, maxAttempts: 8 };

/**
 * ms to wait after the given failed try (1 = the first). Between half and the whole of the
 * exponential step, and never before the vendor's own time.
 */
export function backoffMs(
	policy: RetryPolicy,
	attempt: number,
	random: () => number,
	retryAfterMs = 0,
): number {
	const step = Math.min(policy.maxMs, policy.baseMs * 2 ** Math.min(30, Math.max(0, attempt - 1)));
	const jittered = step / 2 + (step / 2) * random();
	return Math.round(Math.max(jittered, retryAfterMs));
}

export function isExhausted(policy: RetryPolicy, attempt: number): boolean {
	return attempt >= policy.maxAttempts;
}
