/** Tasks. Open or done is what the setting `taskDoneStatus` says of the status. */
import type { CrmObjectField } from '../../objects/crm-object';
import { PRIORITIES } from '../../objects/values';
import { itemSettings } from '../settings';
import {
	client,
	customField,
	filter,
	MODIFIED_SINCE,
	picklist,
	plain,
	STAMPS,
	text,
	type SalesforceItem,
} from './salesforce-object';

const done: CrmObjectField = {
	...{ name: 'Status', label: 'Status (Done)', type: 'options', field: 'done' },
	read: ({ Status: held }, settings) =>
		held === undefined ? undefined : held === itemSettings(settings).taskDoneStatus,
	hold: (value) => value === true,
	write: (value, { settings, current }) => {
		const { taskDoneStatus, taskOpenStatus } = itemSettings(settings);
		if (value === true) return { Status: taskDoneStatus };
		// Which of the open ones it is stays as somebody chose it.
		const isOpen = current !== null && current['Status'] !== taskDoneStatus;
		return isOpen ? undefined : { Status: taskOpenStatus };
	},
};

export const task: SalesforceItem = {
	object: 'task',
	sobject: 'Task',
	capability: {
		create: true,
		change: true,
		archive: { field: 'Status', value: 'true', back: 'false' },
		delete: true,
		needs: ['subject'],
	},
	reads: ['WhatId'],
	searchBy: 'Subject',
	fields: [
		client,
		text('Subject', 'Subject', 'subject', 255),
		text('Description', 'Description', 'text', 32_000),
		plain('ActivityDate', 'Due Date', { type: 'date', field: 'dueDate' }),
		picklist('Priority', 'Priority', 'priority', PRIORITIES, true),
		done,
		plain('WhatId', 'Related To ID'),
		...STAMPS,
	],
	customField,
	matchFields: [],
	listFilters: [
		filter('WhoId', 'Contact ID', 'Only tasks of this contact'),
		filter('WhatId', 'Related To ID', 'Only tasks of this account or opportunity'),
		filter('OwnerId', 'Assigned To', 'ID of the user whose tasks to list'),
		filter('Status', 'Status', 'Tasks with exactly this status'),
		MODIFIED_SINCE,
	],
};
