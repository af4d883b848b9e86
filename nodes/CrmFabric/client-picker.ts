/** Panel fields that name a client: by unified id, or by one of its CRM records. */
import { NodeOperationError, type INodeProperties } from 'n8n-workflow';
import type { EntityView } from '../../lib';
import { requiredText, type OperationCall } from './operation';
import { recordIdProperty, systemProperty } from './record-picker';

export const clientProperties: INodeProperties[] = [
	{
		displayName: 'Find Client By',
		name: 'clientBy',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'CRM Record', value: 'record', description: 'The record of the client in one CRM' },
			{
				name: 'Unified ID',
				value: 'unifiedId',
				description: 'The number of the client in the fabric',
			},
		],
		default: 'unifiedId',
	},
	{
		displayName: 'Unified ID',
		name: 'unifiedId',
		type: 'string',
		displayOptions: { show: { clientBy: ['unifiedId'] } },
		default: '',
		required: true,
		placeholder: 'e.g. U1001',
	},
	{ ...systemProperty, displayOptions: { show: { clientBy: ['record'] } } },
	{ ...recordIdProperty, displayOptions: { show: { clientBy: ['record'] } } },
];

/** Throws NodeOperationError if there is no such client. */
export async function findClient(call: OperationCall): Promise<EntityView> {
	const { node, index, fabric } = call;
	if (node.getNodeParameter('clientBy', index, 'unifiedId') === 'record') {
		const system = requiredText(call, 'system', 'System', 'Choose the CRM that holds the record.');
		const recordId = requiredText(call, 'recordId', 'Record ID', 'Give the ID of the contact.');
		const found = await fabric.desk.findEntity(system, recordId);
		return found ?? missing(call, `The record ${system}/${recordId} is linked to no client`);
	}
	const unifiedId = requiredText(call, 'unifiedId', 'Unified ID', 'Give one such as U1001.');
	const found = await fabric.desk.findEntity(unifiedId);
	return found ?? missing(call, `There is no client ${unifiedId}`);
}

function missing({ node, index }: OperationCall, message: string): never {
	throw new NodeOperationError(node.getNode(), `${message} [item ${index}]`, {
		itemIndex: index,
		description:
			'Check the ID and the store in the credential. A record that was read but waits in a review has no client yet: see the resource Review.',
	});
}
