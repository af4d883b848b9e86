/**
 * The advisor at Salesforce's own screen: contacts in plain words. E-mails have one place, phones
 * five (work, mobile, home, fax, other), addresses two (mailing, other); what finds no place is
 * not kept, as a person could not type it. The company is the related account, found by name or
 * made. Salesforce has no tags.
 */
import { json, SimHttpError, UnknownContactError } from '../framework';
import { takenOver } from '../plain';
import type { People, PlainContact, PlainEdit } from '../simulator';
import { removeWithChildren, undeleteWithChildren } from './cascade';
import { SalesforceError } from './errors';
import type { Org } from './org';
import type { Row } from './store';
import { plainValue } from './values';
import { accountOf, accountValues, contactOf } from './persons';
import { recordTypesOf } from './record-types';
import { createRow, updateRow } from './writes';

type Address = PlainContact['addresses'][number];
type Phone = PlainContact['phones'][number];
type Values = Record<string, string | null>;

/** The first is what the screen shows first. */
const PHONE_FIELDS = [
	['Phone', 'work'],
	['MobilePhone', 'mobile'],
	['HomePhone', 'home'],
	['OtherPhone', 'other'],
	['Fax', 'fax'],
] as const;

const ADDRESS_PARTS = [
	['Street', 'street'],
	['City', 'city'],
	['State', 'state'],
	['PostalCode', 'postalCode'],
	['Country', 'country'],
] as const;

const SCALARS = [
	['FirstName', 'firstName'],
	['LastName', 'lastName'],
	['Title', 'jobTitle'],
	['Birthdate', 'birthDate'],
	['Client_Status__c', 'status'],
] as const;

const ADDRESS_FIELDS = [
	['Mailing', 'mailing'],
	['Other', 'other'],
] as const;

/** Phones of a person account stand at the account. */
function whole(org: Org, row: Row): Row {
	const { Phone, Fax } = accountOf(org, row)?.values ?? row.values;
	return { ...row, values: { ...row.values, Phone: Phone ?? null, Fax: Fax ?? null } };
}

function textOf(row: Row, name: string): string | null {
	const value = row.values[name];
	return typeof value === 'string' ? value : null;
}

function addressesOf(row: Row): Address[] {
	return ADDRESS_FIELDS.flatMap(([prefix, kind]) => {
		const parts = ADDRESS_PARTS.flatMap(([field, name]) => {
			const value = textOf(row, `${prefix}${field}`);
			return value === null ? [] : [[name, value] as const];
		});
		const isPrimary = kind === 'mailing' && { primary: true };
		return parts.length === 0 ? [] : [{ ...Object.fromEntries(parts), kind, ...isPrimary }];
	});
}

function phonesOf(row: Row): Phone[] {
	const phones = PHONE_FIELDS.flatMap(([field, kind]) => {
		const number = textOf(row, field);
		return number === null ? [] : [{ number, kind }];
	});
	return phones.map((phone, index) => (index === 0 ? { ...phone, primary: true } : phone));
}

function show(org: Org, contact: Row): PlainContact {
	const row = whole(org, contact);
	const email = textOf(row, 'Email');
	const isPerson = accountOf(org, row) !== undefined;
	const accountId = isPerson ? '' : (textOf(row, 'AccountId') ?? '');
	const account = org.store.find(org.schema.known('Account'), accountId);
	const name = org.schema.field(row.object, 'Name');
	return {
		id: row.id,
		type: 'person',
		firstName: textOf(row, 'FirstName'),
		lastName: textOf(row, 'LastName'),
		name: name === undefined ? null : (plainValue(row, name) as string | null),
		jobTitle: textOf(row, 'Title'),
		companyName: account === undefined ? null : textOf(account, 'Name'),
		birthDate: textOf(row, 'Birthdate'),
		status: textOf(row, 'Client_Status__c'),
		emails: email === null ? [] : [{ address: email, primary: true }],
		phones: phonesOf(row),
		addresses: addressesOf(row),
		tags: [],
		updatedAt: row.modifiedAt,
		deleted: row.deletedAt !== null,
	};
}

/** Each phone into the field of its kind, else into one that is free. */
function phoneValues(phones: readonly Phone[]): Values {
	const values: Values = Object.fromEntries(PHONE_FIELDS.map(([field]) => [field, null]));
	const left: Phone[] = [];
	for (const phone of phones) {
		const field = PHONE_FIELDS.find(([, kind]) => kind === phone.kind)?.[0];
		if (field !== undefined && values[field] === null) values[field] = phone.number;
		else left.push(phone);
	}
	const free = ['OtherPhone', 'Phone', 'HomePhone', 'MobilePhone'];
	for (const phone of left) {
		const field = free.find((name) => values[name] === null);
		if (field !== undefined) values[field] = phone.number;
	}
	return values;
}

/** The primary address (else the mailing one, else the first) goes to Mailing, the next to Other. */
function addressValues(addresses: readonly Address[]): Values {
	const rank = ({ primary, kind }: Address) => (primary ? 0 : kind === 'mailing' ? 1 : 2);
	const ordered = [...addresses].sort((a, b) => rank(a) - rank(b));
	const isOnlyOther = addresses.length === 1 && ordered[0]?.kind === 'other' && !ordered[0].primary;
	const places: Array<Address | undefined> = isOnlyOther ? [undefined, ordered[0]] : ordered;
	return Object.fromEntries(
		ADDRESS_FIELDS.flatMap(([prefix], index) =>
			ADDRESS_PARTS.map(([field, name]) => [`${prefix}${field}`, places[index]?.[name] ?? null]),
		),
	);
}

/** The id of the account with this name, made if there is none; null for no company. */
function accountFor(org: Org, name: string | null): string | null {
	const wanted = name?.trim().toLowerCase() ?? '';
	if (wanted === '') return null;
	const object = org.schema.known('Account');
	const found = org.store
		.all(object)
		.find((row) => row.deletedAt === null && textOf(row, 'Name')?.toLowerCase() === wanted);
	return (found ?? createRow(org, object, { Name: name }, { allowDuplicate: true }).row).id;
}

function toValues(org: Org, edit: PlainEdit): Values {
	const values: Values = {};
	for (const [field, name] of SCALARS) {
		const value = edit[name];
		if (value !== undefined) values[field] = value;
	}
	// Salesforce has persons only; another type's name is all that its last name can be.
	if (edit.lastName === undefined && edit.name) values['LastName'] = edit.name;
	if (edit.companyName !== undefined) values['AccountId'] = accountFor(org, edit.companyName);
	if (edit.emails !== undefined) {
		const first = edit.emails.find(({ primary }) => primary) ?? edit.emails[0];
		values['Email'] = first?.address ?? null;
	}
	if (edit.phones !== undefined) Object.assign(values, phoneValues(edit.phones));
	if (edit.addresses !== undefined) Object.assign(values, addressValues(edit.addresses));
	return values;
}

/** What the screen would say under the field, as an answer of `/_sim/contacts`. */
class RefusedByScreen extends SimHttpError {
	constructor(error: SalesforceError) {
		super(json(400, { error: error.message }));
		this.message = error.message;
	}
}

const AT_SCREEN = { allowDuplicate: true };

function createPerson(org: Org, edit: PlainEdit): Row {
	const object = org.schema.known('Account');
	const [type] = recordTypesOf(org.store, object).filter((one) => one.values['IsPersonType']);
	const values = { ...accountValues(org, toValues(org, edit)), RecordTypeId: type?.id };
	return contactOf(org, createRow(org, object, values, AT_SCREEN).row) as Row;
}

/** A person account is edited as such. */
function edited(org: Org, row: Row, edit: PlainEdit): Row {
	const account = accountOf(org, row);
	if (account === undefined) return updateRow(org, row, toValues(org, edit), AT_SCREEN).row;
	updateRow(org, account, accountValues(org, toValues(org, edit)), AT_SCREEN);
	return org.store.find(row.object, row.id) ?? row;
}

export function peopleOf(org: Org): People {
	const contact = org.schema.known('Contact');
	const atScreen = <T>(work: () => T): T => {
		try {
			return org.store.transact(org.advisor, work);
		} catch (error) {
			throw error instanceof SalesforceError ? new RefusedByScreen(error) : error;
		}
	};
	const existing = (id: string): Row => {
		const row = org.store.live(contact, id);
		if (row === undefined) throw new UnknownContactError(id);
		return row;
	};
	const people: People = {
		list: ({ deleted = false } = {}) =>
			org.store
				.all(contact)
				.filter((row) => (row.deletedAt !== null) === deleted)
				.map((row) => show(org, row)),
		get: (id) => {
			const row = org.store.find(contact, id);
			return row && show(org, row);
		},
		create: (edit) =>
			atScreen(() => {
				if (org.switches.personAccounts) return show(org, createPerson(org, edit));
				return show(org, createRow(org, contact, toValues(org, edit), AT_SCREEN).row);
			}),
		edit: (id, edit) => atScreen(() => show(org, edited(org, existing(id), edit))),
		remove: (id) => {
			atScreen(() => {
				const row = existing(id);
				return removeWithChildren(org, accountOf(org, row) ?? row);
			});
		},
		undelete: (id) =>
			atScreen(() => {
				const row = org.store.find(contact, id);
				if (row === undefined || row.deletedAt === null) throw new UnknownContactError(id);
				const account = accountOf(org, row);
				if (account === undefined) return show(org, undeleteWithChildren(org, row));
				undeleteWithChildren(org, account);
				return show(org, org.store.find(contact, id) ?? row);
			}),
		// One transaction: the losers are deleted, then the winner gets what it takes over.
		merge: (into, from) =>
			atScreen(() => {
				const [winner, loser] = [existing(into), existing(from)];
				if (winner.id === loser.id) throw new UnknownContactError(from);
				const edit = takenOver(show(org, winner), show(org, loser));
				const person = accountOf(org, winner);
				if (person === undefined) {
					org.store.remove(loser, winner.id);
					return show(org, edited(org, winner, edit));
				}
				// That a person was merged is said by the account alone.
				org.store.remove(accountOf(org, loser) ?? loser, person.id);
				org.store.remove(loser);
				return show(org, edited(org, winner, edit));
			}),
	};
	return people;
}
