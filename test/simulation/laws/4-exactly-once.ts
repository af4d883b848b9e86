/** Law 4: what was accepted into the inbox is merged exactly once, whatever repeats. */
import type { ChangeEvent } from '../../../lib/model/event';
import type { InboxItem } from '../../../lib/model/rows';
import { callsOf, hold, type LawOf } from './law';

const MERGED = ['applied', 'noop', 'superseded'];

export const exactlyOnce: LawOf = () => {
	const sightOf = new Map<number, string>();
	const mergedAs = new Map<number, string>();
	const merged = new Set<string>();
	return {
		number: 4,
		title: 'at least once in, exactly once effect',
		committed: (calls) => {
			for (const { result } of callsOf(calls, 'inbox', 'due')) {
				for (const { seq, event } of result as InboxItem[]) sightOf.set(seq, observation(event));
			}
			for (const { args } of callsOf(calls, 'inbox', 'settle')) {
				const [seqs, state] = args as [number[], string];
				for (const seq of MERGED.includes(state) ? seqs : []) {
					const before = mergedAs.get(seq);
					hold(4, before === undefined, () => `Event ${seq} was merged twice: ${before}, ${state}`);
					mergedAs.set(seq, state);
					const sight = sightOf.get(seq) ?? `event ${seq}`;
					hold(4, !merged.has(sight), () => `Taken in and merged twice: ${sight}`);
					merged.add(sight);
				}
			}
		},
	};
};

/** The very same sight of a record, whatever it is called. */
function observation({
	system,
	object,
	crmId,
	kind,
	change,
	readAt,
	editedAt,
	fields,
}: ChangeEvent): string {
	return JSON.stringify([system, object, crmId, kind, change, readAt, editedAt, fields]);
}
