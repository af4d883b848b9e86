/** Applies bodies to contacts and their sub-records, as reference sections 7.4 and 7.5 say. */
import { DateTime } from 'luxon';
import { isObject, json, SimHttpError } from '../framework';
import {
	CONTACT_ID_FIELDS,
	CONTACT_TYPES,
	DATE_FIELDS,
	ID_FIELDS,
	SUB_NAMES,
	SUB_RECORDS,
	TEXT_FIELDS,
	type ContactType,
	type SubName,
} from './catalog';
import type { RedtailContact, RedtailStore, Scalar, SubRecord } from './store';

export function refused(message: string): SimHttpError {
	return new SimHttpError(json(422, { message }));
}

type Body = Record<string, unknown>;

/** The type of a new contact, given in Redtail's long form `Crm::Contact::Individual`. */
export function typeOf(body: Body): ContactType {
	if (body.type === undefined) throw refused("Type can't be blank");
	const type = CONTACT_TYPES.find((name) => `Crm::Contact::${name}` === body.type);
	if (!type) throw refused('Type is invalid');
	return type;
}

/** Changes the scalar fields that the body names. `type` in an update is ignored. */
export function applyScalars(contact: RedtailContact, body: Body, store: RedtailStore): void {
	const { values } = contact;
	const apply = (names: readonly string[], read: (name: string, value: unknown) => Scalar) => {
		for (const name of names) {
			const value = body[name];
			if (value === undefined) continue;
			values[name] = value === null || value === '' ? null : read(name, value);
		}
	};
	apply(TEXT_FIELDS, textOf);
	apply(DATE_FIELDS, dateOf);
	apply(Object.keys(ID_FIELDS), (name, value) => listedId(name, value, store));
	apply(CONTACT_ID_FIELDS, (name, value) => {
		if (!store.get(Number(value))) throw refused(`${name} is invalid`);
		return Number(value);
	});
	if (typeof body.favorite === 'boolean') values.favorite = body.favorite;
	const required = contact.type === 'Individual' ? 'last_name' : 'company_name';
	if (!values[required]) throw refused(`${required} can't be blank`);
}

function textOf(name: string, value: unknown): string {
	if (typeof value !== 'string' && typeof value !== 'number') throw refused(`${name} is invalid`);
	return String(value);
}

function dateOf(name: string, value: unknown): string {
	const date = textOf(name, value);
	const isDate = /^\d{4}-\d{2}-\d{2}$/.test(date) && DateTime.fromISO(date).isValid;
	if (!isDate) throw refused(`${name} is invalid`);
	return date;
}

function listedId(name: string, value: unknown, store: RedtailStore): number {
	const id = Number(value);
	const item = ID_FIELDS[name]?.items.find((candidate) => candidate.id === id);
	if (!item || item.deleted || store.removedItems.has(item)) throw refused(`${name} is invalid`);
	return id;
}

/**
 * Adds every sub-record of the body's arrays: at create, or in a PUT when the switch says
 * `append`.
 */
export function appendSubs(contact: RedtailContact, body: Body, store: RedtailStore): void {
	for (const name of SUB_NAMES) {
		const given = body[name];
		if (given === undefined) continue;
		if (!Array.isArray(given)) throw refused(`${name} is invalid`);
		for (const item of given as unknown[]) {
			if (!isObject(item)) throw refused(`${name} is invalid`);
			addSub(contact, name, item, store);
		}
	}
}

export function addSub(
	contact: RedtailContact,
	name: SubName,
	body: Body,
	store: RedtailStore,
): SubRecord {
	const { fields } = SUB_RECORDS[name];
	const all = [...fields, 'custom_type_title', 'description'];
	const sub: SubRecord = {
		...store.stamped(),
		type: 1,
		isPrimary: false,
		values: Object.fromEntries(all.map((field) => [field, null])),
		countryCode: name === 'phones' ? 1 : null,
	};
	contact.subs[name].push(sub);
	fillSub(contact, name, sub, body);
	return sub;
}

/** Only the keys that were sent change. `is_primary` on one record takes it from the others. */
export function fillSub(contact: RedtailContact, name: SubName, sub: SubRecord, body: Body): void {
	const { typeField, types, required } = SUB_RECORDS[name];
	for (const field of Object.keys(sub.values)) {
		const value = body[field];
		if (value === undefined) continue;
		sub.values[field] = value === null || value === '' ? null : textOf(field, value);
	}
	if (body[typeField] !== undefined) {
		const type = Number(body[typeField]);
		if (!Number.isInteger(type) || !types[type - 1]) throw refused(`${typeField} is invalid`);
		sub.type = type;
	}
	if (name === 'phones' && body.country_code !== undefined) {
		const code = body.country_code === null ? null : Number(body.country_code);
		if (code !== null && !Number.isInteger(code)) throw refused('country_code is invalid');
		sub.countryCode = code;
	}
	if (typeof body.is_primary === 'boolean') {
		sub.isPrimary = body.is_primary;
		if (sub.isPrimary) {
			for (const other of contact.subs[name]) other.isPrimary = other === sub;
		}
	}
	const isEmpty = required === null && Object.values(sub.values).every((value) => value === null);
	if (isEmpty || (required !== null && !sub.values[required])) {
		throw refused(`${required ?? SUB_RECORDS[name].singular} can't be blank`);
	}
	if (name === 'emails' && !/^[^@\s]+@[^@\s]+$/.test(sub.values.address ?? '')) {
		throw refused('address is invalid');
	}
}
