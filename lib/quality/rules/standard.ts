/** Which normaliser each canonical field goes through when no rule says more. */
import { ADDRESS_PARTS, leavesOf, textAt, withText, type LeafAddress } from '../leaves';
import type { CanonicalFields } from '../../model/fields';
import {
	countryCode,
	NORMALISERS,
	partTitles,
	type Format,
	type NameParts,
	type NormaliseOptions,
	type Problem,
} from '../normalise';

/** Not here: free text, whose line breaks matter, and custom fields, of which nothing is known. */
const STANDARD: Record<string, Format> = {
	prefix: 'title',
	firstName: 'name',
	middleName: 'name',
	lastName: 'name',
	suffix: 'suffix',
	nickname: 'name',
	name: 'text',
	companyName: 'text',
	jobTitle: 'text',
	birthDate: 'date',
	taxId: 'text',
	status: 'text',
	category: 'text',
	emails: 'email',
	phones: 'phone',
	'addresses.street': 'text',
	'addresses.street2': 'text',
	'addresses.city': 'text',
	'addresses.country': 'country',
	'addresses.state': 'state',
	'addresses.postalCode': 'postalCode',
	tags: 'text',
};

export interface Repair extends LeafAddress {
	before: string;
	after: string;
}

export interface Standardised {
	fields: CanonicalFields;
	repairs: Repair[];
	problems: Array<LeafAddress & Problem>;
}

/** Every field in its normal form; what is doubtful stays, and is told. */
export function standardise(
	given: CanonicalFields,
	options: NormaliseOptions & { partTitles: boolean },
): Standardised {
	const unparted = { fields: given, repairs: [] };
	const { fields: parted, repairs } = options.partTitles ? inOwnFields(given) : unparted;
	let fields = parted;
	const problems: Standardised['problems'] = [];
	for (const [field, format] of Object.entries(STANDARD)) {
		for (const { place, value } of leavesOf(fields, field)) {
			const at: LeafAddress = { field, ...(place !== undefined && { place }) };
			const around = aroundOf(fields, at, options);
			const { value: after, changed, problem } = NORMALISERS[format](value, around);
			if (problem !== undefined) problems.push({ ...at, ...problem });
			if (!changed) continue;
			fields = withText(fields, at, after);
			repairs.push({ ...at, before: value, after });
		}
	}
	return { fields, repairs, problems };
}

/** The country and state that stand beside a part of an address. */
export function aroundOf<T extends NormaliseOptions>(
	fields: CanonicalFields,
	{ field, place }: LeafAddress,
	options: T,
): T {
	if (!ADDRESS_PARTS.some((part) => field === `addresses.${part}`)) return options;
	const country = textAt(fields, { field: 'addresses.country', place });
	const state = textAt(fields, { field: 'addresses.state', place });
	const known = country === undefined ? undefined : countryCode(country);
	return { ...options, ...(known !== undefined && { country: known }), state };
}

const NAME_FIELDS: Array<keyof NameParts> = [
	'prefix',
	'firstName',
	'middleName',
	'lastName',
	'suffix',
];

/** `Dr. Jane` and `Hale Jr.`: the title and the suffix go to their own fields, if those are empty. */
function inOwnFields(given: CanonicalFields): { fields: CanonicalFields; repairs: Repair[] } {
	const texts = NAME_FIELDS.map((field) => [field, textAt(given, { field }) ?? ''] as const);
	const { value, changed } = partTitles(Object.fromEntries(texts));
	if (!changed) return { fields: given, repairs: [] };
	const repairs = texts.flatMap(([field, before]): Repair[] =>
		value[field] === before ? [] : [{ field, before, after: value[field] }],
	);
	const fields = repairs.reduce((done, { field, after }) => ({ ...done, [field]: after }), given);
	return { fields, repairs };
}
