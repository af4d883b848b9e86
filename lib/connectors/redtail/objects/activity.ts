/**
 * Activities (reference/redtail.md, section 9): tasks and events are one resource in Redtail, told apart by the
 * activity's code. Which codes are tasks is a setting.
 */
import type { CrmRecord } from '../../connector';
import type { CrmObject, CrmObjectField } from '../../objects/crm-object';
import type { Picklists } from '../catalog';
import type { Resource } from '../item-client';
import type { RedtailSettings } from '../settings';
import { htmlField, listedField } from './values';

export const ACTIVITIES: Resource = {
	path: '/activities',
	plural: 'activities',
	singular: 'activity',
	include: 'linked_contacts',
};

export const ACTIVITY_PICKLISTS: Picklists = {
	category: { idField: 'category_id', list: 'categories' },
	activity_code: { idField: 'activity_code_id', list: 'activity_codes' },
};

export const SUBJECT: CrmObjectField = {
	name: 'subject',
	label: 'Subject',
	type: 'string',
	required: true,
	field: 'subject',
};
export const DESCRIPTION = htmlField('description', 'Description');
export const CATEGORY = listedField('category', 'Category', 'category');
export const ACTIVITY_CODE: CrmObjectField = {
	name: 'activity_code',
	label: 'Activity Code',
	type: 'options',
};

export const ACTIVITY_FILTERS: CrmObject['listFilters'] = [
	{
		name: 'start_date',
		label: 'From',
		type: 'date',
		description: 'Activities on this day or later',
	},
	{
		name: 'end_date',
		label: 'Until',
		type: 'date',
		description: 'Activities on this day or earlier',
	},
];

/** `activity_code`: as the list of codes names it (../items.ts adds it to each row). */
export function isTask({ activity_code }: CrmRecord, settings: RedtailSettings): boolean {
	const code = String(activity_code ?? '').toLowerCase();
	return settings.taskActivityCodes.some((one) => String(one).toLowerCase() === code);
}
