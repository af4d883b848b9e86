/** Names of persons: letter case, and titles and suffixes in fields of their own. */
import { canonicalText } from '../../model/canonical-text';
import { repairCase } from './letter-case';
import { doubtful, normalised, type Normalised } from './normalised';

const TITLES = new Map(
	Object.entries({
		mr: 'Mr.',
		mister: 'Mr.',
		mrs: 'Mrs.',
		ms: 'Ms.',
		miss: 'Miss',
		mx: 'Mx.',
		dr: 'Dr.',
		doctor: 'Dr.',
		prof: 'Prof.',
		professor: 'Prof.',
		rev: 'Rev.',
		reverend: 'Rev.',
		hon: 'Hon.',
		capt: 'Capt.',
		col: 'Col.',
		sgt: 'Sgt.',
		lt: 'Lt.',
	}),
);

/** Generations and degrees that no surname is spelled like (MA, BA and Do are surnames). */
const SUFFIXES = new Map(
	Object.entries({
		jr: 'Jr.',
		junior: 'Jr.',
		sr: 'Sr.',
		senior: 'Sr.',
		ii: 'II',
		iii: 'III',
		iv: 'IV',
		'2nd': 'II',
		'3rd': 'III',
		'4th': 'IV',
		md: 'MD',
		phd: 'PhD',
		jd: 'JD',
		dds: 'DDS',
		dvm: 'DVM',
		esq: 'Esq.',
		esquire: 'Esq.',
		cfp: 'CFP',
		cpa: 'CPA',
		cfa: 'CFA',
		chfc: 'ChFC',
		clu: 'CLU',
		mba: 'MBA',
		rn: 'RN',
	}),
);

const keyOf = (word: string) => word.toLowerCase().replace(/[.,]/g, '');

/** A first, middle or last name. `CHRISTINE O'NEILL-MCDONALD` -> `Christine O'Neill-McDonald`. */
export function normaliseName(value: string): Normalised {
	const text = canonicalText(value);
	if (/\d/.test(text)) return doubtful(value, 'name-digits', 'contains digits');
	if (text.includes('@')) return doubtful(value, 'name-email', 'looks like an e-mail address');
	return normalised(value, repairCase(text));
}

/** `mr` -> `Mr.`; a title that is not known keeps its spelling. */
export function normaliseTitle(value: string): Normalised {
	const text = canonicalText(value);
	return normalised(value, TITLES.get(keyOf(text)) ?? text);
}

/** `jr` -> `Jr.`, `PHD, cfp` -> `PhD, CFP`; what is not known keeps its spelling. */
export function normaliseSuffix(value: string): Normalised {
	const words = canonicalText(value)
		.split(/,\s*|\s+/)
		.filter(Boolean);
	const known = words.map((word) => SUFFIXES.get(keyOf(word)));
	const isKnown = known.every((word) => word !== undefined);
	return normalised(value, isKnown ? known.join(', ') : canonicalText(value));
}

/** The parts of a person's name; empty: not there. */
export interface NameParts {
	prefix: string;
	firstName: string;
	middleName: string;
	lastName: string;
	suffix: string;
}

const NO_NAME: NameParts = { prefix: '', firstName: '', middleName: '', lastName: '', suffix: '' };

/**
 * Titles that stand before the first name and suffixes behind the last one go to their own fields,
 * if those are empty: `Dr. Jane` | `Hale Jr.` -> `Dr.` | `Jane` | `Hale` | `Jr.`
 */
export function partTitles(given: Partial<NameParts>): Normalised<NameParts> {
	const before: NameParts = { ...NO_NAME, ...given };
	const parts = { ...before };
	if (parts.prefix === '') {
		const [titles, rest] = headOf(parts.firstName.split(' '));
		if (titles.length > 0) Object.assign(parts, { prefix: titles.join(' '), firstName: rest });
	}
	if (parts.suffix === '') {
		const [suffixes, rest] = tailOf(parts.lastName);
		if (suffixes.length > 0) Object.assign(parts, { suffix: suffixes.join(', '), lastName: rest });
	}
	const names = Object.keys(parts) as Array<keyof NameParts>;
	return { value: parts, changed: names.some((name) => parts[name] !== before[name]) };
}

/** Titles at the head, and what is left: never nothing (Miss may be a first name). */
function headOf(words: string[]): [titles: string[], rest: string] {
	const titles: string[] = [];
	while (titles.length < words.length - 1) {
		const title = TITLES.get(keyOf(words[titles.length] ?? ''));
		if (title === undefined) break;
		titles.push(title);
	}
	return [titles, words.slice(titles.length).join(' ')];
}

function tailOf(lastName: string): [suffixes: string[], rest: string] {
	const words = lastName.split(/,\s*|\s+/).filter(Boolean);
	const suffixes: string[] = [];
	while (words.length > 1) {
		const suffix = SUFFIXES.get(keyOf(words.at(-1) ?? ''));
		if (suffix === undefined) break;
		suffixes.unshift(suffix);
		words.pop();
	}
	return [suffixes, suffixes.length > 0 ? words.join(' ') : lastName];
}

/** A whole name in its parts: `Hale, Dr. Robert J.` and `Dr. Robert J. Hale Jr.` alike. */
export function splitFullName(value: string): NameParts {
	const text = canonicalText(value);
	const [suffixes, rest] = tailOf(text);
	const name = suffixes.length > 0 ? text.slice(0, endOf(text, rest)) : text;
	const [head = '', ...tail] = name.split(',').map((part) => part.trim());
	const hasComma = tail.some((part) => part !== '');
	const [titles, given] = headOf((hasComma ? tail.join(' ').trim() : head).split(' '));
	const words = given.split(' ').filter(Boolean);
	const lastName = hasComma ? head : familyName(words);
	const [firstName = '', ...middle] = words;
	return {
		prefix: titles.join(' '),
		firstName,
		middleName: middle.join(' '),
		lastName,
		suffix: suffixes.join(', '),
	};
}

/** Where the words of `rest` end in `text`, which may have commas between them. */
function endOf(text: string, rest: string): number {
	let place = 0;
	for (const word of rest.split(' ')) place = text.indexOf(word, place) + word.length;
	return place;
}

const BEFORE_FAMILY = /^(?:van|von|de|del|della|der|den|di|da|dos|la|le|bin|ibn|st\.?)$/i;

/** The last word with the particles before it; taken from `words`. */
function familyName(words: string[]): string {
	if (words.length < 2) return '';
	const family = [words.pop() ?? ''];
	while (words.length > 1 && BEFORE_FAMILY.test(words.at(-1) ?? ''))
		family.unshift(words.pop() ?? '');
	return family.join(' ');
}
