/** The panel's fields of each form of values (transform), by the name of the setting that they stand for. */
import type { INodeProperties } from 'n8n-workflow';
import type { TransformKind } from '../../../lib';

export interface FormField extends Omit<INodeProperties, 'displayOptions'> {
	/** Shown only where another setting of the form has this value. */
	onlyIf?: { setting: string; value: string };
}

const decimalSeparator: FormField = {
	displayName: 'Decimal Separator',
	name: 'decimalSeparator',
	type: 'options',
	options: [
		{ name: 'Comma', value: ',' },
		{ name: 'Point', value: '.' },
	],
	default: '.',
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

/** `crm`: the CRM as people call it. */
export function formFields(crm: string): Record<TransformKind, FormField[]> {
	return {
		date: [
			{
				displayName: `In ${crm} It Is`,
				name: 'crm',
				type: 'options',
				options: [
					{ name: 'A Moment', value: 'datetime' },
					{ name: 'Text', value: 'text' },
				],
				default: 'text',
			},
			{
				displayName: 'Format of the Text',
				name: 'format',
				type: 'string',
				default: 'MM/dd/yyyy',
				placeholder: 'e.g. d LLL yyyy',
				description: 'Letters for its parts: yyyy year, MM month, LLL its short name, dd day',
				onlyIf: { setting: 'crm', value: 'text' },
			},
			{
				displayName: 'Time Zone',
				name: 'zone',
				type: 'string',
				default: 'UTC',
				placeholder: 'e.g. America/New_York',
				description: 'Where the day of the moment is told',
				onlyIf: { setting: 'crm', value: 'datetime' },
			},
			{
				displayName: 'Time of Day',
				name: 'time',
				type: 'string',
				default: '00:00',
				placeholder: 'e.g. 12:00',
				description: 'The time of day that is written',
				onlyIf: { setting: 'crm', value: 'datetime' },
			},
		],
		money: [
			{
				displayName: `In ${crm} It Is`,
				name: 'crm',
				type: 'options',
				options: [
					{ name: 'A Number', value: 'number' },
					{ name: 'A Number of Cents', value: 'minor' },
					{ name: 'Text', value: 'text' },
				],
				default: 'text',
			},
			{
				displayName: 'Decimals',
				name: 'decimals',
				type: 'number',
				typeOptions: { minValue: 0, maxValue: 10 },
				default: 2,
			},
			{
				displayName: 'Symbol',
				name: 'symbol',
				type: 'string',
				default: '$',
				description: 'What stands before the digits. Empty: nothing.',
				onlyIf: { setting: 'crm', value: 'text' },
			},
			{ ...decimalSeparator, onlyIf: { setting: 'crm', value: 'text' } },
			{
				displayName: 'Group Thousands',
				name: 'grouping',
				type: 'boolean',
				default: true,
				description: 'Whether the amount is written as 1,234.50',
				onlyIf: { setting: 'crm', value: 'text' },
			},
		],
		picklist: [
			{
				displayName: 'Values',
				name: 'values',
				type: 'fixedCollection',
				typeOptions: { multipleValues: true },
				placeholder: 'Add Value',
				default: {},
				description: 'Capitals do not matter; of two rows for one value the first counts',
				options: [
					{
						displayName: 'Value',
						name: 'row',
						values: [
							{
								displayName: 'Client Has',
								name: 'canonical',
								type: 'string',
								default: '',
								placeholder: 'e.g. Gold',
							},
							{
								displayName: `${crm} Has`,
								name: 'crm',
								type: 'string',
								default: '',
								placeholder: 'e.g. A',
							},
						],
					},
				],
			},
			{
				displayName: 'Values That Are in No Row',
				name: 'unknown',
				type: 'options',
				options: [
					{ name: 'Leave Them Out', value: 'omit', description: 'Neither taken in nor written' },
					{ name: 'Replace Them', value: 'default' },
					{ name: 'Take Them as They Are', value: 'keep' },
				],
				default: 'keep',
			},
			{
				displayName: 'Client Gets Instead',
				name: 'defaultCanonical',
				type: 'string',
				default: '',
				description: 'Empty: such values are not taken in',
				onlyIf: { setting: 'unknown', value: 'default' },
			},
			{
				displayName: `${crm} Gets Instead`,
				name: 'defaultCrm',
				type: 'string',
				default: '',
				description: 'Empty: such values are not written',
				onlyIf: { setting: 'unknown', value: 'default' },
			},
		],
		name: [
			{
				displayName: `In ${crm} It Stands As`,
				name: 'order',
				type: 'options',
				options: [
					{ name: 'Doe, Jane', value: 'lastFirst' },
					{ name: 'Jane Doe', value: 'firstLast' },
				],
				default: 'firstLast',
			},
			{
				displayName: 'Capitals',
				name: 'letterCase',
				type: 'options',
				options: [
					{ name: 'All in Capitals', value: 'upper' },
					{ name: 'As They Are', value: 'keep' },
				],
				default: 'keep',
			},
		],
		phone: [
			{
				displayName: `In ${crm} It Stands As`,
				name: 'format',
				type: 'options',
				options: [
					{ name: '(212) 555-0123', value: 'national' },
					{ name: '+1 212 555 0123', value: 'international' },
					{ name: '+12125550123', value: 'e164' },
					{ name: '2125550123', value: 'digits' },
				],
				default: 'national',
			},
			{
				displayName: 'Country',
				name: 'country',
				type: 'string',
				default: 'US',
				placeholder: 'e.g. US',
				description: 'Two letters: the country of numbers without a country code',
			},
		],
		boolean: [
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
		],
		text: [
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
		],
		number: [
			{
				displayName: `In ${crm} It Is`,
				name: 'crm',
				type: 'options',
				options: [
					{ name: 'A Number', value: 'number' },
					{ name: 'Text', value: 'text' },
				],
				default: 'number',
			},
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
				typeOptions: { minValue: -1, maxValue: 10 },
				default: -1,
				description: 'Digits after the point. -1: as they are.',
			},
			{ ...decimalSeparator, onlyIf: { setting: 'crm', value: 'text' } },
		],
	};
}
