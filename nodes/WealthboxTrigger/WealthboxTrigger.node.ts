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

/** Contacts changed in Wealthbox, read by adaptive polling. */
export class WealthboxTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Wealthbox Trigger',
		name: 'wealthboxTrigger',
		icon: { light: 'file:../../icons/wealthbox.svg', dark: 'file:../../icons/wealthbox.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: '={{ $parameter["system"] }}',
		description:
			'Starts the workflow when contacts, and other records you choose, change in Wealthbox',
		eventTriggerDescription: 'Reading a sample of contacts from Wealthbox',
		activationMessage: 'Changes in Wealthbox now start this workflow.',
		defaults: { name: 'Wealthbox Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		webhooks: [pushWebhook],
		credentials: crmTriggerCredentials('wealthbox'),
		properties: crmTriggerProperties('wealthbox'),
	};

	methods = crmTriggerMethods('wealthbox');

	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		return await startCrmTrigger(this, 'wealthbox', await fabricOf(this));
	}

	webhookMethods = { default: pushRegistration };

	/** A signed call that says that something changed. */
	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await receivePush(this, 'wealthbox');
	}
}
