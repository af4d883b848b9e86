/** What is paused or resumed: a whole system, or one record of it. */
import type { INodeProperties } from 'n8n-workflow';
import { requiredText, type OperationCall } from '../operation';

export const targetProperties: INodeProperties[] = [
	{
		displayName: 'What',
		name: 'pauseWhat',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'A Whole System', value: 'system' },
			{ name: 'One Record', value: 'record' },
		],
		default: 'system',
	},
	{
		displayName: 'System Name or ID',
		name: 'system',
		type: 'options',
		typeOptions: { loadOptionsMethod: 'getSystems' },
		default: '',
		required: true,
		description:
			'Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
	},
	{
		displayName: 'Record ID',
		name: 'recordId',
		type: 'string',
		displayOptions: { show: { pauseWhat: ['record'] } },
		default: '',
		required: true,
		placeholder: 'e.g. 30714402',
		description: 'The ID of the contact in that CRM',
	},
];

export interface PauseTarget {
	system: string;
	object?: string;
	crmId?: string;
}

export function targetOf(call: OperationCall): PauseTarget {
	const system = requiredText(call, 'system', 'System', 'Choose the system.');
	if (call.node.getNodeParameter('pauseWhat', call.index, 'system') === 'system') return { system };
	const crmId = requiredText(call, 'recordId', 'Record ID', 'Give the ID of the contact.');
	return { system, object: 'contact', crmId };
}
