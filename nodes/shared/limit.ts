/** Return All and Limit, as every list in n8n has them. */
import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

export const limitProperties: INodeProperties[] = [
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		description: 'Whether to return all results or only up to a given limit',
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1 },
		displayOptions: { show: { returnAll: [false] } },
		default: 50,
		description: 'Max number of results to return',
	},
];

/** `most`: where Return All ends. */
export function limitOf(node: IExecuteFunctions, index: number, most: number): number {
	const all = node.getNodeParameter('returnAll', index, false) as boolean;
	return all ? most : (node.getNodeParameter('limit', index, 50) as number);
}
