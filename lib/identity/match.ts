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
	const different = differentKinds(a.type, b.type);
	if (different.length > 0) return { bits: 0, probability: 0, fields: [], rules: different };
	const comparisons = compareProfiles(a, b);
	const fields = comparisons.map((one) => fieldWeight(one, options));
	const bits = totalBits(fields);
	return {
		bits,
		probability: probabilityOf(bits),
		fields,
		rules: rulings(comparisons, options.rules),
	};
}

function fieldWeight(one: Comparison, { weights, frequencies }: MatchOptions): FieldWeight {
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
