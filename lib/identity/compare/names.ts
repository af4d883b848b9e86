/** Names of persons: short forms, initials, compound parts, typing errors, first and last name changed about. */
import type { CanonicalFields } from '../../model/fields';
import { foldName, nameRoots } from '../names';
import { comparison, type Comparison } from './comparison';
import { textLevel } from './text';

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
}

/** A generation may be typed behind the last name; so may a middle name behind the first. */
export function personName(fields: CanonicalFields): PersonName {
	const words = foldName(fields.lastName).split(' ');
	const tail = words.length > 1 ? GENERATIONS[words.at(-1) ?? ''] : undefined;
	const last = (tail === undefined ? words : words.slice(0, -1)).join(' ');
	return {
		first: foldName(fields.firstName),
		middle: foldName(fields.middleName),
		last,
		nickname: foldName(fields.nickname),
		generation: GENERATIONS[foldName(fields.suffix)] ?? tail ?? '',
	};
}

export function compareNames(a: CanonicalFields, b: CanonicalFields): Comparison[] {
	const [left, right] = [personName(a), personName(b)];
	return [...givenAndFamily(left, right), ...middle(left, right), ...generation(left, right)];
}

/** As they stand, or changed about if that fits and this does not. */
function givenAndFamily(a: PersonName, b: PersonName): Comparison[] {
	const straight = [firstName(a.first, b), lastName(a.last, b.last)].filter(isSaid);
	const swappedName = { ...b, first: b.last, last: b.first };
	const swapped = [firstName(a.first, swappedName), lastName(a.last, b.first)].filter(isSaid);
	const isSwapped = swapped.length > 0 && swapped.every(agrees) && !straight.some(agrees);
	return isSwapped ? [...swapped, comparison('nameOrder', 'swapped')] : straight;
}

function isSaid<T>(value: T | undefined): value is T {
	return value !== undefined;
}

function agrees({ level }: Comparison): boolean {
	return level !== 'differs' && level !== 'similar';
}

function firstName(mine: string, other: PersonName): Comparison | undefined {
	const theirs = other.first;
	if (mine === '' || theirs === '') return undefined;
	if (mine === theirs) return comparison('firstName', 'same', `first:${mine}`);
	const roots = nameRoots(mine);
	if (other.nickname === mine || [...nameRoots(theirs)].some((root) => roots.has(root))) {
		return comparison('firstName', 'short form');
	}
	if (mine.length === 1 || theirs.length === 1) {
		return comparison('firstName', mine[0] === theirs[0] ? 'initial' : 'differs');
	}
	if (sharesWord(mine, theirs)) return comparison('firstName', 'part');
	return comparison('firstName', textLevel(mine, theirs));
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
	const isTypo = textLevel(a.middle, b.middle) === 'typo';
	return [comparison('middleName', isInitial || isTypo ? 'initial' : 'differs')];
}

function generation(a: PersonName, b: PersonName): Comparison[] {
	if (a.generation === '' || b.generation === '') return [];
	return [comparison('suffix', a.generation === b.generation ? 'same' : 'differs')];
}
