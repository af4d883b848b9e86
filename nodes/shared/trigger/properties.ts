/** The panel of a CRM trigger. Everything has a default: choosing the credentials is enough. */
import type { INodeCredentialDescription, INodeProperties } from 'n8n-workflow';
import { authenticationProperty, CRM_NAMES, crmCredentials, type CrmKind } from '../authentication';
import { STORE_CREDENTIAL } from '../store';
import { objectsProperty } from './objects';
import { optionsProperty } from './options';

export function crmTriggerCredentials(kind: CrmKind): INodeCredentialDescription[] {
	// The condition always holds. Without one, n8n's editor takes the store for one more way to sign in
	// to the CRM and offers it no credentials of its own type.
	const displayOptions = { show: { start: ['everything', 'load', 'now'] } };
	const store = {
		name: STORE_CREDENTIAL,
		displayName: 'CRM Fabric Store',
		required: true,
		displayOptions,
	};
	return [...crmCredentials(kind), store];
}

export function crmTriggerProperties(kind: CrmKind): INodeProperties[] {
	const crm = CRM_NAMES[kind];
	return [
		{
			displayName:
				'The test step reads up to three contacts as a sample. It marks nothing as read and leaves the inbox alone; once the workflow is active, changes arrive by themselves. Nodes behind the trigger do act on the sample.',
			name: 'testNotice',
			type: 'notice',
			default: '',
		},
		...authenticationProperty(kind),
		{
			displayName: 'System Name',
			name: 'system',
			type: 'string',
			default: kind,
			required: true,
			placeholder: `e.g. ${kind}-east`,
			description: `Short name of this ${crm} account in the store, the audit trail and the rules. Keep it once the workflow has run; give a second ${crm} account a name of its own.`,
		},
		{
			displayName: 'Start With',
			name: 'start',
			type: 'options',
			options: [
				{
					name: 'Everything',
					value: 'everything',
					description: `Read all contacts that ${crm} holds first, then changes`,
				},
				{
					name: 'Planned First Load',
					value: 'load',
					description:
						'Take changes from now; what is there comes by a plan that you approve (template First Load), and no client is created elsewhere before',
				},
				{
					name: 'Only Changes From Now',
					value: 'now',
					description: 'Leave what is there alone until somebody changes it',
				},
			],
			default: 'everything',
			description:
				'What to do at the very first start; later starts go on where the last one stopped',
		},
		...objectsProperty(kind),
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
				{ name: 'Custom', value: 'custom', description: 'Choose field by field' },
			],
			default: 'default',
			description: `Which ${crm} field stands for which field of the unified client`,
		},
		mapper(crm),
		directions(crm),
		optionsProperty(kind),
	];
}

function mapper(crm: string): INodeProperties {
	return {
		displayName: 'Custom Field Mapping',
		name: 'customFieldMap',
		type: 'resourceMapper',
		default: { mappingMode: 'defineBelow', value: null },
		noDataExpression: true,
		typeOptions: {
			resourceMapper: {
				resourceMapperMethod: 'getMappingFields',
				mode: 'add',
				valuesLabel: `${crm} Fields and Their Fabric Fields`,
				fieldWords: { singular: `${crm} field`, plural: `${crm} fields` },
				addAllFields: true,
				supportAutoMap: false,
				multiKeyMatch: false,
				noFieldsError: `No fields came from ${crm}. Choose the credential first.`,
			},
		},
		displayOptions: { show: { fieldMapping: ['custom'] } },
		description: `For each ${crm} field the fabric field that it stands for; a field that is removed here is not synchronised`,
	};
}

function directions(crm: string): INodeProperties {
	return {
		displayName: 'Field Directions',
		name: 'fieldDirections',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		placeholder: 'Add Field',
		default: {},
		description: `Fields that do not go both ways between ${crm} and the other CRMs`,
		options: [
			{
				displayName: 'Field',
				name: 'field',
				values: [
					{
						displayName: 'Field Name or ID',
						name: 'crmField',
						type: 'options',
						typeOptions: { loadOptionsMethod: 'getCrmFields' },
						default: '',
						description:
							'Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
					},
					{
						displayName: 'Direction',
						name: 'direction',
						type: 'options',
						options: [
							{ name: 'Both Ways', value: 'both' },
							{ name: `Only From ${crm}`, value: 'in' },
							{ name: 'Off', value: 'off' },
							{ name: `Only To ${crm}`, value: 'out' },
						],
						default: 'both',
					},
				],
			},
		],
	};
}
