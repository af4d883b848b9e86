/** Applies the body of a POST or PUT to a contact, as reference section 8.3 and 8.4 say. */
import { isObject, json, SimHttpError } from '../framework';
import {
	CATEGORY_OF_FIELD,
	CATEGORY_OF_NESTED,
	categoryNames,
	CONTACT_FIELDS,
	CONTACT_ROLES,
	CONTACT_TYPES,
	FIXED_LISTS,
	NESTED_FIELDS,
	NESTED_NAMES,
	PARTIAL_OBJECTS,
	USERS,
	type ContactType,
	type CustomFieldDefinition,
	type FieldKind,
	type NestedName,
} from './catalog';
import type { NestedEntry, Scalar, WealthboxContact, WealthboxStore } from './store';
import { isDate } from './time';

/** 400: the value has the wrong shape. */
export function malformed(field: string): SimHttpError {
	return new SimHttpError(json(400, { [field]: ['is invalid'] }));
}

/** 422: the shape is right, the value is not allowed. */
export function refused(field: string, problem: string): SimHttpError {
	return new SimHttpError(json(422, { errors: { [field]: [problem] } }));
}

export interface WriteContext {
	store: WealthboxStore;
	/** Whether names outside the account's lists are refused. */
	strictCategories: boolean;
}

export function typeOf(body: Record<string, unknown>): ContactType {
	if (body.type === undefined || body.type === null) return 'Person';
	const wanted = String(body.type).toLowerCase();
	const type = CONTACT_TYPES.find((candidate) => candidate.toLowerCase() === wanted);
	if (!type) throw refused('type', 'is not included in the list');
	return type;
}

/**
 * Changes `contact` in place; throws {@link SimHttpError} and leaves the caller to forget the
 * draft.
 */
export function applyBody(
	contact: WealthboxContact,
	body: Record<string, unknown>,
	context: WriteContext,
): void {
	for (const [name, kind] of CONTACT_FIELDS) {
		// A person's name is put together from its parts, so a copy of the read shape is harmless.
		if (body[name] === undefined || (name === 'name' && contact.type === 'Person')) continue;
		contact.values[name] = scalarOf(name, kind, body[name], context);
	}
	for (const [name, keys] of Object.entries(PARTIAL_OBJECTS)) {
		if (body[name] !== undefined) applyPartial(contact, name, keys, body[name]);
	}
	for (const name of NESTED_NAMES) {
		if (body[name] !== undefined) {
			contact.nested[name] = mergeNested(name, contact.nested[name], body[name], context);
		}
	}
	if (body.tags !== undefined) contact.tags = tagsOf(body.tags, context.store);
	if (body.custom_fields !== undefined) applyCustomFields(contact, body.custom_fields, context);
	if (body.contact_roles !== undefined) applyRoles(contact, body.contact_roles);
	requireName(contact);
}

/** A person may be created by `name` alone: the first word is the first name. */
export function splitPersonName(body: Record<string, unknown>): Record<string, unknown> {
	if (body.first_name || body.last_name || typeof body.name !== 'string') return body;
	const [first = '', ...rest] = body.name.trim().split(/\s+/);
	return { ...body, first_name: first, last_name: rest.join(' ') };
}

function requireName({ type, values }: WealthboxContact): void {
	if (type === 'Person' && !values.first_name && !values.last_name) {
		throw refused('first_name', "can't be blank");
	}
	if (type !== 'Person' && !values.name) throw refused('name', "can't be blank");
}

function scalarOf(name: string, kind: FieldKind, value: unknown, context: WriteContext): Scalar {
	if (value === null || value === '') return null;
	if (kind === 'boolean') {
		if (typeof value !== 'boolean') throw malformed(name);
		return value;
	}
	if (kind === 'number' || kind === 'user' || kind === 'contact') {
		return numberOf(name, kind, value, context);
	}
	if (typeof value === 'number' && name === 'visible_to') return value;
	if (typeof value !== 'string') throw malformed(name);
	if (kind === 'date' && !isDate(value)) throw malformed(name);
	requireListed(name, value, context);
	return value;
}

function numberOf(name: string, kind: FieldKind, value: unknown, context: WriteContext): number {
	const number = typeof value === 'string' ? Number(value) : value;
	if (typeof number !== 'number' || !Number.isFinite(number)) throw malformed(name);
	const known =
		kind === 'number' ||
		(kind === 'user' && USERS.some(({ id }) => id === number)) ||
		(kind === 'contact' && context.store.get(number) !== undefined);
	if (!known) throw refused(name, 'does not exist');
	return number;
}

function requireListed(name: string, value: string, { strictCategories }: WriteContext): void {
	const category = CATEGORY_OF_FIELD[name];
	const configured = category && strictCategories ? categoryNames(category) : undefined;
	const allowed = FIXED_LISTS[name] ?? configured;
	if (allowed && !allowed.includes(value)) throw refused(name, 'is not included in the list');
}

function applyPartial(
	contact: WealthboxContact,
	name: string,
	keys: readonly string[],
	given: unknown,
): void {
	if (!isObject(given)) throw malformed(name);
	const current = (contact.partials[name] ??= {});
	for (const key of keys) {
		const value = given[key];
		if (value === undefined) continue;
		if (value !== null && typeof value !== 'string') throw malformed(name);
		if (value && key.endsWith('_date') && !isDate(value)) throw malformed(name);
		current[key] = value || null;
	}
}

/**
 * Merge by id: no id adds, an id updates the keys given, `destroy` removes. At most one principal
 * stays.
 */
function mergeNested(
	name: NestedName,
	before: readonly NestedEntry[],
	given: unknown,
	context: WriteContext,
): NestedEntry[] {
	if (!Array.isArray(given)) throw malformed(name);
	let entries = before.map((entry) => ({ ...entry, values: { ...entry.values } }));
	for (const item of given as unknown[]) {
		if (!isObject(item)) throw malformed(name);
		const known = entries.find((entry) => entry.id === item.id);
		if (!known && item.id !== undefined && item.id !== null) {
			throw refused(name, 'id does not exist');
		}
		if (known && item.destroy === true) {
			entries = entries.filter((entry) => entry !== known);
			continue;
		}
		const entry = known ?? blankEntry(name, context.store.nestedId());
		if (!known) entries.push(entry);
		fillNested(name, entry, item, context);
		if (item.principal === true) {
			for (const other of entries) other.principal = other === entry;
		}
	}
	return entries;
}

function blankEntry(name: NestedName, id: number): NestedEntry {
	const values = Object.fromEntries(NESTED_FIELDS[name].map((key) => [key, '']));
	return { id, kind: null, principal: false, values };
}

function fillNested(
	name: NestedName,
	entry: NestedEntry,
	item: Record<string, unknown>,
	{ strictCategories }: WriteContext,
): void {
	for (const key of NESTED_FIELDS[name]) {
		const value = item[key];
		if (value === undefined) continue;
		if (value !== null && typeof value !== 'string') throw malformed(name);
		entry.values[key] = value ?? '';
	}
	if (item.kind !== undefined) {
		const kind = item.kind === '' ? null : item.kind;
		if (kind !== null && typeof kind !== 'string') throw malformed(name);
		const listed = kind === null || categoryNames(CATEGORY_OF_NESTED[name]).includes(kind);
		if (strictCategories && !listed) throw refused(name, 'kind is not included in the list');
		entry.kind = kind;
	}
	if (item.principal !== undefined) {
		if (typeof item.principal !== 'boolean') throw malformed(name);
		entry.principal = item.principal;
	}
	requireEntry(name, entry);
}

function requireEntry(name: NestedName, { values }: NestedEntry): void {
	if (name === 'street_addresses') {
		if (Object.values(values).every((value) => value === '')) throw refused(name, "can't be blank");
		return;
	}
	if (!values.address) throw refused(name, "address can't be blank");
	if (name === 'email_addresses' && !/^[^@\s]+@[^@\s]+$/.test(values.address)) {
		throw refused(name, 'address is invalid');
	}
}

/** Names replace the whole list; objects, as the read shape has them, are refused with 400. */
function tagsOf(given: unknown, store: WealthboxStore): WealthboxContact['tags'] {
	if (!Array.isArray(given)) throw malformed('tags');
	const names = (given as unknown[]).map((name) => {
		if (typeof name !== 'string' || name.trim() === '') throw malformed('tags');
		return name.trim();
	});
	return [...new Set(names)].map((name) => store.tag(name));
}

function applyCustomFields(
	contact: WealthboxContact,
	given: unknown,
	{ store }: WriteContext,
): void {
	if (!Array.isArray(given)) throw malformed('custom_fields');
	for (const item of given as unknown[]) {
		if (!isObject(item)) throw malformed('custom_fields');
		const definition = store.customFields.find(
			({ id, document_type }) => id === item.id && document_type === 'Contact',
		);
		if (!definition) throw refused('custom_fields', 'id does not exist');
		const value = customValue(definition, item.value);
		const known = contact.customFields.find(({ id }) => id === definition.id);
		if (known) known.value = value;
		else contact.customFields.push({ id: definition.id, value });
	}
}

/** The value as it is kept; refuses what the field cannot hold. */
export function customValue(definition: CustomFieldDefinition, value: unknown): Scalar {
	if (value === null || value === undefined || value === '') return null;
	const { field_type: type, options } = definition;
	if (type === 'checkbox' && typeof value === 'boolean') return value;
	if (type === 'number' && Number.isFinite(Number(value))) return Number(value);
	if (typeof value !== 'string') throw malformed('custom_fields');
	if (type === 'text' || (type === 'date' && isDate(value))) return value;
	if (type === 'single_select' && options.some(({ label }) => label === value)) return value;
	throw refused('custom_fields', `${definition.name} is invalid`);
}

function applyRoles(contact: WealthboxContact, given: unknown): void {
	if (!Array.isArray(given)) throw malformed('contact_roles');
	for (const item of given as unknown[]) {
		if (!isObject(item)) throw malformed('contact_roles');
		const role = CONTACT_ROLES.find(({ id }) => id === item.id);
		const option = role?.available_options.find(({ id }) => id === item.value);
		if (!role || (item.value !== null && !option)) {
			throw refused('contact_roles', 'is not included in the list');
		}
		const known = contact.contactRoles.find(({ id }) => id === role.id);
		const value = option?.id ?? null;
		if (known) known.value = value;
		else contact.contactRoles.push({ id: role.id, value });
	}
}
