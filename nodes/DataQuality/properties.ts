import type { INodeProperties } from 'n8n-workflow';
import { CUSTOM, mappableOptions } from './field-options';
import { ruleProperties } from './rule-properties';

const ofPlainItems = { show: { operation: ['check', 'findDuplicates'] } };
const ofChecks = { show: { operation: ['check', 'checkEvents'] } };
const ofDuplicates = { show: { operation: ['findDuplicates'] } };

const operation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	options: [
		{
			name: 'Check and Normalise',
			value: 'check',
			description: 'Bring values to their normal form and check them by rules',
			action: 'Check and normalise items',
		},
		{
			name: 'Check Change Events',
			value: 'checkEvents',
			description:
				'Between a CRM trigger and Identity Resolve: rejected events become dead letters with the reason',
			action: 'Check change events',
		},
		{
			name: 'Find Duplicates',
			value: 'findDuplicates',
			description: 'Group the items that are one person or organisation',
			action: 'Find duplicates among items',
		},
	],
	default: 'check',
};

/** Not for change events, whose fields have their own names. */
const mapping: INodeProperties[] = [
	{
		displayName: 'Which Key Holds What',
		name: 'mappingMode',
		type: 'options',
		noDataExpression: true,
		displayOptions: ofPlainItems,
		options: [
			{
				name: 'By the Names of the Keys',
				value: 'auto',
				description: 'First_name, Last Name, email, DOB, zip and the like are understood',
			},
			{ name: 'As Set Below', value: 'manual' },
		],
		default: 'auto',
	},
	{
		displayName: 'Keys',
		name: 'mapping',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		displayOptions: { show: { ...ofPlainItems.show, mappingMode: ['manual'] } },
		placeholder: 'Add Key',
		default: {},
		description: 'Several keys may hold one list: email and email2 are both e-mails',
		options: [
			{
				name: 'keys',
				displayName: 'Key',
				values: [
					{
						displayName: 'Key of the Item',
						name: 'key',
						type: 'string',
						default: '',
						placeholder: 'e.g. Email Address or person.email',
						requiresDataPath: 'single',
					},
					{
						displayName: 'Holds',
						name: 'field',
						type: 'options',
						options: mappableOptions,
						default: 'lastName',
					},
					{
						displayName: 'Custom Field',
						name: 'customField',
						type: 'string',
						displayOptions: { show: { field: [CUSTOM] } },
						default: '',
						placeholder: 'e.g. tier',
						description: 'Letters, digits, - and _',
					},
				],
			},
		],
	},
];

const checking: INodeProperties[] = [
	{
		displayName: 'Normalise',
		name: 'normalise',
		type: 'boolean',
		displayOptions: { show: { operation: ['check'] } },
		default: true,
		description:
			'Whether names, e-mails, phones, dates and addresses are brought to their normal form before the rules look at them. What is in doubt is told, not changed.',
	},
	{
		displayName:
			'Events go on as the CRM has them, so that the fabric knows what stands there: a repair is only told here. To write it to the CRMs, put a CRM Fabric node (Data Quality, Normalise Clients) behind Field Merge.',
		name: 'eventsNotice',
		type: 'notice',
		displayOptions: { show: { operation: ['checkEvents'] } },
		default: '',
	},
	{
		displayName: 'Rules',
		name: 'rules',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, sortable: true },
		displayOptions: ofChecks,
		placeholder: 'Add Rule',
		default: {},
		options: [{ name: 'rules', displayName: 'Rule', values: ruleProperties }],
	},
	{
		displayName: 'Options',
		name: 'checkOptions',
		type: 'collection',
		displayOptions: ofChecks,
		placeholder: 'Add Option',
		default: {},
		options: [
			{
				displayName: 'Country',
				name: 'country',
				type: 'string',
				default: 'US',
				placeholder: 'e.g. US',
				description:
					'ISO code of two letters: what phones, states, postal codes and dates without a country are read as',
			},
			{
				displayName: 'Order of Dates',
				name: 'dateOrder',
				type: 'options',
				options: [
					{ name: 'As the Country Writes Them', value: 'country' },
					{ name: 'Day First (3/4 Is April 3)', value: 'dayFirst' },
					{ name: 'Month First (3/4 Is March 4)', value: 'monthFirst' },
				],
				default: 'country',
			},
			{
				displayName: 'States and Countries As',
				name: 'regions',
				type: 'options',
				options: [
					{ name: 'Codes', value: 'code', description: 'ME, US' },
					{ name: 'Names', value: 'name', description: 'Maine, United States' },
				],
				default: 'code',
			},
		],
	},
];

const duplicates: INodeProperties[] = [
	{
		displayName: 'Return',
		name: 'returnAs',
		type: 'options',
		noDataExpression: true,
		displayOptions: ofDuplicates,
		options: [
			{
				name: 'Every Item With Its Group',
				value: 'items',
				description:
					'All items, as they are, with the ID of their group and whether they are its master',
			},
			{
				name: 'One Item per Group',
				value: 'groups',
				description:
					'Only the groups: members, evidence, suggested master and merged values with their sources',
			},
		],
		default: 'groups',
	},
	{
		displayName: 'Options',
		name: 'duplicateOptions',
		type: 'collection',
		displayOptions: ofDuplicates,
		placeholder: 'Add Option',
		default: {},
		options: [
			{
				displayName: 'Activity Key',
				name: 'activityKey',
				type: 'string',
				default: '',
				placeholder: 'e.g. orders',
				description:
					'Key with a number or a time that says how much the item is used: the more, or the later, the better a master',
				requiresDataPath: 'single',
			},
			{
				displayName: 'Changed Key',
				name: 'changedKey',
				type: 'string',
				default: '',
				placeholder: 'e.g. updated_at',
				description:
					'Key with the time of the last change: the newer value wins in the merged ones',
				requiresDataPath: 'single',
			},
			{
				displayName: 'Doubtful Pairs Too',
				name: 'includeDoubtful',
				type: 'boolean',
				default: false,
				description:
					'Whether pairs that a person should look at first count, too. Their groups are marked as doubtful.',
			},
			{
				displayName: 'ID Key',
				name: 'idKey',
				type: 'string',
				default: '',
				placeholder: 'e.g. ID',
				description:
					'Key that names an item in the result. If it is empty, items are numbered from 1.',
				requiresDataPath: 'single',
			},
			{
				displayName: 'Threshold',
				name: 'threshold',
				type: 'number',
				typeOptions: { minValue: 0.5, maxValue: 1, numberPrecision: 3 },
				default: 0.95,
				description:
					'From this likelihood on (0 to 1) two items are taken for one person or organisation',
			},
		],
	},
];

export const qualityProperties: INodeProperties[] = [
	operation,
	...mapping,
	...checking,
	...duplicates,
];
