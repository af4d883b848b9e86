/** Work in a few lanes: what belongs together stays in one lane and in order. */

/**
 * Runs `work` for every item, at most `lanes` at a time. Items with one key run one after the other,
 * in their order. Resolves with the results in the order of the items; rejects as the first failure does.
 */
export async function inLanes<T, R>(
	items: readonly T[],
	keyOf: (item: T) => string,
	lanes: number,
	work: (item: T) => Promise<R>,
): Promise<R[]> {
	const groups = new Map<string, number[]>();
	for (const [place, item] of items.entries()) {
		const key = keyOf(item);
		groups.set(key, [...(groups.get(key) ?? []), place]);
	}
	const waiting = [...groups.values()];
	const results = new Array<R>(items.length);
	const lane = async () => {
		for (let group = waiting.shift(); group !== undefined; group = waiting.shift()) {
			for (const place of group) results[place] = await work(items[place] as T);
		}
	};
	await Promise.all(Array.from({ length: Math.min(lanes, waiting.length) }, lane));
	return results;
}
