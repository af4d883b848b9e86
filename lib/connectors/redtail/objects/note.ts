/**
 * Notes (reference/redtail.md, section 8): one contact's, made and deleted but never changed. They are addressed by
 * the contact's id and their own, `812345-40021`.
 */
import type { FieldValue } from '../../../model/fields';
import { localReference } from '../../../model/objects';
import type { CrmRecord, ObjectCapability } from '../../connector';
import type { CrmObject } from '../../objects/crm-object';
import type { Resource } from '../item-client';
import type { RedtailSettings } from '../settings';
import { contactIdOf, heldClient, LINKED_CLIENTS } from './links';
import { htmlField, listedField } from './values';

export function notesOf(contactId: string): Resource {
	const path = `/contacts/${encodeURIComponent(contactId)}/notes`;
	return { path, plural: 'notes', singular: 'note' };
}

export function noteId(contactId: string, id: unknown): string {
	return `${contactId}-${String(id)}`;
}

/** The contact's id and the note's own; undefined: it is no address of a note. */
export function noteAddress(crmId: string): { contactId: string; id: string } | undefined {
	const match = /^(.+)-([^-]+)$/.exec(crmId);
	return match?.[1] && match[2] ? { contactId: match[1], id: match[2] } : undefined;
}

/** A row as the other files know it: with the contact that it was read from. */
export function ownedNote(contactId: string, row: CrmRecord): CrmRecord {
	return { ...row, contact_id: contactId };
}

export const NOTE: CrmObject = {
	object: 'note',
	capability: {
		create: true,
		change: false,
		archive: 'keep',
		delete: true,
		needs: ['client', 'text'],
		clients: LINKED_CLIENTS,
	},
	fields: [
		{
			name: 'contact_id',
			label: 'Contact ID',
			type: 'string',
			required: true,
			field: 'client',
			read: ({ contact_id }) =>
				contact_id === undefined
					? undefined
					: localReference('contact', String(contact_id as string)),
			hold: heldClient,
			write: (value: FieldValue) => ({ contact_id: contactIdOf(value) }),
		},
		{ ...htmlField('body', 'Text'), required: true },
		listedField('category', 'Category', 'category'),
		{ name: 'created_at', label: 'Created At', type: 'datetime', readOnly: true, field: 'notedAt' },
		{ name: 'pinned', label: 'Pinned', type: 'boolean' },
		{ name: 'draft', label: 'Draft', type: 'boolean' },
		{ name: 'note_type', label: 'Note Type', type: 'number' },
	],
	listFilters: [
		{
			name: 'contact_id',
			label: 'Contact ID',
			type: 'string',
			description: 'The contact whose notes to list; without it, those of the first contacts',
		},
	],
	matchFields: [],
};

/** `append`: a change is written as a further note. */
export function noteCapability({ noteChanges }: RedtailSettings): ObjectCapability {
	return { ...NOTE.capability, change: noteChanges === 'append' ? 'append' : false };
}
