/** What Redtail keeps beside contacts. */
import type { FieldMap } from '../../../model/field-map';
import type { ObjectName } from '../../../model/objects';
import type { Json, ObjectCapability } from '../../connector';
import {
	capabilitiesOf,
	defaultMapOf,
	type CrmObject,
	type ItemObject,
} from '../../objects/crm-object';
import type { Picklists } from '../catalog';
import { FAMILY_FIELD, ROLE_FIELD } from '../membership';
import { redtailSettings } from '../settings';
import { ACTIVITY_PICKLISTS } from './activity';
import { EVENT } from './event';
import { HOUSEHOLD, householdCapability } from './household';
import { NOTE, noteCapability } from './note';
import { OPPORTUNITY, OPPORTUNITY_PICKLISTS } from './opportunity';
import { TASK } from './task';

export const REDTAIL_OBJECTS: Record<ItemObject, CrmObject> = {
	household: HOUSEHOLD,
	opportunity: OPPORTUNITY,
	note: NOTE,
	task: TASK,
	event: EVENT,
};

/** The lists in which an object's texts have ids. */
export const OBJECT_PICKLISTS: Record<ItemObject, Picklists> = {
	household: {},
	opportunity: OPPORTUNITY_PICKLISTS,
	note: ACTIVITY_PICKLISTS,
	task: ACTIVITY_PICKLISTS,
	event: ACTIVITY_PICKLISTS,
};

export const OBJECT_FIELD_MAP: FieldMap = [
	{ field: 'household', crmField: FAMILY_FIELD, direction: 'both' },
	{ field: 'householdRole', crmField: ROLE_FIELD, direction: 'both' },
	...defaultMapOf(Object.values(REDTAIL_OBJECTS)),
];

export const OBJECT_CAPABILITIES = capabilitiesOf(Object.values(REDTAIL_OBJECTS));

/** What the settings allow. */
export function capabilityIn(
	object: ObjectName,
	settings: Record<string, Json>,
): ObjectCapability | undefined {
	if (object === 'household') return householdCapability(redtailSettings(settings));
	if (object === 'note') return noteCapability(redtailSettings(settings));
	return undefined;
}
