/** The same items in an order that keeps that of each system; `picks` says whose turn it is. */
export function interleave<T extends { system: string }>(
	items: readonly T[],
	picks: readonly number[],
): T[] {
	const names = [...new Set(items.map(({ system }) => system))];
	const queues = names.map((name) => items.filter(({ system }) => system === name));
	const result: T[] = [];
	for (let turn = 0; result.length < items.length; turn += 1) {
		const waiting = queues.filter((queue) => queue.length > 0);
		const next = waiting[(picks[turn % picks.length] ?? 0) % waiting.length]?.shift();
		if (next !== undefined) result.push(next);
	}
	return result;
}
