/** The keys under which a record is found again: strong ones first, then what makes it a candidate. */
import { canonicalEmail, canonicalPhone } from '../model/canonical';
import type { CanonicalFields, EmailItem, PhoneItem } from '../model/fields';
import { foldName, nameRoots } from './names';

export function emailKeys(fields: CanonicalFields): string[] {
	const items = (fields.emails ?? []) as EmailItem[];
	return items.map(({ address }) => `email:${canonicalEmail(address)}`);
}

export function phoneKeys(fields: CanonicalFields): string[] {
	const items = (fields.phones ?? []) as PhoneItem[];
	return items.map(({ number }) => `phone:${canonicalPhone(number)}`);
}

export function externalKeys(keys: Record<string, string>): string[] {
	return Object.entries(keys).map(([issuer, key]) => `external:${issuer}:${key}`);
}

/** One key for each full form of the first name, so that Bob Hale and Robert Hale meet. */
export function nameKeys(fields: CanonicalFields): string[] {
	const [first, last] = [foldName(fields.firstName), foldName(fields.lastName)];
	if (last !== '') {
		if (first === '') return [`name:${last}`];
		return [...nameRoots(first)].map((root) => `name:${last}|${root}`);
	}
	const name = foldName(fields.name);
	return name === '' ? [] : [`name:${name}`];
}

export function allKeys(fields: CanonicalFields, external: Record<string, string>): string[] {
	return [
		...externalKeys(external),
		...emailKeys(fields),
		...phoneKeys(fields),
		...nameKeys(fields),
	];
}
