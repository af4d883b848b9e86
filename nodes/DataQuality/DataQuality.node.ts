import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';
import { checkItems } from './check';
import { checkEvents } from './check-events';
import { findDuplicateItems } from './find-duplicates';
import { qualityProperties } from './properties';

/** Normalises, checks and groups items; needs a store only to turn change events into dead letters. */
export class DataQuality implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Data Quality',
		name: 'dataQuality',
		icon: {
			light: 'file:../../icons/data-quality.svg',
			dark: 'file:../../icons/data-quality.dark.svg',
		},
		group: ['transform'],
		version: 1,
		subtitle:
			'={{ { check: "check and normalise", checkEvents: "check change events", findDuplicates: "find duplicates" }[$parameter["operation"]] }}',
		description: 'Normalise and check contacts, and find duplicates among them',
		defaults: { name: 'Data Quality' },
		inputs: [NodeConnectionTypes.Main],
		outputs: `={{ $parameter["operation"] === "findDuplicates" ? [{ type: "${NodeConnectionTypes.Main}" }] : [{ type: "${NodeConnectionTypes.Main}", displayName: "Passed" }, { type: "${NodeConnectionTypes.Main}", displayName: "Rejected" }] }}`,
		usableAsTool: true,
		credentials: [
			{
				name: 'crmFabricStoreApi',
				displayName: 'CRM Fabric Store',
				required: true,
				displayOptions: { show: { operation: ['checkEvents'] } },
			},
		],
		properties: qualityProperties,
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		switch (this.getNodeParameter('operation', 0)) {
			case 'findDuplicates':
				return await findDuplicateItems(this);
			case 'checkEvents':
				return await checkEvents(this);
			default:
				return checkItems(this);
		}
	}
}
