/**
 * Blocking: the keys under which records meet as candidates. Two records that share no key are never
 * compared, so there is a key for every way in which a pair that scores high can be spoilt: names
 * changed about, short forms, typing errors, another e-mail provider. Measured against all pairs
 * (bench/README.md). A sound key of our own (a name's first letter and its consonants) lost no more pairs
 * there than Double Metaphone did, so no library is needed.
 *
 * A key that many share says little; it is passed over where rarer ones are there (candidates.ts).
 */
import { recordKey, type RecordAddress } from '../model/event';
import type { Shadow } from '../merge/shadow';
import type { CanonicalFields, FieldValue } from '../model/fields';
import type { FoldedAddress } from '../model/address';
import type { PersonName } from './compare/names';
import type { FoldedProfile } from './compare/profile';
import { foldedOnce } from './compare/fold-profile';
import { hash53 } from './hash';

/** Fields that {@link blockKeys} reads: no other one changes a record's keys. */
const BLOCK_FIELDS: readonly string[] = [
	'firstName',
	'lastName',
	'name',
	'birthDate',
	'taxId',
	'emails',
	'phones',
	'addresses',
];

/** Kinds of keys that few strangers share. Of the others two must agree, or one that hardly anybody has. */
const TELLING: ReadonlySet<string> = new Set([
	'email',
	'local',
	'phone',
	'tax',
	'org',
	'name',
	'sounds',
	'at',
	'near',
]);
/** A key of these kinds is shared by too many strangers to make a candidate alone. */
const NEVER_ALONE: ReadonlySet<string> = new Set(['born']);
/** A key is rare if no more records have it. */
const RARE = 20;
/** A key that more records have is passed over. */
export const COMMON = 50;

/** 2 makes a candidate. */
export function proposalPoints(key: string, records: number): 0 | 1 | 2 {
	if (records > COMMON) return 0;
	const kind = key.slice(0, key.indexOf(':'));
	const isEnough = TELLING.has(kind) || (records <= RARE && !NEVER_ALONE.has(kind));
	return isEnough ? 2 : 1;
}

const TELLING_LOCAL_PART = 6;
const EMAIL_HEAD = 5;
const NAME_HEAD = 2;

export function blockKeys(profile: FoldedProfile): string[] {
	const { emails, phones, taxId, name } = profile;
	const keys = [
		...emails.flatMap(emailKeys),
		...phones.map((phone) => `phone:${phone}`),
		...nameKeys(profile),
		...profile.addresses.flatMap((address) => addressKeys(address, profile.person)),
	];
	if (taxId !== '') keys.push(`tax:${taxId}`);
	if (name !== '') keys.push(`org:${name}`);
	return [...new Set(keys)];
}

function emailKeys(email: string): string[] {
	const local = email.split('@')[0] ?? '';
	const keys = [`email:${email}`, `head:${email.slice(0, EMAIL_HEAD)}`];
	return local.length < TELLING_LOCAL_PART ? keys : [...keys, `local:${local}`];
}

/** Short forms stand under their full forms; the order of first and last name does not matter. */
function nameKeys({ person, birthDate }: FoldedProfile): string[] {
	const { first, last, roots } = person;
	const firsts = first === '' ? [] : roots.first;
	const words = [...firsts, last].filter((word) => word !== '');
	const keys = words.map((word) => `sound:${sound(word)}`);
	for (const root of last === '' ? [] : firsts) {
		keys.push(`name:${pair(root, last)}`, `sounds:${pair(sound(root), sound(last))}`);
	}
	if (first !== '' && last !== '') {
		for (const root of roots.last) if (root !== last) keys.push(`name:${pair(first, root)}`);
	}
	if (birthDate === '') return keys;
	const year = birthDate.slice(0, 4);
	keys.push(`birth:${birthDate}`);
	for (const word of words) keys.push(`born:${year} ${word.slice(0, NAME_HEAD)}`);
	return keys;
}

function addressKeys(
	{ streetNumber, street, postalCode }: FoldedAddress,
	{ first, last }: PersonName,
): string[] {
	const at = streetNumber && street ? [`at:${streetNumber} ${street}`] : [];
	if (postalCode === '') return at;
	const names = [first, last].filter((name) => name !== '');
	return [...at, ...names.map((name) => `near:${postalCode} ${name.slice(0, NAME_HEAD)}`)];
}

function pair(one: string, other: string): string {
	return one < other ? `${one}|${other}` : `${other}|${one}`;
}

const SOUNDS = 4;

/** The first letter and the consonants after it, without repetitions. */
function sound(name: string): string {
	const letters = name.replace(/ /g, '');
	const consonants = letters
		.slice(1)
		.replace(/[aeiouyhw]/g, '')
		.replace(/(.)\1+/g, '$1');
	return letters.slice(0, 1) + consonants.slice(0, SOUNDS);
}

export function blocksOf(fields: CanonicalFields): number[] {
	return blockKeys(foldedOnce(fields)).map(hash53);
}

/** Hash under which all records are counted. */
export const ALL_RECORDS = 0;

/** Keys of the values whose share among all records is counted (name_counts). */
export function nameValueKeys({ person: { first, last } }: FoldedProfile): string[] {
	const keys: string[] = [];
	if (first !== '') keys.push(`first:${first}`);
	if (last !== '') keys.push(`last:${last}`);
	return keys;
}

/** Hash -> how many of these records have the name. */
export function countedNames(records: readonly CanonicalFields[]): Map<number, number> {
	return countProfiles(records.map(foldedOnce));
}

export function countProfiles(profiles: readonly FoldedProfile[]): Map<number, number> {
	const counts = new Map<number, number>();
	for (const profile of profiles) {
		for (const hash of [ALL_RECORDS, ...nameValueKeys(profile).map(hash53)])
			counts.set(hash, (counts.get(hash) ?? 0) + 1);
	}
	return counts;
}

/** A record's number in the index. */
export function recordHash(address: RecordAddress): number {
	return hash53(recordKey(address));
}

/** A record, what it was known to hold when its keys were last written, and what it holds now. */
export interface BlockChange extends RecordAddress {
	entityId: string;
	/** Empty: it has no keys yet. */
	before: CanonicalFields;
	after: CanonicalFields;
}

/** Keys that the record has no longer, and those that are new. */
export function changedBlocks({ before, after }: BlockChange): { gone: number[]; fresh: number[] } {
	if (BLOCK_FIELDS.every((field) => isSame(before[field], after[field])))
		return { gone: [], fresh: [] };
	const [earlier, now] = [new Set(blocksOf(before)), new Set(blocksOf(after))];
	return {
		gone: [...earlier].filter((hash) => !now.has(hash)),
		fresh: [...now].filter((hash) => !earlier.has(hash)),
	};
}

/** Do both hold the same, letter by letter, in everything that {@link blockKeys} reads? */
export function sameInBlocks(before: Shadow | undefined, after: Shadow): boolean {
	return BLOCK_FIELDS.every((field) =>
		isSame(before?.fields[field]?.value, after.fields[field]?.value),
	);
}

function isSame(a: FieldValue | undefined, b: FieldValue | undefined): boolean {
	if (a === b) return true;
	if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
	return a.every((item, index) => isSameItem(item, b[index]));
}

function isSameItem(a: object, b: object | undefined): boolean {
	if (a === b || b === undefined) return a === b;
	const [mine, theirs] = [Object.entries(a), Object.entries(b)];
	if (mine.length !== theirs.length) return false;
	return mine.every(([name, value], index) => {
		const [otherName, other] = theirs[index] ?? [];
		return name === otherName && (value === other || isSameList(value, other));
	});
}

function isSameList(a: unknown, b: unknown): boolean {
	return Array.isArray(a) && JSON.stringify(a) === JSON.stringify(b);
}
