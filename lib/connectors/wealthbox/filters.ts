/** What contacts can be searched by. */
import type { Connector } from '../connector';
import { EDITED_FILTERS } from './objects/wealthbox-object';

type Contacts = Connector['contacts'];

/** The filters of reference/wealthbox.md, section 8.1. */
export const LIST_FILTERS: Contacts['listFilters'] = [
	{ name: 'name', label: 'Name', type: 'string', description: 'Part of the name' },
	{ name: 'email', label: 'Email', type: 'string', description: 'The whole e-mail address' },
	{
		name: 'phone',
		label: 'Phone',
		type: 'string',
		description: 'The phone number as stored in Wealthbox',
	},
	{
		name: 'external_unique_id',
		label: 'External Unique ID',
		type: 'string',
		description: 'The whole external ID',
	},
	{
		name: 'contact_type',
		label: 'Contact Type',
		type: 'string',
		description: 'One of the contact types configured in Wealthbox, e.g. Client',
	},
	{
		name: 'type',
		label: 'Type',
		type: 'string',
		description: 'One of: person, household, organization, trust',
	},
	{ name: 'active', label: 'Active', type: 'boolean', description: 'Whether the status is Active' },
	{
		name: 'tags',
		label: 'Tags',
		type: 'string',
		description: 'Tag names, comma-separated; any of them',
	},
	{
		name: 'household_title',
		label: 'Household Title',
		type: 'string',
		description: 'Title in the household, e.g. Head or Spouse',
	},
	{
		name: 'deleted',
		label: 'Deleted',
		type: 'boolean',
		description: 'Whether to list deleted contacts',
	},
	{
		name: 'deleted_since',
		label: 'Deleted Since',
		type: 'date',
		description: 'Deleted at or after this time; use together with Deleted',
	},
	...EDITED_FILTERS,
	{
		name: 'order',
		label: 'Order',
		type: 'string',
		description: 'One of: asc, desc, recent, created, updated',
	},
];

export const MATCH_FIELDS: Contacts['matchFields'] = [
	{ name: 'external_unique_id', label: 'External Unique ID' },
	{ name: 'email', label: 'Email' },
	{ name: 'phone', label: 'Phone' },
	{ name: 'name', label: 'Name' },
];
