/**
 * From alike pairs to clusters: the best pair first, two groups become one if nothing stands between any
 * two of their members. So the order of the list does not matter, and a `never` splits what a chain of
 * alike pairs would join. Pure.
 */

export interface AlikePair {
	/** Places in the list. */
	a: number;
	b: number;
	bits: number;
}

/** More members are no client's duplicates, but a value that many share. */
const MAX_MEMBERS = 50;

/** Groups of two or more, each in the order of the list, the group with the earliest member first. */
export function clustersOf(
	pairs: readonly AlikePair[],
	isApart: (a: number, b: number) => boolean,
	orderOf: (place: number) => string,
): number[][] {
	const groupOf = new Map<number, number[]>();
	const group = (place: number) => groupOf.get(place) ?? [place];
	for (const { a, b } of [...pairs].sort((one, other) => compare(one, other, orderOf))) {
		const [mine, theirs] = [group(a), group(b)];
		if (mine.includes(b) || mine.length + theirs.length > MAX_MEMBERS) continue;
		if (mine.some((one) => theirs.some((other) => isApart(one, other)))) continue;
		const joined = [...mine, ...theirs];
		for (const member of joined) groupOf.set(member, joined);
	}
	const groups = [...new Set(groupOf.values())].map((members) => members.sort((a, b) => a - b));
	return groups.sort(([a = 0], [b = 0]) => a - b);
}

function compare(one: AlikePair, other: AlikePair, orderOf: (place: number) => string): number {
	const order = ({ a, b }: AlikePair) => [orderOf(a), orderOf(b)].sort().join('\0');
	if (one.bits !== other.bits) return other.bits - one.bits;
	const [left, right] = [order(one), order(other)];
	return left < right ? -1 : left > right ? 1 : 0;
}
