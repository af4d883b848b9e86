/** The panel's fields of the value table: other words for the same values. */
import type { FormField } from './form-field';

function valueTable(crm: string): FormField {
	return {
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
	};
}

export function picklistFields(crm: string): FormField[] {
	return [
		valueTable(crm),
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
	];
}
