/** What Salesforce's declarations of its objects add to the shared one, and the fields that several have. */
import type { FieldValue } from '../../../model/fields';
import { localReference, parseLocalReference } from '../../../model/objects';
import type { CrmRecord, RecordClient } from '../../connector';
import type { CrmObject, CrmObjectField, Settings } from '../../objects/crm-object';
import { canonicalInstant, wordAmong } from '../../objects/values';

export interface SalesforceItem extends CrmObject {
	/** API name. */
	sobject: string;
	/** API names that must be read beside the mapped ones. */
	reads: readonly string[];
	/** Only some of the rows are records of this object: those that the org's model says. */
	ofHouseholds?: true;
	/** Kept as ContentNote: items/content-notes.ts. */
	isContent?: true;
	/** What a new record gets where the delivery says nothing. */
	defaults?: (settings: Settings, body: CrmRecord, now: number) => CrmRecord;
	/** API name of the field that, with the client, narrows the search for what an earlier try made. */
	searchBy?: string;
}

/** Set on records as they are read: is the account that they name a household? */
export const ABOUT_HOUSEHOLD = 'fabric:aboutHousehold';
/** The contact behind it, if it is a person account. */
export const ABOUT_PERSON = 'fabric:aboutPerson';

const CONTACT = '003';
const ACCOUNT = '001';

export function plain(
	name: string,
	label: string,
	more: Partial<CrmObjectField> = {},
): CrmObjectField {
	return { name, label, type: 'string', ...more };
}

/** A text with a longest length; what Salesforce wants in every record cannot be cleared. */
export function text(
	name: string,
	label: string,
	field: string,
	longest: number,
	required = false,
): CrmObjectField {
	return {
		...{ name, label, type: 'string', field, required },
		hold: (value) => {
			if (Array.isArray(value)) return undefined;
			const held = value === null ? null : String(value).trim().slice(0, longest);
			return required && (held ?? '') === '' ? undefined : held === '' ? null : held;
		},
	};
}

/** A moment, to the second. */
export function moment(name: string, label: string, field: string): CrmObjectField {
	return {
		...{ name, label, type: 'datetime', field, required: true },
		read: (record) => (name in record ? canonicalInstant(scalar(record[name])) : undefined),
		hold: (value) => {
			const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
			return Number.isNaN(ms) ? undefined : new Date(ms - (ms % 1000)).toISOString();
		},
	};
}

/** One of the words of a picklist; `required`: never cleared. */
export function picklist(
	name: string,
	label: string,
	field: string,
	words: readonly string[],
	required = false,
): CrmObjectField {
	return {
		...{ name, label, type: 'options', field, options: words, required },
		hold: (value) => {
			if (typeof value !== 'string' || value === '') return required ? undefined : null;
			return wordAmong(words, value) ?? value;
		},
	};
}

/** Name (a contact) and Related To (an account that is a household) of an activity. */
export const client: CrmObjectField = {
	...{ name: 'WhoId', label: 'Client (Contact or Household Account)', type: 'string' },
	field: 'client',
	read: (record) => clientOf(record, 'WhoId', 'WhatId'),
	write: (value) => {
		const named = typeof value === 'string' ? parseLocalReference(value) : undefined;
		if (named === undefined) return { WhoId: null };
		return named.object === 'contact' ? { WhoId: named.crmId } : { WhatId: named.crmId };
	},
};

/** undefined: the record does not say. */
export function clientOf(
	record: CrmRecord,
	contactField: string,
	accountField: string,
): FieldValue | undefined {
	if (!(contactField in record) && !(accountField in record)) return undefined;
	const [contact, account] = [record[contactField], record[accountField]];
	if (typeof contact === 'string' && contact.startsWith(CONTACT))
		return localReference('contact', contact);
	const isHousehold = record[ABOUT_HOUSEHOLD] === true;
	if (typeof account === 'string' && account.startsWith(ACCOUNT) && isHousehold)
		return localReference('household', account);
	const person = record[ABOUT_PERSON];
	return typeof person === 'string' ? localReference('contact', person) : null;
}

/** The org's own fields. */
export function customField(crmField: string): CrmObjectField | undefined {
	if (!/^[A-Za-z]\w*__c$/.test(crmField)) return undefined;
	return { name: crmField, label: crmField, type: 'string', custom: true };
}

export const STAMPS: readonly CrmObjectField[] = [
	plain('OwnerId', 'Owner ID'),
	plain('CreatedDate', 'Created Date', { type: 'datetime', readOnly: true }),
	plain('LastModifiedDate', 'Last Modified Date', { type: 'datetime', readOnly: true }),
];

export function filter(
	name: string,
	label: string,
	description: string,
	type: RecordClient['listFilters'][number]['type'] = 'string',
): RecordClient['listFilters'][number] {
	return { name, label, type, description };
}

export const MODIFIED_SINCE = filter(
	'modifiedSince',
	'Modified Since',
	'Changed at or after this time',
	'date',
);

function scalar(value: unknown): string | null {
	return typeof value === 'string' ? value : null;
}
