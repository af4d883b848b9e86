/** A plain item as a contact, and repairs put back where the values came from. Pure; the item is copied. */
import { isListField, type CanonicalFields } from '../../model/fields';
import { splitFullName } from '../normalise';
import type { Repair } from '../rules/standard';
import { FULL_NAME, type KeyMapping } from './mapping';

export type PlainItem = Record<string, unknown>;
type Path = Array<string | number>;

export interface ReadItem {
	fields: CanonicalFields;
	/** Where in the item the text of `field/place` stands. */
	paths: Map<string, Path>;
	/** Keys whose value is neither a text nor a list of texts. */
	unread: string[];
	/** Parts of a whole name: they have no keys of their own yet. */
	parts: Record<string, string>;
}

const UNSAFE = new Set(['__proto__', 'constructor', 'prototype']);
const MAX_ENTRIES = 200;
const MAIN_KEYS: Record<string, readonly string[]> = {
	emails: ['address', 'email', 'value'],
	phones: ['number', 'phone', 'value'],
	tags: ['name', 'value'],
};
const PARTS: Record<string, string> = { emails: 'address', phones: 'number', tags: 'name' };

export function readItem(item: PlainItem, mapping: readonly KeyMapping[]): ReadItem {
	const read: ReadItem = { fields: {}, paths: new Map(), unread: [], parts: {} };
	for (const { key, field } of mapping) {
		const path = pathOf(item, key);
		const value = path === undefined ? undefined : valueAt(item, path);
		if (path === undefined || value === undefined) continue;
		if (!take(read, field, value, path)) read.unread.push(key);
	}
	return read;
}

/** The key itself if the item has it, else the path that its dots say. */
function pathOf(item: PlainItem, key: string): Path | undefined {
	const steps = Object.hasOwn(item, key) ? [key] : key.split('.');
	return steps.some((step) => UNSAFE.has(step)) ? undefined : steps;
}

function valueAt(item: unknown, path: Path): unknown {
	return path.reduce<unknown>((at, step) => {
		if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
		return (at as Record<string | number, unknown>)[step];
	}, item);
}

function take(read: ReadItem, field: string, value: unknown, path: Path): boolean {
	if (field.startsWith('addresses')) return takeAddress(read, field, value, path);
	if (isListField(field)) return takeEntries(read, field, value, path);
	const text = textOf(value);
	if (text === undefined) return false;
	if (field === FULL_NAME) {
		read.parts = Object.fromEntries(
			Object.entries(splitFullName(text ?? '')).filter(([, part]) => part),
		);
		read.fields = { ...read.parts, ...read.fields };
		return true;
	}
	if (read.fields[field] !== undefined && read.paths.has(`${field}/`)) return true;
	read.fields[field] = text;
	read.paths.set(`${field}/`, path);
	return true;
}

/** null: nothing there. Undefined: no text at all. */
function textOf(value: unknown): string | null | undefined {
	if (value === null) return null;
	if (typeof value === 'string') return value;
	return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

function takeEntries(read: ReadItem, field: string, value: unknown, path: Path): boolean {
	const entries = Array.isArray(value) ? value.slice(0, MAX_ENTRIES) : [value];
	let isRead = true;
	for (const [index, entry] of entries.entries()) {
		const place: Path = Array.isArray(value) ? [...path, index] : path;
		const own = typeof entry === 'object' && entry !== null ? mainKey(field, entry) : undefined;
		const text = textOf(own === undefined ? entry : valueAt(entry, [own]));
		if (text === undefined) isRead = false;
		else if (text !== null && text.trim() !== '') {
			push(
				read,
				field,
				{ [PARTS[field] ?? 'name']: text },
				own === undefined ? place : [...place, own],
			);
		}
	}
	return isRead;
}

function mainKey(field: string, entry: object): string | undefined {
	return MAIN_KEYS[field]?.find((key) => Object.hasOwn(entry, key));
}

function push(read: ReadItem, field: string, entry: Record<string, string>, path: Path): void {
	const list = (read.fields[field] ?? []) as unknown as Array<Record<string, string>>;
	read.paths.set(`${field}/${list.length}`, path);
	read.fields[field] = [...list, entry] as unknown as CanonicalFields[string];
}

/** `addresses.city` into the first address that has none; `addresses`: a list of whole ones. */
function takeAddress(read: ReadItem, field: string, value: unknown, path: Path): boolean {
	const part = field.split('.')[1];
	if (part === undefined) return takeWhole(read, value, path);
	const text = textOf(value);
	if (text === undefined) return false;
	if (text !== null && text.trim() !== '') putPart(read, part, text, path);
	return true;
}

function putPart(read: ReadItem, part: string, text: string, path: Path, from = 0): void {
	const list = [...((read.fields.addresses ?? []) as Array<Record<string, unknown>>)];
	let place = from;
	while (list[place]?.[part] !== undefined) place += 1;
	list[place] = { ...list[place], [part]: text };
	read.fields.addresses = list as unknown as CanonicalFields[string];
	read.paths.set(`addresses.${part}/${place}`, path);
}

function takeWhole(read: ReadItem, value: unknown, path: Path): boolean {
	if (!Array.isArray(value)) return false;
	const start = Array.isArray(read.fields.addresses) ? read.fields.addresses.length : 0;
	for (const [index, entry] of value.slice(0, MAX_ENTRIES).entries()) {
		for (const part of ['street', 'street2', 'city', 'state', 'postalCode', 'country']) {
			const text = textOf(valueAt(entry, [part]));
			if (text) putPart(read, part, text, [...path, index, part], start + index);
		}
	}
	return true;
}

/** The item with the repaired texts; a part that had no key gets one of the field's name. */
export function writeItem(
	item: PlainItem,
	{ paths, parts }: ReadItem,
	repairs: readonly Repair[],
): PlainItem {
	const copy = structuredClone(item);
	for (const [name, text] of Object.entries(parts))
		if (!Object.hasOwn(copy, name)) copy[name] = text;
	for (const { field, place, after } of repairs) {
		const path =
			paths.get(`${field}/${place ?? ''}`) ?? (place === undefined ? [field] : undefined);
		if (path !== undefined) setAt(copy, path, after);
	}
	return copy;
}

function setAt(item: PlainItem, path: Path, value: string): void {
	const last = path.at(-1);
	const parent = valueAt(item, path.slice(0, -1));
	if (last === undefined || typeof parent !== 'object' || parent === null) return;
	(parent as Record<string | number, unknown>)[last] = value;
}
