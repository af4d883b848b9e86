/** The vendors' rate limits. */
import { text, type SimResponse } from './http';

/** `calls` in each sliding window of `windowMs`; false for no limit. */
export type RateLimit = { calls: number; windowMs: number } | false;

/** Counts the accepted calls of each key (a token, a user) in a sliding window. */
export class Throttle {
	private readonly calls = new Map<string, number[]>();

	constructor(
		private readonly limit: RateLimit,
		private readonly now: () => number,
	) {}

	/** Counts a call. When it is refused: the ms until the next one is free, else undefined. */
	take(key: string): number | undefined {
		if (this.limit === false) return undefined;
		const now = this.now();
		const oldest = now - this.limit.windowMs;
		const recent = (this.calls.get(key) ?? []).filter((at) => at > oldest);
		this.calls.set(key, recent);
		if (recent.length < this.limit.calls) {
			recent.push(now);
			return undefined;
		}
		return (recent[0] ?? now) - oldest;
	}
}

/**
 * The 429 answer of a call beyond the limit, in whole seconds if `retryAfter`; undefined within
 * it.
 */
export function refuseThrottled(
	throttle: Throttle,
	key: string,
	retryAfter: boolean,
): SimResponse | undefined {
	const waitMs = throttle.take(key);
	if (waitMs === undefined) return undefined;
	const seconds = String(Math.max(1, Math.ceil(waitMs / 1_000)));
	return text(429, 'Too Many Requests', retryAfter ? { 'Retry-After': seconds } : {});
}
