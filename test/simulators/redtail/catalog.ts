/** The database's configuration: fields, enumerations, lists, users. The entries are invented. */

export const CONTACT_TYPES = ['Individual', 'Business', 'Association', 'Trust', 'Union'] as const;
export type ContactType = (typeof CONTACT_TYPES)[number];

/** Scalar fields that take text. */
export const TEXT_FIELDS = [
	'first_name',
	'middle_name',
	'last_name',
	'company_name',
	'nickname',
	'job_title',
	'pronouns',
	'spouse_name',
	'tax_id',
	'employer',
	'designation',
];
export const DATE_FIELDS = [
	'dob',
	'death_date',
	'client_since',
	'client_termination_date',
	'marital_date',
];
/** Fields that hold the id of another contact. */
export const CONTACT_ID_FIELDS = ['employer_id', 'referred_by'];

export interface ListItem {
	id: number;
	name: string;
	deleted?: boolean;
	isDefault?: boolean;
}

const ADVISORS: ListItem[] = [
	{ id: 22, name: 'Noel Varga' },
	{ id: 23, name: 'Ada Lindqvist' },
];

/** The lists under `/lists/<name>`. */
export const LISTS: Record<string, ListItem[]> = {
	contact_statuses: [
		{ id: 1, name: 'Active', isDefault: true },
		{ id: 2, name: 'Inactive' },
		{ id: 3, name: 'Pending' },
		{ id: 4, name: 'Archived', deleted: true },
	],
	contact_categories: [
		{ id: 7, name: 'Client', isDefault: true },
		{ id: 8, name: 'Prospect' },
		{ id: 9, name: 'Vendor' },
	],
	contact_salutations: [
		{ id: 3, name: 'Mr.' },
		{ id: 4, name: 'Mrs.' },
		{ id: 5, name: 'Ms.' },
		{ id: 6, name: 'Dr.' },
	],
	sources: [
		{ id: 14, name: 'Seminar' },
		{ id: 15, name: 'Referral' },
	],
	servicing_advisors: ADVISORS,
	writing_advisors: ADVISORS,
	categories: [
		{ id: 2, name: 'General Information', isDefault: true },
		{ id: 3, name: 'Review' },
	],
	activity_codes: [
		{ id: 2, name: 'Phone Call' },
		{ id: 3, name: 'Appointment' },
		{ id: 4, name: 'Task' },
	],
	opportunity_types: [
		{ id: 2, name: 'Rollover' },
		{ id: 3, name: 'New Account' },
	],
};

/** Codes of a family member's place; the real ones are not known. No list shows them. */
export const RELATIONSHIPS: readonly ListItem[] = [
	{ id: 1, name: 'Head of Household' },
	{ id: 2, name: 'Spouse' },
	{ id: 3, name: 'Child' },
	{ id: 4, name: 'Other' },
];

/** Opportunity stages have a `code` where other lists have a `name`. */
export const OPPORTUNITY_STAGES = [
	{ id: 3, code: 'Prospecting', is_default: true, deleted: false },
	{ id: 4, code: 'Proposal', is_default: false, deleted: false },
	{ id: 5, code: 'Won', is_default: false, deleted: false },
	{ id: 6, code: 'Lost', is_default: false, deleted: false },
];

const enumeration = (...names: string[]): ListItem[] =>
	names.map((name, index) => ({ id: index + 1, name }));

/** Id fields of a contact: the values they take and the field that shows the name. */
export const ID_FIELDS: Record<string, { shownAs: string; items: ListItem[] }> = {
	suffix_id: { shownAs: 'suffix', items: enumeration('Jr.', 'Sr.', 'II', 'III') },
	salutation_id: { shownAs: 'salutation', items: LISTS.contact_salutations ?? [] },
	source_id: { shownAs: 'source', items: LISTS.sources ?? [] },
	status_id: { shownAs: 'status', items: LISTS.contact_statuses ?? [] },
	category_id: { shownAs: 'category', items: LISTS.contact_categories ?? [] },
	gender_id: { shownAs: 'gender', items: enumeration('Male', 'Female', 'Unknown') },
	marital_status_id: {
		shownAs: 'marital_status',
		items: enumeration(
			'Single',
			'Life Partner',
			'Married',
			'Separated',
			'Divorced',
			'Widowed',
			'Unknown',
		),
	},
	servicing_advisor_id: { shownAs: 'servicing_advisor', items: ADVISORS },
	writing_advisor_id: { shownAs: 'writing_advisor', items: ADVISORS },
};

export const SUB_NAMES = ['addresses', 'phones', 'emails', 'urls'] as const;
export type SubName = (typeof SUB_NAMES)[number];

export interface SubDefinition {
	/** The wrapper of a single record. */
	singular: string;
	/** Field with the type's number; `<typeField>_description` shows its name. */
	typeField: string;
	/** Names of the types 1, 2, 3 ... */
	types: readonly string[];
	/** The same in plain words. */
	plainTypes: readonly string[];
	/** Text fields beside `custom_type_title` and `description`. */
	fields: readonly string[];
	/** The field without which there is no record; null for addresses, of which any will do. */
	required: string | null;
	/** Prefix of `<owner>_id` and `<owner>_type`. */
	owner: string;
}

export const SUB_RECORDS: Record<SubName, SubDefinition> = {
	addresses: {
		singular: 'address',
		typeField: 'address_type',
		types: ['Home', 'Work', 'Mailing', 'Other'],
		plainTypes: ['home', 'work', 'mailing', 'other'],
		fields: ['street_address', 'secondary_address', 'city', 'state', 'zip', 'country'],
		required: null,
		owner: 'addressable',
	},
	phones: {
		singular: 'phone',
		typeField: 'phone_type',
		types: ['Home', 'Work', 'Mobile', 'Fax', 'Other', 'Direct Dial', 'Toll Free'],
		plainTypes: ['home', 'work', 'mobile', 'fax', 'other', 'direct', 'tollfree'],
		fields: ['number', 'extension', 'speed_dial'],
		required: 'number',
		owner: 'callable',
	},
	emails: {
		singular: 'email',
		typeField: 'email_type',
		types: ['Home', 'Work', 'Other'],
		plainTypes: ['personal', 'work', 'other'],
		fields: ['address'],
		required: 'address',
		owner: 'emailable',
	},
	urls: {
		singular: 'url',
		typeField: 'url_type',
		types: ['Home', 'Work', 'Other'],
		plainTypes: ['home', 'work', 'other'],
		fields: ['address'],
		required: 'address',
		owner: 'contact',
	},
};

export interface UdfDefinition {
	id: number;
	name: string;
	field_type: number;
	field_type_description: string;
}

export const UDF_FIELDS: readonly UdfDefinition[] = [
	{ id: 12, name: 'Service tier', field_type: 1, field_type_description: 'Text' },
	{ id: 13, name: 'Hobby', field_type: 1, field_type_description: 'Text' },
];

export const DATABASE_ID = 40118;

export interface RedtailUser {
	id: number;
	firstName: string;
	lastName: string;
	username: string;
	password: string;
	userKey: string;
	/** May not send the fields that `forbiddenFields` names. */
	restricted: boolean;
}

/** Test keys, good for this simulator only. */
export const API_KEY = '00000000-aaaa-4bbb-8ccc-000000000001';
export const USERS: readonly RedtailUser[] = [
	{
		id: 5521,
		firstName: 'Noel',
		lastName: 'Varga',
		username: 'noel',
		password: 'redtail-simulator-password',
		userKey: '11111111-2222-4333-8444-555555555555',
		restricted: false,
	},
	{
		id: 5522,
		firstName: 'Ada',
		lastName: 'Lindqvist',
		username: 'ada',
		password: 'redtail-simulator-password-2',
		userKey: '11111111-2222-4333-8444-666666666666',
		restricted: true,
	},
];
