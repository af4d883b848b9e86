/** The panel of the Delivery Trigger. */
import type { INodeProperties } from 'n8n-workflow';

export const DEFAULT_BATCH_SIZE = 50;
export const DEFAULT_TIMEOUT_MINUTES = 10;

export const deliveryTriggerProperties: INodeProperties[] = [
	{
		displayName:
			'<b>Execute step</b> takes up to three deliveries that are due, as the published workflow would: nodes behind it really write to the CRM. What no Delivery Result answers is due again a moment later.',
		name: 'testNotice',
		type: 'notice',
		default: '',
	},
	{
		displayName: 'System Names or IDs',
		name: 'systems',
		type: 'multiOptions',
		typeOptions: { loadOptionsMethod: 'getSystems' },
		default: [],
		description:
			'Systems to deliver to. None chosen: all of them, later ones included. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
	},
	{
		displayName: 'Deliveries per Execution',
		name: 'batchSize',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 500 },
		default: DEFAULT_BATCH_SIZE,
		description:
			'How many deliveries one execution carries at most; all of them go to one system. Of those that can wait at most 20 go together; to Salesforce, which takes many in one call, 200, and 5,000 of a first load, which go in bulk; unless you set less than 50 here.',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [
			{
				displayName: 'Execution Limit (Minutes)',
				name: 'executionTimeoutMinutes',
				type: 'number',
				typeOptions: { minValue: 1 },
				default: DEFAULT_TIMEOUT_MINUTES,
				description:
					'An execution that has not ended by then counts as failed, and its deliveries are tried again',
			},
		],
	},
];
