/** Events of the calendar. */
import {
	client,
	customField,
	filter,
	MODIFIED_SINCE,
	moment,
	plain,
	STAMPS,
	text,
	type SalesforceItem,
} from './salesforce-object';

const HOUR_MS = 60 * 60 * 1_000;

export const event: SalesforceItem = {
	object: 'event',
	sobject: 'Event',
	capability: {
		...{ create: true, change: true, archive: false, delete: true },
		needs: ['subject', 'startsAt'],
	},
	reads: ['WhatId'],
	searchBy: 'Subject',
	fields: [
		client,
		text('Subject', 'Subject', 'subject', 255),
		text('Description', 'Description', 'text', 32_000),
		moment('StartDateTime', 'Start', 'startsAt'),
		moment('EndDateTime', 'End', 'endsAt'),
		{
			...plain('IsAllDayEvent', 'All Day', { type: 'boolean', field: 'allDay' }),
			hold: (value) => value === true,
		},
		text('Location', 'Location', 'location', 255),
		plain('WhatId', 'Related To ID'),
		...STAMPS,
	],
	customField,
	/** Salesforce wants an end: an hour after the start, as its own screens propose. */
	defaults: (_settings, { StartDateTime: start }) => {
		const at = Date.parse(String(start));
		return Number.isNaN(at) ? {} : { EndDateTime: new Date(at + HOUR_MS).toISOString() };
	},
	matchFields: [],
	listFilters: [
		filter('WhoId', 'Contact ID', 'Only events of this contact'),
		filter('WhatId', 'Related To ID', 'Only events of this account or opportunity'),
		filter('OwnerId', 'Assigned To', 'ID of the user whose events to list'),
		MODIFIED_SINCE,
	],
};
