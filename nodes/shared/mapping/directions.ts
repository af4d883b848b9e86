/** The collection Field Directions: fields that do not go both ways. */
import type { INodeProperties } from 'n8n-workflow';
import type { Direction, FieldMap } from '../../../lib';
import { keyOfMapping } from './row-values';

export interface DirectionChoice {
	/** The CRM's field, see fieldKey. */
	crmField: string;
	direction: Direction;
}

export const DIRECTIONS_PARAMETER = 'fieldDirections';

/** `optionsMethod`: lists the CRM's fields by their keys. */
export function directionsProperty(crm: string, optionsMethod: string): INodeProperties {
	return {
		displayName: 'Field Directions',
		name: DIRECTIONS_PARAMETER,
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		placeholder: 'Add Direction',
		default: {},
		description: `Fields that do not go both ways between ${crm} and the other CRMs`,
		options: [
			{
				displayName: 'Field',
				name: 'field',
				values: [
					fieldProperty(optionsMethod),
					{
						displayName: 'Direction',
						name: 'direction',
						type: 'options',
						options: [
							{ name: 'Both Ways', value: 'both' },
							{ name: `Only From ${crm}`, value: 'in' },
							{ name: 'Off', value: 'off' },
							{ name: `Only To ${crm}`, value: 'out' },
						],
						default: 'both',
					},
				],
			},
		],
	};
}

export function fieldProperty(optionsMethod: string): INodeProperties {
	return {
		displayName: 'Field Name or ID',
		name: 'crmField',
		type: 'options',
		typeOptions: { loadOptionsMethod: optionsMethod },
		default: '',
		description:
			'Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
	};
}

export function directionChoices(parameter: unknown): DirectionChoice[] {
	return (parameter as { field?: DirectionChoice[] } | undefined)?.field ?? [];
}

export function withDirections(map: FieldMap, choices: readonly DirectionChoice[]): FieldMap {
	const chosen = new Map(choices.map(({ crmField, direction }) => [crmField, direction]));
	return map.map((mapping) => ({
		...mapping,
		direction: chosen.get(keyOfMapping(mapping)) ?? mapping.direction,
	}));
}
