/** A person at Wealthbox's own screen. */
import { UnknownContactError } from '../framework';
import { cleared, pairEntries, takenOver } from '../plain';
import type { People, PlainContact, PlainEdit } from '../simulator';
import { CONTACT_TYPES, NESTED_FIELDS, type NestedName } from './catalog';
import type { NestedEntry, WealthboxContact, WealthboxStore } from './store';
import { applyBody } from './write';

const SCALARS: Array<[keyof PlainEdit, string]> = [
	['firstName', 'first_name'],
	['lastName', 'last_name'],
	['name', 'name'],
	['jobTitle', 'job_title'],
	['companyName', 'company_name'],
	['birthDate', 'birth_date'],
	['status', 'status'],
];

/** Plain words for Wealthbox's kinds and back: `tollfree` is `Toll Free`. */
const plainKind = (kind: string) => kind.toLowerCase().replaceAll(' ', '');
const ownKind = (kind: string) =>
	plainKind(kind) === 'tollfree' ? 'Toll Free' : kind.charAt(0).toUpperCase() + kind.slice(1);

interface PlainEntry {
	values: Record<string, string>;
	kind?: string;
	primary?: boolean;
}

const attributes = ({ kind, principal }: NestedEntry) => ({
	...(kind !== null && { kind: plainKind(kind) }),
	primary: principal,
});

function plainAddress(entry: NestedEntry): PlainContact['addresses'][number] {
	const { street_line_1, street_line_2, city, state, zip_code, country } = entry.values;
	const street = [street_line_1, street_line_2].filter(Boolean).join('\n');
	return {
		...(street && { street }),
		...(city && { city }),
		...(state && { state }),
		...(zip_code && { postalCode: zip_code }),
		...(country && { country }),
		...attributes(entry),
	};
}

function toPlain(contact: WealthboxContact): PlainContact {
	const { values, nested } = contact;
	const textOf = (name: string) => (values[name] === null ? null : String(values[name]));
	return {
		id: String(contact.id),
		type: contact.type.toLowerCase() as PlainContact['type'],
		firstName: textOf('first_name'),
		lastName: textOf('last_name'),
		name: contact.type === 'Person' ? null : textOf('name'),
		jobTitle: textOf('job_title'),
		companyName: textOf('company_name'),
		birthDate: textOf('birth_date'),
		status: textOf('status'),
		emails: nested.email_addresses.map((entry) => ({
			address: entry.values.address ?? '',
			...attributes(entry),
		})),
		phones: nested.phone_numbers.map((entry) => ({
			number: entry.values.address ?? '',
			...attributes(entry),
		})),
		addresses: nested.street_addresses.map(plainAddress),
		tags: contact.tags.map(({ name }) => name),
		updatedAt: contact.updatedAt,
		deleted: contact.deletedAt !== null,
	};
}

/** A second street line is a line of its own in the plain form. */
function ownAddress(item: PlainContact['addresses'][number]): PlainEntry {
	const [street_line_1 = '', ...rest] = (item.street ?? '').split('\n');
	return {
		kind: item.kind,
		primary: item.primary,
		values: {
			street_line_1,
			street_line_2: rest.join(' '),
			city: item.city ?? '',
			state: item.state ?? '',
			zip_code: item.postalCode ?? '',
			country: item.country ?? '',
		},
	};
}

/**
 * The edited list as the API's merge-by-id body: what stays keeps its id, what is gone is
 * destroyed.
 */
function nestedBody(name: NestedName, stored: NestedEntry[], wanted: PlainEntry[]): unknown[] {
	const isSame = (entry: NestedEntry, item: PlainEntry) =>
		NESTED_FIELDS[name].every(
			(key) => (item.values[key] ?? entry.values[key]) === entry.values[key],
		);
	const pairs = pairEntries(stored, wanted, isSame);
	const kept = new Set(pairs.map((pair) => pair.stored?.id));
	const gone = stored.filter(({ id }) => !kept.has(id)).map(({ id }) => ({ id, destroy: true }));
	const picksPrimary = wanted.some(({ primary }) => primary === true);
	const staying = pairs.map(({ stored: entry, wanted: { values, kind, primary } }) => ({
		...(entry && { id: entry.id }),
		...values,
		...(kind !== undefined && { kind: ownKind(kind) }),
		principal: primary ?? (!picksPrimary && entry?.principal === true),
	}));
	return [...gone, ...staying];
}

function editBody(contact: WealthboxContact, edit: PlainEdit): Record<string, unknown> {
	const { nested } = contact;
	const body: Record<string, unknown> = {};
	for (const [plain, own] of SCALARS) {
		if (edit[plain] !== undefined) body[own] = cleared(edit[plain]);
	}
	if (edit.emails) {
		const wanted = edit.emails.map(({ address, ...rest }) => ({ values: { address }, ...rest }));
		body.email_addresses = nestedBody('email_addresses', nested.email_addresses, wanted);
	}
	if (edit.phones) {
		const wanted = edit.phones.map(({ number, ...rest }) => ({
			values: { address: number },
			...rest,
		}));
		body.phone_numbers = nestedBody('phone_numbers', nested.phone_numbers, wanted);
	}
	if (edit.addresses) {
		const wanted = edit.addresses.map(ownAddress);
		body.street_addresses = nestedBody('street_addresses', nested.street_addresses, wanted);
	}
	if (edit.tags) body.tags = edit.tags;
	return body;
}

/** Values that the screen would not take throw the same error as the API's answer. */
export function wealthboxPeople(store: WealthboxStore): People {
	const context = { store, strictCategories: false };
	const existing = (id: string): WealthboxContact => {
		const contact = store.get(Number(id));
		if (!contact) throw new UnknownContactError(id);
		return contact;
	};
	const people: People = {
		list: ({ deleted = false } = {}) =>
			[...store.all()].filter(({ deletedAt }) => (deletedAt !== null) === deleted).map(toPlain),
		get: (id) => {
			const contact = store.find(Number(id));
			return contact && toPlain(contact);
		},
		create: (values) => {
			const type = CONTACT_TYPES.find((own) => own.toLowerCase() === values.type) ?? 'Person';
			const contact = store.create(type, (draft) =>
				applyBody(draft, editBody(draft, values), context),
			);
			return toPlain(contact);
		},
		edit: (id, values) => {
			const contact = existing(id);
			store.update(contact.id, (draft) => applyBody(draft, editBody(draft, values), context));
			return toPlain(existing(id));
		},
		remove: (id) => store.delete(existing(id).id),
		undelete: (id) => {
			const contact = store.find(Number(id));
			if (!contact || contact.deletedAt === null) throw new UnknownContactError(id);
			store.undelete(contact.id);
			return toPlain(contact);
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
