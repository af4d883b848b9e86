/** The panel's fields of each form of values (transform), by the name of the setting that they stand for. */
import type { TransformKind } from '../../../lib';
import { oneOf, type FormField } from './form-field';
import { picklistFields } from './value-table-fields';

/** Shown where the setting `crm` says that the CRM has a text, or a moment. */
const IF_TEXT = { setting: 'crm', value: 'text' };
const IF_MOMENT = { setting: 'crm', value: 'datetime' };

const decimalSeparator: FormField = {
	...oneOf(
		'Decimal Separator',
		'decimalSeparator',
		[
			['Comma', ','],
			['Point', '.'],
		],
		'.',
	),
	onlyIf: IF_TEXT,
};

export const FORM_NAMES: Record<TransformKind, { name: string; description: string }> = {
	boolean: { name: 'Yes or No', description: 'Words such as Yes and No for a tick' },
	date: { name: 'Date', description: 'A day as text (05/02/1961), or as a moment' },
	money: { name: 'Money', description: 'An amount as text ($1,234.50), or in cents' },
	name: { name: 'Name', description: 'A whole name: Doe, Jane for Jane Doe, or in capitals' },
	number: { name: 'Number', description: 'A number as text, or on another scale' },
	phone: { name: 'Phone', description: 'How phone numbers are written' },
	picklist: { name: 'Value Table', description: 'Other words for the same values: A for Gold' },
	text: { name: 'Text', description: 'A text that may only be so long' },
};

function dateFields(crm: string): FormField[] {
	return [
		oneOf(
			`In ${crm} It Is`,
			'crm',
			[
				['A Moment', 'datetime'],
				['Text', 'text'],
			],
			'text',
		),
		{
			displayName: 'Format of the Text',
			name: 'format',
			type: 'string',
			default: 'MM/dd/yyyy',
			placeholder: 'e.g. d LLL yyyy',
			description: 'Letters for its parts: yyyy year, MM month, LLL its short name, dd day',
			onlyIf: IF_TEXT,
		},
		{
			displayName: 'Time Zone',
			name: 'zone',
			type: 'string',
			default: 'UTC',
			placeholder: 'e.g. America/New_York',
			description: 'Where the day of the moment is told',
			onlyIf: IF_MOMENT,
		},
		{
			displayName: 'Time of Day',
			name: 'time',
			type: 'string',
			default: '00:00',
			placeholder: 'e.g. 12:00',
			description: 'The time of day that is written',
			onlyIf: IF_MOMENT,
		},
	];
}

function moneyFields(crm: string): FormField[] {
	return [
		oneOf(
			`In ${crm} It Is`,
			'crm',
			[
				['A Number', 'number'],
				['A Number of Cents', 'minor'],
				['Text', 'text'],
			],
			'text',
		),
		{
			displayName: 'Decimals',
			name: 'decimals',
			type: 'number',
			default: 2,
			typeOptions: { minValue: 0, maxValue: 10 },
		},
		{
			displayName: 'Symbol',
			name: 'symbol',
			type: 'string',
			default: '$',
			description: 'What stands before the digits. Empty: nothing.',
			onlyIf: IF_TEXT,
		},
		decimalSeparator,
		{
			displayName: 'Group Thousands',
			name: 'grouping',
			type: 'boolean',
			default: true,
			description: 'Whether the amount is written as 1,234.50',
			onlyIf: IF_TEXT,
		},
	];
}

function nameFields(crm: string): FormField[] {
	return [
		oneOf(
			`In ${crm} It Stands As`,
			'order',
			[
				['Doe, Jane', 'lastFirst'],
				['Jane Doe', 'firstLast'],
			],
			'firstLast',
		),
		oneOf(
			'Capitals',
			'letterCase',
			[
				['All in Capitals', 'upper'],
				['As They Are', 'keep'],
			],
			'keep',
		),
	];
}

function phoneFields(crm: string): FormField[] {
	return [
		oneOf(
			`In ${crm} It Stands As`,
			'format',
			[
				['(212) 555-0123', 'national'],
				['+1 212 555 0123', 'international'],
				['+12125550123', 'e164'],
				['2125550123', 'digits'],
			],
			'national',
		),
		{
			displayName: 'Country',
			name: 'country',
			type: 'string',
			default: 'US',
			placeholder: 'e.g. US',
			description: 'Two letters: the country of numbers without a country code',
		},
	];
}

function booleanFields(): FormField[] {
	return [
		{
			displayName: 'Words for Yes',
			name: 'trueWords',
			type: 'string',
			default: 'Yes, Y, True, T, 1',
			description: 'With commas between them; the first one is written',
		},
		{
			displayName: 'Words for No',
			name: 'falseWords',
			type: 'string',
			default: 'No, N, False, F, 0',
			description: 'With commas between them; the first one is written',
		},
	];
}

function textFields(crm: string): FormField[] {
	return [
		{
			displayName: 'Longest Text',
			name: 'maxLength',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 0,
			description: `How many characters ${crm} takes; more is cut off there. 0: any number.`,
		},
		{
			displayName: 'Trim Blanks',
			name: 'trim',
			type: 'boolean',
			default: true,
			description: 'Whether blanks at both ends are left out',
		},
	];
}

function numberFields(crm: string): FormField[] {
	return [
		oneOf(
			`In ${crm} It Is`,
			'crm',
			[
				['A Number', 'number'],
				['Text', 'text'],
			],
			'number',
		),
		{
			displayName: 'Factor',
			name: 'factor',
			type: 'number',
			default: 1,
			description: `The number in ${crm} is the client's times this: 100 for percents of a fraction`,
		},
		{
			displayName: 'Decimals',
			name: 'decimals',
			type: 'number',
			default: -1,
			typeOptions: { minValue: -1, maxValue: 10 },
			description: 'Digits after the point. -1: as they are.',
		},
		decimalSeparator,
	];
}

/** `crm`: the CRM as people call it. */
export function formFields(crm: string): Record<TransformKind, FormField[]> {
	return {
		date: dateFields(crm),
		money: moneyFields(crm),
		picklist: picklistFields(crm),
		name: nameFields(crm),
		phone: phoneFields(crm),
		boolean: booleanFields(),
		text: textFields(crm),
		number: numberFields(crm),
	};
}
