/**
 * Households: Redtail's families (reference/redtail.md, section 11). They can be read; how they are written is not
 * documented: the setting `familyWrites` says whether the likely paths may be used.
 */
import type { ObjectCapability } from '../../connector';
import type { CrmObject } from '../../objects/crm-object';
import type { RedtailSettings } from '../settings';
import type { Resource } from '../item-client';

export const FAMILIES: Resource = {
	path: '/families',
	plural: 'families',
	singular: 'family',
	query: { family_members: 'true' },
};

export const HOUSEHOLD: CrmObject = {
	object: 'household',
	capability: { create: false, change: false, archive: false, delete: false },
	fields: [{ name: 'name', label: 'Name', type: 'string', required: true, field: 'name' }],
	listFilters: [],
	matchFields: [{ name: 'name', label: 'Name' }],
};

export function householdCapability({ familyWrites }: RedtailSettings): ObjectCapability {
	if (!familyWrites) return HOUSEHOLD.capability;
	return { create: true, change: true, archive: false, delete: true, needs: ['name'] };
}
