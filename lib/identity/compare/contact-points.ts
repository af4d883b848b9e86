/** E-mails and phones: one in common counts, however many others each side has. */
import { canonicalEmail, canonicalPhone } from '../../model/canonical';
import type { CanonicalFields, EmailItem, PhoneItem } from '../../model/fields';
import { comparison, isBetter, type ComparedField, type Comparison } from './comparison';
import { editDistance } from './text';

/** Entries compared of one record; more than a person has. */
const MAX_ENTRIES = 12;

export function emailsOf(fields: CanonicalFields): string[] {
	const items = (fields.emails ?? []) as EmailItem[];
	return items.slice(0, MAX_ENTRIES).map(({ address }) => canonicalEmail(address));
}

export function phonesOf(fields: CanonicalFields): string[] {
	const items = (fields.phones ?? []) as PhoneItem[];
	return items.slice(0, MAX_ENTRIES).map(({ number }) => canonicalPhone(number));
}

export function compareContactPoints(a: CanonicalFields, b: CanonicalFields): Comparison[] {
	return [
		...best('emails', emailsOf(a), emailsOf(b), compareEmails),
		...best('phones', phonesOf(a), phonesOf(b), comparePhones),
	];
}

function best(
	field: ComparedField,
	mine: string[],
	theirs: string[],
	compare: (a: string, b: string) => Comparison,
): Comparison[] {
	const known = new Set(theirs);
	const shared = mine.find((one) => known.has(one));
	if (shared !== undefined) return [compare(shared, shared)];
	let found: Comparison | undefined;
	for (const one of mine) {
		for (const other of theirs) {
			const next = compare(one, other);
			if (found === undefined || isBetter(field, next.level, found.level)) found = next;
		}
	}
	return found === undefined ? [] : [found];
}

/** Letters of an address in which one slip is likely; shorter texts differ more by each slip. */
const LETTERS_A_SLIP = 7;

function compareEmails(a: string, b: string): Comparison {
	if (a === b) return comparison('emails', 'same', `email:${a}`);
	const [local = '', domain = ''] = a.split('@');
	const [otherLocal = '', otherDomain = ''] = b.split('@');
	const longest = Math.max(a.length, b.length);
	const slips = Math.max(2, Math.floor(longest / LETTERS_A_SLIP));
	// At one provider, info1@ and info2@ are two mailboxes: a slip there proves less the shorter the name.
	const sameHost = domain === otherDomain;
	const allowed = sameHost ? Math.floor(Math.max(local.length, otherLocal.length) / 5) : slips;
	const isNear = Math.abs(a.length - b.length) <= allowed;
	if (isNear && editDistance(a, b) <= allowed) return comparison('emails', 'typo');
	const isTelling = local.length >= 6 && local === otherLocal;
	return comparison('emails', isTelling ? 'local part' : 'differs');
}

function comparePhones(a: string, b: string): Comparison {
	if (a === b) return comparison('phones', 'same', `phone:${a}`);
	const isTypo = Math.abs(a.length - b.length) <= 1 && a.length >= 7 && editDistance(a, b) === 1;
	return comparison('phones', isTypo ? 'typo' : 'differs');
}
