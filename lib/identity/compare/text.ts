/** How alike are two short texts? Typing errors by edit distance, word parts by Dice. */
import { compareTwoStrings } from 'string-similarity';

export type TextLevel = 'same' | 'typo' | 'similar' | 'differs';

const SIMILAR_DICE = 0.6;
const SIMILAR_EDITS = 0.4;

/** Longer texts are compared by their heads. */
const LONGEST = 80;
type Row = Uint8Array;
/** Three rows of the table of steps, used in turn; nothing is allocated for a pair. */
const FIRST: Row = new Uint8Array(LONGEST + 1);
const SECOND: Row = new Uint8Array(LONGEST + 1);
const THIRD: Row = new Uint8Array(LONGEST + 1);

/**
 * Steps to make one text of the other: a letter more, less, another, or two neighbours changed about
 * (optimal string alignment). More than `limit` of them are answered as `limit` + 1. Written out,
 * because it is most of what a comparison costs.
 */
export function editDistance(a: string, b: string, limit = LONGEST): number {
	const length = Math.min(a.length, LONGEST);
	const width = Math.min(b.length, LONGEST);
	if (Math.abs(length - width) > limit || lettersMissing(a, b) > limit) return limit + 1;
	let beforeLast = FIRST;
	let last = SECOND;
	let row = THIRD;
	for (let column = 0; column <= width; column += 1) last[column] = column;
	for (let line = 1; line <= length; line += 1) {
		row[0] = line;
		let nearest = line;
		const letter = a.charCodeAt(line - 1);
		const before = line > 1 ? a.charCodeAt(line - 2) : -1;
		for (let column = 1; column <= width; column += 1) {
			const other = b.charCodeAt(column - 1);
			let steps = last[column - 1]! + (letter === other ? 0 : 1);
			if (last[column]! < steps) steps = last[column]! + 1;
			if (row[column - 1]! < steps) steps = row[column - 1]! + 1;
			if (before === other && column > 1 && letter === b.charCodeAt(column - 2))
				steps = Math.min(steps, beforeLast[column - 2]! + 1);
			row[column] = steps;
			if (steps < nearest) nearest = steps;
		}
		if (nearest > limit) return limit + 1;
		const spent = beforeLast;
		beforeLast = last;
		last = row;
		row = spent;
	}
	return last[width]!;
}

/** Different letters of the one text that the other lacks (32 kinds are told apart): at least so many steps. */
function lettersMissing(a: string, b: string): number {
	const mine = letters(a);
	const theirs = letters(b);
	return Math.max(bitCount(mine & ~theirs), bitCount(theirs & ~mine));
}

function letters(text: string): number {
	let bits = 0;
	for (let place = 0; place < text.length; place += 1) bits |= 1 << (text.charCodeAt(place) & 31);
	return bits;
}

function bitCount(bits: number): number {
	let count = 0;
	for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1;
	return count;
}

/** `typo`: one slip, in longer texts two or three. Both texts folded (lower case, no accents). */
export function textLevel(a: string, b: string): TextLevel {
	if (a === b) return 'same';
	const longest = Math.max(a.length, b.length);
	const allowed = slips(longest);
	const limit = Math.max(allowed, Math.floor(SIMILAR_EDITS * longest));
	const edits = editDistance(a, b, limit);
	if (edits <= allowed) return 'typo';
	return edits <= limit || isSimilar(a, b) ? 'similar' : 'differs';
}

function isSimilar(a: string, b: string): boolean {
	return mostDice(a, b) >= SIMILAR_DICE && compareTwoStrings(a, b) >= SIMILAR_DICE;
}

/**
 * What Dice's coefficient can be at best: each kind of letter that the other text lacks spoils one pair of
 * neighbours at least. Counting the pairs themselves costs twenty times as much.
 */
function mostDice(a: string, b: string): number {
	// Blanks are left out there: the lengths are others.
	if (a.includes(' ') || b.includes(' ')) return 1;
	const mine = letters(a);
	const theirs = letters(b);
	const pairs = a.length - 1;
	const others = b.length - 1;
	const shared = Math.min(pairs - bitCount(mine & ~theirs), others - bitCount(theirs & ~mine));
	return (2 * shared) / (pairs + others);
}

/** One slip or some in a longer text, and not the same. */
export function isTypo(a: string, b: string): boolean {
	const allowed = slips(Math.max(a.length, b.length));
	return a !== b && editDistance(a, b, allowed) <= allowed;
}

/** Typing errors that a text of this length may hold. */
function slips(length: number): number {
	if (length >= 12) return 3;
	if (length >= 7) return 2;
	return length >= 4 ? 1 : 0;
}
