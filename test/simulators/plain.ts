/** What the simulators' `People` share: pairing an edited list with the stored entries, merging two contacts. */
import type { PlainContact, PlainEdit } from './simulator';

/**
 * Pairs each wanted entry with the stored one that it continues: by value, then what is left in
 * order. So an edited entry keeps its nested id, as it would on the CRM's own screen.
 * `stored` is absent for an entry that is new.
 */
export function pairEntries<S, W>(
	stored: readonly S[],
	wanted: readonly W[],
	isSame: (stored: S, wanted: W) => boolean,
): Array<{ wanted: W; stored?: S }> {
	const left = [...stored];
	const takeAt = (index: number): S | undefined => left.splice(index, 1)[0];
	const pairs = wanted.map((item): { wanted: W; stored?: S } => {
		const index = left.findIndex((candidate) => isSame(candidate, item));
		return index < 0 ? { wanted: item } : { wanted: item, stored: takeAt(index) };
	});
	return pairs.map((pair) =>
		pair.stored === undefined && left.length > 0 ? { ...pair, stored: takeAt(0) } : pair,
	);
}

const SCALARS = [
	'firstName',
	'lastName',
	'name',
	'jobTitle',
	'companyName',
	'birthDate',
	'status',
] as const;

/** What a contact takes over from one that is merged into it: what it lacks, and the entries that it has not. */
export function takenOver(into: PlainContact, from: PlainContact): PlainEdit {
	const lacking = SCALARS.filter((name) => into[name] === null && from[name] !== null);
	const joined = <T extends object>(own: T[], others: T[], keyOf: (entry: T) => string): T[] => {
		const keys = new Set(own.map(keyOf));
		const added = others.filter((entry) => !keys.has(keyOf(entry)));
		return [...own, ...added.map((entry) => ({ ...entry, primary: false }))];
	};
	return {
		...Object.fromEntries(lacking.map((name) => [name, from[name]])),
		emails: joined(into.emails, from.emails, ({ address }) => address.toLowerCase()),
		phones: joined(into.phones, from.phones, ({ number }) => number.replace(/\D/g, '')),
		addresses: joined(into.addresses, from.addresses, ({ street, city, postalCode }) =>
			[street, city, postalCode].join('|').toLowerCase(),
		),
		tags: [...new Set([...into.tags, ...from.tags])],
	};
}

/** Structural equality of JSON values, whatever the order of keys. */
export function isSameJson(a: unknown, b: unknown): boolean {
	return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(sorted);
	if (typeof value !== 'object' || value === null) return value;
	const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
	return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

/** Empty text counts as cleared on every CRM's screen. */
export function cleared<T>(value: T | '' | undefined | null): T | null {
	return value === '' || value === undefined || value === null ? null : value;
}
