/** E-mails and phones: one in common counts, however many others each side has. */
import { comparison, isBetter, type ComparedField, type Comparison } from './comparison';
import type { FoldedProfile } from './profile';
import { editDistance } from './text';

export function compareContactPoints(a: FoldedProfile, b: FoldedProfile): Comparison[] {
	return best('emails', a.emails, b.emails, compareEmails).concat(
		best('phones', a.phones, b.phones, comparePhones),
	);
}

function best(
	field: ComparedField,
	mine: readonly string[],
	theirs: readonly string[],
	compare: (a: string, b: string) => Comparison,
): Comparison[] {
	const shared = mine.find((one) => theirs.includes(one));
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
	const { local, domain } = partsOf(a);
	const { local: otherLocal, domain: otherDomain } = partsOf(b);
	const longest = Math.max(a.length, b.length);
	const slips = Math.max(2, Math.floor(longest / LETTERS_A_SLIP));
	// At one provider, info1@ and info2@ are two mailboxes: a slip there proves less the shorter the name.
	const sameHost = domain === otherDomain;
	const allowed = sameHost ? Math.floor(Math.max(local.length, otherLocal.length) / 5) : slips;
	// ann.lee1@ and ann.lee2@: namesakes at one provider differ in as little as a slip does.
	const isNamesake =
		sameHost && (PROVIDERS.has(domain) || withoutDigits(local) === withoutDigits(otherLocal));
	if (!isNamesake && editDistance(a, b, allowed) <= allowed) return comparison('emails', 'typo');
	const isTelling = local.length >= 6 && local === otherLocal;
	return comparison('emails', isTelling ? 'local part' : 'differs');
}

/** Up to the first @, and from there to the next one, if any. */
function partsOf(address: string): { local: string; domain: string } {
	const at = address.indexOf('@');
	if (at < 0) return { local: address, domain: '' };
	const next = address.indexOf('@', at + 1);
	return {
		local: address.slice(0, at),
		domain: address.slice(at + 1, next < 0 ? undefined : next),
	};
}

/** Where millions have their mailbox. */
const PROVIDERS = new Set(
	'gmail.com googlemail.com yahoo.com ymail.com hotmail.com outlook.com live.com msn.com aol.com icloud.com me.com mac.com comcast.net verizon.net att.net sbcglobal.net protonmail.com proton.me gmx.com mail.com'.split(
		' ',
	),
);

const withoutDigits = (text: string) => text.replace(/\d/g, '');

function comparePhones(a: string, b: string): Comparison {
	if (a === b) return comparison('phones', 'same', `phone:${a}`);
	const isMistyped = a.length >= 7 && editDistance(a, b, 1) === 1;
	return comparison('phones', isMistyped ? 'typo' : 'differs');
}
