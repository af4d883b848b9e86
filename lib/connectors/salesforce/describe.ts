/** The org's own contact fields, from the sObject describe. */
import type { ConnectorContext, CrmField } from '../connector';
import { baseField } from '../../model/field-map';
import type { ObjectName } from '../../model/objects';
import { describeFields } from '../objects/crm-object';
import { connect, OBJECT, type SalesforceConnection } from './client';
import { RELATION_ROLE } from './household-account';
import { itemOf } from './objects';
import type { SalesforceItem } from './objects/salesforce-object';
import { ACCOUNT_NAME, defaultFieldMap } from './fields';

/** The part of jsforce's field description that is used here. */
interface DescribedField {
	name: string;
	label: string;
	type: string;
	custom: boolean;
	nillable: boolean;
	createable: boolean;
	updateable: boolean;
	defaultedOnCreate: boolean;
	picklistValues?: Array<{ active?: boolean; value: string; label?: string | null }> | null;
	compoundFieldName?: string | null;
}

const TYPES: Record<string, CrmField['type']> = {
	boolean: 'boolean',
	int: 'number',
	long: 'number',
	double: 'number',
	currency: 'number',
	percent: 'number',
	date: 'date',
	datetime: 'datetime',
	email: 'email',
	phone: 'phone',
	picklist: 'options',
	multipicklist: 'list',
};

/** Neither read nor written as one value. */
const SKIPPED = new Set(['base64', 'location', 'anyType', 'complexvalue']);

const SUGGESTED = new Map(defaultFieldMap.map(({ crmField, field }) => [crmField, field]));

/** See `Connector.describe`. */
export async function describe(
	context: ConnectorContext,
	object: ObjectName = 'contact',
): Promise<CrmField[]> {
	const connection = connect(context, { priority: 'live' });
	if (object !== 'contact') return describeItem(connection, itemOf(object, context.settings));
	const { fields } = await connection.describe(OBJECT);
	const described = (fields as DescribedField[]).filter(({ type }) => !SKIPPED.has(type));
	const writable = new Set(described.filter(({ updateable }) => updateable).map(partOf));
	return [...described.map((field) => toCrmField(field, writable)), accountName(), role()];
}

/** The declared fields with the org's own words, then all others of the org. */
async function describeItem(
	connection: SalesforceConnection,
	item: SalesforceItem,
): Promise<CrmField[]> {
	const { fields } = await connection.describe(item.sobject);
	const described = (fields as DescribedField[]).filter(({ type }) => !SKIPPED.has(type));
	const words = described.map(({ name, picklistValues }) => {
		const active = (picklistValues ?? []).filter((one) => one.active !== false);
		return [name, active.map(({ value }) => value)] as const;
	});
	const declared = new Set(item.fields.map(({ name }) => name));
	const custom = described
		.filter((field) => field.custom && !declared.has(field.name))
		.map((field) => toCrmField(field, new Set()));
	const known = new Set(described.map(({ name }) => name));
	const standard = describeFields(item, new Map(words.filter(([, own]) => own.length > 0)));
	// Enhanced notes are told under the names of classic ones.
	const isThere = (name: string) => item.isContent === true || known.has(name);
	return [...standard.filter(({ name }) => isThere(name)), ...custom];
}

function partOf({ compoundFieldName }: DescribedField): string {
	return compoundFieldName ?? '';
}

function toCrmField(field: DescribedField, writable: Set<string>): CrmField {
	const isAddress = field.type === 'address';
	const options = (field.picklistValues ?? [])
		.filter(({ active }) => active !== false)
		.map(({ value, label }) => ({ value, label: label ?? value }));
	const suggestedField = SUGGESTED.get(field.name);
	return {
		name: field.name,
		label: field.label,
		type: TYPES[field.type] ?? 'string',
		...(options.length > 0 ? { options } : {}),
		// A compound is written through its parts, which the map does by itself.
		readOnly: isAddress ? !writable.has(field.name) : !field.updateable,
		required: field.createable && !field.nillable && !field.defaultedOnCreate,
		custom: field.custom,
		...(suggestedField === undefined ? {} : { suggestedField }),
	};
}

function accountName(): CrmField {
	return {
		name: ACCOUNT_NAME,
		label: 'Account Name',
		type: 'string',
		readOnly: true,
		required: false,
		custom: false,
		suggestedField: baseField('companyName'),
	};
}

/** Only where relations tell the household: elsewhere nothing is read or written there. */
function role(): CrmField {
	return {
		name: RELATION_ROLE,
		label: 'Role in Household',
		type: 'string',
		readOnly: false,
		required: false,
		custom: false,
		suggestedField: 'householdRole',
	};
}
