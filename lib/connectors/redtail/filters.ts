/** What contacts can be searched by. */
import type { Connector } from '../connector';

type Contacts = Connector['contacts'];

/** The search parameters of reference/redtail.md, section 7.1. */
export const LIST_FILTERS: Contacts['listFilters'] = [
	{
		name: 'name',
		label: 'Name',
		type: 'string',
		description: 'First, last or full name, or part of it',
	},
	{ name: 'first_name', label: 'First Name', type: 'string', description: 'The first name' },
	{ name: 'last_name', label: 'Last Name', type: 'string', description: 'The last name' },
	{
		name: 'type',
		label: 'Type',
		type: 'string',
		description: 'One of: individual, business, trust, association',
	},
	{
		name: 'status_id',
		label: 'Status ID',
		type: 'string',
		description: 'ID of the contact status',
	},
	{
		name: 'category_id',
		label: 'Category ID',
		type: 'string',
		description: 'ID of the contact category',
	},
	{ name: 'tax_id', label: 'Tax ID', type: 'string', description: 'The tax ID' },
	{
		name: 'account_number',
		label: 'Account Number',
		type: 'string',
		description: 'Number of an account',
	},
	{
		name: 'phone_number',
		label: 'Phone Number',
		type: 'string',
		description: 'The national number without country code',
	},
	{ name: 'email', label: 'Email', type: 'string', description: 'The e-mail address' },
	{
		name: 'updated_since',
		label: 'Updated Since',
		type: 'date',
		description: 'Edited at or after this time',
	},
];

export const MATCH_FIELDS: Contacts['matchFields'] = [
	{ name: 'email', label: 'Email' },
	{ name: 'phone_number', label: 'Phone Number' },
	{ name: 'name', label: 'Name' },
	{ name: 'tax_id', label: 'Tax ID' },
];
