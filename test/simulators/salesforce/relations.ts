/**
 * AccountContactRelation: a contact's own account is a direct relation that Salesforce keeps by itself and lets nobody
 * delete; of an account and a contact there is one; a member has one primary group.
 */
import { rowError } from './errors';
import type { Org } from './org';
import type { ObjectDef, Value } from './schema';
import { isPerson } from './persons';
import type { Row } from './store';

type Values = Record<string, Value>;

const NAME = 'AccountContactRelation';
const PRIMARY = ['FinServ__PrimaryGroup__c', 'IsPrimaryGroup'];

function relationsOf(org: Org, contactId: unknown): Row[] {
	const object = org.schema.object(NAME);
	if (object === undefined) return [];
	const live = org.store.all(object).filter(({ deletedAt }) => deletedAt === null);
	return live.filter(({ values }) => values['ContactId'] === contactId);
}

/** After a contact was written. */
export function keepDirect(org: Org, contact: Row): void {
	const object = contact.object.name === 'Contact' ? org.schema.object(NAME) : undefined;
	if (object === undefined || isPerson(contact)) return;
	const accountId = contact.values['AccountId'] ?? null;
	const relations = relationsOf(org, contact.id);
	for (const row of relations)
		if (row.values['IsDirect'] === true && row.values['AccountId'] !== accountId)
			org.store.remove(row);
	if (accountId === null) return;
	const there = relations.find(({ values }) => values['AccountId'] === accountId);
	if (there?.values['IsDirect'] === true) return;
	const direct = { IsDirect: true, IsActive: true };
	if (there !== undefined) org.store.update(there, direct);
	else org.store.insert(object, { ...direct, AccountId: accountId, ContactId: contact.id });
}

export function checkRelation(org: Org, object: ObjectDef, values: Values, own?: Row): void {
	if (object.name !== NAME) return;
	const contactId = own?.values['ContactId'] ?? values['ContactId'];
	const others = relationsOf(org, contactId).filter(({ id }) => id !== own?.id);
	if (own === undefined && others.some((one) => one.values['AccountId'] === values['AccountId']))
		throw rowError(
			'DUPLICATE_VALUE',
			'There is already a relationship of this contact and account',
		);
	for (const mark of PRIMARY) {
		if (values[mark] !== true || !others.some((one) => one.values[mark] === true)) continue;
		throw rowError('FIELD_CUSTOM_VALIDATION_EXCEPTION', 'A member has one primary group', [mark]);
	}
}

export function refuseDirectDelete(row: Row): void {
	if (row.object.name !== NAME || row.values['IsDirect'] !== true) return;
	throw rowError(
		'INSUFFICIENT_ACCESS_OR_READONLY',
		'A direct relationship ends with the account of the contact',
	);
}
