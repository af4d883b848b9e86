/** A firm's own weights: estimated from what the store knows, accepted by a person, used from then on. */
import { knownFields } from '../merge/shadow';
import type { Store } from '../store/store';
import { WEIGHTS_SETTING } from './accepted-weights';
import { blockKeys, proposalPoints } from './blocks';
import { compareProfiles } from './compare';
import type { FoldedProfile } from './compare/profile';
import { foldProfile } from './compare/fold-profile';
import { estimateWeights, type Agreements, type EstimatedWeights } from './estimate';

/** Records looked at, the first ones in the order of their clients; pairs compared of each kind. */
const MOST_RECORDS = 20_000;
const MOST_PAIRS = 200_000;
const RANDOM_PAIRS = 50_000;
const PAGE = 500;

export class Weighing {
	constructor(
		private readonly store: Store,
		private readonly now: () => number,
	) {}

	/** Changes nothing. `undefined`: the store knows too few records that belong together. */
	async estimateWeights(): Promise<EstimatedWeights | undefined> {
		const profiles = await this.profiles();
		return estimateWeights(candidatePairs(profiles), randomPairs(profiles));
	}

	/** Identity Resolve uses these from its next batch on. */
	async acceptWeights({ weights }: Pick<EstimatedWeights, 'weights'>): Promise<void> {
		await this.store.transaction((tx) => tx.settings.save(WEIGHTS_SETTING, weights, this.now()));
	}

	/** Back to the weights that ship. */
	async resetWeights(): Promise<void> {
		await this.store.transaction((tx) => tx.settings.remove(WEIGHTS_SETTING));
	}

	/** One short read a page, so that no writer waits. */
	private async profiles(): Promise<FoldedProfile[]> {
		const profiles: FoldedProfile[] = [];
		let after: string | null = null;
		while (profiles.length < MOST_RECORDS) {
			const page: { ids: string[]; found: FoldedProfile[] } = await this.store.read(async (tx) => {
				const ids = await tx.identity.page(after, PAGE);
				const links = await tx.identity.linksOf(ids);
				const shadows = await tx.registers.shadows(links);
				const found = [...shadows.values()].map((shadow) =>
					foldProfile({ fields: knownFields(shadow), externalKeys: {} }),
				);
				return { ids, found };
			});
			if (page.ids.length === 0) break;
			profiles.push(...page.found);
			after = page.ids.at(-1) ?? null;
		}
		return profiles.slice(0, MOST_RECORDS);
	}
}

/** Pairs that identity resolution would compare. */
export function candidatePairs(profiles: readonly FoldedProfile[]): Agreements[] {
	const holders = new Map<string, number[]>();
	for (const [place, profile] of profiles.entries()) {
		for (const key of blockKeys(profile)) holders.set(key, [...(holders.get(key) ?? []), place]);
	}
	const points = new Map<number, number>();
	for (const [key, places] of holders) {
		const more = proposalPoints(key, places.length);
		if (more === 0) continue;
		for (const [index, one] of places.entries()) {
			for (const other of places.slice(0, index)) {
				const pair = other * profiles.length + one;
				points.set(pair, (points.get(pair) ?? 0) + more);
			}
		}
	}
	const pairs = [...points].filter(([, sum]) => sum >= 2).slice(0, MOST_PAIRS);
	return pairs.map(([pair]) =>
		compared(profiles, Math.floor(pair / profiles.length), pair % profiles.length),
	);
}

/** The same pairs for the same records: a linear congruential generator (Numerical Recipes) picks them. */
function randomPairs(profiles: readonly FoldedProfile[]): Agreements[] {
	if (profiles.length < 2) return [];
	let state = 1;
	const next = () => {
		state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
		return Math.floor((state / 2 ** 32) * profiles.length);
	};
	const wanted = Math.min(RANDOM_PAIRS, (profiles.length * (profiles.length - 1)) / 2);
	const pairs: Agreements[] = [];
	for (let drawn = 0; drawn < 2 * RANDOM_PAIRS && pairs.length < wanted; drawn += 1) {
		const [one, other] = [next(), next()];
		if (one !== other) pairs.push(compared(profiles, one, other));
	}
	return pairs;
}

function compared(profiles: readonly FoldedProfile[], one: number, other: number): Agreements {
	const [a, b] = [profiles[one], profiles[other]];
	if (a === undefined || b === undefined) return [];
	return compareProfiles(a, b).map(({ field, level }) => ({ field, level }));
}
