/** Notes: plain text about one contact. */
import { idOf } from '../../../../lib/connectors/field-codec';
import { defaultMapOf, type CrmObject } from '../../../../lib/connectors/objects/crm-object';
import type { FieldMap } from '../../../../lib/model/field-map';
import { localReference, parseLocalReference } from '../../../../lib/model/objects';

export const note: CrmObject = {
	object: 'note',
	capability: {
		...{ create: true, change: true, archive: false, delete: true },
		needs: ['client', 'text'],
	},
	fields: [
		{
			...{
				name: 'contact_id',
				label: 'Contact ID',
				type: 'number',
				field: 'client',
				required: true,
			},
			read: ({ contact_id: id }) =>
				id === undefined ? undefined : localReference('contact', String(id)),
			write: (value) => {
				const named = typeof value === 'string' ? parseLocalReference(value) : undefined;
				return named?.object === 'contact' ? { contact_id: idOf(named.crmId) } : undefined;
			},
			// A note cannot be without a contact, and knows no other kind of client.
			hold: (value) =>
				typeof value === 'string' && parseLocalReference(value)?.object !== 'household'
					? value
					: undefined,
		},
		{
			...{ name: 'body', label: 'Body', type: 'string', field: 'text', required: true },
			hold: (value) => (value === null || value === '' ? undefined : value),
		},
		{ name: 'updated_at', label: 'Updated At', type: 'number', readOnly: true },
	],
	matchFields: [],
	listFilters: [
		{
			...{ name: 'contact_id', label: 'Contact ID', type: 'string' },
			description: 'Only notes about this contact',
		},
	],
};

/** A further object of the CRM is one more declaration, in this list. */
export const OBJECT_DECLARATIONS = [note];
export const OBJECT_FIELD_MAP: FieldMap = defaultMapOf(OBJECT_DECLARATIONS);
