/** The org's own contact fields, from the sObject describe. */
import type { ConnectorContext, CrmField } from '../connector';
import { baseField } from '../../model/field-map';
import { connect, OBJECT } from './client';
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
export async function describe(context: ConnectorContext): Promise<CrmField[]> {
	const { fields } = await connect(context, { priority: 'live' }).describe(OBJECT);
	const described = (fields as DescribedField[]).filter(({ type }) => !SKIPPED.has(type));
	const writable = new Set(described.filter(({ updateable }) => updateable).map(partOf));
	return [...described.map((field) => toCrmField(field, writable)), accountName()];
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
