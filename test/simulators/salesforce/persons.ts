/**
 * Person accounts (switch `personAccounts`): an account and the contact behind it, written together through the
 * account. The contact has what stems from a contact; what the account has under its own name (Phone) shows at the
 * contact only with the switch `accountPhoneOnContact`.
 */
import type { Org } from './org';
import { personName, personParts } from './schema/accounts';
import type { ObjectDef, Value } from './schema';
import type { Row } from './store';

type Values = Record<string, Value>;

const SHARED = ['Phone', 'Fax', 'Description'];

export function isPerson(row: Row): boolean {
	return row.values['IsPersonAccount'] === true;
}

/** What of an account's values its contact holds. */
export function contactValues(org: Org, values: Values): Values {
	const contact = org.schema.known('Contact');
	const pairs = personParts(contact).map(({ name }) => [personName(name), name] as const);
	const shared = org.switches.accountPhoneOnContact
		? SHARED.map((name) => [name, name] as const)
		: [];
	return Object.fromEntries(
		[...pairs, ...shared].flatMap(([from, to]) =>
			from in values ? [[to, values[from] ?? null]] : [],
		),
	);
}

/** A contact's values under the account's names. */
export function accountValues(org: Org, values: Values): Values {
	const parts = new Set(personParts(org.schema.known('Contact')).map(({ name }) => name));
	return Object.fromEntries(
		Object.entries(values).flatMap(([name, value]) => {
			if (SHARED.includes(name)) return [[name, value]];
			return parts.has(name) ? [[personName(name), value]] : [];
		}),
	);
}

export function insertPerson(org: Org, object: ObjectDef, values: Values): Row {
	const { store, schema } = org;
	const account = store.insert(object, { ...values, IsPersonAccount: true });
	const own = { ...contactValues(org, values), AccountId: account.id, IsPersonAccount: true };
	const contact = store.insert(schema.known('Contact'), own);
	return store.amend(account, { PersonContactId: contact.id });
}

/** Both rows bear the same time, whichever of them the change is of. */
export function updatePerson(
	org: Org,
	account: Row,
	values: Values,
): { row: Row; changed: string[] } {
	const written = org.store.update(account, values);
	const contact = contactOf(org, account);
	if (contact !== undefined) org.store.update(contact, contactValues(org, values));
	return written;
}

export function contactOf(org: Org, account: Row): Row | undefined {
	return org.store.find(org.schema.known('Contact'), String(account.values['PersonContactId']));
}

export function accountOf(org: Org, contact: Row): Row | undefined {
	if (!isPerson(contact)) return undefined;
	return org.store.find(org.schema.known('Account'), String(contact.values['AccountId']));
}
