import {
	NodeConnectionTypes,
	type INodeType,
	type INodeTypeDescription,
	type ITriggerFunctions,
	type ITriggerResponse,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';
import { startCrmTrigger } from '../shared/crm-trigger';
import { fabricOf } from '../shared/store';
import { crmTriggerMethods } from '../shared/trigger/methods';
import { crmTriggerCredentials, crmTriggerProperties } from '../shared/trigger/properties';
import { pushRegistration, pushWebhook, receivePush } from '../shared/trigger/push';

/** Contacts changed in Redtail, read by adaptive polling. */
export class RedtailTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Redtail Trigger',
		name: 'redtailTrigger',
		icon: { light: 'file:../../icons/redtail.svg', dark: 'file:../../icons/redtail.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: '={{ $parameter["system"] }}',
		description:
			'Starts the workflow when contacts, and other records you choose, change in Redtail',
		eventTriggerDescription: 'Reading a sample of contacts from Redtail',
		activationMessage: 'Changes in Redtail now start this workflow.',
		defaults: { name: 'Redtail Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		webhooks: [pushWebhook],
		credentials: crmTriggerCredentials('redtail'),
		properties: crmTriggerProperties('redtail'),
	};

	methods = crmTriggerMethods('redtail');

	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		return await startCrmTrigger(this, 'redtail', await fabricOf(this));
	}

	webhookMethods = { default: pushRegistration };

	/** A signed call that says that something changed. */
	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await receivePush(this, 'redtail');
	}
}
