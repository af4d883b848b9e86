/**
 * Weights estimated from a firm's own records, without labels. `u`, how often strangers agree, from random
 * pairs; `m`, how often records of one client agree, from candidate pairs by expectation maximisation
 * (Fellegi and Sunter 1969; Winkler 1988; Linacre and others, Splink). Pure, and the same for the same input.
 */
import type { Comparison, ComparedField } from './compare/comparison';
import { probabilityOf } from './match';
import { DEFAULT_WEIGHTS, type Weights } from './weights';

/** What was compared, and at which level it agreed. */
export type Agreements = ReadonlyArray<Pick<Comparison, 'field' | 'level'>>;

export interface EstimatedWeights {
	weights: Weights;
	/** Candidate pairs, and how many of them are one client by these weights. */
	pairs: number;
	matches: number;
	/** Levels whose weight is not the default's. */
	estimated: Array<{ field: ComparedField; level: string; before: number; after: number }>;
}

const ROUNDS = 25;
/** Fewer matches, or random pairs, say too little of a field. */
const ENOUGH_MATCHES = 200;
const ENOUGH_RANDOM = 2_000;
/** An estimate stands for as many observations of the default as this. */
const DEFAULT_COUNTS_AS = 50;
/** Bits by which an estimate may leave the default. */
const MOST_BITS = 3;

type Counts = Map<string, number>;

/**
 * `candidates`: pairs that share a key; `random`: pairs drawn blindly. `undefined` if there are too few of
 * either to say anything.
 */
export function estimateWeights(
	candidates: readonly Agreements[],
	random: readonly Agreements[],
	start: Weights = DEFAULT_WEIGHTS,
): EstimatedWeights | undefined {
	if (random.length < ENOUGH_RANDOM) return undefined;
	const strangers = countLevels(random, () => 1);
	let weights = start;
	let matches = 0;
	for (let round = 0; round < ROUNDS; round += 1) {
		const chances = candidates.map((pair) => probabilityOf(bitsOf(pair, weights)));
		matches = chances.reduce((sum, chance) => sum + chance, 0);
		if (matches < ENOUGH_MATCHES) return undefined;
		const clients = countLevels(candidates, (place) => chances[place] ?? 0);
		weights = weightsFrom(clients, strangers, start);
	}
	return {
		weights,
		pairs: candidates.length,
		matches: Math.round(matches),
		estimated: changesOf(start, weights),
	};
}

function bitsOf(pair: Agreements, weights: Weights): number {
	return pair.reduce((sum, { field, level }) => sum + (weights[field][level] ?? 0), 0);
}

/** Field, and field with level -> how often it was seen. */
function countLevels(pairs: readonly Agreements[], share: (place: number) => number): Counts {
	const counts: Counts = new Map();
	for (const [place, pair] of pairs.entries()) {
		const times = share(place);
		for (const { field, level } of pair) {
			for (const key of [field, `${field} ${level}`])
				counts.set(key, (counts.get(key) ?? 0) + times);
		}
	}
	return counts;
}

/** log2 of m / u, drawn towards the default where little was seen, and never far from it. */
function weightsFrom(clients: Counts, strangers: Counts, start: Weights): Weights {
	const fields = Object.entries(start) as Array<[ComparedField, Record<string, number>]>;
	const entries = fields.map(([field, levels]) => {
		const [seen, met] = [clients.get(field) ?? 0, strangers.get(field) ?? 0];
		// Names changed about are only noted when they are: there is no share to be taken.
		if (seen < ENOUGH_MATCHES || met < ENOUGH_RANDOM || field === 'nameOrder')
			return [field, levels];
		return [field, levelWeights(field, levels, clients, strangers)];
	});
	return Object.fromEntries(entries) as Weights;
}

function levelWeights(
	field: ComparedField,
	levels: Record<string, number>,
	clients: Counts,
	strangers: Counts,
): Record<string, number> {
	const entries = Object.entries(levels).map(([level, before]) => {
		const [seen, met] = [clients.get(field) ?? 0, strangers.get(field) ?? 0];
		const agreed = clients.get(`${field} ${level}`) ?? 0;
		const byChance = strangers.get(`${field} ${level}`) ?? 0;
		const m = (agreed + 0.5) / (seen + 1);
		const u = (byChance + 0.5) / (met + 1);
		const known = Math.min(agreed + byChance, 10 * DEFAULT_COUNTS_AS);
		const trust = known / (known + DEFAULT_COUNTS_AS);
		const bits = trust * Math.log2(m / u) + (1 - trust) * before;
		const kept = Math.min(before + MOST_BITS, Math.max(before - MOST_BITS, bits));
		return [level, Math.round(kept * 10) / 10] as const;
	});
	return Object.fromEntries(entries);
}

function changesOf(start: Weights, now: Weights): EstimatedWeights['estimated'] {
	const fields = Object.keys(start) as ComparedField[];
	return fields.flatMap((field) =>
		Object.entries(start[field]).flatMap(([level, before]) => {
			const after = now[field][level] ?? before;
			return after === before ? [] : [{ field, level, before, after }];
		}),
	);
}
