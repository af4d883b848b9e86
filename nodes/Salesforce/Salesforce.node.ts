import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';
import { crmNodeCredentials } from '../shared/crm/crm';
import { crmMethods } from '../shared/crm/methods';
import { crmProperties } from '../shared/crm/properties';
import { runCrmNode } from '../shared/crm/router';
import { resourceSubtitle } from '../shared/subtitle';

const properties = crmProperties('salesforce');

/** Salesforce: the records of the CRM, and the deliveries of CRM Fabric to it. */
export class Salesforce implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Salesforce',
		name: 'salesforce',
		icon: {
			light: 'file:../../icons/salesforce.svg',
			dark: 'file:../../icons/salesforce.dark.svg',
		},
		group: ['transform'],
		version: 1,
		subtitle: resourceSubtitle(properties),
		description:
			'Work with contacts, households, notes, tasks, events and opportunities in Salesforce, and deliver what CRM Fabric wants them to hold',
		defaults: { name: 'Salesforce' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool: true,
		credentials: crmNodeCredentials('salesforce'),
		properties,
	};

	methods = crmMethods('salesforce');

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await runCrmNode(this, 'salesforce');
	}
}
