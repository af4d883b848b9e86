/** Which operations a resource of a CRM's node has, and how the panel names them. */
import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { upsert } from './contact/upsert.operation';
import type { Crm } from './crm';
import { addMember } from './household/addMember.operation';
import { removeMember } from './household/removeMember.operation';
import type { RecordOperation } from './record-call';
import { create } from './record/create.operation';
import { remove } from './record/delete.operation';
import { get } from './record/get.operation';
import { getAll } from './record/getAll.operation';
import { update } from './record/update.operation';
import { resourcesOf, type CrmResource } from './resource';

/** By the operation's value. Only what the CRM lets be done. */
export function operationsOf({ name, can }: CrmResource): Record<string, RecordOperation> {
	return {
		...(can.create && { create }),
		...(name === 'contact' && { upsert }),
		...(can.delete && { delete: remove }),
		get,
		getAll,
		...(name === 'household' && can.change === true && { addMember, removeMember }),
		...(can.change === true && { update }),
	};
}

/** The Operation fields of all resources, and the fields of each operation. */
export function recordProperties(crm: Crm): INodeProperties[] {
	const resources = resourcesOf(crm);
	return [
		...resources.map(operationProperty),
		...resources.flatMap((resource) =>
			Object.values(operationsOf(resource)).flatMap(({ description }) =>
				description(crm, resource),
			),
		),
	];
}

function operationProperty(resource: CrmResource): INodeProperties {
	const offered = operationsOf(resource);
	return {
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { resource: [resource.name] } },
		options: choices(resource).filter(({ value }) => String(value) in offered),
		default: 'get',
	};
}

function choices({ label, singular, plural }: CrmResource): INodePropertyOptions[] {
	const what = label.toLowerCase();
	return [
		{
			name: 'Add Member',
			value: 'addMember',
			description: 'Make a contact a member of a household, with a role',
			action: 'Add a member to a household',
		},
		{
			name: 'Create',
			value: 'create',
			description: `Create a new ${what}`,
			action: `Create ${singular}`,
		},
		{
			name: 'Create or Update',
			value: 'upsert',
			description: `Create a new ${what}, or update the current one if it already exists (upsert)`,
			action: `Create or update ${singular}`,
		},
		{
			name: 'Delete',
			value: 'delete',
			description: `Delete ${singular} permanently`,
			action: `Delete ${singular}`,
		},
		{
			name: 'Get',
			value: 'get',
			description: `Retrieve ${singular}`,
			action: `Get ${singular}`,
		},
		{
			name: 'Get Many',
			value: 'getAll',
			description: `Retrieve a list of ${plural}`,
			action: `Get many ${plural}`,
		},
		{
			name: 'Remove Member',
			value: 'removeMember',
			description: 'Take a contact out of a household; the contact itself stays',
			action: 'Remove a member from a household',
		},
		{
			name: 'Update',
			value: 'update',
			description: `Update ${singular}`,
			action: `Update ${singular}`,
		},
	];
}
