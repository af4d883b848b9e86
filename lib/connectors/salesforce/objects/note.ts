/**
 * Classic notes (sObject Note), as n8n's own Salesforce node writes them. Whom a note is about is set when
 * it is made; afterwards Salesforce lets nobody change it.
 */
import { parseLocalReference } from '../../../model/objects';
import type { CrmObjectField } from '../../objects/crm-object';
import { CONTENT_NOTE, textHeld } from '../items/content-notes';
import { itemSettings } from '../settings';
import {
	clientOf,
	filter,
	MODIFIED_SINCE,
	plain,
	STAMPS,
	text,
	type SalesforceItem,
} from './salesforce-object';

const MAX_TITLE = 80;

const parent: CrmObjectField = {
	...{ name: 'ParentId', label: 'Client (Contact or Household Account)', type: 'string' },
	...{ field: 'client', required: true },
	read: (record) => clientOf(record, 'ParentId', 'ParentId'),
	write: (value, { current }) => {
		const named = typeof value === 'string' ? parseLocalReference(value) : undefined;
		return named === undefined || current !== null ? undefined : { ParentId: named.crmId };
	},
};

/** A note without a subject bears the title of the setting `noteTitle`. */
const title: CrmObjectField = {
	...{ name: 'Title', label: 'Title', type: 'string', field: 'subject', required: true },
	read: ({ Title: held }, settings) => {
		if (held === undefined) return undefined;
		return held === itemSettings(settings).noteTitle ? null : String(held ?? '');
	},
	hold: (value, settings) => {
		const said = typeof value === 'string' ? value.trim().slice(0, MAX_TITLE) : '';
		return said === '' || said === itemSettings(settings).noteTitle ? null : said;
	},
	write: (value, { settings }) => ({ Title: value ?? itemSettings(settings).noteTitle }),
};

const body = text('Body', 'Body', 'text', 32_000);

export const note: SalesforceItem = {
	object: 'note',
	sobject: 'Note',
	capability: {
		...{ create: true, change: true, archive: 'keep', delete: true },
		needs: ['client', 'text'],
	},
	reads: [],
	searchBy: 'ParentId',
	fields: [
		parent,
		title,
		body,
		plain('CreatedDate', 'Created Date', { type: 'datetime', field: 'notedAt', readOnly: true }),
		...STAMPS.filter(({ name }) => name !== 'CreatedDate'),
	],
	defaults: (settings) => ({ Title: itemSettings(settings).noteTitle }),
	matchFields: [],
	listFilters: [
		filter('ParentId', 'Parent ID', 'Only notes of this contact or account'),
		MODIFIED_SINCE,
	],
};

/** Spaces at the edges of lines do not survive HTML. */
const contentBody: CrmObjectField = {
	...body,
	hold: (value, settings) => {
		const held = body.hold?.(value, settings);
		return typeof held === 'string' ? textHeld(held) || null : held;
	},
};

/** Enhanced notes under the names of classic ones; not to be searched by whom they are about. */
export const contentNote: SalesforceItem = {
	...note,
	sobject: CONTENT_NOTE,
	isContent: true,
	searchBy: 'Title',
	fields: note.fields.map((field) => (field === body ? contentBody : field)),
};
