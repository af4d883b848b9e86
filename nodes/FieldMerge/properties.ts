import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { OBJECT_LABELS, OBJECTS } from '../../lib';

const LAST_WRITE = {
	name: 'Last Write Wins',
	value: 'lastWriteWins',
	description: 'The later edit counts, whichever CRM it was made in',
};

/** Policies that can be the default of all fields, in the order of the panel with those of one field. */
export const DEFAULT_POLICIES: INodePropertyOptions[] = [
	{
		name: 'Ask a Person',
		value: 'ask',
		description: 'What stands is kept and a review is opened: CRM Fabric node, resource Review',
	},
	{
		name: 'Decide on the Canvas',
		value: 'custom',
		description:
			'What stands is kept, and the question leaves by the output Decide; the answer goes back through CRM Fabric, resource Decision, operation Apply',
	},
	LAST_WRITE,
	{
		name: 'Only From',
		value: 'onlyFrom',
		description:
			'One CRM alone decides; what is typed into the field elsewhere is put back to its value',
	},
	{
		name: 'Source Priority',
		value: 'sourcePriority',
		description:
			'An edit in a CRM of higher priority stands against later edits in the others. Priorities are set in the triggers.',
	},
];

const FOR_ONE: INodePropertyOptions[] = [
	...DEFAULT_POLICIES,
	{
		name: 'Longest',
		value: 'longest',
		description: 'For texts: the most complete one counts',
	},
	{
		name: 'Union',
		value: 'union',
		description:
			'For e-mails, phones, addresses and tags: entry by entry, and removed entries stay removed',
	},
].sort((a, b) => a.name.localeCompare(b.name));

const policy: INodeProperties = {
	displayName: 'Policy',
	name: 'policy',
	type: 'options',
	noDataExpression: true,
	options: FOR_ONE,
	default: 'lastWriteWins',
	description: 'Which edit counts when the CRMs disagree',
};

function onlySystem(name: string, shown: INodeProperties['displayOptions']): INodeProperties {
	return {
		displayName: 'System Name or ID',
		name,
		type: 'options',
		typeOptions: { loadOptionsMethod: 'getSystems' },
		displayOptions: shown,
		default: '',
		required: true,
		description:
			'Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
		hint: 'The only CRM that may set it',
	};
}

/** Value of a rule's object: see `readRules`. */
export const EVERY_OBJECT = 'every';

const rule: INodeProperties[] = [
	{
		displayName: 'Object',
		name: 'object',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'Every Object', value: EVERY_OBJECT },
			...OBJECTS.map((value) => ({ name: OBJECT_LABELS[value], value })),
		],
		default: EVERY_OBJECT,
		description:
			'Of what the field is. Rules of one object go before those of every object; with All Fields, the rule is the default of that object.',
	},
	{
		displayName: 'Field Name or ID',
		name: 'field',
		type: 'options',
		typeOptions: { loadOptionsMethod: 'getRuleFields' },
		default: '',
		required: true,
		description:
			'Choose from the list, or specify an ID using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
		hint: 'In an expression, fields of your own are named custom.key, such as custom.tier',
	},
	policy,
	onlySystem('system', { show: { policy: ['onlyFrom'] } }),
	{
		displayName: 'Empty Never Overwrites',
		name: 'emptyNeverOverwrites',
		type: 'boolean',
		default: true,
		description:
			'Whether an empty text that is read from a polled CRM leaves the value as it is, instead of clearing it everywhere',
	},
];

/** The rules of an object: its default and those of single fields. Read by `readRules`. */
export const ruleProperties: INodeProperties[] = [
	{
		displayName: 'Default Policy',
		name: 'defaultPolicy',
		type: 'options',
		noDataExpression: true,
		options: DEFAULT_POLICIES,
		default: 'lastWriteWins',
		description: 'Which edit counts for a field that has no rule of its own below',
	},
	onlySystem('defaultSystem', { show: { defaultPolicy: ['onlyFrom'] } }),
	{
		displayName: 'Empty Never Overwrites',
		name: 'defaultEmptyNeverOverwrites',
		type: 'boolean',
		default: true,
		description:
			'Whether, for a field without a rule, an empty text that is read from a polled CRM leaves the value as it is, instead of clearing it everywhere',
	},
	{
		displayName: 'Field Rules',
		name: 'fieldRules',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		placeholder: 'Add Field Rule',
		default: {},
		description: 'Fields for which another policy than the default decides',
		options: [{ name: 'rules', displayName: 'Rule', values: rule }],
	},
];

export const mergeProperties: INodeProperties[] = [
	{
		displayName:
			'The edit that lost is kept: see the CRM Fabric node, resource Audit, operation Who Changed This Field.',
		name: 'auditNotice',
		type: 'notice',
		default: '',
	},
	...ruleProperties,
];
