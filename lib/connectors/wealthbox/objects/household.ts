/**
 * Households: contacts of type Household (reference/wealthbox.md, sections 8.2 and 8.6). They are read and written
 * as contacts are; their members are the contacts' own fields `household` and `household.title`.
 */
import type { CanonicalFields } from '../../../model/fields';
import { localReference } from '../../../model/objects';
import type { CrmRecord } from '../../connector';
import type { CrmObject } from '../../objects/crm-object';
import { isObject } from '../../rest';
import { CONTACT_FIELDS } from '../catalog';
import { LIST_FILTERS, MATCH_FIELDS } from '../filters';
import { HOUSEHOLD } from './wealthbox-object';

const FIELDS: Record<string, string> = {
	name: 'name',
	status: 'status',
	contact_type: 'category',
	background_information: 'background',
	email_addresses: 'emails',
	phone_numbers: 'phones',
	street_addresses: 'addresses',
	tags: 'tags',
};
const OTHERS = ['important_information', 'client_since', 'assigned_to', 'visible_to', 'creator'];
const READ_ONLY = ['created_at', 'updated_at'];

export const household: CrmObject = {
	object: 'household',
	capability: { create: true, change: true, archive: true, delete: true, needs: ['name'] },
	fields: CONTACT_FIELDS.flatMap(({ options, ...described }) => {
		const { name } = described;
		if (![...Object.keys(FIELDS), ...OTHERS, ...READ_ONLY].includes(name)) return [];
		const label = name === 'name' ? 'Name' : described.label;
		const own = { name, label, type: described.type, readOnly: described.readOnly };
		const words = options?.map(({ value }) => value);
		const field = FIELDS[name];
		return [
			{
				...own,
				required: name === 'name',
				...(words === undefined ? {} : { options: words }),
				...(field === undefined ? {} : { field }),
			},
		];
	}),
	listFilters: LIST_FILTERS.filter(({ name }) => name !== 'type' && name !== 'household_title'),
	matchFields: MATCH_FIELDS,
};

export function isHousehold({ type }: CrmRecord): boolean {
	return type === HOUSEHOLD;
}

export function membersOf({ members }: CrmRecord): string[] | undefined {
	if (!Array.isArray(members)) return undefined;
	return members.filter(isObject).map(({ id }) => localReference('contact', String(id)));
}

/** What a household holds depends on what it is. */
export function asHousehold(fields: CanonicalFields): CanonicalFields {
	return { ...fields, type: 'household' };
}

/** Without the type, which says nothing of a household. */
export function untyped(fields: CanonicalFields): CanonicalFields {
	return Object.fromEntries(Object.entries(fields).filter(([field]) => field !== 'type'));
}
