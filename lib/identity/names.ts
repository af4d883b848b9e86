/** Do two names belong to one person? `string-similarity` (Dice) is one comparator among these. */
import { compareTwoStrings } from 'string-similarity';
import { canonicalText } from '../model/canonical';
import type { CanonicalFields } from '../model/fields';

/** Common English short forms; each line is one name. Our own list of what advisers' clients are called. */
const NICKNAMES = [
	'robert bob rob bobby robbie bert',
	'william bill will billy willy liam',
	'richard dick rick rich ricky',
	'james jim jimmy jamie',
	'john jack johnny jon',
	'thomas tom tommy',
	'michael mike mick mickey',
	'charles charlie chuck chas',
	'edward ed eddie ted ned',
	'theodore theo ted teddy',
	'joseph joe joey',
	'daniel dan danny',
	'david dave davey',
	'matthew matt matty',
	'anthony tony',
	'andrew andy drew',
	'steven steve stephen',
	'christopher chris kit',
	'nicholas nick nicky',
	'benjamin ben benny',
	'samuel sam sammy',
	'alexander alex al sandy',
	'gregory greg',
	'kenneth ken kenny',
	'lawrence larry laurence',
	'ronald ron ronnie',
	'donald don donnie',
	'timothy tim timmy',
	'patrick pat paddy',
	'peter pete',
	'raymond ray',
	'gerald gerry jerry',
	'frederick fred freddy',
	'henry harry hank',
	'elizabeth liz beth betty lizzie eliza betsy libby',
	'margaret maggie meg peggy marge greta',
	'katherine catherine kathryn kate kathy cathy katie kay kat',
	'patricia pat patty tricia trish',
	'jennifer jen jenny',
	'susan sue susie suzanne',
	'deborah deb debbie debra',
	'barbara barb babs',
	'rebecca becky becca',
	'victoria vicky tori',
	'christina tina christine chris chrissy',
	'dorothy dot dottie',
	'virginia ginny',
	'judith judy',
	'pamela pam',
	'cynthia cindy',
	'kimberly kim',
	'jessica jess jessie',
	'samantha sam',
	'abigail abby',
	'theresa terry teresa tess',
	'alexandra alex sandra sasha',
	'eleanor ellie nora nell',
	'josephine jo josie',
	'nathaniel nathan nate',
	'zachary zach zack',
	'jonathan jon',
	'philip phil phillip',
	'walter walt wally',
	'vincent vince vinny',
	'leonard leo lenny',
	'douglas doug',
	'stanley stan',
].map((line) => line.split(' '));

const ROOTS = new Map<string, Set<string>>();
for (const names of NICKNAMES) {
	for (const name of names) {
		const roots = ROOTS.get(name) ?? new Set<string>();
		ROOTS.set(name, roots.add(names[0] ?? name));
	}
}

/** Lower-case letters only, accents taken off. */
export function foldName(name: unknown): string {
	if (typeof name !== 'string') return '';
	return canonicalText(name)
		.normalize('NFKD')
		.replace(/-/g, ' ')
		.replace(/[^\p{Letter}\p{Number} ]/gu, '')
		.replace(/\s+/g, ' ')
		.toLowerCase()
		.trim();
}

/** The full forms a first name may stand for; itself if it is none of the known short forms. */
export function nameRoots(firstName: string): Set<string> {
	const [head = firstName] = firstName.split(' ');
	return new Set([...(ROOTS.get(firstName) ?? [firstName]), ...(ROOTS.get(head) ?? [head])]);
}

function sharesRoot(a: string, b: string): boolean {
	const roots = nameRoots(a);
	return [...nameRoots(b)].some((root) => roots.has(root));
}

const SIMILAR_SURNAME = 0.8;
const SIMILAR_FIRST_NAME = 0.6;

/**
 * 0 to 1, or undefined if one side has no name. 1: equal; 0.9: a short form, an initial or a nickname;
 * 0.8: a likely typing error; at most 0.3 for equal surnames with other first names (a family).
 */
export function nameSimilarity(a: CanonicalFields, b: CanonicalFields): number | undefined {
	const [left, right] = [namesOf(a), namesOf(b)];
	if (left.full === '' || right.full === '') return undefined;
	if (left.full === right.full) return 1;
	if (left.last === '' || right.last === '' || left.first === '' || right.first === '') {
		return compareTwoStrings(left.full, right.full);
	}
	const surname = left.last === right.last ? 1 : compareTwoStrings(left.last, right.last);
	const first = firstNameSimilarity(left, right);
	if (surname >= SIMILAR_SURNAME)
		return first >= SIMILAR_FIRST_NAME ? Math.min(surname, first) : 0.3;
	return Math.min(0.5, compareTwoStrings(left.full, right.full));
}

interface Names {
	first: string;
	last: string;
	nickname: string;
	full: string;
}

function namesOf(fields: CanonicalFields): Names {
	const first = foldName(fields.firstName);
	const last = foldName(fields.lastName);
	const person = [first, last].filter(Boolean).join(' ');
	return {
		first,
		last,
		nickname: foldName(fields.nickname),
		full: person || foldName(fields.name),
	};
}

function firstNameSimilarity(a: Names, b: Names): number {
	if (a.first === b.first) return 1;
	if (a.nickname === b.first || b.nickname === a.first || sharesRoot(a.first, b.first)) return 0.9;
	const initial = a.first.length === 1 || b.first.length === 1;
	if (initial && a.first[0] === b.first[0]) return 0.9;
	if (isPartOf(a.first, b.first) || isPartOf(b.first, a.first)) return 0.9;
	if (isHeadOf(a.first, b.first) || isHeadOf(b.first, a.first)) return 0.85;
	const dice = compareTwoStrings(a.first, b.first);
	return dice >= SIMILAR_FIRST_NAME ? 0.8 : dice;
}

/** Oda of Odalys, but Paul of Paula as well: a hint, no more. */
function isHeadOf(short: string, long: string): boolean {
	const SHORTEST = 3;
	return short.length >= SHORTEST && long.startsWith(short);
}

/** Mei of Mei-Ling, Anne of Anne Marie: the first part of a compound name. */
function isPartOf(part: string, whole: string): boolean {
	return whole.split(' ')[0] === part && whole !== part;
}

/**
 * Could these alike names be those of two members of one family? First names that are no more than
 * similar (Paul and Paula), another suffix (Sr. and Jr.), another middle name.
 */
export function mayBeRelatives(a: CanonicalFields, b: CanonicalFields): boolean {
	const [left, right] = [namesOf(a), namesOf(b)];
	const similar = left.first !== '' && right.first !== '' && firstNameSimilarity(left, right) < 0.9;
	const [suffix, otherSuffix] = [foldName(a.suffix), foldName(b.suffix)];
	const [middle, otherMiddle] = [foldName(a.middleName), foldName(b.middleName)];
	const otherGeneration = suffix !== '' && otherSuffix !== '' && suffix !== otherSuffix;
	const otherInitial = middle !== '' && otherMiddle !== '' && middle[0] !== otherMiddle[0];
	return similar || otherGeneration || otherInitial;
}
