/** Calendar events (reference/wealthbox.md, section 10). Invitees are never written: they would get mail. */
import {
	client,
	EDITED_FILTERS,
	customField,
	moment,
	named,
	plain,
	text,
	word,
	type NamedById,
	type WealthboxItem,
} from './wealthbox-object';

const CATEGORY: NamedById = {
	field: 'event_category',
	nameField: 'event_category_name',
	category: 'event_categories',
};

const STATES = ['unconfirmed', 'confirmed', 'tentative', 'completed', 'cancelled'];

export const event: WealthboxItem = {
	object: 'event',
	path: '/events',
	key: 'events',
	documentType: 'Event',
	capability: {
		...{
			create: true,
			change: true,
			archive: { field: 'state', value: 'cancelled', back: 'confirmed' },
			delete: true,
		},
		needs: ['subject', 'startsAt', 'endsAt'],
	},
	lists: [{ order: 'asc' }],
	byResource: true,
	named: [CATEGORY],
	listed: ['state'],
	wanted: ['title', 'starts_at', 'ends_at'],
	fields: [
		client,
		text('title', 'Title', 'subject', true),
		text('description', 'Description', 'text'),
		moment('starts_at', 'Starts At', 'startsAt'),
		moment('ends_at', 'Ends At', 'endsAt'),
		{
			...{ name: 'all_day', label: 'All Day', type: 'boolean', field: 'allDay' },
			hold: (value) => value === true,
		},
		text('location', 'Location', 'location'),
		word('state', 'State', 'status', STATES),
		named(CATEGORY, 'Category', 'category'),
		plain('repeats', 'Repeats', { type: 'boolean', readOnly: true }),
		plain('email_invitees', 'E-mail Invitees', { type: 'boolean' }),
		plain('invitees', 'Invitees', { type: 'list' }),
		plain('visible_to', 'Visible To'),
		plain('creator', 'Creator (User ID)', { type: 'number', readOnly: true }),
		plain('created_at', 'Created At', { type: 'datetime', readOnly: true }),
		plain('updated_at', 'Updated At', { type: 'datetime', readOnly: true }),
	],
	customField,
	assemble: (body, { current }) => (current === null ? { email_invitees: false, ...body } : body),
	matchFields: [],
	listFilters: [
		{
			name: 'resource_id',
			label: 'Contact ID',
			type: 'string',
			description: 'Only events that are linked to this contact',
		},
		{
			name: 'start_date_min',
			label: 'Starting On or After',
			type: 'string',
			description: 'A day, e.g. 2026-06-01',
		},
		{
			name: 'start_date_max',
			label: 'Starting On or Before',
			type: 'string',
			description: 'A day, e.g. 2026-06-30',
		},
		...EDITED_FILTERS,
		{
			name: 'order',
			label: 'Order',
			type: 'string',
			description: 'One of: asc, desc, recent, created',
		},
	],
};
