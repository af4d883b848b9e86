/** The objects of the simulated org. One more object is one more function here. */
import { account, recordType } from './accounts';
import { contentDocumentLink, contentNote } from './content';
import { accountContactRelation, partyRelationshipGroup } from './groups';
import { event, note, opportunity, task } from './items';
import { customKeys, masterRecord, type OrgSetup } from './org-setup';
import { address, field, systemFields, text, type FieldDef, type ObjectDef } from './types';

function namePart(name: string, label: string, length: number, required = false) {
	return text(name, label, length, { compound: 'Name', part: name, required });
}

function isPersonAccount(): FieldDef {
	const hidden = { writable: false, inEvents: false };
	return field('IsPersonAccount', 'Is Person Account', 'boolean', hidden);
}

function contact(setup: OrgSetup): ObjectDef {
	const { first, last } = systemFields();
	return {
		name: 'Contact',
		label: 'Contact',
		labelPlural: 'Contacts',
		keyPrefix: '003',
		writable: true,
		changeEvents: true,
		fields: [
			...first,
			masterRecord('Contact'),
			...(setup.personAccounts ? [isPersonAccount()] : []),
			field('AccountId', 'Account ID', 'reference', {
				referenceTo: 'Account',
				relationshipName: 'Account',
				length: 18,
			}),
			namePart('LastName', 'Last Name', 80, true),
			namePart('FirstName', 'First Name', 40),
			field('Salutation', 'Salutation', 'picklist', {
				length: 40,
				values: ['Mr.', 'Ms.', 'Mrs.', 'Dr.', 'Prof.', 'Mx.'],
				compound: 'Name',
				part: 'Salutation',
			}),
			namePart('MiddleName', 'Middle Name', 40),
			namePart('Suffix', 'Suffix', 40),
			text('Name', 'Full Name', 121, { writable: false, inEvents: false }),
			...address('Mailing'),
			...address('Other'),
			field('Phone', 'Business Phone', 'phone', { length: 40 }),
			field('Fax', 'Business Fax', 'phone', { length: 40 }),
			field('MobilePhone', 'Mobile Phone', 'phone', { length: 40 }),
			field('HomePhone', 'Home Phone', 'phone', { length: 40 }),
			field('OtherPhone', 'Other Phone', 'phone', { length: 40 }),
			field('Email', 'Email', 'email', { length: 80 }),
			text('Title', 'Title', 128),
			text('Department', 'Department', 80),
			field('LeadSource', 'Lead Source', 'picklist', {
				length: 255,
				values: ['Web', 'Referral', 'Event', 'Other'],
			}),
			field('Birthdate', 'Birthdate', 'date'),
			field('Description', 'Contact Description', 'textarea', { length: 32_000 }),
			field('HasOptedOutOfEmail', 'Email Opt Out', 'boolean'),
			text('Custodian_Account__c', 'Custodian Account', 40),
			field('Client_Status__c', 'Client Status', 'picklist', {
				length: 255,
				values: setup.statusValues,
				restricted: true,
			}),
			...customKeys(setup),
			...last,
		],
	};
}

function user(): ObjectDef {
	const { first, last } = systemFields();
	return {
		name: 'User',
		label: 'User',
		labelPlural: 'Users',
		keyPrefix: '005',
		writable: false,
		changeEvents: false,
		fields: [
			...first.filter(({ name }) => name === 'Id'),
			text('Username', 'Username', 80),
			text('Name', 'Full Name', 121),
			field('Email', 'Email', 'email', { length: 128 }),
			field('IsActive', 'Active', 'boolean'),
			...last.filter(({ type }) => type === 'datetime'),
		],
	};
}

export function orgObjects(setup: OrgSetup): ObjectDef[] {
	const items = [task(setup), event(setup), opportunity(setup), note()];
	const person = contact(setup);
	const groups = [accountContactRelation(setup), partyRelationshipGroup(setup)];
	const content = [contentNote(setup), contentDocumentLink(setup)];
	const people = [account(setup, person), person, user(), recordType(setup)];
	return [...people, ...groups, ...items, ...content];
}

/** Tooling API object that says what is selected for Change Data Capture. */
export function channelMemberObject(): ObjectDef {
	return {
		name: 'PlatformEventChannelMember',
		label: 'Platform Event Channel Member',
		labelPlural: 'Platform Event Channel Members',
		keyPrefix: '0v8',
		writable: false,
		changeEvents: false,
		fields: [
			field('Id', 'ID', 'id', { length: 18 }),
			text('DeveloperName', 'Developer Name', 80),
			text('EventChannel', 'Event Channel', 80),
			text('SelectedEntity', 'Selected Entity', 80),
		],
	};
}
