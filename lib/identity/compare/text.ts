/** How alike are two short texts? Typing errors by Damerau-Levenshtein, word parts by Dice. */
import distance from 'damerau-levenshtein';
import { compareTwoStrings } from 'string-similarity';

export type TextLevel = 'same' | 'typo' | 'similar' | 'differs';

const SIMILAR_DICE = 0.6;
const SIMILAR_EDITS = 0.4;

/** Steps to make one text of the other: a letter more, less, another, or two changed about. */
export function editDistance(a: string, b: string): number {
	return distance(a, b).steps;
}

/** `typo`: one slip, in longer texts two or three. Both texts folded (lower case, no accents). */
export function textLevel(a: string, b: string): TextLevel {
	if (a === b) return 'same';
	const longest = Math.max(a.length, b.length);
	// Further apart in length than any level below allows.
	if (Math.abs(a.length - b.length) > Math.max(SIMILAR_EDITS * longest, 3)) {
		return compareTwoStrings(a, b) >= SIMILAR_DICE ? 'similar' : 'differs';
	}
	const edits = editDistance(a, b);
	if (edits <= slips(longest)) return 'typo';
	const isSimilar = edits / longest <= SIMILAR_EDITS || compareTwoStrings(a, b) >= SIMILAR_DICE;
	return isSimilar ? 'similar' : 'differs';
}

/** Typing errors that a text of this length may hold. */
function slips(length: number): number {
	if (length >= 12) return 3;
	if (length >= 7) return 2;
	return length >= 4 ? 1 : 0;
}
