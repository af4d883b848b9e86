/**
 * How likely is it that two records are one client, and why? Weights of what agrees and what does
 * not, summed; rules that no weight outweighs. Pure.
 */
import { compareProfiles } from './compare';
import type { ComparedField, Comparison } from './compare/comparison';
import type { FoldedProfile } from './compare/profile';
import {
	DEFAULT_RULE_OPTIONS,
	differentKinds,
	rulings,
	type Levels,
	type RuleOptions,
	type Ruling,
} from './rules';
import {
	ADDRESS_RANGE,
	DEFAULT_WEIGHTS,
	NO_FREQUENCIES,
	PRIOR_BITS,
	weightOf,
	type Frequencies,
	type Weights,
} from './weights';

export interface FieldWeight {
	field: ComparedField;
	/** Level of agreement; no values. */
	agreement: string;
	/** Bits; below 0 it speaks against. */
	weight: number;
}

export interface Match {
	/** Sum of the weights, bits. */
	bits: number;
	/** 0 to 1: the chance that they are one client, before any rule. */
	probability: number;
	fields: FieldWeight[];
	rules: Ruling[];
}

export interface MatchOptions {
	weights: Weights;
	rules: RuleOptions;
	frequencies: Frequencies;
}

export const DEFAULT_MATCH_OPTIONS: MatchOptions = {
	weights: DEFAULT_WEIGHTS,
	rules: DEFAULT_RULE_OPTIONS,
	frequencies: NO_FREQUENCIES,
};

const ADDRESS_PARTS: ReadonlySet<string> = new Set<ComparedField>([
	'streetNumber',
	'street',
	'street2',
	'city',
	'postalCode',
	'state',
]);

export function match(a: FoldedProfile, b: FoldedProfile, options: MatchOptions): Match {
	const { bits, probability, fields, rules } = new Scored(a, b, options);
	return { bits, probability, fields, rules };
}

/** A match whose rules are looked up when somebody asks: most pairs score too low for that to matter. */
export class Scored implements Match {
	readonly fields: FieldWeight[];
	readonly bits: number;
	readonly probability: number;
	private readonly ruleOptions: RuleOptions;
	private ruled?: Ruling[];

	constructor(a: FoldedProfile, b: FoldedProfile, options: MatchOptions) {
		const different = differentKinds(a.type, b.type);
		this.ruleOptions = options.rules;
		if (different.length > 0) {
			this.ruled = different;
			[this.fields, this.bits, this.probability] = [[], 0, 0];
			return;
		}
		this.fields = compareProfiles(a, b).map((one) => fieldWeight(one, options));
		this.bits = totalBits(this.fields);
		this.probability = probabilityOf(this.bits);
	}

	get rules(): Ruling[] {
		this.ruled ??= rulings(levelsOf(this.fields), this.ruleOptions);
		return this.ruled;
	}
}

export function levelsOf(fields: readonly FieldWeight[]): Levels {
	const levels: Levels = {};
	for (const { field, agreement } of fields) levels[field] = agreement;
	return levels;
}

/** What an agreement weighs whatever the value: the same object for all pairs. */
const fixedWeights = new WeakMap<Weights, Map<Comparison, FieldWeight>>();

function fieldWeight(one: Comparison, { weights, frequencies }: MatchOptions): FieldWeight {
	if (one.valueKey !== undefined) return weighed(one, weights, frequencies);
	const fixed = fixedWeights.get(weights) ?? new Map<Comparison, FieldWeight>();
	fixedWeights.set(weights, fixed);
	let known = fixed.get(one);
	if (known === undefined) {
		known = weighed(one, weights, frequencies);
		fixed.set(one, known);
	}
	return known;
}

function weighed(one: Comparison, weights: Weights, frequencies: Frequencies): FieldWeight {
	const weight = weightOf(one, weights, frequencies);
	return { field: one.field, agreement: one.level, weight: Math.round(weight * 10) / 10 };
}

function totalBits(fields: readonly FieldWeight[]): number {
	let address = 0;
	let rest = 0;
	for (const { field, weight } of fields) {
		if (ADDRESS_PARTS.has(field)) address += weight;
		else rest += weight;
	}
	return rest + Math.min(ADDRESS_RANGE.most, Math.max(ADDRESS_RANGE.least, address));
}

export function probabilityOf(bits: number): number {
	return 1 / (1 + 2 ** (PRIOR_BITS - bits));
}
