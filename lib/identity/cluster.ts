/**
 * Which of these records, and which known clients, belong together? All pairs at once, the best first, so
 * that the order in which the records came does not matter. Pure.
 *
 * Two groups become one if their best pair is in the link band and nothing stands between any two of
 * their members: no rule, no second record of one system, not two known clients. A record whose best
 * fit is barred so, or that fits two groups about equally well, is left to a person.
 */
import type { Band } from './bands';
import type { Limit } from './rules';

/** A record to be placed, or a known client. */
export interface ClusterNode {
	/** Decides between equals; the earlier one is the client, the later one the question. */
	order: string;
	isEntity: boolean;
	/** Systems (with the kind of object) in which it has a record. */
	places: readonly string[];
}

/** A pair that was compared, by the places of its nodes in the list. */
export interface Pair {
	a: number;
	b: number;
	bits: number;
	band: Exclude<Band, 'below'>;
}

/** What stands between two groups of nodes, whatever their score. */
export type Between = (a: readonly number[], b: readonly number[]) => Limit | undefined;

export type Bar = 'same system' | 'two clients' | 'rule' | 'equal fit';

export interface Cluster {
	/** Records, in their order. */
	records: number[];
	/** The known client that they belong to, if any. */
	entity?: number;
	/** Known clients and clusters (by their first record) that a person is to be asked about, best first. */
	asked: number[];
	/** Why their best fit was not linked, if it scored high enough. */
	bar?: Bar;
}

/** A second fit this near to the best, in bits, makes the choice a guess: 8 to 1. */
const EQUAL_BITS = 3;

export function cluster(
	nodes: readonly ClusterNode[],
	pairs: readonly Pair[],
	between: Between,
): Cluster[] {
	const groups = new Groups(nodes, pairs, between);
	groups.join();
	return groups.settle();
}

interface Group {
	members: number[];
	entity?: number;
	places: Set<string>;
	bar?: Bar;
}

class Groups {
	private readonly groupOf: Group[];
	private readonly pairs: readonly Pair[];
	private readonly pairsOf = new Map<number, Pair[]>();

	constructor(
		private readonly nodes: readonly ClusterNode[],
		pairs: readonly Pair[],
		private readonly between: Between,
	) {
		this.groupOf = nodes.map(({ isEntity, places }, node) => ({
			members: [node],
			...(isEntity ? { entity: node } : {}),
			places: new Set(places),
		}));
		this.pairs = [...pairs].sort((one, other) => this.comparePairs(one, other));
		for (const pair of this.pairs) {
			for (const node of [pair.a, pair.b]) {
				const known = this.pairsOf.get(node);
				if (known === undefined) this.pairsOf.set(node, [pair]);
				else known.push(pair);
			}
		}
	}

	/** Best pair first. */
	join(): void {
		for (const pair of this.pairs) {
			if (pair.band !== 'link') continue;
			const [a, b] = [this.group(pair.a), this.group(pair.b)];
			if (a === b || a.bar !== undefined || b.bar !== undefined) continue;
			const bar = this.barBetween(a, b);
			if (bar !== undefined) {
				const asked = this.later(a, b);
				if (asked.entity === undefined) asked.bar ??= bar;
				continue;
			}
			const torn = [this.tornBy(a, b, pair), this.tornBy(b, a, pair)];
			if (torn[0]) a.bar = 'equal fit';
			if (torn[1]) b.bar = 'equal fit';
			if (!torn[0] && !torn[1]) this.unite(a, b);
		}
	}

	/** Groups without a known client, the largest first: those with nobody to be asked about become clients. */
	settle(): Cluster[] {
		const open = [...new Set(this.groupOf)].filter(({ entity }) => entity === undefined);
		open.sort((a, b) => b.members.length - a.members.length || this.compareGroups(a, b));
		const settled = new Set(this.groupOf.filter(({ entity }) => entity !== undefined));
		const asking: Group[] = [];
		for (const group of [...open.filter(isFree), ...open.filter((one) => !isFree(one))]) {
			if (this.fits(group).some((other) => settled.has(other))) asking.push(group);
			else settled.add(group);
		}
		const all = [...settled, ...asking].filter(({ members }) => this.records(members).length > 0);
		return all.map((group) => this.toCluster(group, asking.includes(group), settled));
	}

	private toCluster(group: Group, asks: boolean, settled: ReadonlySet<Group>): Cluster {
		const fits = asks ? this.fits(group).filter((other) => settled.has(other)) : [];
		return {
			records: this.records(group.members),
			...(group.entity === undefined ? {} : { entity: group.entity }),
			asked: fits.map((other) => other.entity ?? this.first(other)),
			...(asks && group.bar !== undefined ? { bar: group.bar } : {}),
		};
	}

	/** Other groups that it may belong to, best first. */
	private fits(group: Group): Group[] {
		const pairs = group.members.flatMap((node) => this.pairsOf.get(node) ?? []);
		pairs.sort((one, other) => this.comparePairs(one, other));
		const others = pairs.flatMap(({ a, b }) => [this.group(a), this.group(b)]);
		return [...new Set(others)].filter(
			(other) => other !== group && this.between(group.members, other.members) !== 'never',
		);
	}

	private barBetween(a: Group, b: Group): Bar | undefined {
		if (a.entity !== undefined && b.entity !== undefined) return 'two clients';
		for (const place of a.places) if (b.places.has(place)) return 'same system';
		return this.between(a.members, b.members) === undefined ? undefined : 'rule';
	}

	/** Does `group` fit some third group, which is not `best`, about as well? */
	private tornBy(group: Group, best: Group, { bits }: Pair): boolean {
		if (group.entity !== undefined) return false;
		const pairs = group.members.flatMap((node) => this.pairsOf.get(node) ?? []);
		return pairs.some((pair) => {
			if (pair.band !== 'link' || pair.bits < bits - EQUAL_BITS) return false;
			const rival = this.group(this.group(pair.a) === group ? pair.b : pair.a);
			if (rival === group || rival === best) return false;
			// Together with this group, it may be one client with the rival, too.
			const bar = this.barBetween(joined(group, best), rival);
			return bar !== undefined && !(bar === 'same system' && this.isPair(best, rival));
		});
	}

	/** Alike enough to be one client: one system has it twice. */
	private isPair(a: Group, b: Group): boolean {
		const pairs = a.members.flatMap((node) => this.pairsOf.get(node) ?? []);
		return pairs.some(
			(pair) => pair.band === 'link' && (this.group(pair.a) === b || this.group(pair.b) === b),
		);
	}

	private unite(a: Group, b: Group): void {
		a.members.push(...b.members);
		for (const place of b.places) a.places.add(place);
		a.entity ??= b.entity;
		for (const node of b.members) this.groupOf[node] = a;
	}

	private group(node: number): Group {
		return this.groupOf[node] as Group;
	}

	/** The one that is to be asked about: it is no known client, and not the earlier of the two. */
	private later(a: Group, b: Group): Group {
		if (a.entity !== undefined) return b;
		return b.entity !== undefined || this.compareGroups(a, b) > 0 ? a : b;
	}

	private records(members: readonly number[]): number[] {
		const records = members.filter((node) => this.nodes[node]?.isEntity === false);
		return records.sort((a, b) => compare(this.orderOf(a), this.orderOf(b)));
	}

	private first({ members }: Group): number {
		return this.records(members)[0] as number;
	}

	private orderOf(node: number): string {
		return this.nodes[node]?.order ?? '';
	}

	private compareGroups(a: Group, b: Group): number {
		return compare(this.orderOf(this.first(a)), this.orderOf(this.first(b)));
	}

	private comparePairs(one: Pair, other: Pair): number {
		return other.bits - one.bits || compare(this.pairOrder(one), this.pairOrder(other));
	}

	private pairOrder({ a, b }: Pair): string {
		return [this.orderOf(a), this.orderOf(b)].sort().join(' ');
	}
}

function joined(a: Group, b: Group): Group {
	const entity = a.entity ?? b.entity;
	return {
		members: [...a.members, ...b.members],
		places: new Set([...a.places, ...b.places]),
		...(entity === undefined ? {} : { entity }),
	};
}

function isFree({ bar }: Group): boolean {
	return bar === undefined;
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
