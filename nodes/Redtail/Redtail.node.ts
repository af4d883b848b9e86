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

const properties = crmProperties('redtail');

/** Redtail: the records of the CRM, and the deliveries of CRM Fabric to it. */
export class Redtail implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Redtail',
		name: 'redtail',
		icon: { light: 'file:../../icons/redtail.svg', dark: 'file:../../icons/redtail.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: resourceSubtitle(properties),
		description:
			'Work with contacts, households, notes, tasks, events and opportunities in Redtail, and deliver what CRM Fabric wants them to hold',
		defaults: { name: 'Redtail' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool: true,
		credentials: crmNodeCredentials('redtail'),
		properties,
	};

	methods = crmMethods('redtail');

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await runCrmNode(this, 'redtail');
	}
}
