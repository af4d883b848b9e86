/**
 * A delivered change event brought to one flat form: one change a record, fields under the names
 * that REST uses, cleared fields as null (reference/salesforce.md, section 1.2). Pure.
 */
import { z } from 'zod';
import type { CrmRecord } from '../connector';
import type { Delivered } from './bayeux';
import { OBJECT } from './client';
import { addressPart, isAddressField } from './values';

const CHANGE_TYPES = [
	'CREATE',
	'UPDATE',
	'DELETE',
	'UNDELETE',
	'GAP_CREATE',
	'GAP_UPDATE',
	'GAP_DELETE',
	'GAP_UNDELETE',
	'GAP_OVERFLOW',
] as const;
export type ChangeType = (typeof CHANGE_TYPES)[number];

const headerSchema = z.object({
	entityName: z.string(),
	recordIds: z.array(z.string()).default([]),
	changeType: z.string(),
	changeOrigin: z.string().default(''),
	transactionKey: z.string(),
	sequenceNumber: z.number(),
	commitTimestamp: z.number().finite(),
	changedFields: z.array(z.string()).optional(),
});

const HEADER = 'ChangeEventHeader';

export interface StreamChange {
	recordId: string;
	changeType: ChangeType;
	/** Milliseconds since the epoch. */
	committedAt: number;
	/** When the record was last modified as of this change, in whole seconds as ms. */
	modifiedAt: number;
	changeOrigin: string;
	/** `transactionKey|sequenceNumber|entityName|recordId|changeType`. */
	key: string;
	/** Flat values; of an UPDATE those that changed, cleared ones as null. */
	values: CrmRecord;
	/** Flat names of an UPDATE's changed fields. */
	changed: Set<string>;
	/** Flat names whose value came as a difference of long texts and must be read. */
	unsaid: Set<string>;
}

export type ReadDelivery =
	| { type: 'changes'; changes: StreamChange[] }
	/** Which records changed is not said: read all that changed since this time. */
	| { type: 'overflow'; committedAt: number }
	/** Of another object, or of a kind that says nothing. */
	| { type: 'ignored' }
	| { type: 'unreadable' };

export function readDelivery(delivered: Delivered): ReadDelivery {
	const parsed = headerSchema.safeParse(delivered.payload[HEADER]);
	if (!parsed.success) return { type: 'unreadable' };
	const header = parsed.data;
	if (header.entityName !== OBJECT) return { type: 'ignored' };
	const changeType = CHANGE_TYPES.find((type) => type === header.changeType);
	if (changeType === undefined) return { type: 'ignored' };
	// A field's conversion touches every record: the ids come as "003*".
	const isWildcard = header.recordIds.some((id) => id.endsWith('*'));
	if (changeType === 'GAP_OVERFLOW' || isWildcard) {
		return { type: 'overflow', committedAt: header.commitTimestamp };
	}
	const content = readContent(delivered.payload, header.changedFields);
	const { transactionKey, sequenceNumber, entityName, changeOrigin } = header;
	const lastModified = Date.parse(String(content.values['LastModifiedDate'] ?? ''));
	const changes = header.recordIds.map((recordId) => ({
		recordId,
		changeType: isSilent(changeType, header.changedFields) ? ('GAP_UPDATE' as const) : changeType,
		committedAt: header.commitTimestamp,
		modifiedAt: wholeSeconds(Number.isNaN(lastModified) ? header.commitTimestamp : lastModified),
		changeOrigin,
		key: [transactionKey, sequenceNumber, entityName, recordId, changeType].join('|'),
		...content,
	}));
	return { type: 'changes', changes };
}

/** Salesforce may leave cleared fields out: without their names they would never be heard of. */
function isSilent(changeType: ChangeType, changedFields: string[] | undefined): boolean {
	return changeType === 'UPDATE' && changedFields === undefined;
}

/** REST shows times in whole seconds. */
export function wholeSeconds(at: number): number {
	return Math.floor(at / 1000) * 1000;
}

/**
 * The last instant that a told time may stand for, ms: commit times of change events are told in whole
 * seconds, too (each event shown in Salesforce's guides and in captures ends in 000).
 */
export function endOfSecond(at: number): number {
	return at === wholeSeconds(at) ? at + 999 : at;
}

type Content = Pick<StreamChange, 'values' | 'changed' | 'unsaid'>;

function readContent(payload: CrmRecord, changedFields: string[] | undefined): Content {
	const content: Content = { values: {}, changed: new Set(), unsaid: new Set() };
	const present: string[] = [];
	for (const [name, value] of Object.entries(payload)) {
		if (name === HEADER) continue;
		if (isObject(value) && !('diff' in value)) {
			for (const [part, partValue] of Object.entries(value)) {
				present.push(`${name}.${part}`);
				setValue(content, flatName(name, part), partValue);
			}
			continue;
		}
		present.push(name);
		setValue(content, name, value);
	}
	// Without changedFields, and for CREATE where it is empty, what is there is what changed.
	const names = changedFields === undefined || changedFields.length === 0 ? present : changedFields;
	for (const name of names.flatMap(flatNames)) {
		content.changed.add(name);
		if (content.values[name] === undefined && !content.unsaid.has(name))
			content.values[name] = null;
	}
	return content;
}

function setValue(content: Content, name: string, value: unknown): void {
	if (isObject(value)) content.unsaid.add(name);
	else content.values[name] = value;
}

function isObject(value: unknown): value is CrmRecord {
	return typeof value === 'object' && value !== null;
}

/** `Name.LastName` -> `LastName`, `MailingAddress.City` -> `MailingCity`. */
function flatName(parent: string, part: string): string {
	return parent === 'Name' ? part : addressPart(parent, part);
}

/** A compound that is named without a part has changed as a whole. */
function flatNames(changedField: string): string[] {
	const [parent = '', part] = changedField.split('.');
	if (part !== undefined) return [flatName(parent, part)];
	if (parent === 'Name') return ['Salutation', 'FirstName', 'MiddleName', 'LastName', 'Suffix'];
	if (!isAddressField(parent)) return [parent];
	return ['Street', 'City', 'State', 'PostalCode', 'Country'].map((name) => flatName(parent, name));
}

/** True if changeOrigin names `clientId` as the writer. Salesforce's own screens add a slash. */
export function isOwnOrigin(changeOrigin: string, clientId: string): boolean {
	const client = /;client=(.*)$/.exec(changeOrigin)?.[1]?.replace(/\/$/, '');
	return client !== undefined && client === clientId;
}
