/** The panel of one rule. Read by `readRules`. */
import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { CUSTOM, ruleFieldOptions } from './field-options';

const WARN = {
	name: 'Warn',
	value: 'warn',
	description: 'The record goes on; the finding stands in its output',
};
const REJECT = {
	name: 'Reject',
	value: 'reject',
	description: 'The record leaves by the output Rejected; a change event becomes a dead letter',
};
const REPAIR = {
	name: 'Repair',
	value: 'repair',
	description: 'The value is brought to its normal form, where that is beyond doubt',
};

const CHECK_OPTIONS: INodePropertyOptions[] = [
	{ name: 'Allowed Values', value: 'allowed', description: 'One of a list' },
	{ name: 'Date Range', value: 'dateRange', description: 'Not before or after a day' },
	{
		name: 'Format',
		value: 'format',
		description: 'Is an e-mail, a phone number, a date and so on',
	},
	{ name: 'Length', value: 'length', description: 'Not too short or too long' },
	{ name: 'Pattern', value: 'pattern', description: 'Fits a regular expression' },
	{ name: 'Required', value: 'required', description: 'Is not empty' },
];

const FORMAT_OPTIONS: INodePropertyOptions[] = [
	{ name: 'Country', value: 'country' },
	{ name: 'Date', value: 'date' },
	{ name: 'E-Mail', value: 'email' },
	{ name: 'Name', value: 'name', description: 'Letter case: McDonald, van der Berg' },
	{ name: 'Phone', value: 'phone', description: 'E.164: +12075550148' },
	{ name: 'Postal Code', value: 'postalCode' },
	{ name: 'State (USA)', value: 'state' },
	{ name: 'Suffix', value: 'suffix' },
	{ name: 'Text', value: 'text', description: 'No blanks at the ends, single ones between words' },
	{ name: 'Title', value: 'title' },
];

const shownFor = (...checks: string[]) => ({ show: { check: checks } });

export const ruleProperties: INodeProperties[] = [
	{
		displayName: 'Field',
		name: 'field',
		type: 'options',
		options: ruleFieldOptions,
		default: 'lastName',
		description: 'Of a list (e-mails, phones, addresses, tags) every entry is checked',
	},
	{
		displayName: 'Custom Field',
		name: 'customField',
		type: 'string',
		displayOptions: { show: { field: [CUSTOM] } },
		default: '',
		placeholder: 'e.g. tier',
		description:
			'Its name: of a plain item, the key; of a change event, what stands after "custom."',
	},
	{
		displayName: 'Check',
		name: 'check',
		type: 'options',
		options: CHECK_OPTIONS,
		default: 'required',
	},
	{
		displayName: 'Format',
		name: 'format',
		type: 'options',
		displayOptions: shownFor('format'),
		options: FORMAT_OPTIONS,
		default: 'text',
	},
	{
		displayName: 'Values',
		name: 'values',
		type: 'string',
		typeOptions: { rows: 4 },
		displayOptions: shownFor('allowed'),
		default: '',
		placeholder: 'e.g. Active',
		description: 'One a line',
	},
	{
		displayName: 'Pattern',
		name: 'pattern',
		type: 'string',
		displayOptions: shownFor('pattern'),
		default: '',
		placeholder: 'e.g. ^\\d{3}-\\d{2}-\\d{4}$',
		description: 'A regular expression; ^ and $ where the whole value is meant',
	},
	{
		displayName: 'Shortest',
		name: 'min',
		type: 'number',
		typeOptions: { minValue: 0 },
		displayOptions: shownFor('length'),
		default: 0,
		description: 'Characters',
	},
	{
		displayName: 'Longest',
		name: 'max',
		type: 'number',
		typeOptions: { minValue: 1 },
		displayOptions: shownFor('length'),
		default: 255,
		description: 'Characters',
	},
	{
		displayName: 'Not Before',
		name: 'earliest',
		type: 'string',
		displayOptions: shownFor('dateRange'),
		default: '',
		placeholder: 'e.g. 1910-01-01 or today-110y',
		description: 'A day, today, or so many days (d), months (m) or years (y) from today',
	},
	{
		displayName: 'Not After',
		name: 'latest',
		type: 'string',
		displayOptions: shownFor('dateRange'),
		default: '',
		placeholder: 'e.g. today-18y',
		description: 'A day, today, or so many days (d), months (m) or years (y) from today',
	},
	{
		displayName: 'If It Does Not Hold',
		name: 'on',
		type: 'options',
		displayOptions: { hide: { check: ['allowed', 'format'] } },
		options: [REJECT, WARN],
		default: 'warn',
	},
	{
		displayName: 'If It Does Not Hold',
		name: 'onRepairable',
		type: 'options',
		displayOptions: shownFor('allowed', 'format'),
		options: [REJECT, REPAIR, WARN],
		default: 'warn',
	},
	{
		displayName: 'If It Cannot Be Repaired',
		name: 'otherwise',
		type: 'options',
		displayOptions: { show: { check: ['allowed', 'format'], onRepairable: ['repair'] } },
		options: [REJECT, WARN],
		default: 'warn',
	},
	{
		displayName: 'Message',
		name: 'message',
		type: 'string',
		default: '',
		placeholder: 'e.g. Ask the client for the birth date',
		description: 'What stands in the output and in dead letters instead of the usual sentence',
	},
];
