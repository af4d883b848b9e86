/** Accounts: businesses and households, and (switch `personAccounts`) persons, with all that a contact has. */
import { address, field, systemFields, text, type FieldDef, type ObjectDef } from './types';
import { customKeys, masterRecord, type OrgSetup } from './org-setup';

const NAME_PARTS = ['Salutation', 'FirstName', 'MiddleName', 'LastName', 'Suffix'];
/** A contact's fields that a person account has not, or has as an account. */
const OWN = [
	'AccountId',
	'MasterRecordId',
	'IsPersonAccount',
	'Name',
	'Phone',
	'Fax',
	'Description',
];

/** The account's name for a contact's field: `Email` -> `PersonEmail`, `Risk__c` -> `Risk__pc`. */
export function personName(name: string): string {
	if (NAME_PARTS.includes(name)) return name;
	return name.endsWith('__c') ? name.replace(/__c$/, '__pc') : `Person${name}`;
}

/** Fields that a person account takes over from its contact. */
export function personParts(contact: ObjectDef): FieldDef[] {
	const system = new Set(systemNames());
	return contact.fields.filter(({ name }) => !system.has(name) && !OWN.includes(name));
}

function systemNames(): string[] {
	const { first, last } = systemFields();
	return [...first, ...last].map(({ name }) => name);
}

/** An account is not found by the external ids of its person. */
function atAccount(def: FieldDef): FieldDef {
	const { name, compound } = def;
	const isName = NAME_PARTS.includes(name);
	const parent = compound === undefined || isName ? compound : personName(compound);
	return { ...def, name: personName(name), compound: parent, required: false, externalId: false };
}

function personFields(contact: ObjectDef): FieldDef[] {
	return [
		field('IsPersonAccount', 'Is Person Account', 'boolean', { writable: false, inEvents: false }),
		field('PersonContactId', 'Contact ID', 'reference', {
			...{ writable: false, referenceTo: 'Contact', length: 18 },
			relationshipName: 'PersonContact',
		}),
		...personParts(contact).map(atAccount),
	];
}

export function recordTypeId(): FieldDef {
	return field('RecordTypeId', 'Record Type ID', 'reference', {
		...{ referenceTo: 'RecordType', relationshipName: 'RecordType', length: 18 },
	});
}

export function account(setup: OrgSetup, contact: ObjectDef): ObjectDef {
	const { first, last } = systemFields();
	const hasTypes = setup.personAccounts || setup.financialServices === 'package';
	const persons = setup.personAccounts ? personFields(contact) : [];
	return {
		name: 'Account',
		label: 'Account',
		labelPlural: 'Accounts',
		keyPrefix: '001',
		writable: true,
		changeEvents: true,
		fields: [
			...first,
			masterRecord('Account'),
			text('Name', 'Account Name', 255, { required: true }),
			field('Type', 'Account Type', 'picklist', {
				length: 255,
				values: ['Prospect', 'Customer', 'Household', 'Other'],
			}),
			...address('Billing'),
			field('Phone', 'Account Phone', 'phone', { length: 40 }),
			field('Fax', 'Account Fax', 'phone', { length: 40 }),
			field('Website', 'Website', 'url', { length: 255 }),
			field('Description', 'Account Description', 'textarea', { length: 32_000 }),
			...customKeys(setup),
			...(hasTypes ? [recordTypeId()] : []),
			...persons,
			...last,
		],
	};
}

export function recordType(setup: OrgSetup): ObjectDef {
	const { first } = systemFields();
	const isPerson = field('IsPersonType', 'Is Person Type', 'boolean');
	return {
		name: 'RecordType',
		label: 'Record Type',
		labelPlural: 'Record Types',
		keyPrefix: '012',
		writable: false,
		changeEvents: false,
		fields: [
			...first,
			text('Name', 'Name', 80),
			text('DeveloperName', 'Record Type Name', 80),
			text('SobjectType', 'SObject Type Name', 40),
			field('IsActive', 'Active', 'boolean'),
			...(setup.personAccounts ? [isPerson] : []),
		],
	};
}
