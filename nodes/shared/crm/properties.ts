/** The panel of a CRM node. */
import type { INodeProperties } from 'n8n-workflow';
import { authenticationProperty, type CrmKind } from '../authentication';
import { crmOf, type Crm } from './crm';
import { backfillProperties } from './fabric/backfill.operation';
import { deliverProperties } from './fabric/deliver.operation';
import { reconcileProperties } from './fabric/reconcile.operation';
import { recordProperties } from './operations';
import { resourcesOf } from './resource';

export function crmProperties(kind: CrmKind): INodeProperties[] {
	const crm = crmOf(kind);
	return [
		...authenticationProperty(kind),
		resource(crm),
		fabricOperation,
		...recordProperties(crm),
		...deliverProperties(crm),
		...backfillProperties(crm),
		...reconcileProperties(crm),
	];
}

function resource(crm: Crm): INodeProperties {
	const records = resourcesOf(crm).map(({ label, name }) => ({
		name: label,
		value: name as string,
	}));
	const options = [...records, { name: 'CRM Fabric', value: 'fabric' }];
	return {
		displayName: 'Resource',
		name: 'resource',
		type: 'options',
		noDataExpression: true,
		options: options.sort((a, b) => a.name.localeCompare(b.name)),
		default: 'contact',
	};
}

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
			name: 'Read for Backfill',
			value: 'backfill',
			description: 'Read everything that is synced for a first load, and keep it in the store',
			action: 'Read this CRM for a backfill',
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
