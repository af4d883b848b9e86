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

const properties = crmProperties('wealthbox');

/** Wealthbox: the records of the CRM, and the deliveries of CRM Fabric to it. */
export class Wealthbox implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Wealthbox',
		name: 'wealthbox',
		icon: { light: 'file:../../icons/wealthbox.svg', dark: 'file:../../icons/wealthbox.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: resourceSubtitle(properties),
		description:
			'Work with contacts, households, notes, tasks, events and opportunities in Wealthbox, and deliver what CRM Fabric wants them to hold',
		defaults: { name: 'Wealthbox' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool: true,
		credentials: crmNodeCredentials('wealthbox'),
		properties,
	};

	methods = crmMethods('wealthbox');

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await runCrmNode(this, 'wealthbox');
	}
}
