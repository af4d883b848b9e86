/**
 * What each level of agreement is worth, in bits: log2 of how much likelier it is between two records
 * of one client than between two of different clients (Fellegi and Sunter, A Theory for Record
 * Linkage, 1969; in bits as Splink gives it). Missing values say nothing.
 */
import type { ComparedField, Comparison } from './compare/comparison';

export type Weights = Readonly<Record<ComparedField, Readonly<Record<string, number>>>>;

/**
 * The defaults that ship. Round figures from what is known of CRM data in general: how often a
 * value is mistyped, moved or outdated (one client), and how often strangers share it. Not fitted
 * to any one file; a firm's own weights can be estimated (estimate.ts).
 */
export const DEFAULT_WEIGHTS: Weights = {
	firstName: {
		same: 7,
		'short form': 4.5,
		part: 4,
		typo: 4,
		initial: 1.5,
		similar: 0.5,
		differs: -4,
	},
	lastName: { same: 8.5, part: 4, typo: 4.5, similar: 0.5, differs: -4 },
	nameOrder: { swapped: -2 },
	middleName: { same: 3, initial: 1, differs: -3 },
	suffix: { same: 1, differs: -8 },
	name: { same: 11, typo: 8, similar: 2, differs: -6 },
	companyName: { same: 3, similar: 1.5, differs: -0.5 },
	birthDate: { same: 13, typo: 6, close: 2, unlike: -3, differs: -5 },
	emails: { same: 12, typo: 8, 'local part': 5, differs: -1.5 },
	phones: { same: 9, typo: 2, differs: -1 },
	streetNumber: { same: 5, typo: 1.5, differs: -1 },
	street: { same: 8, typo: 6, 'other number': 1.5, differs: -1.5 },
	street2: { same: 4, typo: 2.5, differs: -0.3 },
	city: { same: 4, typo: 3, differs: -1 },
	postalCode: { same: 4.5, typo: 2, differs: -1 },
	state: { same: 1, differs: -0.8 },
	taxId: { same: 16, typo: -1, differs: -6 },
	externalKeys: { same: 18, differs: -6 },
};

/** The parts of one address do not speak independently: together they weigh no more than this. */
export const ADDRESS_RANGE = { least: -3.5, most: 14 } as const;

/** Before anything is compared: one candidate in so many (2 to this power) is the same client. */
export const PRIOR_BITS = 13;

/** How common a value is among the known clients. */
export interface Frequencies {
	/** Records known in all. */
	records: number;
	/**
	 * Of a name: records that have it; of an e-mail, phone, tax id or organisation: clients that have it.
	 * Keys as in {@link Comparison.valueKey}; undefined: not known.
	 */
	countOf: (valueKey: string) => number | undefined;
}

export const NO_FREQUENCIES: Frequencies = { records: 0, countOf: () => undefined };

/** Names: the rarer, the more an agreement says, within so many bits of the default. */
const NAME_RANGE = { least: -3, most: 2 } as const;
/** Below so many counts say little: the default stands. */
const ENOUGH_RECORDS = 1_000;
/** Of two clients who agree on a name, this share spells it alike. */
const NAME_KEPT = 0.8;

/** The weight of one comparison in bits, common values discounted. */
export function weightOf(
	{ field, level, valueKey }: Comparison,
	weights: Weights,
	frequencies: Frequencies,
): number {
	const weight = weights[field][level] ?? 0;
	const count = valueKey === undefined ? undefined : frequencies.countOf(valueKey);
	if (count === undefined || weight <= 0) return weight;
	if (field === 'firstName' || field === 'lastName') return byShare(weight, count, frequencies);
	// A family's e-mail, an office's phone: of those that share it only one is this client.
	return Math.max(0, weight - 1.5 * Math.log2(Math.max(1, count)));
}

function byShare(weight: number, count: number, { records }: Frequencies): number {
	if (records < ENOUGH_RECORDS) return weight;
	const byCount = Math.log2(NAME_KEPT / (Math.max(1, count) / records));
	return Math.min(weight + NAME_RANGE.most, Math.max(weight + NAME_RANGE.least, byCount));
}
