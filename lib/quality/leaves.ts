/**
 * The single texts of a canonical contact, as rules and normalisers address them: `lastName`, each
 * address of `emails`, each `addresses.state`, `custom.tier`. Pure.
 */
import {
	fieldLabel,
	isListField,
	isScalarField,
	type CanonicalFields,
	type ListField,
	type ListItem,
} from '../model/fields';

export const ADDRESS_PARTS = [
	'street',
	'street2',
	'city',
	'state',
	'postalCode',
	'country',
] as const;

const PART_LABELS: Record<(typeof ADDRESS_PARTS)[number], string> = {
	street: 'Street',
	street2: 'Second Address Line',
	city: 'City',
	state: 'State',
	postalCode: 'Postal Code',
	country: 'Country',
};

/** The part of a list's entry that holds its value; addresses have several. */
const MAIN_PART: Record<ListField, string | undefined> = {
	emails: 'address',
	phones: 'number',
	tags: 'name',
	addresses: undefined,
};

/** Where a text stands. */
export interface LeafAddress {
	/** As rules name it: `lastName`, `emails`, `addresses.state`. */
	field: string;
	/** Of a list: number of the entry, from 0. */
	place?: number;
}

export interface Leaf extends LeafAddress {
	value: string;
}

interface Route {
	base: string;
	part?: string;
}

/** `addresses.state` -> addresses, state. `addresses` alone has no text of its own. */
function routeOf(field: string): Route {
	const [base = field, part] = field.split('.');
	if (!isListField(base)) return { base: field };
	return { base, part: part ?? MAIN_PART[base] };
}

export function isRuleField(field: string): boolean {
	if (isScalarField(field) || isListField(field)) return true;
	if (/^custom\.[\w-]{1,100}$/.test(field)) return true;
	return ADDRESS_PARTS.some((part) => field === `addresses.${part}`);
}

export function ruleFieldLabel(field: string): string {
	const part = ADDRESS_PARTS.find((one) => field === `addresses.${one}`);
	return part === undefined ? fieldLabel(field) : `Address: ${PART_LABELS[part]}`;
}

/** True if the record says anything about the field, if only that it is empty. */
export function isSaid(fields: CanonicalFields, field: string): boolean {
	return fields[routeOf(field).base] !== undefined;
}

/** The texts of a field that are not blank. */
export function leavesOf(fields: CanonicalFields, field: string): Leaf[] {
	const { base, part } = routeOf(field);
	const value = fields[base];
	if (!Array.isArray(value)) return leaf({ field }, value);
	if (part === undefined) return [];
	return value.flatMap((item, place) => leaf({ field, place }, valueAt(item, part)));
}

/** True for a list without a text of its own that has an entry with any text in it. */
export function isFilled(fields: CanonicalFields, field: string): boolean {
	if (field !== 'addresses') return leavesOf(fields, field).length > 0;
	return ADDRESS_PARTS.some((part) => leavesOf(fields, `addresses.${part}`).length > 0);
}

function leaf(address: LeafAddress, value: unknown): Leaf[] {
	if (value === undefined || value === null || Array.isArray(value)) return [];
	const text = String(value);
	return text.trim() === '' ? [] : [{ ...address, value: text }];
}

function valueAt(item: ListItem, part: string): unknown {
	return (item as unknown as Record<string, unknown>)[part];
}

/** The text at one place; undefined if there is none. */
export function textAt(fields: CanonicalFields, { field, place }: LeafAddress): string | undefined {
	return leavesOf(fields, field).find((one) => one.place === place)?.value;
}

/** The record with another text there. */
export function withText(
	fields: CanonicalFields,
	{ field, place }: LeafAddress,
	text: string,
): CanonicalFields {
	const { base, part } = routeOf(field);
	const value = fields[base];
	if (!Array.isArray(value)) return { ...fields, [base]: text };
	if (part === undefined) return fields;
	const items = value.map((item, index) => (index === place ? { ...item, [part]: text } : item));
	return { ...fields, [base]: items };
}
