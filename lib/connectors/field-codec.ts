/**
 * What the REST connectors' field maps share: reading raw values, guarding limits, and the rules
 * that hold whatever the CRM: which mappings travel which way, what only a person has. Pure.
 */
import { createHash } from 'node:crypto';
import { canonicalText, listItemKey } from '../model/canonical';
import type { FieldMap } from '../model/field-map';
import { readsIn, writesOut } from '../model/field-map';
import {
	fieldsSchemaOf,
	isFieldName,
	type AddressItem,
	type CanonicalFields,
	type EmailItem,
	type FieldValue,
	type ListField,
	type ListItem,
	type ScalarValue,
} from '../model/fields';
import type { ObjectName } from '../model/objects';

/** Fields that a household, organization or trust does not have; `name` is what a person does not have. */
const PERSON_ONLY = new Set([
	'prefix',
	'firstName',
	'middleName',
	'lastName',
	'suffix',
	'nickname',
	'companyName',
	'jobTitle',
	'birthDate',
]);

/** True if a contact of this type has the field at all. An unknown type counts as a person. */
export function fitsType(field: string, type: FieldValue | undefined): boolean {
	const isPerson = type === undefined || type === null || type === 'person';
	return isPerson ? field !== 'name' : !PERSON_ONLY.has(field);
}

export function readable(fieldMap: FieldMap): FieldMap {
	return fieldMap.filter((mapping) => readsIn(mapping) && isFieldName(mapping.field));
}

export function writable(fieldMap: FieldMap, isReadOnly: (crmField: string) => boolean): FieldMap {
	return fieldMap.filter(
		(mapping) => writesOut(mapping) && isFieldName(mapping.field) && !isReadOnly(mapping.crmField),
	);
}

/** Everything mapped in any direction: what a shadow may hold, one-way fields included. */
export function mapped(fieldMap: FieldMap): FieldMap {
	return fieldMap.filter(({ field, direction }) => direction !== 'off' && isFieldName(field));
}

/** A scalar as the API gives it; lists of texts (multi-selects) are joined; objects are not scalars (undefined). */
export function scalarOf(value: unknown): ScalarValue | undefined {
	if (value === null || value === undefined) return null;
	if (typeof value === 'string' || typeof value === 'boolean') return value;
	if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
	if (Array.isArray(value) && value.every((entry) => typeof entry === 'string'))
		return value.join('; ');
	return undefined;
}

/** Standard fields hold texts only; custom fields keep numbers and booleans. */
export function forField(field: string, value: ScalarValue): ScalarValue {
	if (field.startsWith('custom.') || value === null) return value;
	return String(value);
}

/** `1966-09-30`, also out of a longer time; other texts as they are. */
export function dateOf(value: ScalarValue): ScalarValue {
	const match =
		typeof value === 'string' ? /^(\d{4}-\d{2}-\d{2})(T|\s|$)/.exec(value.trim()) : null;
	return match?.[1] ?? value;
}

export function textOf(value: unknown): string | undefined {
	if (typeof value === 'number') return String(value);
	return typeof value === 'string' && canonicalText(value) !== '' ? value : undefined;
}

/** Lower-case word for a kind; nothing for an empty one. */
export function kindWord(value: unknown): string | undefined {
	const word = canonicalText(textOf(value) ?? '').toLowerCase();
	return word === '' ? undefined : word;
}

/** The object without the keys that say nothing. */
export function compact<T extends object>(value: T): T {
	const said = {} as T;
	for (const name of Object.keys(value) as Array<keyof T>) {
		if (value[name] !== undefined) said[name] = value[name];
	}
	return said;
}

/** Joins a part to a body: what it names is set, arrays of several parts are joined. */
export function addPart(body: Record<string, unknown>, part: Record<string, unknown> = {}): void {
	for (const [name, value] of Object.entries(part)) {
		const before = body[name];
		body[name] = Array.isArray(before) && Array.isArray(value) ? [...before, ...value] : value;
	}
}

export function refOf(id: unknown): string | undefined {
	return typeof id === 'number' || (typeof id === 'string' && id !== '') ? String(id) : undefined;
}

/** A nested id as the API wants it back. */
export function idOf(ref: string): number | string {
	return /^\d{1,15}$/.test(ref) ? Number(ref) : ref;
}

/**
 * Drops fields that break the canonical schema (a text beyond its limit, a date that is none), as
 * if the CRM had not said them: one odd value must not keep the whole record out.
 */
export function guarded(fields: CanonicalFields, object: ObjectName = 'contact'): CanonicalFields {
	const result = fieldsSchemaOf(object).safeParse(fields);
	if (result.success) return fields;
	const bad = new Set(result.error.issues.map(({ path }) => String(path[0])));
	return Object.fromEntries(Object.entries(fields).filter(([field]) => !bad.has(field)));
}

/** Address parts of which at least one says something. */
export function hasAddress(item: AddressItem): boolean {
	return listItemKey('addresses', item).replaceAll('|', '') !== '';
}

/**
 * A desired list as any CRM can hold it: no foreign ids, no entry twice, at most one primary, none
 * that is empty in canonical form. `formerKeys` stay: they pair a changed entry with its old form.
 */
export function tidyList<T extends ListItem>(field: ListField, items: readonly T[]): T[] {
	const keys = new Set<string>();
	let primarySeen = false;
	return items.flatMap((item) => {
		const key = listItemKey(field, item);
		if (key.replaceAll('|', '') === '' || keys.has(key)) return [];
		keys.add(key);
		const second = (item as EmailItem).primary === true && primarySeen;
		primarySeen ||= (item as EmailItem).primary === true;
		return [{ ...compact(item), ...(second ? { primary: false } : {}), ref: undefined }].map(
			compact,
		);
	});
}

/** A text that is the same for the same content, whatever the order of the keys. */
function stableText(value: unknown): string {
	return JSON.stringify(value, (_key, inner: unknown) =>
		typeof inner === 'object' && inner !== null && !Array.isArray(inner)
			? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
			: inner,
	);
}

/** First 16 hex digits of the content's SHA-256. */
export function shortHash(value: unknown): string {
	return createHash('sha256').update(stableText(value)).digest('hex').slice(0, 16);
}

/** The user's list of allowed texts for a field (setting `picklists`), if there is one. */
export function allowedBy(picklists: unknown, field: string, value: FieldValue): boolean {
	const allowed = (picklists as Record<string, unknown> | undefined)?.[field];
	if (!Array.isArray(allowed) || allowed.length === 0 || typeof value !== 'string') return true;
	const wanted = canonicalText(value).toLowerCase();
	return (
		wanted === '' || allowed.some((one) => canonicalText(String(one)).toLowerCase() === wanted)
	);
}
