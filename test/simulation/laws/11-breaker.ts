/** Law 11, of runs: none opens more deliveries of a kind in a system than its limit, before a person agrees. */
import type { ReviewDecision } from '../../../lib/model/rows';
import { KIND_OF, LIVE, scopeOf } from '../../../lib/removal/breaker';
import type { NewDelivery } from '../../../lib/store/deliveries';
import { callsOf, hold, type LawOf } from './law';

/** What comes by itself is counted over an hour, in steps of five minutes. */
const WINDOW_MS = 55 * 60_000;

export const breaker: LawOf = (world) => {
	const opened = new Map<string, number[]>();
	/** When a person last let anything pass. */
	let agreedAt = Number.NEGATIVE_INFINITY;
	return {
		number: 11,
		title: 'breaker',
		committed: (calls) => {
			for (const { args } of callsOf(calls, 'reviews', 'decide')) {
				if ((args[1] as ReviewDecision).verdict === 'approve') agreedAt = world.now;
			}
			for (const { args } of callsOf(calls, 'deliveries', 'open')) {
				for (const { system, run, operation, state } of args[0] as NewDelivery[]) {
					const limit = world.crm(system).settings.limits[KIND_OF[operation]];
					if (limit === 0 || state === 'held' || agreedAt > Number.NEGATIVE_INFINITY) continue;
					const scope = scopeOf(run);
					const key = [system, scope, KIND_OF[operation]].join(' ');
					const since = scope === LIVE ? world.now - WINDOW_MS : 0;
					const times = [...(opened.get(key) ?? []).filter((at) => at > since), world.now];
					opened.set(key, times);
					hold(11, times.length <= limit, () => `${key}: ${times.length} opened, ${limit} allowed`);
				}
			}
		},
	};
};
