/** A person at Redtail's own screen. */
import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { UnknownContactError } from '../framework';
import { cleared, pairEntries, takenOver } from '../plain';
import type { People, PlainContact, PlainEdit } from '../simulator';
import { LISTS, SUB_RECORDS, USERS, type ContactType, type SubName } from './catalog';
import type { RedtailContact, RedtailStore, SubRecord } from './store';
import { addSub, applyScalars, fillSub, refused } from './write';

const OWN_TYPES: Partial<Record<PlainContact['type'], ContactType>> = {
	person: 'Individual',
	organization: 'Business',
	trust: 'Trust',
};

const SCALARS: Array<[keyof PlainEdit, string]> = [
	['firstName', 'first_name'],
	['lastName', 'last_name'],
	['jobTitle', 'job_title'],
	['companyName', 'company_name'],
	['birthDate', 'dob'],
];

/** One entry of a plain list in Redtail's field names. */
type SubBody = Record<string, string | number | boolean | null>;

function plainType(type: ContactType): PlainContact['type'] {
	if (type === 'Individual') return 'person';
	return type === 'Trust' ? 'trust' : 'organization';
}

function attributes(name: SubName, sub: SubRecord): { kind: string; primary: boolean } {
	const kind = SUB_RECORDS[name].plainTypes[sub.type - 1] ?? 'other';
	return { kind, primary: sub.isPrimary };
}

/** The country code shows only where it is not the home country's. */
function shownNumber({ countryCode, values }: SubRecord): string {
	const number = values.number ?? '';
	return countryCode === null || countryCode === 1 ? number : `+${countryCode}${number}`;
}

function plainAddress(sub: SubRecord): PlainContact['addresses'][number] {
	const { street_address, secondary_address, city, state, zip, country } = sub.values;
	const street = [street_address, secondary_address].filter(Boolean).join('\n');
	return {
		...(street && { street }),
		...(city && { city }),
		...(state && { state }),
		...(zip && { postalCode: zip }),
		...(country && { country }),
		...attributes('addresses', sub),
	};
}

function toPlain(contact: RedtailContact): PlainContact {
	const { values, subs } = contact;
	const type = plainType(contact.type);
	const textOf = (field: string) => (values[field] === null ? null : String(values[field]));
	return {
		id: String(contact.id),
		type,
		firstName: textOf('first_name'),
		lastName: textOf('last_name'),
		name: type === 'person' ? null : textOf('company_name'),
		jobTitle: textOf('job_title'),
		companyName: type === 'person' ? textOf('company_name') : null,
		birthDate: textOf('dob'),
		status: LISTS.contact_statuses?.find(({ id }) => id === values.status_id)?.name ?? null,
		emails: subs.emails.map((sub) => ({
			address: sub.values.address ?? '',
			...attributes('emails', sub),
		})),
		phones: subs.phones.map((sub) => ({
			number: shownNumber(sub),
			...attributes('phones', sub),
		})),
		addresses: subs.addresses.map(plainAddress),
		tags: contact.tags.map(({ name }) => name),
		updatedAt: contact.updatedAt,
		deleted: contact.deleted,
	};
}

function typeBody(name: SubName, item: { kind?: string; primary?: boolean }): SubBody {
	const { typeField, plainTypes, types } = SUB_RECORDS[name];
	const body: SubBody = {};
	if (item.primary !== undefined) body.is_primary = item.primary;
	if (item.kind === undefined) return body;
	const kind = item.kind.toLowerCase();
	const known = plainTypes.indexOf(kind);
	const index = known < 0 ? types.findIndex((type) => type.toLowerCase() === kind) : known;
	if (index < 0) throw refused(`${typeField} is invalid`);
	body[typeField] = index + 1;
	return body;
}

function phoneBody({ number, ...rest }: PlainContact['phones'][number]): SubBody {
	const parsed = number.startsWith('+') ? parsePhoneNumberFromString(number) : undefined;
	const own = parsed
		? { number: String(parsed.nationalNumber), country_code: Number(parsed.countryCallingCode) }
		: { number, country_code: 1 };
	return { ...own, ...typeBody('phones', rest) };
}

/** A second street line is a line of its own in the plain form. */
function addressBody({ kind, primary, ...parts }: PlainContact['addresses'][number]): SubBody {
	const [street = '', ...rest] = (parts.street ?? '').split('\n');
	return {
		street_address: cleared(street),
		secondary_address: cleared(rest.join(' ')),
		city: cleared(parts.city),
		state: cleared(parts.state),
		zip: cleared(parts.postalCode),
		country: cleared(parts.country),
		...typeBody('addresses', { kind, primary }),
	};
}

/** Brings one list to what the person sees: what stays keeps its id, what is gone is removed. */
function editSubs(
	contact: RedtailContact,
	name: SubName,
	wanted: SubBody[],
	store: RedtailStore,
): void {
	const isSame = (sub: SubRecord, body: SubBody) =>
		SUB_RECORDS[name].fields.every(
			(field) => body[field] === undefined || body[field] === sub.values[field],
		);
	const pairs = pairEntries(contact.subs[name], wanted, isSame);
	contact.subs[name] = pairs.flatMap(({ stored }) => (stored ? [stored] : []));
	for (const { stored, wanted: body } of pairs) {
		if (!stored) {
			addSub(contact, name, body, store);
			continue;
		}
		const before = JSON.stringify(stored);
		fillSub(contact, name, stored, body);
		if (JSON.stringify(stored) !== before) stored.updatedAt = store.now();
	}
}

function editTags(contact: RedtailContact, names: readonly string[], store: RedtailStore): void {
	contact.tags = [...new Set(names)].map(
		(name) => contact.tags.find((tag) => tag.name === name) ?? { ...store.stamped(), name },
	);
}

function statusId(status: string | null): number | null {
	if (status === null || status === '') return null;
	const item = LISTS.contact_statuses?.find(({ name }) => name === status);
	if (!item) throw refused('status_id is invalid');
	return item.id;
}

function applyEdit(contact: RedtailContact, edit: PlainEdit, store: RedtailStore): void {
	const body: Record<string, unknown> = {};
	for (const [plain, own] of SCALARS) {
		if (edit[plain] !== undefined) body[own] = edit[plain];
	}
	// An organization has one name; a person has a company.
	if (contact.type !== 'Individual') {
		delete body.company_name;
		if (edit.name !== undefined) body.company_name = edit.name;
	}
	if (edit.status !== undefined) body.status_id = statusId(edit.status);
	applyScalars(contact, body, store);
	if (edit.emails) {
		const wanted = edit.emails.map(({ address, ...rest }) => ({
			address,
			...typeBody('emails', rest),
		}));
		editSubs(contact, 'emails', wanted, store);
	}
	if (edit.phones) editSubs(contact, 'phones', edit.phones.map(phoneBody), store);
	if (edit.addresses) editSubs(contact, 'addresses', edit.addresses.map(addressBody), store);
	if (edit.tags) editTags(contact, edit.tags, store);
}

/** Values that the screen would not take throw the same error as the API's answer. */
export function redtailPeople(store: RedtailStore): People {
	const existing = (id: string): RedtailContact => {
		const contact = store.get(Number(id));
		if (!contact) throw new UnknownContactError(id);
		return contact;
	};
	const people: People = {
		list: ({ deleted = false } = {}) =>
			[...store.all()].filter((contact) => contact.deleted === deleted).map(toPlain),
		get: (id) => {
			const contact = store.find(Number(id));
			return contact && toPlain(contact);
		},
		create: (values) => {
			const type = OWN_TYPES[values.type ?? 'person'];
			if (!type) throw refused('Redtail keeps households as families, not as contacts');
			const addedBy = USERS[0]?.id ?? 0;
			return toPlain(store.create(type, addedBy, (draft) => applyEdit(draft, values, store)));
		},
		edit: (id, values) => {
			const contact = existing(id);
			store.update(contact.id, 'contact', (draft) => applyEdit(draft, values, store));
			return toPlain(existing(id));
		},
		remove: (id) => store.delete(existing(id).id),
		undelete: (id) => {
			const contact = store.find(Number(id));
			if (!contact?.deleted) throw new UnknownContactError(id);
			store.undelete(contact.id);
			return toPlain(existing(id));
		},
		merge: (into, from) => {
			if (into === from) throw new UnknownContactError(from);
			const merged = people.edit(into, takenOver(toPlain(existing(into)), toPlain(existing(from))));
			people.remove(from);
			return merged;
		},
	};
	return people;
}
