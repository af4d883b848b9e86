/** The standard fields of a Wealthbox contact (reference/wealthbox.md, section 8.2): Wealthbox has no describe call. */
import type { CrmField } from '../connector';

type Row = [name: string, label: string, type?: CrmField['type'], suggestedField?: string];

const GENDERS = ['Female', 'Male', 'Non-binary', 'Unknown'];
const MARITAL = [
	'Married',
	'Single',
	'Divorced',
	'Widowed',
	'Life partner',
	'Separated',
	'Unknown',
];

const FIXED_OPTIONS: Record<string, string[]> = {
	type: ['Person', 'Household', 'Organization', 'Trust'],
	status: ['Active', 'Inactive'],
	gender: GENDERS,
	marital_status: MARITAL,
	time_horizon: ['Short Term', 'Intermediate', 'Long Term'],
	risk_tolerance: ['Low', 'Moderate', 'High Risk'],
};

/** Fields whose values are configured in the account -> category that lists them. */
export const CONFIGURED_OPTIONS: Record<string, string> = {
	contact_type: 'contact_types',
	contact_source: 'contact_sources',
	investment_objective: 'investment_objectives',
};

const ROWS: Row[] = [
	['type', 'Type', 'options', 'type'],
	['prefix', 'Prefix', 'string', 'prefix'],
	['first_name', 'First Name', 'string', 'firstName'],
	['middle_name', 'Middle Name', 'string', 'middleName'],
	['last_name', 'Last Name', 'string', 'lastName'],
	['suffix', 'Suffix', 'string', 'suffix'],
	['nickname', 'Nickname', 'string', 'nickname'],
	['name', 'Name (Household, Organization, Trust)', 'string', 'name'],
	['company_name', 'Company Name', 'string', 'companyName'],
	['job_title', 'Job Title', 'string', 'jobTitle'],
	['birth_date', 'Birth Date', 'date', 'birthDate'],
	['status', 'Status', 'options', 'status'],
	['contact_type', 'Contact Type', 'options', 'category'],
	['background_information', 'Background Information', 'string', 'background'],
	['email_addresses', 'E-mail Addresses', 'list', 'emails'],
	['phone_numbers', 'Phone Numbers', 'list', 'phones'],
	['street_addresses', 'Street Addresses', 'list', 'addresses'],
	['tags', 'Tags', 'list', 'tags'],
	['websites', 'Websites', 'list'],
	['contact_roles', 'Contact Roles', 'list'],
	['external_unique_id', 'External Unique ID'],
	['contact_source', 'Contact Source', 'options'],
	['gender', 'Gender', 'options'],
	['marital_status', 'Marital Status', 'options'],
	['anniversary', 'Anniversary', 'date'],
	['client_since', 'Client Since', 'date'],
	['date_of_death', 'Date of Death', 'date'],
	['retirement_date', 'Retirement Date', 'date'],
	['assigned_to', 'Assigned To (User ID)', 'number'],
	['referred_by', 'Referred By (Contact ID)', 'number'],
	['twitter_name', 'Twitter Name'],
	['linkedin_url', 'LinkedIn URL'],
	['important_information', 'Important Information'],
	['personal_interests', 'Personal Interests'],
	['investment_objective', 'Investment Objective', 'options'],
	['time_horizon', 'Time Horizon', 'options'],
	['risk_tolerance', 'Risk Tolerance', 'options'],
	['gross_annual_income', 'Gross Annual Income', 'number'],
	['assets', 'Assets', 'number'],
	['non_liquid_assets', 'Non-liquid Assets', 'number'],
	['liabilities', 'Liabilities', 'number'],
	['adjusted_gross_income', 'Adjusted Gross Income', 'number'],
	['estimated_taxes', 'Estimated Taxes', 'number'],
	['tax_year', 'Tax Year', 'number'],
	['tax_bracket', 'Tax Bracket', 'number'],
	['confirmed_by_tax_return', 'Confirmed by Tax Return', 'boolean'],
	['birth_place', 'Birth Place'],
	['maiden_name', 'Maiden Name'],
	['signed_fee_agreement_date', 'Signed Fee Agreement', 'date'],
	['signed_ips_agreement_date', 'Signed IPS Agreement', 'date'],
	['signed_fp_agreement_date', 'Signed FP Agreement', 'date'],
	['last_adv_offering_date', 'Last ADV Offering', 'date'],
	['initial_crs_offering_date', 'Initial CRS Offering', 'date'],
	['last_crs_offering_date', 'Last CRS Offering', 'date'],
	['last_privacy_offering_date', 'Last Privacy Offering', 'date'],
	['attorney', 'Attorney (Contact ID)', 'number'],
	['cpa', 'CPA (Contact ID)', 'number'],
	['doctor', 'Doctor (Contact ID)', 'number'],
	['insurance', 'Insurance (Contact ID)', 'number'],
	['business_manager', 'Business Manager (Contact ID)', 'number'],
	['family_officer', 'Family Officer (Contact ID)', 'number'],
	['assistant', 'Assistant (Contact ID)', 'number'],
	['trusted_contact', 'Trusted Contact (Contact ID)', 'number'],
	['visible_to', 'Visible To'],
	['creator', 'Creator (User ID)', 'number'],
	['created_at', 'Created At', 'datetime'],
	['updated_at', 'Updated At', 'datetime'],
	['household', 'Household', 'list'],
	['household.title', 'Title in Household'],
	['image', 'Image'],
];

/** `external_unique_id` carries the unified id: mapped fields never write it. */
export const READ_ONLY_FIELDS: ReadonlySet<string> = new Set([
	'id',
	'creator',
	'created_at',
	'updated_at',
	'household',
	'image',
	'external_unique_id',
	'websites',
	'contact_roles',
]);

/** Of the read-only ones those that the node's own create and update may send nevertheless. */
const SENDABLE = new Set(['external_unique_id', 'websites', 'contact_roles', 'household']);

export const CONTACT_FIELDS: readonly CrmField[] = ROWS.map(
	([name, label, type = 'string', suggestedField]) => ({
		name,
		label,
		type,
		...(FIXED_OPTIONS[name] === undefined
			? {}
			: { options: FIXED_OPTIONS[name].map((value) => ({ value, label: value })) }),
		readOnly: READ_ONLY_FIELDS.has(name) && !SENDABLE.has(name),
		required: false,
		custom: false,
		...(suggestedField === undefined ? {} : { suggestedField }),
	}),
);

export const DATE_FIELDS: ReadonlySet<string> = new Set(
	CONTACT_FIELDS.filter(({ type }) => type === 'date').map(({ name }) => name),
);
