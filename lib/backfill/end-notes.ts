/** What a run that has ended leaves for people, in sentences. Pure. */
import { OBJECT_LABELS, objectName, type ObjectName } from '../model/objects';
import type { RunDeliveries, StagedCount } from '../store/backfills';

const PLURALS: Partial<Record<ObjectName, string>> = { opportunity: 'opportunities' };

/** `1 note`, `12 notes`; of contacts `clients`. */
export function counted(count: number, object: ObjectName): string {
	const one = object === 'contact' ? 'client' : OBJECT_LABELS[object].toLowerCase();
	const many = PLURALS[object] ?? `${one}s`;
	return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;
}

export function endNotes(
	counts: readonly StagedCount[],
	deliveries: readonly RunDeliveries[],
): string[] {
	return [...waiting(counts), ...unmade(deliveries)];
}

function waiting(counts: readonly StagedCount[]): string[] {
	const sums = new Map<string, number>();
	for (const { object, state, count } of counts)
		if (state === 'waiting') sums.set(object, (sums.get(object) ?? 0) + count);
	return [...sums].map(
		([object, count]) =>
			`${counted(count, objectName(object))} waited for a client who was not known: each follows when its client is, at the latest when a person has answered the review.`,
	);
}

/** What belongs to a client who could not be made is not made either, and has no dead letter of its own. */
function unmade(deliveries: readonly RunDeliveries[]): string[] {
	return deliveries
		.filter(({ object, operation, state }) => {
			const isClient = object === 'contact' || object === 'household';
			return isClient && operation === 'create' && state === 'dead';
		})
		.map(
			({ system, object, entities }) =>
				`${counted(entities, objectName(object))} could not be created in ${system}: what belongs to them is made there when their dead letters have been retried.`,
		);
}
