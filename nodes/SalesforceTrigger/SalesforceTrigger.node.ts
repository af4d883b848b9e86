import {
	NodeConnectionTypes,
	type INodeType,
	type INodeTypeDescription,
	type ITriggerFunctions,
	type ITriggerResponse,
} from 'n8n-workflow';
import { startCrmTrigger } from '../shared/crm-trigger';
import { fabricOf } from '../shared/store';
import { crmTriggerMethods } from '../shared/trigger/methods';
import { crmTriggerCredentials, crmTriggerProperties } from '../shared/trigger/properties';

/** Contacts changed in Salesforce, by Change Data Capture. */
export class SalesforceTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Salesforce Trigger',
		name: 'salesforceTrigger',
		icon: {
			light: 'file:../../icons/salesforce.svg',
			dark: 'file:../../icons/salesforce.dark.svg',
		},
		group: ['trigger'],
		version: 1,
		subtitle: '={{ $parameter["system"] }}',
		description:
			'Starts the workflow when contacts, and other records you choose, change in Salesforce',
		eventTriggerDescription: 'Reading a sample of contacts from Salesforce',
		activationMessage: 'Changes in Salesforce now start this workflow.',
		defaults: { name: 'Salesforce Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: crmTriggerCredentials('salesforce'),
		properties: crmTriggerProperties('salesforce'),
	};

	methods = crmTriggerMethods('salesforce');

	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		return await startCrmTrigger(this, 'salesforce', await fabricOf(this));
	}
}
