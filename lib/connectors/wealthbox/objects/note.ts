/** Notes, called status updates in the API (reference/wealthbox.md, section 11). They cannot be deleted. */
import {
	client,
	EDITED_FILTERS,
	instantOf,
	plain,
	tags,
	text,
	type WealthboxItem,
} from './wealthbox-object';

export const note: WealthboxItem = {
	object: 'note',
	path: '/notes',
	key: 'status_updates',
	capability: { create: true, change: true, archive: 'keep', delete: false, needs: ['text'] },
	lists: [{ order: 'asc' }],
	byResource: true,
	named: [],
	listed: [],
	wanted: ['content'],
	fields: [
		client,
		text('content', 'Content', 'text', true),
		tags,
		{
			...{ name: 'created_at', label: 'Created At', type: 'datetime', readOnly: true },
			field: 'notedAt',
			read: ({ created_at: at }) => (at === undefined ? undefined : instantOf(at)),
		},
		plain('visible_to', 'Visible To'),
		plain('creator', 'Creator (User ID)', { type: 'number', readOnly: true }),
		plain('updated_at', 'Updated At', { type: 'datetime', readOnly: true }),
	],
	matchFields: [],
	listFilters: [
		{
			name: 'resource_id',
			label: 'Contact ID',
			type: 'string',
			description: 'Only notes that are linked to this contact',
		},
		...EDITED_FILTERS,
		{
			name: 'order',
			label: 'Order',
			type: 'string',
			description: 'One of: asc, created, updated',
		},
	],
};
