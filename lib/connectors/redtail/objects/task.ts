/** Tasks: activities with a code that the setting `taskActivityCodes` names (reference/redtail.md, section 9). */
import type { CrmObject } from '../../objects/crm-object';
import { ACTIVITY_CODE, ACTIVITY_FILTERS, CATEGORY, DESCRIPTION, SUBJECT } from './activity';
import { LINKED_CLIENT, LINKED_CLIENTS } from './links';
import { DUE_DATE, IMPORTANCE } from './values';

export const TASK: CrmObject = {
	object: 'task',
	capability: {
		...{
			create: true,
			change: true,
			archive: { field: 'completed', value: 'true', back: 'false' },
			delete: true,
			needs: ['subject'],
		},
		clients: LINKED_CLIENTS,
	},
	fields: [
		SUBJECT,
		DUE_DATE,
		{ name: 'completed', label: 'Completed', type: 'boolean', field: 'done' },
		LINKED_CLIENT,
		DESCRIPTION,
		IMPORTANCE,
		CATEGORY,
		ACTIVITY_CODE,
		{ name: 'location', label: 'Location', type: 'string' },
		{ name: 'completed_at', label: 'Completed At', type: 'datetime', readOnly: true },
		{ name: 'updated_at', label: 'Updated At', type: 'datetime', readOnly: true },
	],
	listFilters: ACTIVITY_FILTERS,
	matchFields: [{ name: 'subject', label: 'Subject' }],
};
