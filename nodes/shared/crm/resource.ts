/** The kinds of record that a CRM's node works with, each with what its CRM lets be done. */
import type { INodeProperties } from 'n8n-workflow';
import {
	capabilityOf,
	OBJECT_LABELS,
	OBJECTS,
	type ObjectCapability,
	type ObjectName,
	type RecordClient,
} from '../../../lib';
import type { Crm } from './crm';

export interface CrmResource {
	name: ObjectName;
	/** `Opportunity`; in sentences `an opportunity`, `opportunities`. */
	label: string;
	singular: string;
	plural: string;
	client: RecordClient;
	can: ObjectCapability;
}

/** Contact first; the others as far as the CRM has them. */
export function resourcesOf({ connector }: Crm): CrmResource[] {
	return OBJECTS.flatMap((name) => {
		const client = name === 'contact' ? connector.contacts : connector.records?.[name];
		if (client === undefined) return [];
		return [{ ...WORDS[name], name, client, can: capabilityOf(connector, name) }];
	});
}

export function resourceOf(crm: Crm, name: string): CrmResource | undefined {
	return resourcesOf(crm).find((resource) => resource.name === name);
}

type Words = Pick<CrmResource, 'label' | 'singular' | 'plural'>;
const words = (object: ObjectName, singular: string, plural: string): Words => ({
	label: OBJECT_LABELS[object],
	singular,
	plural,
});

const WORDS: Record<ObjectName, Words> = {
	contact: words('contact', 'a contact', 'contacts'),
	household: words('household', 'a household', 'households'),
	opportunity: words('opportunity', 'an opportunity', 'opportunities'),
	note: words('note', 'a note', 'notes'),
	task: words('task', 'a task', 'tasks'),
	event: words('event', 'an event', 'events'),
};

/** The name of the field that says which record. */
export function idParameter({ name }: CrmResource): string {
	return `${name}Id`;
}

/** Name of the method that lists the records to choose from. */
export function searchMethod(object: ObjectName): string {
	const { plural } = WORDS[object];
	return `search${plural.charAt(0).toUpperCase()}${plural.slice(1)}`;
}

export function recordLocator(resource: CrmResource): INodeProperties {
	return {
		displayName: resource.label,
		name: idParameter(resource),
		type: 'resourceLocator',
		default: { mode: 'list', value: '' },
		required: true,
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				placeholder: `Select ${resource.singular}...`,
				typeOptions: { searchListMethod: searchMethod(resource.name), searchable: true },
			},
			{
				displayName: 'By ID',
				name: 'id',
				type: 'string',
				placeholder: 'e.g. 30714402',
				validation: [
					{
						type: 'regex',
						properties: { regex: '^\\s*\\S+\\s*$', errorMessage: 'An ID has no blanks' },
					},
				],
			},
		],
	};
}
