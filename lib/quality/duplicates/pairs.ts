/** Which items are worth comparing: those that share a key, the rarest keys first. Pure. */
import { blockKeys, nameValueKeys } from '../../identity/blocks';
import type { FoldedProfile } from '../../identity/compare/profile';
import type { Frequencies } from '../../identity/weights';

/** A key that more share says too little to compare them all. */
const MAX_BLOCK = 200;
/** Candidates of one item; the rarest keys come first. */
const MAX_CANDIDATES = 60;

/** Each pair once, as places in the list, the smaller one first. */
export function* candidatePairs(
	profiles: readonly FoldedProfile[],
): Generator<[a: number, b: number]> {
	const keys = profiles.map(blockKeys);
	const blocks = blocksBy(keys);
	const found = profiles.map(() => new Set<number>());
	for (const [place, own] of keys.entries()) {
		const mine = found[place] as Set<number>;
		const lists = own.map((key) => blocks.get(key) ?? []).sort((a, b) => a.length - b.length);
		for (const other of candidatesIn(lists, place, mine)) {
			mine.add(other);
			found[other]?.add(place);
			yield place < other ? [place, other] : [other, place];
		}
	}
}

function blocksBy(keys: ReadonlyArray<readonly string[]>): Map<string, number[]> {
	const blocks = new Map<string, number[]>();
	for (const [place, own] of keys.entries()) {
		for (const key of own) {
			const block = blocks.get(key);
			if (block === undefined) blocks.set(key, [place]);
			else block.push(place);
		}
	}
	return blocks;
}

function* candidatesIn(
	lists: ReadonlyArray<readonly number[]>,
	place: number,
	known: ReadonlySet<number>,
): Generator<number> {
	let taken = 0;
	for (const block of lists) {
		if (block.length > MAX_BLOCK) return;
		for (const other of block) {
			if (other === place || known.has(other)) continue;
			if (taken >= MAX_CANDIDATES) return;
			taken += 1;
			yield other;
		}
	}
}

/** How many other items share a name, an e-mail or a phone: a family's e-mail says little. */
export function frequenciesOf(profiles: readonly FoldedProfile[]): Frequencies {
	const counts = new Map<string, number>();
	for (const profile of profiles) {
		const contact = [
			...profile.emails.map((email) => `email:${email}`),
			...profile.phones.map((phone) => `phone:${phone}`),
			...(profile.taxId === '' ? [] : [`tax:${profile.taxId}`]),
			...(profile.name === '' ? [] : [`org:${profile.name}`]),
		];
		for (const key of new Set([...nameValueKeys(profile), ...contact]))
			counts.set(key, (counts.get(key) ?? 0) + 1);
	}
	// Of those that share a value, one is the item itself.
	const countOf = (key: string) => Math.max(1, (counts.get(key) ?? 1) - 1);
	return { records: profiles.length, countOf };
}
