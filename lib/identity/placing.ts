/**
 * Places the records of a batch that belong to no client yet: every likely pair is compared, then records
 * and known clients are put together, the best pairs first (cluster.ts). Pure.
 */
import { recordKey } from '../model/event';
import { assess, limitOf, standing, type Assessment, type Objections } from './assess';
import { bandOf, type Band, type Thresholds } from './bands';
import type { Newcomer, Proposals } from './candidates';
import type { Candidate } from './clients';
import { cluster, type Bar, type Cluster, type ClusterNode, type Pair } from './cluster';
import type { MatchOptions } from './match';
import type { Limit } from './rules';

/** A known client or a record of the same batch. */
export type Other = { candidate: Candidate } | { newcomer: number };

export interface Compared {
	other: Other;
	assessment: Assessment;
}

export interface Placement {
	/** Places of the newcomers that belong together, the first one makes the client if there is none. */
	newcomers: number[];
	candidate?: Candidate;
	/** What a person is to be asked about; empty: nobody is asked. */
	asked: Other[];
	bar?: Bar;
}

export interface PlacingOptions {
	thresholds: Thresholds;
	match: MatchOptions;
	/** Did a person say that this record is not that client? */
	isRejected: (newcomer: Newcomer, candidate: Candidate) => boolean;
	/** Does the record bear the client's own id? Then a person is asked at least. */
	isNamed: (newcomer: Newcomer, candidate: Candidate) => boolean;
}

export class Placing {
	private readonly candidates: Candidate[];
	private readonly matching: MatchOptions;
	/** By the two places, as one number. */
	private readonly assessments = new Map<number, Assessment | undefined>();

	/** `clients`: by every id that the proposals name. */
	constructor(
		private readonly newcomers: readonly Newcomer[],
		proposals: Proposals,
		clients: ReadonlyMap<string, Candidate>,
		private readonly options: PlacingOptions,
	) {
		const { frequencies } = proposals;
		this.matching = { ...options.match, frequencies };
		this.candidates = [...new Set(clients.values())];
		const places = new Map(this.candidates.map((one, index) => [one, index]));
		this.proposed = newcomers.map((_, index) => {
			const known = (proposals.clients[index] ?? []).map((id) => clients.get(id));
			const found = known.flatMap((one) => (one === undefined ? [] : (places.get(one) ?? [])));
			return [...new Set(found)].map((place) => newcomers.length + place);
		});
		for (const [one, other] of proposals.twins) {
			this.proposed[one]?.push(other);
			this.proposed[other]?.push(one);
		}
	}

	/** Newcomer -> nodes that it is compared with. */
	private readonly proposed: number[][];

	place(): Placement[] {
		const groups = cluster(this.nodes(), this.pairs(), (a, b) => this.between(a, b));
		return groups.map((group) => this.toPlacement(group));
	}

	/** All that the newcomer was compared with, the likeliest first. */
	compared(newcomer: number): Compared[] {
		const all = (this.proposed[newcomer] ?? []).flatMap((node) => {
			const assessment = this.assess(newcomer, node);
			return assessment === undefined ? [] : [{ other: this.other(node), assessment }];
		});
		return all.sort((one, two) => two.assessment.bits - one.assessment.bits);
	}

	/** Compares the newcomer with another one or with a client, be it proposed or not. */
	compare(newcomer: number, other: Other): Assessment | undefined {
		const node =
			'newcomer' in other
				? other.newcomer
				: this.newcomers.length + this.candidates.indexOf(other.candidate);
		return this.assess(newcomer, node);
	}

	private nodes(): ClusterNode[] {
		const newcomers = this.newcomers.map(({ event }) => ({
			order: `${event.editedAt} ${recordKey(event)}`,
			isEntity: false,
			places: [`${event.system}/${event.object}`],
		}));
		const clients = this.candidates.map(({ unifiedId, links }) => ({
			order: unifiedId,
			isEntity: true,
			places: links
				.filter(({ state }) => state !== 'unlinked')
				.map(({ system, object }) => `${system}/${object}`),
		}));
		return [...newcomers, ...clients];
	}

	private pairs(): Pair[] {
		const pairs: Pair[] = [];
		for (const [a, others] of this.proposed.entries()) {
			for (const b of others) {
				if (b < a || this.says('isRejected', a, b)) continue;
				const assessment = this.assess(a, b);
				if (assessment === undefined) continue;
				const band = this.bandOf(a, b, assessment);
				if (band !== 'below') pairs.push({ a, b, bits: assessment.bits, band });
			}
		}
		return pairs;
	}

	private bandOf(a: number, b: number, assessment: Assessment): Band {
		const band = bandOf(assessment, this.options.thresholds);
		return band === 'below' && this.says('isNamed', a, b) ? 'review' : band;
	}

	/** What speaks against it, whatever else agrees; not what is only lacking for a pair. */
	private between(a: readonly number[], b: readonly number[]): Limit | undefined {
		const sides: Objections[] = [];
		let isNamed = false;
		for (const one of a) {
			for (const other of b) {
				if (this.says('isRejected', one, other)) return 'never';
				isNamed ||= this.says('isNamed', one, other);
				const objections = this.assess(one, other)?.objections;
				if (objections !== undefined) sides.push(objections);
			}
		}
		const limit = limitOf(standing(sides));
		return limit === 'never' && isNamed ? 'review' : limit;
	}

	private says(what: 'isRejected' | 'isNamed', a: number, b: number): boolean {
		const [record, client] = [Math.min(a, b), Math.max(a, b)];
		const candidate = this.candidates[client - this.newcomers.length];
		const newcomer = this.newcomers[record];
		if (candidate === undefined || newcomer === undefined) return false;
		return this.options[what](newcomer, candidate);
	}

	/** Two clients are not compared with each other. */
	private assess(a: number, b: number): Assessment | undefined {
		const [one, two] = [Math.min(a, b), Math.max(a, b)];
		const record = this.newcomers[one];
		if (record === undefined) return undefined;
		const key = one * (this.newcomers.length + this.candidates.length) + two;
		const known = this.assessments.get(key);
		if (known !== undefined || this.assessments.has(key)) return known;
		const twin = this.newcomers[two];
		const others = twin
			? [twin.profile]
			: (this.candidates[two - this.newcomers.length]?.profiles ?? []);
		const found = assess(record.profile, others, this.matching);
		this.assessments.set(key, found);
		return found;
	}

	private other(node: number): Other {
		const candidate = this.candidates[node - this.newcomers.length];
		return candidate === undefined ? { newcomer: node } : { candidate };
	}

	private toPlacement({ records, entity, asked, bar }: Cluster): Placement {
		const client = entity === undefined ? undefined : this.other(entity);
		return {
			newcomers: records,
			...(client !== undefined && 'candidate' in client ? client : {}),
			asked: asked.map((node) => this.other(node)),
			...(bar === undefined ? {} : { bar }),
		};
	}
}
