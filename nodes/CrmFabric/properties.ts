/** The panel, put together from the operations. */
import type { INodeProperties } from 'n8n-workflow';
import type { Resource } from './operation';
import { RESOURCES } from './resources';
import { shownFor } from '../shared/shown-for';

export const fabricProperties: INodeProperties[] = [
	{
		displayName: 'Resource',
		name: 'resource',
		type: 'options',
		noDataExpression: true,
		options: RESOURCES.map(({ label, value }) => ({ name: label, value })),
		default: 'delivery',
	},
	...RESOURCES.map(operationProperty),
	...RESOURCES.flatMap(({ value, operations }) =>
		Object.entries(operations).flatMap(([name, { properties }]) =>
			shownFor(value, [name], properties),
		),
	),
];

function operationProperty({ value, operations, first }: Resource): INodeProperties {
	return {
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: [value] } },
		options: Object.values(operations).map(({ option }) => option),
		default: first,
	};
}
