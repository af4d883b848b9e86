/** Panel fields that several operations on records share. */
import {
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type INodeProperties,
} from 'n8n-workflow';
import { describeIssues, systemNameSchema, type Json } from '../../../lib';
import type { Crm } from './crm';
import type { CrmResource } from './resource';

export const simplifyProperty: INodeProperties = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

export function fieldsProperty({ name }: CrmResource): INodeProperties {
	return {
		displayName: 'Fields',
		name: 'fields',
		type: 'resourceMapper',
		noDataExpression: true,
		default: { mappingMode: 'defineBelow', value: null },
		required: true,
		typeOptions: {
			loadOptionsDependsOn: ['authentication', 'resource', 'operation'],
			resourceMapper: {
				resourceMapperMethod: name === 'contact' ? 'getContactFields' : 'getRecordFields',
				mode: 'add',
				fieldWords: { singular: 'field', plural: 'fields' },
				addAllFields: false,
				supportAutoMap: true,
			},
		},
		description: 'The values to write. An empty text clears a field.',
	};
}

/** Beside each operation: which account's rate budget its calls count against, and of what kind its records are. */
export function recordOptions({ kind }: Crm, { name }: CrmResource): INodeProperties {
	const isNote = kind === 'salesforce' && name === 'note';
	return {
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [...(isNote ? [NOTE_FORMAT] : []), systemName(kind)],
	};
}

const NOTE_FORMAT: INodeProperties = {
	displayName: 'Notes Are',
	name: 'noteFormat',
	type: 'options',
	options: [
		{ name: 'Classic Notes', value: 'classic' },
		{ name: 'Enhanced Notes', value: 'enhanced' },
	],
	default: 'classic',
	description:
		'Which of the two kinds of notes is made and listed. One that is chosen by its ID is found whatever its kind.',
};

function systemName(kind: string): INodeProperties {
	return {
		displayName: 'System Name',
		name: 'system',
		type: 'string',
		default: '',
		placeholder: `e.g. ${kind}-east`,
		description:
			'Name of this account as its trigger has it, if you connect several accounts of this CRM. Calls under one name share one rate limit.',
	};
}

/** What the options say of the connector's settings. */
export function recordSettings(options: unknown): Record<string, Json> | undefined {
	const { noteFormat } = (options ?? {}) as IDataObject;
	return typeof noteFormat === 'string' ? { noteFormat } : undefined;
}

/** Throws NodeOperationError if the name cannot be one of a system. */
export function checkedSystem(node: IExecuteFunctions, name: string): string {
	const parsed = systemNameSchema.safeParse(name);
	if (parsed.success) return parsed.data;
	throw new NodeOperationError(
		node.getNode(),
		`'System Name' ${describeIssues(parsed.error).replace(/^event /, '')}`,
		{ description: "Enter the name that this account's trigger has in its System Name field." },
	);
}
