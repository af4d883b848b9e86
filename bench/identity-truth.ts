/** Compares how records were put together with who they are, by all pairs. */
export interface Figures {
	precision: number;
	recall: number;
	f1: number;
	/** Pairs put together that are two persons. */
	false_pairs: number;
}

/** `persons` and `groups`: of each record; a record without a group is alone. */
export function figuresOf(
	persons: readonly string[],
	groups: ReadonlyArray<string | undefined>,
): Figures {
	const joined = groups.map((group, place) => group ?? `alone ${place}`);
	const found = pairsIn(joined);
	const both = pairsIn(persons.map((person, place) => `${person} ${joined[place]}`));
	const real = pairsIn(persons);
	const precision = found === 0 ? 1 : both / found;
	const recall = real === 0 ? 1 : both / real;
	const f1 = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
	return {
		precision: rounded(precision),
		recall: rounded(recall),
		f1: rounded(f1),
		false_pairs: found - both,
	};
}

function pairsIn(names: readonly string[]): number {
	const counts = new Map<string, number>();
	for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
	return [...counts.values()].reduce((sum, count) => sum + (count * (count - 1)) / 2, 0);
}

function rounded(share: number): number {
	return Math.round(share * 10_000) / 10_000;
}
