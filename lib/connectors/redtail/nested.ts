/** Redtail's sub-records (e-mails, phones, addresses) <-> canonical list entries. Pure. */
import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { canonicalPhone, canonicalText, DEFAULT_COUNTRY, listItemKey } from '../../model/canonical';
import type {
	AddressItem,
	EmailItem,
	ListField,
	ListItem,
	PhoneItem,
	TagItem,
} from '../../model/fields';
import { remembered } from '../../model/remember';
import { addressBody, changedParts, readAddress, type AddressNames } from '../address-parts';
import type { CrmRecord } from '../connector';
import { compact, hasAddress, kindWord, refOf, textOf, tidyList } from '../field-codec';
import { isObject } from '../rest';
import { changedAttributes } from '../update-plan';
import type { RedtailSettings } from './settings';

/** List fields with sub-resources of their own, and their array's name in a contact. */
export const SUB_LISTS = ['emails', 'phones', 'addresses'] as const;
export type SubList = (typeof SUB_LISTS)[number];

export const NESTED = {
	emails: 'emails',
	phones: 'phones',
	addresses: 'addresses',
	tags: 'tag_memberships',
} as const satisfies Record<ListField, string>;

/** Ids of the types (reference/redtail.md, section 7.3) -> canonical kinds, and the id of "Other". */
const TYPES: Record<SubList, { field: string; kinds: Record<number, string>; other: number }> = {
	emails: { field: 'email_type', kinds: { 1: 'personal', 2: 'work', 3: 'other' }, other: 3 },
	phones: {
		field: 'phone_type',
		kinds: { 1: 'home', 2: 'work', 3: 'mobile', 4: 'fax', 5: 'other', 6: 'direct', 7: 'tollfree' },
		other: 5,
	},
	addresses: {
		field: 'address_type',
		kinds: { 1: 'home', 2: 'work', 3: 'mailing', 4: 'other' },
		other: 4,
	},
};

const ADDRESS_PARTS = {
	street: 'street_address',
	street2: 'secondary_address',
	city: 'city',
	state: 'state',
	postalCode: 'zip',
	country: 'country',
} as const satisfies AddressNames;

export function isSubList(field: string): field is SubList {
	return (SUB_LISTS as readonly string[]).includes(field);
}

/** Entries of one list as the record holds them; deleted ones left out. */
export function readNested(field: ListField, entries: unknown): ListItem[] {
	const rows = Array.isArray(entries) ? entries.filter(isObject) : [];
	return rows.flatMap((row) => (row.deleted === true ? [] : (readEntry(field, row) ?? [])));
}

export function readEntry(field: ListField, row: CrmRecord): ListItem | undefined {
	const ref = refOf(row.id);
	if (field === 'tags') {
		const name = textOf(row.name);
		return name === undefined ? undefined : compact<TagItem>({ ref, name });
	}
	const primary = typeof row.is_primary === 'boolean' ? row.is_primary : undefined;
	const shared = { ref, kind: kindOf(field, row), primary };
	if (field === 'addresses') {
		const item = compact<AddressItem>({ ...shared, ...readAddress(row, ADDRESS_PARTS) });
		return hasAddress(item) ? item : undefined;
	}
	if (field === 'emails') {
		const address = textOf(row.address);
		return address === undefined ? undefined : compact<EmailItem>({ ...shared, address });
	}
	const number = wholeNumber(row);
	if (number === undefined) return undefined;
	return compact<PhoneItem>({ ...shared, number, extension: textOf(row.extension) });
}

/** "Other" with a title of its own is that title. */
function kindOf(field: SubList, row: CrmRecord): string | undefined {
	const { field: typeField, kinds, other } = TYPES[field];
	const type = Number(row[typeField]);
	const title = kindWord(row.custom_type_title);
	return type === other && title !== undefined ? title : kinds[type];
}

/** Country code and national number as E.164; a code that stands in the number already is not added again. */
function wholeNumber({ country_code: code, number }: CrmRecord): string | undefined {
	const text = textOf(number);
	if (text === undefined || text.trim().startsWith('+')) return text;
	const prefix = String(code ?? '').replace(/\D/g, '');
	const digits = text.replace(/\D/g, '');
	if (prefix === '' || digits === '') return text;
	const home = homeNumber(`+${prefix}${digits}`);
	if (home !== undefined) return `+1${home}`;
	const joined = parsePhoneNumberFromString(`+${prefix}${digits}`);
	if (joined?.isPossible()) return joined.number;
	const glued = digits.startsWith(prefix) ? parsePhoneNumberFromString(`+${digits}`) : undefined;
	return glued?.isPossible() ? glued.number : text;
}

/** A desired list as Redtail would hold it. Every kind has a place: "Other" takes a title. */
export function projectNested(
	field: SubList,
	items: ListItem[],
	settings: RedtailSettings,
): ListItem[] {
	return tidyList(field, items).map((item) => {
		const kind = kindWord((item as EmailItem).kind);
		if (field !== 'phones') return compact({ ...item, kind });
		const stored = readEntry(field, bodyOf(field, item, settings)) as PhoneItem | undefined;
		const { number = (item as PhoneItem).number, extension } = stored ?? {};
		return compact({ ...item, kind, number, extension });
	});
}

/** A sub-record as POST wants it. */
export function bodyOf(field: SubList, item: ListItem, settings: RedtailSettings): CrmRecord {
	const { kind, primary } = item as EmailItem;
	const shared = {
		...typeOf(field, kind),
		...(primary === undefined ? {} : { is_primary: primary }),
	};
	if (field === 'emails') return { address: (item as EmailItem).address, ...shared };
	if (field === 'phones') return { ...phoneParts(item as PhoneItem, settings), ...shared };
	return compact({ ...addressBody(item as AddressItem, ADDRESS_PARTS), ...shared });
}

function typeOf(field: SubList, kind: string | undefined): CrmRecord {
	const { field: typeField, kinds, other } = TYPES[field];
	const word = kindWord(kind);
	const known = Object.entries(kinds).find(([, name]) => name === word);
	if (known !== undefined) return { [typeField]: Number(known[0]), custom_type_title: null };
	return { [typeField]: other, custom_type_title: word ?? null };
}

/** The ten digits of a number that begins with +1 in canonical form, which is quickly told of most numbers. */
function homeNumber(number: string): string | undefined {
	return /^\+1(\d{10})$/.exec(canonicalPhone(number))?.[1];
}

/** `1 2075550148`; empty if it can be no number. */
const splitPhone = remembered((number) => {
	const home = homeNumber(number);
	if (home !== undefined) return `1 ${home}`;
	const parsed = parsePhoneNumberFromString(number, DEFAULT_COUNTRY);
	if (!parsed?.isPossible()) return '';
	const code = parsed.countryCallingCode;
	return `${code} ${parsed.number.slice(code.length + 1)}`;
}, 2_000);

/** Redtail keeps the country code apart from the national number (section 7.2). */
function phoneParts({ number, extension }: PhoneItem, settings: RedtailSettings): CrmRecord {
	const own = canonicalText(extension ?? '') === '' ? undefined : extension;
	const said = settings.writePhoneExtension && own !== undefined ? { extension: own } : {};
	const [code = '', national] = splitPhone(number).split(' ');
	if (national === undefined) return { number, country_code: null, ...said };
	return { number: national, country_code: Number(code), ...said };
}

/** Only what changed of a sub-record that stays. */
export function changedBody(
	field: SubList,
	now: ListItem,
	to: ListItem,
	settings: RedtailSettings,
): CrmRecord {
	const attributes = new Set(changedAttributes(field, now, to));
	const full = bodyOf(field, to, settings);
	const changed: CrmRecord = {};
	if (attributes.has('kind')) Object.assign(changed, typeOf(field, (to as EmailItem).kind));
	if (attributes.has('primary')) changed.is_primary = full.is_primary;
	if (attributes.has('extension') && settings.writePhoneExtension)
		changed.extension = full.extension ?? null;
	if (listItemKey(field, now) === listItemKey(field, to)) return changed;
	if (field === 'emails') changed.address = full.address;
	if (field === 'phones')
		Object.assign(changed, { number: full.number, country_code: full.country_code });
	if (field !== 'addresses') return changed;
	const before = bodyOf(field, now, settings);
	return { ...changed, ...changedParts(before, full, ADDRESS_PARTS, null) };
}
