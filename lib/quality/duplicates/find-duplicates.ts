/** Duplicates in a list of records or items: pairs by the comparisons of lib/identity, clusters, masters. */
import { bandOf, DEFAULT_THRESHOLDS, evidenceOf, type Thresholds } from '../../identity/bands';
import type { FoldedProfile } from '../../identity/compare/profile';
import { foldProfile } from '../../identity/compare/fold-profile';
import { limitOf } from '../../identity/assess';
import { DEFAULT_MATCH_OPTIONS, match, type Match, type MatchOptions } from '../../identity/match';
import { clustersOf, type AlikePair } from './clusters';
import type { DuplicateCluster, DuplicateLink, DuplicateReport, QualityItem } from './item';
import { chooseMaster } from './master';
import { mergedFields } from './merged';
import { candidatePairs, frequenciesOf } from './pairs';

export interface DuplicateOptions {
	thresholds?: Thresholds;
	/** Pairs that a person should look at count, too; their clusters are `doubtful`. */
	includeDoubtful?: boolean;
	/** What a person has said to be two clients. */
	isApart?: (a: QualityItem, b: QualityItem) => boolean;
	match?: Partial<MatchOptions>;
	/** Awaited now and then, so that other work of the process goes on. */
	pause?: () => Promise<void>;
}

/** More need the store and its index, not a list in memory. */
export const MAX_ITEMS = 200_000;
const PAIRS_A_TURN = 5_000;
const MAX_KEPT_APART = 1_000;
/** Known to be one client: before everything that is only alike. */
const KNOWN_BITS = 1_000;

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Throws an Error if there are more than MAX_ITEMS items. */
export async function findDuplicates(
	items: readonly QualityItem[],
	options: DuplicateOptions = {},
): Promise<DuplicateReport> {
	if (items.length > MAX_ITEMS) {
		throw new Error(`There are ${items.length} items; compare ${MAX_ITEMS} at most at once.`);
	}
	const search = new Search(items, options);
	await search.compareAll(options.pause ?? nextTurn);
	return search.report();
}

class Search {
	private readonly profiles: FoldedProfile[];
	private readonly options: MatchOptions;
	private readonly thresholds: Thresholds;
	private readonly links = new Map<string, DuplicateLink>();
	private readonly alike: AlikePair[] = [];
	private readonly apart = new Map<string, boolean>();
	private readonly keptApart: DuplicateReport['keptApart'] = [];
	private compared = 0;

	constructor(
		private readonly items: readonly QualityItem[],
		private readonly given: DuplicateOptions,
	) {
		this.profiles = items.map(({ fields, externalKeys = {} }) =>
			foldProfile({ fields, externalKeys }),
		);
		this.thresholds = given.thresholds ?? DEFAULT_THRESHOLDS;
		const frequencies = frequenciesOf(this.profiles);
		this.options = { ...DEFAULT_MATCH_OPTIONS, frequencies, ...given.match };
	}

	async compareAll(pause: () => Promise<void>): Promise<void> {
		this.joinKnown();
		for (const [a, b] of candidatePairs(this.profiles)) {
			this.compare(a, b);
			this.compared += 1;
			if (this.compared % PAIRS_A_TURN === 0) await pause();
		}
	}

	report(): DuplicateReport {
		const orderOf = (place: number) => this.item(place).id;
		const groups = clustersOf(this.alike, (a, b) => this.isApart(a, b), orderOf);
		const clusters = groups.map((members, place) => this.toCluster(members, `D${place + 1}`));
		return {
			items: this.items.length,
			compared: this.compared,
			clusters,
			keptApart: this.keptApart,
			surplus: groups.reduce((sum, { length }) => sum + length - 1, 0),
		};
	}

	private item(place: number): QualityItem {
		return this.items[place] as QualityItem;
	}

	/** Linked to one entity: no comparison is needed to know it. */
	private joinKnown(): void {
		const first = new Map<string, number>();
		for (const [place, { sameAs }] of this.items.entries()) {
			if (sameAs === undefined) continue;
			const earlier = first.get(sameAs);
			if (earlier === undefined) first.set(sameAs, place);
			else this.keep(earlier, place, KNOWN);
		}
	}

	private compare(a: number, b: number): void {
		if (this.links.has(keyOf(a, b))) return;
		const found = this.matched(a, b);
		const limit = limitOf(found.rules);
		const band = bandOf({ probability: found.probability, limit }, this.thresholds);
		if (this.isApart(a, b, found)) this.noteApart(a, b, found);
		else if (band === 'link' || (band === 'review' && this.given.includeDoubtful === true))
			this.keep(a, b, found, band === 'link' ? 'sure' : 'doubtful');
	}

	private keep(
		a: number,
		b: number,
		found: Match,
		confidence: DuplicateLink['confidence'] = 'sure',
	) {
		const evidence = found === KNOWN ? KNOWN_EVIDENCE : evidenceOf(found);
		const [one, other] = [this.item(a).id, this.item(b).id];
		this.links.set(keyOf(a, b), { a: one, b: other, evidence, confidence });
		// A sure pair goes before every doubtful one: a doubtful member must not keep a sure one out.
		this.alike.push({ a, b, bits: found.bits + (confidence === 'sure' ? KNOWN_BITS : 0) });
	}

	private noteApart(a: number, b: number, { probability, rules }: Match): void {
		if (probability < this.thresholds.link || this.keptApart.length >= MAX_KEPT_APART) return;
		const never = rules.find(({ limit }) => limit === 'never');
		const { rule, sentence } = never ?? SAID_APART;
		this.keptApart.push({ a: this.item(a).id, b: this.item(b).id, rule, sentence });
	}

	/** A person or a rule says that these are two clients, whatever agrees. */
	private isApart(a: number, b: number, found?: Match): boolean {
		const key = keyOf(a, b);
		const known = this.apart.get(key);
		if (known !== undefined) return known;
		const [one, other] = [this.item(a), this.item(b)];
		const isKnown = one.sameAs !== undefined && one.sameAs === other.sameAs;
		const isApart =
			!isKnown &&
			(this.given.isApart?.(one, other) === true ||
				limitOf((found ?? this.matched(a, b)).rules) === 'never');
		if (isApart || found === undefined) this.apart.set(key, isApart);
		return isApart;
	}

	private matched(a: number, b: number): Match {
		const [one, other] = [this.profiles[a], this.profiles[b]];
		if (one === undefined || other === undefined) throw new Error('No such item.');
		return match(one, other, this.options);
	}

	private toCluster(places: readonly number[], id: string): DuplicateCluster {
		const master = chooseMaster(places.map((place) => this.item(place)));
		const members = places.map((place) => this.item(place));
		const ordered = [...members].sort(
			(a, b) => Number(b.id === master.id) - Number(a.id === master.id),
		);
		const links = this.linksAmong(places);
		return {
			id,
			members: ordered.map((one) => one.id),
			confidence: hangsTogether(members, links) ? 'sure' : 'doubtful',
			links,
			master,
			merged: mergedFields(ordered),
		};
	}

	private linksAmong(places: readonly number[]): DuplicateLink[] {
		return places.flatMap((a, index) =>
			places.slice(index + 1).flatMap((b) => this.links.get(keyOf(a, b)) ?? []),
		);
	}
}

const KNOWN: Match = { bits: KNOWN_BITS, probability: 1, fields: [], rules: [] };
const KNOWN_EVIDENCE: DuplicateLink['evidence'] = { by: 'linked', score: 1, fields: [] };
const SAID_APART = { rule: 'decision', sentence: 'A person has said that these are two clients.' };

function keyOf(a: number, b: number): string {
	return a < b ? `${a}/${b}` : `${b}/${a}`;
}

/** Would the cluster still be one without its doubtful pairs? */
function hangsTogether(members: readonly QualityItem[], links: readonly DuplicateLink[]): boolean {
	const reached = new Set([members[0]?.id]);
	const sure = links.filter(({ confidence }) => confidence === 'sure');
	for (let round = 0; round < members.length; round += 1) {
		for (const { a, b } of sure) if (reached.has(a) || reached.has(b)) reached.add(a).add(b);
	}
	return reached.size === members.length;
}
