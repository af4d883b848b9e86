/** Names of persons: short forms, initials, compound parts, typing errors, first and last name changed about. */
import type { CanonicalFields } from '../../model/fields';
import { foldName, nameRoots } from '../names';
import { comparison, type Comparison } from './comparison';
import { isTypo, textLevel } from './text';

/** Jr, Sr, III: which generation. Degrees and titles (CFP, MD) are no generation. */
const GENERATIONS: Record<string, string> = {
	jr: 'jr',
	junior: 'jr',
	sr: 'sr',
	senior: 'sr',
	i: 'sr',
	ii: 'ii',
	'2nd': 'ii',
	iii: 'iii',
	'3rd': 'iii',
	iv: 'iv',
	'4th': 'iv',
};

export interface PersonName {
	first: string;
	middle: string;
	last: string;
	nickname: string;
	/** Empty if none is said. */
	generation: string;
	/** Full forms that the first and the last name may stand for (the last in case they were changed about). */
	roots: { first: readonly string[]; last: readonly string[] };
}

/** A generation may be typed behind the last name; so may a middle name behind the first. */
export function personName(fields: CanonicalFields): PersonName {
	const words = foldName(fields.lastName).split(' ');
	const tail = words.length > 1 ? GENERATIONS[words.at(-1) ?? ''] : undefined;
	const last = (tail === undefined ? words : words.slice(0, -1)).join(' ');
	const first = foldName(fields.firstName);
	return {
		first,
		middle: foldName(fields.middleName),
		last,
		nickname: foldName(fields.nickname),
		generation: GENERATIONS[foldName(fields.suffix)] ?? tail ?? '',
		roots: { first: nameRoots(first), last: nameRoots(last) },
	};
}

export function compareNames(a: PersonName, b: PersonName): Comparison[] {
	return givenAndFamily(a, b).concat(middle(a, b), generation(a, b));
}

/** As they stand, or changed about if that fits and this does not. */
function givenAndFamily(a: PersonName, b: PersonName): Comparison[] {
	const straight = [firstName(a, b), lastName(a.last, b.last)].filter(isSaid);
	if (straight.some(agrees)) return straight;
	const { first, last, roots } = b;
	// Most pairs are strangers: the last name and the other's first one tell so at the least cost.
	if (a.last !== '' && first !== '' && !isNearly(a.last, first)) return straight;
	const turned = {
		...b,
		first: last,
		last: first,
		roots: { first: roots.last, last: roots.first },
	};
	const swapped = [firstName(a, turned), lastName(a.last, first)].filter(isSaid);
	const isSwapped = swapped.length > 0 && swapped.every(agrees);
	return isSwapped ? [...swapped, comparison('nameOrder', 'swapped')] : straight;
}

/** Would {@link lastName} agree? */
function isNearly(mine: string, theirs: string): boolean {
	return mine === theirs || isTypo(mine, theirs) || sharesWord(mine, theirs);
}

function isSaid<T>(value: T | undefined): value is T {
	return value !== undefined;
}

function agrees({ level }: Comparison): boolean {
	return level !== 'differs' && level !== 'similar';
}

function firstName(one: PersonName, other: PersonName): Comparison | undefined {
	const mine = one.first;
	const theirs = other.first;
	if (mine === '' || theirs === '') return undefined;
	if (mine === theirs) return comparison('firstName', 'same', `first:${mine}`);
	if (
		other.nickname === mine ||
		one.nickname === theirs ||
		meet(one.roots.first, other.roots.first)
	) {
		return comparison('firstName', 'short form');
	}
	if (mine.length === 1 || theirs.length === 1) {
		return comparison('firstName', mine[0] === theirs[0] ? 'initial' : 'differs');
	}
	if (sharesWord(mine, theirs)) return comparison('firstName', 'part');
	return comparison('firstName', textLevel(mine, theirs));
}

function meet(a: readonly string[], b: readonly string[]): boolean {
	return a.some((one) => b.includes(one));
}

function lastName(mine: string, theirs: string): Comparison | undefined {
	if (mine === '' || theirs === '') return undefined;
	if (mine === theirs) return comparison('lastName', 'same', `last:${mine}`);
	if (sharesWord(mine, theirs)) return comparison('lastName', 'part');
	return comparison('lastName', textLevel(mine, theirs));
}

/** Mei and Mei-Ling, Garcia and Garcia Lopez. */
function sharesWord(a: string, b: string): boolean {
	const SHORTEST = 3;
	const words = b.split(' ');
	if (!a.includes(' ') && words.length === 1) return false;
	return a.split(' ').some((word) => word.length >= SHORTEST && words.includes(word));
}

function middle(a: PersonName, b: PersonName): Comparison[] {
	if (a.middle === '' || b.middle === '') return [];
	if (a.middle === b.middle) return [comparison('middleName', 'same')];
	const [short, long] = a.middle.length < b.middle.length ? [a, b] : [b, a];
	const isInitial = short.middle.length === 1 && long.middle[0] === short.middle;
	const isNear = isInitial || isTypo(a.middle, b.middle);
	return [comparison('middleName', isNear ? 'initial' : 'differs')];
}

function generation(a: PersonName, b: PersonName): Comparison[] {
	if (a.generation === '' || b.generation === '') return [];
	return [comparison('suffix', a.generation === b.generation ? 'same' : 'differs')];
}
