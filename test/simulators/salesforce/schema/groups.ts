/**
 * Who belongs to which account beside its own contacts, and which accounts are groups: Contacts to Multiple Accounts and
 * Financial Services Cloud (switches `multipleAccounts`, `financialServices`).
 */
import type { OrgSetup } from './org-setup';
import { field, systemFields, text, type FieldDef, type ObjectDef } from './types';

type Setup = OrgSetup;

const flag = (name: string, label: string, more: Partial<FieldDef> = {}) =>
	field(name, label, 'boolean', more);

function packageFields(): FieldDef[] {
	return [
		flag('FinServ__PrimaryGroup__c', 'Primary Group'),
		flag('FinServ__Primary__c', 'Primary Member'),
		flag('FinServ__IncludeInGroup__c', 'Include in Group'),
		text('FinServ__Rollups__c', 'Rollups', 4_000),
	];
}

function standardFields(): FieldDef[] {
	return [
		flag('IsPrimaryGroup', 'Primary Group'),
		flag('IsPrimaryMember', 'Primary Member'),
		flag('IsIncludedInGroup', 'Include in Group'),
	];
}

export function accountContactRelation(setup: Setup): ObjectDef {
	const { first, last } = systemFields();
	const { financialServices, multipleAccounts, memberRoles } = setup;
	const fixed = { required: true, createOnly: true, length: 18 };
	return {
		name: 'AccountContactRelation',
		label: 'Account Contact Relationship',
		labelPlural: 'Account Contact Relationships',
		keyPrefix: '07k',
		writable: true,
		changeEvents: true,
		hidden: financialServices === 'none' && !multipleAccounts,
		fields: [
			...first,
			field('AccountId', 'Account ID', 'reference', {
				...{ ...fixed, referenceTo: 'Account', relationshipName: 'Account' },
			}),
			field('ContactId', 'Contact ID', 'reference', {
				...{ ...fixed, referenceTo: 'Contact', relationshipName: 'Contact' },
			}),
			text('Roles', 'Roles', 4_000, { values: memberRoles, isMulti: true }),
			flag('IsActive', 'Active', { byDefault: true }),
			flag('IsDirect', 'Direct', { writable: false }),
			field('StartDate', 'Start Date', 'date'),
			field('EndDate', 'End Date', 'date'),
			...(financialServices === 'package' ? packageFields() : []),
			...(financialServices === 'standard' ? standardFields() : []),
			...last,
		],
	};
}

export function partyRelationshipGroup({ financialServices }: Setup): ObjectDef {
	const { first, last } = systemFields();
	return {
		name: 'PartyRelationshipGroup',
		label: 'Party Relationship Group',
		labelPlural: 'Party Relationship Groups',
		keyPrefix: '0gG',
		writable: true,
		changeEvents: false,
		hidden: financialServices !== 'standard',
		fields: [
			...first,
			text('Name', 'Name', 255, { required: true }),
			field('AccountId', 'Account ID', 'reference', {
				...{ required: true, createOnly: true, length: 18 },
				...{ referenceTo: 'Account', relationshipName: 'Account' },
			}),
			field('Type', 'Type', 'picklist', { length: 40, values: ['Household', 'Group'] }),
			...last,
		],
	};
}
