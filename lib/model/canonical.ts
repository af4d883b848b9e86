/**
 * Canonical forms: when do two values mean the same? E-mail lower-cased, phone E.164, dates ISO,
 * text trimmed with single blanks. Values are compared in this form and kept as they were typed.
 */
import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js';
import { addressKey } from './address';
import { canonicalText } from './canonical-text';
import {
	isListField,
	type AddressItem,
	type CanonicalFields,
	type EmailItem,
	type FieldValue,
	type ListField,
	type ListItem,
	type PhoneItem,
	type ScalarValue,
	type TagItem,
} from './fields';
import { remembered } from './remember';

export { canonicalText };

/** Numbers without a country code are read as this country's. */
export const DEFAULT_COUNTRY: CountryCode = 'US';

export function canonicalEmail(address: string): string {
	return canonicalText(address).toLowerCase();
}

/** E.164 where it can be a number of that country, else its digits, else the trimmed text. */
export function canonicalPhone(number: string, country: CountryCode = DEFAULT_COUNTRY): string {
	if (country !== DEFAULT_COUNTRY) return parsedPhone(number, country);
	const [, area, exchange, line] = HOME_NUMBER.exec(number) ?? [];
	return area === undefined ? homePhone(number) : `+1${area}${exchange}${line}`;
}

/** A number of the default country as most people type it; parsing it would say the same, at a hundred times the cost. */
const HOME_NUMBER = /^(?:\+?1[ .-]?)?\(?([2-9]\d{2})\)?[ .-]?(\d{3})[ .-]?(\d{4})$/;

const homePhone = remembered((number) => parsedPhone(number, DEFAULT_COUNTRY));

function parsedPhone(number: string, country: CountryCode): string {
	const parsed = parsePhoneNumberFromString(number, country);
	if (parsed?.isPossible()) return parsed.number;
	const digits = number.replace(/\D/g, '');
	return digits === '' ? canonicalText(number) : digits;
}

/** What identifies an entry of a list field: two entries with one key are the same entry. */
export function listItemKey(field: ListField, item: ListItem): string {
	switch (field) {
		case 'emails':
			return canonicalEmail((item as EmailItem).address);
		case 'phones':
			return canonicalPhone((item as PhoneItem).number);
		case 'addresses':
			return addressKey(item as AddressItem);
		case 'tags':
			return canonicalText((item as TagItem).name).toLowerCase();
	}
}

/** The parts of an entry beside its key that a CRM can hold and a person can change. */
export function listItemAttributes(
	field: ListField,
	item: ListItem,
): Record<string, string | boolean | undefined> {
	if (field === 'tags') return {};
	const { kind, primary } = item as EmailItem;
	if (field !== 'phones') return { kind, primary };
	const extension = canonicalText((item as PhoneItem).extension ?? '');
	return { kind, primary, extension: extension === '' ? undefined : extension };
}

export function canonicalScalar(value: ScalarValue): ScalarValue {
	return typeof value === 'string' ? canonicalText(value) : value;
}

export function isEmpty(value: FieldValue | undefined): boolean {
	if (value === undefined || value === null) return true;
	if (Array.isArray(value)) return value.length === 0;
	return typeof value === 'string' && canonicalText(value) === '';
}

/** True if both values mean the same. `null`, absent and the empty text are all "nothing" here. */
export function sameValue(
	field: string,
	a: FieldValue | undefined,
	b: FieldValue | undefined,
): boolean {
	if (a === b) return true;
	if (isListField(field)) return sameList(field, (a ?? []) as ListItem[], (b ?? []) as ListItem[]);
	const isNothing = isEmpty(a);
	if (isNothing || isEmpty(b)) return isNothing && isEmpty(b);
	return String(canonicalScalar(a as ScalarValue)) === String(canonicalScalar(b as ScalarValue));
}

function sameList(field: ListField, a: ListItem[], b: ListItem[]): boolean {
	if (a.length !== b.length) return false;
	if (a.every((item, index) => isSameItem(field, item, b[index] as ListItem))) return true;
	const other = new Map(b.map((item) => [listItemKey(field, item), item]));
	return a.every((item) => {
		const twin = other.get(listItemKey(field, item));
		return twin !== undefined && sameAttributes(field, item, twin);
	});
}

function isSameItem(field: ListField, a: ListItem, b: ListItem): boolean {
	return a === b || (sameItemKey(field, a, b) && sameAttributes(field, a, b));
}

/** Have both entries one key? What is typed alike is told without making the keys. */
export function sameItemKey(field: ListField, a: ListItem, b: ListItem): boolean {
	return isTypedAlike(field, a, b) || listItemKey(field, a) === listItemKey(field, b);
}

function isTypedAlike(field: ListField, a: ListItem, b: ListItem): boolean {
	switch (field) {
		case 'emails':
			return (a as EmailItem).address === (b as EmailItem).address;
		case 'phones':
			return (a as PhoneItem).number === (b as PhoneItem).number;
		case 'addresses':
			return isTypedAlikeAddress(a as AddressItem, b as AddressItem);
		case 'tags':
			return (a as TagItem).name === (b as TagItem).name;
	}
}

function isTypedAlikeAddress(a: AddressItem, b: AddressItem): boolean {
	return (
		a.street === b.street &&
		a.street2 === b.street2 &&
		a.city === b.city &&
		a.state === b.state &&
		a.postalCode === b.postalCode &&
		a.country === b.country
	);
}

/** Attributes agree if every one that both sides state is equal; a silent side agrees with anything. */
export function sameAttributes(field: ListField, a: ListItem, b: ListItem): boolean {
	if (field === 'tags') return true;
	const [left, right] = [a as PhoneItem, b as PhoneItem];
	if (left.kind !== undefined && right.kind !== undefined && left.kind !== right.kind) return false;
	const isSaid = left.primary !== undefined && right.primary !== undefined;
	if (isSaid && left.primary !== right.primary) return false;
	if (field !== 'phones' || left.extension === right.extension) return true;
	return extensionOf(left) === extensionOf(right);
}

function extensionOf({ extension }: PhoneItem): string {
	return extension === undefined ? '' : canonicalText(extension);
}

/** True if every field said on the left means the same on the right, nested ids included. */
export function sameContent(left: CanonicalFields, right: CanonicalFields): boolean {
	return Object.keys(left).every((field) => sameWithRefs(field, left[field], right[field]));
}

/** As {@link sameValue}, nested ids included. */
export function sameWithRefs(
	field: string,
	a: FieldValue | undefined,
	b: FieldValue | undefined,
): boolean {
	if (!sameValue(field, a, b)) return false;
	return !isListField(field) || sameRefs(field, a as ListItem[], (b ?? []) as ListItem[]);
}

function sameRefs(field: ListField, a: ListItem[], b: ListItem[]): boolean {
	const isInOrder = a.every(({ ref }, index) => {
		const twin = b[index];
		return twin !== undefined && ref === twin.ref && sameItemKey(field, a[index] as ListItem, twin);
	});
	if (isInOrder) return true;
	const refs = new Map(b.map((item) => [listItemKey(field, item), item.ref]));
	return a.every(
		(item) => item.ref === undefined || refs.get(listItemKey(field, item)) === item.ref,
	);
}
