/** How an sObject is described to the simulator; `describe`, rows, SOQL and events all derive from it. */

export type FieldType =
	| 'id'
	| 'string'
	| 'textarea'
	| 'picklist'
	| 'email'
	| 'phone'
	| 'url'
	| 'boolean'
	| 'double'
	| 'currency'
	| 'percent'
	| 'date'
	| 'datetime'
	| 'reference'
	| 'address'
	| 'base64';

export type Value = string | number | boolean | null;

export const NUMERIC: ReadonlySet<FieldType> = new Set(['double', 'currency', 'percent']);

export interface FieldDef {
	name: string;
	label: string;
	type: FieldType;
	/** Longest text in characters. */
	length?: number;
	/** May be set by create and update. */
	writable: boolean;
	required: boolean;
	custom: boolean;
	externalId: boolean;
	unique: boolean;
	/** Values of a picklist; `restricted` refuses others. */
	values?: readonly string[];
	restricted: boolean;
	/** Object that a reference points to, and the name under which its fields are reached. */
	referenceTo?: string;
	/** Further objects that a polymorphic reference may point to. */
	alsoTo?: readonly string[];
	relationshipName?: string;
	/** Compound field that this field is a part of (`Name`, `MailingAddress`), and its name in there. */
	compound?: string;
	part?: string;
	/** Set by create alone. */
	createOnly?: boolean;
	/** Of a new row whose writer says nothing. */
	byDefault?: Value;
	/** Several of `values`, joined by semicolons. */
	isMulti?: boolean;
	/** Shown in change events. */
	inEvents: boolean;
}

export interface ObjectDef {
	name: string;
	label: string;
	labelPlural: string;
	keyPrefix: string;
	/** Rows may be written through the API. */
	writable: boolean;
	/** Has a change event. */
	changeEvents: boolean;
	/** The org does not have it, as it is set up. */
	hidden?: boolean;
	fields: readonly FieldDef[];
}

export function field(
	name: string,
	label: string,
	type: FieldType,
	more: Partial<FieldDef> = {},
): FieldDef {
	return {
		name,
		label,
		type,
		writable: true,
		required: false,
		custom: name.endsWith('__c'),
		externalId: false,
		unique: false,
		restricted: false,
		inEvents: true,
		...more,
	};
}

export function text(name: string, label: string, length: number, more: Partial<FieldDef> = {}) {
	return field(name, label, 'string', { length, ...more });
}

/** The compound address and its five parts. */
export function address(prefix: string): FieldDef[] {
	const compound = `${prefix}Address`;
	const part = (name: string, label: string, length: number, type: FieldType = 'string') =>
		field(`${prefix}${name}`, `${prefix} ${label}`, type, { length, compound, part: name });
	return [
		part('Street', 'Street', 255, 'textarea'),
		part('City', 'City', 40),
		part('State', 'State/Province', 80),
		part('PostalCode', 'Zip/Postal Code', 20),
		part('Country', 'Country', 80),
		field(compound, `${prefix} Address`, 'address', { writable: false, inEvents: false }),
	];
}

const readOnly = { writable: false } as const;

/** The fields that every object has; the store keeps them itself. */
export function systemFields(): { first: FieldDef[]; last: FieldDef[] } {
	const user = { referenceTo: 'User' };
	return {
		first: [
			field('Id', 'Record ID', 'id', { ...readOnly, length: 18, inEvents: false }),
			field('IsDeleted', 'Deleted', 'boolean', { ...readOnly, inEvents: false }),
		],
		last: [
			field('OwnerId', 'Owner ID', 'reference', {
				...user,
				relationshipName: 'Owner',
				length: 18,
			}),
			field('CreatedDate', 'Created Date', 'datetime', readOnly),
			field('CreatedById', 'Created By ID', 'reference', {
				...readOnly,
				...user,
				relationshipName: 'CreatedBy',
				length: 18,
			}),
			field('LastModifiedDate', 'Last Modified Date', 'datetime', readOnly),
			field('LastModifiedById', 'Last Modified By ID', 'reference', {
				...readOnly,
				...user,
				relationshipName: 'LastModifiedBy',
				length: 18,
			}),
			field('SystemModstamp', 'System Modstamp', 'datetime', { ...readOnly, inEvents: false }),
		],
	};
}

export function externalIdField(unique: boolean): FieldDef {
	return text('Fabric_Id__c', 'Fabric Id', 80, { externalId: true, unique });
}
