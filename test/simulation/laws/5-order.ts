/**
 * Law 5: the events of one record are merged in the order in which they were read. One that a person
 * set free (a dead letter retried, a review answered) comes when it comes.
 */
import type { InboxItem } from '../../../lib/model/rows';
import { recordKey } from '../../../lib/model/event';
import { callsOf, hold, type LawOf } from './law';

const MERGED = ['applied', 'noop', 'superseded'];

export const order: LawOf = () => {
	const recordOf = new Map<number, string>();
	const last = new Map<string, number>();
	const freed = new Set<number>();
	return {
		number: 5,
		title: 'order',
		committed: (calls) => {
			for (const { result } of callsOf(calls, 'inbox', 'due')) {
				for (const { seq, event } of result as InboxItem[]) recordOf.set(seq, recordKey(event));
			}
			for (const { args } of callsOf(calls, 'inbox', 'release')) {
				for (const seq of args[0] as number[]) freed.add(seq);
			}
			const merged = callsOf(calls, 'inbox', 'settle').flatMap(({ args }) =>
				MERGED.includes(args[1] as string) ? (args[0] as number[]) : [],
			);
			for (const seq of merged.sort((a, b) => a - b)) {
				const record = recordOf.get(seq);
				if (record === undefined || freed.has(seq)) continue;
				const before = last.get(record) ?? 0;
				hold(5, before < seq, () => `Event ${seq} of ${record} was merged after event ${before}`);
				last.set(record, seq);
			}
		},
	};
};
