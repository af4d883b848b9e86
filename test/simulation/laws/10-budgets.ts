/** Law 10: no window holds more calls than the vendor allows, and live calls go before the others of their process. */
import type { CallPriority } from '../../../lib/connectors/waiting-line';
import { hold } from './law';

export interface Call {
	process: number;
	priority: CallPriority;
	/** When it was wanted, and when the budget let it through, ms. */
	asked: number;
	at: number | null;
}

const RANK: Record<CallPriority, number> = { live: 0, retry: 1, backfill: 2 };

export function checkCalls(
	calls: readonly Call[],
	limit: { calls: number; windowMs: number },
): void {
	const made = calls.flatMap((call) => (call.at === null ? [] : { ...call, at: call.at }));
	hold(10, made.length === calls.length, () => 'A call was never let through');
	for (const { at } of made) {
		const within = made.filter((other) => other.at >= at && other.at < at + limit.windowMs);
		hold(
			10,
			within.length <= limit.calls,
			() => `${within.length} calls within ${limit.windowMs} ms`,
		);
	}
	for (const call of made) {
		const passed = made.find(
			(other) =>
				other.process === call.process &&
				RANK[other.priority] < RANK[call.priority] &&
				other.asked < call.at &&
				other.at > call.at,
		);
		hold(
			10,
			passed === undefined,
			() => `A ${call.priority} call went before a ${passed?.priority} call`,
		);
	}
}
