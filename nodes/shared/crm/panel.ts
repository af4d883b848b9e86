/** Panel fields that several operations on contacts share. */
import { NodeOperationError, type IExecuteFunctions, type INodeProperties } from 'n8n-workflow';
import { describeIssues, systemNameSchema } from '../../../lib';
import type { Crm } from './crm';

export const contactLocator: INodeProperties = {
	displayName: 'Contact',
	name: 'contactId',
	type: 'resourceLocator',
	default: { mode: 'list', value: '' },
	required: true,
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: 'Select a contact...',
			typeOptions: { searchListMethod: 'searchContacts', searchable: true },
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

export const simplifyProperty: INodeProperties = {
	displayName: 'Simplify',
	name: 'simplify',
	type: 'boolean',
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

export const fieldsProperty: INodeProperties = {
	displayName: 'Fields',
	name: 'fields',
	type: 'resourceMapper',
	noDataExpression: true,
	default: { mappingMode: 'defineBelow', value: null },
	required: true,
	typeOptions: {
		loadOptionsDependsOn: ['authentication', 'operation'],
		resourceMapper: {
			resourceMapperMethod: 'getContactFields',
			mode: 'add',
			fieldWords: { singular: 'field', plural: 'fields' },
			addAllFields: false,
			supportAutoMap: true,
		},
	},
	description: 'The values to write. An empty text clears a field.',
};

/** Beside each contact operation: which account's rate budget its calls count against. */
export function contactOptions({ kind }: Crm): INodeProperties {
	return {
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add option',
		default: {},
		options: [
			{
				displayName: 'System Name',
				name: 'system',
				type: 'string',
				default: '',
				placeholder: `e.g. ${kind}-east`,
				description:
					'Name of this account as its trigger has it, if you connect several accounts of this CRM. Calls under one name share one rate limit.',
			},
		],
	};
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
