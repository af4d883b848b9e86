/** The part of a CRM trigger's panel that says which field stands for which, by object. */
import type { INodeProperties } from 'n8n-workflow';
import { connectors, offeredObjects, OBJECT_LABELS, type ObjectName } from '../../../lib';
import { CRM_NAMES, type CrmKind } from '../authentication';
import { directionsProperty } from '../mapping/directions';
import { formsProperty } from '../mapping/forms';
import { mapperLabel, mapperParameter } from './field-map';
import { OBJECTS_PARAMETER } from './objects';

export const MAPPED_OBJECTS_PARAMETER = 'mappedObjects';
export const FIELDS_METHOD = 'getCrmFields';

/** Each object's fields are asked for by a method of their own: n8n tells a method nothing of the parameter. */
export function mapperMethod(object: ObjectName): string {
	return object === 'contact' ? 'getMappingFields' : `get${OBJECT_LABELS[object]}MappingFields`;
}

export function mappedObjects(kind: CrmKind): ObjectName[] {
	return offeredObjects(connectors.get(kind)?.capabilities.objects);
}

export function mappingProperties(kind: CrmKind): INodeProperties[] {
	const crm = CRM_NAMES[kind];
	const objects = mappedObjects(kind);
	return [
		{
			displayName: 'Field Mapping',
			name: 'fieldMapping',
			type: 'options',
			options: [
				{
					name: 'Default',
					value: 'default',
					description: 'Names, e-mails, phones, addresses and other fields that every CRM has',
				},
				{
					name: 'Custom',
					value: 'custom',
					description: `Choose field by field, custom fields of ${crm} included`,
				},
			],
			default: 'default',
			description: `Which ${crm} field stands for which field of the unified client`,
		},
		...(objects.length > 1 ? [customObjects(objects)] : []),
		...objects.map((object) => mapper(crm, object, objects.length > 1)),
		directionsProperty(crm, FIELDS_METHOD),
		formsProperty(crm, FIELDS_METHOD),
	];
}

function customObjects(objects: readonly ObjectName[]): INodeProperties {
	const options = objects.map((object) => ({ name: OBJECT_LABELS[object], value: object }));
	return {
		displayName: 'Map Field by Field',
		name: MAPPED_OBJECTS_PARAMETER,
		type: 'multiOptions',
		options: options.sort((a, b) => a.name.localeCompare(b.name)),
		default: ['contact'],
		displayOptions: { show: { fieldMapping: ['custom'] } },
		description:
			"The objects whose fields you choose yourself; the others keep their default mapping. Only what is chosen under 'Objects' is synced.",
	};
}

function mapper(crm: string, object: ObjectName, hasOthers: boolean): INodeProperties {
	const isContact = object === 'contact';
	const word = isContact ? crm : `${crm} ${OBJECT_LABELS[object].toLowerCase()}`;
	const show = {
		fieldMapping: ['custom'],
		...(hasOthers && { [MAPPED_OBJECTS_PARAMETER]: [object] }),
		...(!isContact && { [OBJECTS_PARAMETER]: [object] }),
	};
	return {
		displayName: mapperLabel(object),
		name: mapperParameter(object),
		type: 'resourceMapper',
		default: { mappingMode: 'defineBelow', value: null },
		noDataExpression: true,
		typeOptions: {
			resourceMapper: {
				resourceMapperMethod: mapperMethod(object),
				mode: 'add',
				valuesLabel: `${OBJECT_LABELS[object]}: ${crm} Fields and What They Stand For`,
				fieldWords: { singular: `${word} field`, plural: `${word} fields` },
				addAllFields: true,
				supportAutoMap: false,
				multiKeyMatch: false,
				noFieldsError: `No fields came from ${crm}. Choose the credential first.`,
			},
		},
		displayOptions: { show },
		description: `Which field of the client, or of the record, each ${word} field stands for; a field that is removed here is not synced`,
	};
}
