/** The objects of Wealthbox beside contacts, in the order in which they are read and made. */
import type { FieldMap } from '../../../model/field-map';
import type { ObjectName } from '../../../model/objects';
import { defaultMapOf } from '../../objects/crm-object';
import { HOUSEHOLD_FIELD, TITLE_FIELD } from '../membership';
import { event } from './event';
import { household } from './household';
import { note } from './note';
import { opportunity } from './opportunity';
import { task } from './task';
import type { WealthboxItem } from './wealthbox-object';

export const ITEMS: readonly WealthboxItem[] = [opportunity, note, task, event];
export const OBJECT_DECLARATIONS = [household, ...ITEMS];

export function itemOf(object: ObjectName): WealthboxItem | undefined {
	return ITEMS.find((item) => item.object === object);
}

export const OBJECT_FIELD_MAP: FieldMap = [
	{ field: 'household', crmField: HOUSEHOLD_FIELD, direction: 'both' },
	{ field: 'householdRole', crmField: TITLE_FIELD, direction: 'both' },
	...defaultMapOf(OBJECT_DECLARATIONS),
];
