/** Tasks (reference/wealthbox.md, section 9). */
import type { CrmObjectField } from '../../objects/crm-object';
import { wordAmong } from '../../objects/values';
import { wealthboxSettings } from '../settings';
import {
	client,
	EDITED_FILTERS,
	customField,
	day,
	named,
	plain,
	text,
	type NamedById,
	type WealthboxItem,
} from './wealthbox-object';

const CATEGORY: NamedById = {
	field: 'category',
	nameField: 'category_name',
	category: 'task_categories',
};

const dueDate = day('due_date', 'Due Date', 'dueDate');

/** Wealthbox's words by the settings; one without a canonical word means that none is given. */
const priority: CrmObjectField = {
	...{ name: 'priority', label: 'Priority', type: 'options', field: 'priority' },
	options: ['Low', 'Medium', 'High'],
	read: ({ priority: held }, settings) => {
		if (held === undefined) return undefined;
		const own = wealthboxSettings(settings).priorities;
		const known = wordAmong(Object.keys(own), String(held ?? ''));
		return known === undefined ? String(held ?? '') : String(own[known]);
	},
	hold: (value, settings) => {
		const all = Object.values(wealthboxSettings(settings).priorities).map(String);
		const given = all.filter((canonical) => canonical !== '');
		return typeof value === 'string' ? wordAmong(given, value) : undefined;
	},
	write: (value, { settings }) => {
		const own = Object.entries(wealthboxSettings(settings).priorities);
		const found = own.find(([, canonical]) => canonical !== '' && canonical === value);
		return found && { priority: found[0] };
	},
};

export const task: WealthboxItem = {
	object: 'task',
	path: '/tasks',
	key: 'tasks',
	documentType: 'Task',
	capability: {
		create: true,
		change: true,
		archive: { field: 'complete', value: 'true', back: 'false' },
		delete: true,
		needs: ['subject'],
	},
	// Whether completed=true also lists the others is not known: both are read, and joined by id.
	lists: [{ completed: 'false' }, { completed: 'true' }],
	byResource: true,
	named: [CATEGORY],
	listed: ['priority'],
	wanted: ['name', 'due_date', 'frame'],
	fields: [
		client,
		text('name', 'Name', 'subject', true),
		text('description', 'Description', 'text'),
		{
			...dueDate,
			write: (value, scope) => {
				const cleared = value === null || value === '';
				const { undatedTaskFrame } = wealthboxSettings(scope.settings);
				return cleared ? { frame: undatedTaskFrame } : dueDate.write?.(value, scope);
			},
		},
		priority,
		named(CATEGORY, 'Category', 'category'),
		{
			...{ name: 'complete', label: 'Complete', type: 'boolean', field: 'done' },
			hold: (value) => value === true,
		},
		plain('frame', 'Frame', {
			type: 'options',
			options: ['today', 'tomorrow', 'this_week', 'next_week', 'future', 'specific'],
		}),
		plain('assigned_to', 'Assigned To (User ID)', { type: 'number' }),
		plain('assigned_to_team', 'Assigned To (Team ID)', { type: 'number' }),
		plain('due_later', 'Due Later'),
		plain('visible_to', 'Visible To'),
		plain('creator', 'Creator (User ID)', { type: 'number', readOnly: true }),
		plain('created_at', 'Created At', { type: 'datetime', readOnly: true }),
		plain('updated_at', 'Updated At', { type: 'datetime', readOnly: true }),
	],
	customField,
	/** Exactly one of due date and frame (section 9). */
	assemble: (body, { settings, current }) => {
		if (current !== null || body.due_date || body.frame) return body;
		return { ...body, frame: wealthboxSettings(settings).undatedTaskFrame };
	},
	matchFields: [],
	listFilters: [
		{
			name: 'resource_id',
			label: 'Contact ID',
			type: 'string',
			description: 'Only tasks that are linked to this contact',
		},
		{
			name: 'assigned_to',
			label: 'Assigned To',
			type: 'string',
			description: 'ID of the user whose tasks to list',
		},
		{
			name: 'assigned_to_team',
			label: 'Assigned To Team',
			type: 'string',
			description: 'ID of the team whose tasks to list',
		},
		{
			name: 'created_by',
			label: 'Created By',
			type: 'string',
			description: 'ID of the user who made the tasks',
		},
		{
			name: 'completed',
			label: 'Completed',
			type: 'boolean',
			description: 'Whether to list completed tasks, which Wealthbox hides otherwise',
		},
		{
			name: 'task_type',
			label: 'Task Type',
			type: 'string',
			description: 'One of: all, parents, subtasks',
		},
		...EDITED_FILTERS,
	],
};
