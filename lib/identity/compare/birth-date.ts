/**
 * Birth dates: the same, mistyped (one digit, two changed about, day and month changed about), close
 * (two of the three parts agree), unlike, or a generation apart (`differs`).
 */
import { canonicalScalar } from '../../model/canonical';
import type { CanonicalFields } from '../../model/fields';
import { comparison, type Comparison } from './comparison';
import { editDistance } from './text';

/** What systems write when nobody knows. */
const PLACEHOLDERS = new Set(['19000101', '19010101', '19700101', '00010101', '18991230']);

/** YYYYMMDD; empty if it is not said. */
export function birthDigits(fields: CanonicalFields): string {
	const value = fields.birthDate;
	if (typeof value !== 'string') return '';
	const digits = String(canonicalScalar(value)).replace(/\D/g, '');
	return digits.length === 8 && !PLACEHOLDERS.has(digits) ? digits : '';
}

export function compareBirthDates(a: string, b: string): Comparison[] {
	if (a === '' || b === '') return [];
	return [comparison('birthDate', level(a, b))];
}

/** Years between parent and child, at least. */
const GENERATION_YEARS = 14;

function level(a: string, b: string): 'same' | 'typo' | 'close' | 'unlike' | 'differs' {
	if (a === b) return 'same';
	const mine = partsOf(a);
	const theirs = partsOf(b);
	const isSameYear = mine.year === theirs.year;
	const isSwapped = isSameYear && mine.month === theirs.day && mine.day === theirs.month;
	const edits = editDistance(a, b, 2);
	if (isSwapped || edits === 1) return 'typo';
	const equal =
		Number(isSameYear) + Number(mine.month === theirs.month) + Number(mine.day === theirs.day);
	if (equal === 2 || edits === 2) return 'close';
	const years = Math.abs(Number(mine.year) - Number(theirs.year));
	return years < GENERATION_YEARS ? 'unlike' : 'differs';
}

function partsOf(digits: string) {
	return { year: digits.slice(0, 4), month: digits.slice(4, 6), day: digits.slice(6) };
}
