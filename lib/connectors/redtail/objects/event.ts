/** Events: all activities that are no tasks (reference/redtail.md, section 9). */
import type { CrmObject, CrmObjectField } from '../../objects/crm-object';
import { roundedInstant } from '../../objects/values';
import { ACTIVITY_CODE, ACTIVITY_FILTERS, CATEGORY, DESCRIPTION, SUBJECT } from './activity';
import { LINKED_CLIENT, LINKED_CLIENTS } from './links';

const SECOND_MS = 1_000;

function time(name: string, label: string, field: string): CrmObjectField {
	return {
		name,
		label,
		type: 'datetime',
		required: true,
		field,
		// Redtail has no activity without its times.
		hold: (value) =>
			typeof value === 'string' && value !== '' ? roundedInstant(value, SECOND_MS) : undefined,
	};
}

export const EVENT: CrmObject = {
	object: 'event',
	capability: {
		create: true,
		change: true,
		archive: { field: 'completed', value: 'true', back: 'false' },
		delete: true,
		needs: ['subject', 'startsAt'],
		clients: LINKED_CLIENTS,
	},
	fields: [
		SUBJECT,
		time('start_date', 'Start', 'startsAt'),
		time('end_date', 'End', 'endsAt'),
		{ name: 'all_day', label: 'All Day', type: 'boolean', field: 'allDay' },
		{ name: 'location', label: 'Location', type: 'string', field: 'location' },
		LINKED_CLIENT,
		DESCRIPTION,
		CATEGORY,
		ACTIVITY_CODE,
		{ name: 'completed', label: 'Completed', type: 'boolean' },
		{ name: 'updated_at', label: 'Updated At', type: 'datetime', readOnly: true },
	],
	listFilters: ACTIVITY_FILTERS,
	matchFields: [{ name: 'subject', label: 'Subject' }],
};
