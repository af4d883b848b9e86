/** The standard fields of a Redtail contact (reference/redtail.md, section 7): Redtail has no describe call. */
import type { CrmField } from '../connector';

type Row = [name: string, label: string, type?: CrmField['type'], suggestedField?: string];

export const CONTACT_TYPES = ['Individual', 'Business', 'Trust', 'Association', 'Union'];

/** Where a text's id is looked up. `list` is a path under /lists; `fixed` are ids 1, 2, 3, ... */
export interface Picklist {
	idField: string;
	list?: string;
	fixed?: readonly string[];
}

/** By the name of the text as it is read. */
export type Picklists = Record<string, Picklist>;

export const PICKLISTS: Picklists = {
	salutation: { idField: 'salutation_id', list: 'contact_salutations' },
	status: { idField: 'status_id', list: 'contact_statuses' },
	category: { idField: 'category_id', list: 'contact_categories' },
	source: { idField: 'source_id', list: 'sources' },
	servicing_advisor: { idField: 'servicing_advisor_id', list: 'servicing_advisors' },
	writing_advisor: { idField: 'writing_advisor_id', list: 'writing_advisors' },
	gender: { idField: 'gender_id', fixed: ['Male', 'Female', 'Unknown'] },
	marital_status: {
		idField: 'marital_status_id',
		fixed: ['Single', 'Life Partner', 'Married', 'Separated', 'Divorced', 'Widowed', 'Unknown'],
	},
};

const ROWS: Row[] = [
	['type', 'Type', 'options', 'type'],
	['salutation', 'Salutation', 'options', 'prefix'],
	['first_name', 'First Name', 'string', 'firstName'],
	['middle_name', 'Middle Name', 'string', 'middleName'],
	['last_name', 'Last Name', 'string', 'lastName'],
	['suffix', 'Suffix', 'string', 'suffix'],
	['nickname', 'Nickname', 'string', 'nickname'],
	['company_name', 'Company Name', 'string', 'companyName'],
	['job_title', 'Job Title', 'string', 'jobTitle'],
	['dob', 'Date of Birth', 'date', 'birthDate'],
	['status', 'Status', 'options', 'status'],
	['category', 'Category', 'options', 'category'],
	['emails', 'E-mails', 'list', 'emails'],
	['phones', 'Phones', 'list', 'phones'],
	['addresses', 'Addresses', 'list', 'addresses'],
	['tag_memberships', 'Tags', 'list', 'tags'],
	['source', 'Source', 'options'],
	['servicing_advisor', 'Servicing Advisor', 'options'],
	['writing_advisor', 'Writing Advisor', 'options'],
	['gender', 'Gender', 'options'],
	['marital_status', 'Marital Status', 'options'],
	['marital_date', 'Marital Date', 'date'],
	['spouse_name', 'Spouse Name'],
	['tax_id', 'Tax ID'],
	['death_date', 'Date of Death', 'date'],
	['client_since', 'Client Since', 'date'],
	['client_termination_date', 'Client Termination Date', 'date'],
	['designation', 'Designation'],
	['pronouns', 'Pronouns'],
	['favorite', 'Favorite', 'boolean'],
	['full_name', 'Full Name'],
	['employer', 'Employer'],
	['referred_by', 'Referred By'],
	['added_by', 'Added By (User ID)', 'number'],
	['created_at', 'Created At', 'datetime'],
	['updated_at', 'Updated At', 'datetime'],
];

/** No way to write these is known (section 6): tags and suffix are read only. */
export const READ_ONLY_FIELDS: ReadonlySet<string> = new Set([
	'id',
	'suffix',
	'tag_memberships',
	'full_name',
	'employer',
	'referred_by',
	'added_by',
	'created_at',
	'updated_at',
]);

function optionsOf(name: string): { options?: CrmField['options'] } {
	const values = name === 'type' ? CONTACT_TYPES : PICKLISTS[name]?.fixed;
	return values === undefined ? {} : { options: values.map((value) => ({ value, label: value })) };
}

export const CONTACT_FIELDS: readonly CrmField[] = ROWS.map(
	([name, label, type = 'string', suggestedField]) => ({
		name,
		label,
		type,
		...optionsOf(name),
		readOnly: READ_ONLY_FIELDS.has(name),
		required: false,
		custom: false,
		...(suggestedField === undefined ? {} : { suggestedField }),
	}),
);

export const DATE_FIELDS: ReadonlySet<string> = new Set(
	CONTACT_FIELDS.filter(({ type }) => type === 'date').map(({ name }) => name),
);
