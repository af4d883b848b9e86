/** Which objects beside contacts a trigger's account syncs. */
import type { INodeProperties, ITriggerFunctions } from 'n8n-workflow';
import {
	chosenObjects,
	connectors,
	offeredObjects,
	OBJECT_LABELS,
	type Connector,
	type ObjectName,
} from '../../../lib';
import { CRM_NAMES, type CrmKind } from '../authentication';

export const OBJECTS_PARAMETER = 'objects';

/** Nothing where the CRM has contacts only. */
export function objectsProperty(kind: CrmKind): INodeProperties[] {
	const offered = offeredObjects(connectors.get(kind)?.capabilities.objects);
	if (offered.length === 1) return [];
	const options = offered.map((object) => ({ name: OBJECT_LABELS[object], value: object }));
	return [
		{
			displayName: 'Objects',
			name: OBJECTS_PARAMETER,
			type: 'multiOptions',
			options: options.sort((a, b) => a.name.localeCompare(b.name)),
			default: ['contact'],
			description: `What is synced between ${CRM_NAMES[kind]} and the other CRMs; contacts always are. Choose the same objects in the other triggers. Each object takes API calls of its own.`,
		},
	];
}

export function readObjects(context: ITriggerFunctions, connector: Connector): ObjectName[] {
	const offered = offeredObjects(connector.capabilities.objects);
	return chosenObjects(context.getNodeParameter(OBJECTS_PARAMETER, ['contact'])).filter((object) =>
		offered.includes(object),
	);
}
