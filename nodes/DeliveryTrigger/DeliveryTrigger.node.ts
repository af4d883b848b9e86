import {
	NodeConnectionTypes,
	type INodeType,
	type INodeTypeDescription,
	type ITriggerFunctions,
	type ITriggerResponse,
} from 'n8n-workflow';
import { fabricOf } from '../shared/store';
import { getSystems } from '../shared/store-options';
import { deliveryTriggerProperties } from './properties';
import { startDeliveryTrigger } from './start';

/** Sends each CRM what it lacks: due deliveries, system by system, side by side. */
export class DeliveryTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Delivery Trigger',
		name: 'deliveryTrigger',
		icon: {
			light: 'file:../../icons/delivery-trigger.svg',
			dark: 'file:../../icons/delivery-trigger.dark.svg',
		},
		group: ['trigger'],
		version: 1,
		subtitle:
			'={{ $parameter["systems"].length ? $parameter["systems"].join(", ") : "all systems" }}',
		description: 'Starts the workflow when CRM records differ from their unified clients',
		eventTriggerDescription: 'Looking for deliveries that are due',
		activationMessage: 'Deliveries that are due now start this workflow.',
		defaults: { name: 'Delivery Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'crmFabricStoreApi', displayName: 'CRM Fabric Store', required: true }],
		properties: deliveryTriggerProperties,
	};

	methods = { loadOptions: { getSystems } };

	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		return startDeliveryTrigger(this, await fabricOf(this));
	}
}
