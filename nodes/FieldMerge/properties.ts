import type { INodeProperties } from 'n8n-workflow';

const policy: INodeProperties = {
	displayName: 'Policy',
	name: 'policy',
	type: 'options',
	noDataExpression: true,
	options: [
		{
			name: 'Last Write Wins',
			value: 'lastWriteWins',
			description: 'The later edit counts, whichever CRM it was made in',
		},
		{
			name: 'Only From',
			value: 'onlyFrom',
			description:
				'One CRM alone decides; what is typed into this field elsewhere is put back to its value',
		},
		{
			name: 'Source Priority',
			value: 'sourcePriority',
			description:
				'An edit in a CRM of higher priority stands against later edits in the others. Priorities are set in the triggers.',
		},
	],
	default: 'lastWriteWins',
	description: 'Which edit counts when the CRMs disagree',
};

const rule: INodeProperties[] = [
	{
		displayName: 'Field Name or ID',
		name: 'field',
		type: 'options',
		typeOptions: { loadOptionsMethod: 'getFields' },
		default: '',
		required: true,
		description:
			'Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
		hint: 'Custom fields are named custom.key',
	},
	policy,
	{
		displayName: 'System Name or ID',
		name: 'system',
		type: 'options',
		typeOptions: { loadOptionsMethod: 'getSystems' },
		displayOptions: { show: { policy: ['onlyFrom'] } },
		default: '',
		required: true,
		description:
			'Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
		hint: 'The only CRM that may set this field',
	},
	{
		displayName: 'Empty Never Overwrites',
		name: 'emptyNeverOverwrites',
		type: 'boolean',
		default: true,
		description:
			'Whether an empty text that is read from a polled CRM leaves the value as it is, instead of clearing it everywhere',
	},
];

export const mergeProperties: INodeProperties[] = [
	{
		displayName:
			'A field without a rule follows Last Write Wins. The edit that lost is kept: see the CRM Fabric node, resource Audit, operation Who Changed This Field.',
		name: 'auditNotice',
		type: 'notice',
		default: '',
	},
	{
		displayName: 'Field Rules',
		name: 'fieldRules',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		placeholder: 'Add Field Rule',
		default: {},
		description: 'Fields for which another rule than Last Write Wins decides',
		options: [{ name: 'rules', displayName: 'Rule', values: rule }],
	},
];
