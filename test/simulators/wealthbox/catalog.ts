/** The account's configuration: fields, value lists, categories, users. All of it invented. */

export type FieldKind = 'text' | 'date' | 'number' | 'boolean' | 'user' | 'contact';

const named = (kind: FieldKind, names: string): Array<[string, FieldKind]> =>
	names.split(' ').map((name) => [name, kind]);

/** Scalar fields of a contact that the API lets write. */
export const CONTACT_FIELDS: ReadonlyMap<string, FieldKind> = new Map([
	...named('text', 'prefix first_name middle_name last_name suffix nickname name'),
	...named('text', 'job_title company_name twitter_name linkedin_url background_information'),
	...named('text', 'gender marital_status contact_source contact_type status'),
	...named('text', 'important_information personal_interests investment_objective'),
	...named('text', 'time_horizon risk_tolerance birth_place maiden_name passport_number'),
	...named('text', 'green_card_number external_unique_id visible_to'),
	...named('date', 'birth_date anniversary client_since date_of_death retirement_date'),
	...named('date', 'signed_fee_agreement_date signed_ips_agreement_date'),
	...named('date', 'signed_fp_agreement_date last_adv_offering_date initial_crs_offering_date'),
	...named('date', 'last_crs_offering_date last_privacy_offering_date'),
	...named('user', 'assigned_to'),
	...named('contact', 'referred_by attorney cpa doctor insurance business_manager'),
	...named('contact', 'family_officer assistant other trusted_contact'),
	...named('number', 'mutual_fund_experience stocks_and_bonds_experience'),
	...named('number', 'partnerships_experience other_investing_experience gross_annual_income'),
	...named('number', 'assets non_liquid_assets liabilities adjusted_gross_income'),
	...named('number', 'estimated_taxes tax_year tax_bracket'),
	...named('boolean', 'confirmed_by_tax_return'),
]);

/** Objects that a PUT changes key by key. */
export const PARTIAL_OBJECTS: Record<string, readonly string[]> = {
	occupation: ['name', 'start_date'],
	drivers_license: ['number', 'state', 'issued_date', 'expires_date'],
};

export const NESTED_NAMES = [
	'street_addresses',
	'email_addresses',
	'phone_numbers',
	'websites',
] as const;
export type NestedName = (typeof NESTED_NAMES)[number];

/**
 * Keys of a nested entry beside `id`, `kind` and `principal`; the first is required for all but
 * addresses.
 */
export const NESTED_FIELDS: Record<NestedName, readonly string[]> = {
	street_addresses: ['street_line_1', 'street_line_2', 'city', 'state', 'zip_code', 'country'],
	email_addresses: ['address'],
	phone_numbers: ['address', 'extension'],
	websites: ['address'],
};

export const CONTACT_TYPES = ['Person', 'Household', 'Organization', 'Trust'] as const;
export type ContactType = (typeof CONTACT_TYPES)[number];

export const HOUSEHOLD_TITLES = [
	'Head',
	'Spouse',
	'Child',
	'Other Dependent',
	'Partner',
	'Parent',
	'Sibling',
	'Grandparent',
	'Grandchild',
];

/** Value lists that no account can change. */
export const FIXED_LISTS: Record<string, readonly string[]> = {
	gender: ['Female', 'Male', 'Non-binary', 'Unknown'],
	marital_status: [
		'Married',
		'Single',
		'Divorced',
		'Widowed',
		'Life partner',
		'Separated',
		'Unknown',
	],
	status: ['Active', 'Inactive'],
	time_horizon: ['Short Term', 'Intermediate', 'Long Term'],
	risk_tolerance: ['Low', 'Moderate', 'High Risk'],
};

/** Categories of plain names; ids count up from `firstId`. */
const NAMED_CATEGORIES: Record<string, { firstId: number; names: readonly string[] }> = {
	contact_types: {
		firstId: 100,
		names: ['Client', 'Past Client', 'Prospect', 'Vendor', 'Organization'],
	},
	contact_sources: { firstId: 120, names: ['Referral', 'Conference', 'Website', 'Other'] },
	task_categories: { firstId: 140, names: ['Follow Up', 'Paperwork'] },
	event_categories: { firstId: 150, names: ['Client Review', 'Phone Call'] },
	file_categories: { firstId: 160, names: ['Agreement', 'Statement'] },
	opportunity_stages: { firstId: 170, names: ['Identified', 'Proposal', 'Won', 'Lost'] },
	opportunity_pipelines: { firstId: 180, names: ['New Business'] },
	investment_objectives: { firstId: 190, names: ['Income', 'Growth', 'Balanced'] },
	financial_account_types: { firstId: 200, names: ['IRA', '401(k)'] },
	email_types: { firstId: 210, names: ['Personal', 'Work', 'Home', 'Other'] },
	phone_types: {
		firstId: 220,
		names: ['Mobile', 'Home', 'Work', 'Fax', 'Direct', 'Toll Free', 'Other'],
	},
	address_types: { firstId: 230, names: ['Home', 'Work', 'Mailing', 'Other'] },
	website_types: { firstId: 240, names: ['Website', 'LinkedIn', 'Other'] },
};

export const CATEGORY_OF_FIELD: Record<string, string> = {
	contact_type: 'contact_types',
	contact_source: 'contact_sources',
	investment_objective: 'investment_objectives',
};

export const CATEGORY_OF_NESTED: Record<NestedName, string> = {
	street_addresses: 'address_types',
	email_addresses: 'email_types',
	phone_numbers: 'phone_types',
	websites: 'website_types',
};

export interface CustomFieldDefinition {
	id: number;
	name: string;
	document_type: string;
	field_type: 'single_select' | 'text' | 'number' | 'date' | 'checkbox';
	options: Array<{ id: number; label: string }>;
}

export const CUSTOM_FIELDS: readonly CustomFieldDefinition[] = [
	{
		id: 41,
		name: 'Service tier',
		document_type: 'Contact',
		field_type: 'single_select',
		options: [
			{ id: 410, label: 'Gold' },
			{ id: 411, label: 'Silver' },
			{ id: 412, label: 'Bronze' },
		],
	},
	{ id: 42, name: 'Hobby', document_type: 'Contact', field_type: 'text', options: [] },
	{ id: 43, name: 'Number of pets', document_type: 'Contact', field_type: 'number', options: [] },
	{ id: 44, name: 'Next review', document_type: 'Contact', field_type: 'date', options: [] },
	{ id: 45, name: 'Newsletter', document_type: 'Contact', field_type: 'checkbox', options: [] },
	{ id: 46, name: 'Region', document_type: 'Opportunity', field_type: 'text', options: [] },
	{ id: 47, name: 'Effort', document_type: 'Task', field_type: 'number', options: [] },
	{ id: 48, name: 'Room', document_type: 'Event', field_type: 'text', options: [] },
];

export const USERS = [
	{ id: 90321, email: 'dana@harborview.example', name: 'Dana Whitfield', status: 'active' },
	{ id: 90322, email: 'priya@harborview.example', name: 'Priya Sandoval', status: 'active' },
	{ id: 90323, email: 'tom@harborview.example', name: 'Tom Ferrante', status: 'inactive' },
] as const;

export const LOGIN_ID = 70011;
export const ACCOUNT_ID = 5512;
/** The user whom the tokens belong to. */
export const CURRENT_USER = USERS[0];

export const CONTACT_ROLES = [
	{
		id: 9,
		name: 'Planning Advisor',
		available_options: [
			{ id: 77, assigned_to: { id: 90321, type: 'User', name: 'Dana Whitfield' } },
			{ id: 78, assigned_to: { id: 90322, type: 'User', name: 'Priya Sandoval' } },
		],
	},
];

export function categoryNames(category: string): readonly string[] {
	return NAMED_CATEGORIES[category]?.names ?? [];
}

/**
 * The rows of `/categories/{type}` that do not depend on the contacts; undefined for an unknown
 * type.
 */
export function categoryRows(category: string): Array<Record<string, unknown>> | undefined {
	if (category === 'contact_roles') return CONTACT_ROLES.map((role) => ({ ...role }));
	const found = NAMED_CATEGORIES[category];
	return found?.names.map((name, index) => ({ id: found.firstId + index, name }));
}
