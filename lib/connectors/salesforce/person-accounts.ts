/**
 * Person accounts: a person who is an account and a contact in one. Salesforce keeps a contact behind each
 * (`Account.PersonContactId`), which is what the fabric syncs: it has the contact's id, its change events and its
 * time of change. It is written, made and deleted through the account alone (SOAP API Developer Guide, "Person
 * Account Record Types"; Help 005305352). There the contact's fields have other names: `Email` is `PersonEmail`,
 * `Risk__c` is `Risk__pc`, the parts of the name stay as they are. What the account has for both under one name
 * (`Phone`) is read from the account: the contact's change events do not hold it (Change Data Capture Developer
 * Guide, "Change Events for Person Accounts"). Pure.
 */
import type { CrmRecord } from '../connector';
import { isMark } from './marks';

/** What is used of an account's describe. */
export interface AccountField {
	name: string;
	createable: boolean;
	updateable: boolean;
}

/** A person account's fields, by the names that a contact has for them. */
export interface PersonAccounts {
	/** Account field; undefined: a person account has no place for it. */
	fieldOf: (contactField: string) => string | undefined;
	/** Contact fields that are read from the account. */
	shared: readonly string[];
}

const IS_PERSON = 'IsPersonAccount';
const SAME = ['Salutation', 'FirstName', 'MiddleName', 'LastName', 'Suffix', 'OwnerId'];
/** An account's own fields, which have no `Person` form beside them. */
const SHARED = ['Phone', 'Fax', 'Description'];

/** null: the org has no person accounts, or the connected user may not see that it has. */
export function personAccountsOf(fields: readonly AccountField[]): PersonAccounts | null {
	const names = new Set(fields.map(({ name }) => name));
	if (!names.has(IS_PERSON)) return null;
	const shared = SHARED.filter((name) => names.has(name) && !names.has(`Person${name}`));
	const fieldOf = (field: string) => {
		const name = shared.includes(field) ? field : personField(field);
		return names.has(name) ? name : undefined;
	};
	return { fieldOf, shared };
}

/** What a contact's own field is called at a person account, if it is there. */
export function personField(contactField: string): string {
	if (SAME.includes(contactField)) return contactField;
	return /__c$/.test(contactField) ? contactField.replace(/__c$/, '__pc') : `Person${contactField}`;
}

/** Names to read of a contact so that {@link asContact} finds what it needs; `fields`: those that are wanted. */
export function withAccountSide(
	fields: readonly string[],
	person: PersonAccounts | null,
): string[] {
	const named = fields.filter((name) => !isMark(name));
	if (person === null) return [...new Set(named)];
	const shared = person.shared.filter((name) => fields.includes(name));
	const account = [IS_PERSON, ...shared].map((name) => `Account.${name}`);
	return [...new Set([...named, 'AccountId', ...account])];
}

/** True for a contact, read with its account, behind a person account. */
export function isPerson(record: CrmRecord | null): boolean {
	const flag = accountIn(record)?.[IS_PERSON];
	// CSV has texts only.
	return flag === true || flag === 'true';
}

/** The contact as a whole: what the account has for both is put in. */
export function asContact<Read extends CrmRecord | null>(
	record: Read,
	person: PersonAccounts | null,
): Read {
	const account = accountIn(record);
	if (person === null || account === undefined || !isPerson(record)) return record;
	const own = person.shared.filter((name) => record !== null && name in record);
	const shared = Object.fromEntries(own.map((name) => [name, account[name] ?? null]));
	// The account's name is the person's own: nobody's employer.
	const employer = 'Name' in account ? { Account: { ...account, Name: null } } : {};
	return { ...record, ...shared, ...employer };
}

function accountIn(record: CrmRecord | null): CrmRecord | undefined {
	const account = record?.['Account'];
	return typeof account === 'object' && account !== null ? (account as CrmRecord) : undefined;
}
