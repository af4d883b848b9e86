/** The panel of a CRM node. */
import type { INodeProperties } from 'n8n-workflow';
import { authenticationProperty, type CrmKind } from '../authentication';
import { crmOf } from './crm';
import { deliverProperties } from './fabric/deliver.operation';
import { reconcileProperties } from './fabric/reconcile.operation';
import { CONTACT_OPERATIONS } from './router';

export function crmProperties(kind: CrmKind): INodeProperties[] {
	const crm = crmOf(kind);
	return [
		...authenticationProperty(kind),
		resource,
		contactOperation,
		fabricOperation,
		...Object.values(CONTACT_OPERATIONS).flatMap(({ description }) => description(crm)),
		...deliverProperties(crm),
		...reconcileProperties(crm),
	];
}

const resource: INodeProperties = {
	displayName: 'Resource',
	name: 'resource',
	type: 'options',
	noDataExpression: true,
	options: [
		{ name: 'Contact', value: 'contact' },
		{ name: 'CRM Fabric', value: 'fabric' },
	],
	default: 'contact',
};

const contactOperation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	displayOptions: { show: { resource: ['contact'] } },
	options: [
		{
			name: 'Create',
			value: 'create',
			description: 'Create a new contact',
			action: 'Create a contact',
		},
		{
			name: 'Create or Update',
			value: 'upsert',
			description: 'Create a new contact, or update the current one if it already exists (upsert)',
			action: 'Create or update a contact',
		},
		{
			name: 'Delete',
			value: 'delete',
			description: 'Delete a contact permanently',
			action: 'Delete a contact',
		},
		{ name: 'Get', value: 'get', description: 'Retrieve a contact', action: 'Get a contact' },
		{
			name: 'Get Many',
			value: 'getAll',
			description: 'Retrieve a list of contacts',
			action: 'Get many contacts',
		},
		{
			name: 'Update',
			value: 'update',
			description: 'Update a contact',
			action: 'Update a contact',
		},
	],
	default: 'get',
};

const fabricOperation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	displayOptions: { show: { resource: ['fabric'] } },
	options: [
		{
			name: 'Deliver',
			value: 'deliver',
			description: 'Write the items of a Delivery Trigger to this CRM',
			action: 'Deliver to this CRM',
		},
		{
			name: 'Reconcile',
			value: 'reconcile',
			description: 'Compare this CRM with what the fabric knows, and repair what differs',
			action: 'Reconcile this CRM',
		},
	],
	default: 'deliver',
};
