/** How many rows an operation returns. */
import type { INodeProperties } from 'n8n-workflow';
import type { OperationCall } from './operation';

/** Return All ends here; narrow the question to see older rows. */
export const MAX_ROWS = 10_000;

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

export function readLimit({ node, index }: OperationCall): number {
	const all = node.getNodeParameter('returnAll', index, false) as boolean;
	return all ? MAX_ROWS : (node.getNodeParameter('limit', index, 50) as number);
}
