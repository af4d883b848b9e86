/** What is paused or resumed: a whole system, or one record of it. */
import type { INodeProperties } from 'n8n-workflow';
import { requiredText, type OperationCall } from '../operation';
import { recordIdProperty, systemProperty } from '../record-picker';

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
	systemProperty,
	{ ...recordIdProperty, displayOptions: { show: { pauseWhat: ['record'] } } },
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
