import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';
import { fabricMethods } from './methods';
import { fabricProperties } from './properties';
import { runFabricNode } from './router';
import { resourceSubtitle } from '../shared/subtitle';

/** The desk of the fabric: results of deliveries, reviews, dead letters, audit trail, clients. */
export class CrmFabric implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'CRM Fabric',
		name: 'crmFabric',
		icon: {
			light: 'file:../../icons/crm-fabric.svg',
			dark: 'file:../../icons/crm-fabric.dark.svg',
		},
		group: ['transform'],
		version: 1,
		subtitle: resourceSubtitle(fabricProperties),
		description: 'Record deliveries, decide reviews, retry dead letters, and see who changed what',
		defaults: { name: 'CRM Fabric' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		usableAsTool: true,
		credentials: [
			{
				name: 'crmFabricStoreApi',
				displayName: 'CRM Fabric Store',
				required: true,
				testedBy: 'crmFabricStoreTest',
			},
		],
		properties: fabricProperties,
	};

	methods = fabricMethods;

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await runFabricNode(this);
	}
}
