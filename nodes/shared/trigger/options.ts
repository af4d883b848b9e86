/** The Options collection of a CRM trigger's panel. */
import type { INodeProperties } from 'n8n-workflow';
import { connectors } from '../../../lib';
import type { CrmKind } from '../authentication';
import { driftOptions } from './drift-options';
import { objectOptions } from './object-options';
import { pushOption } from './push';
import { removalOptions } from './removal-options';
import { DEFAULT_BATCH_SIZE, DEFAULT_PRIORITY, DEFAULT_TIMEOUT_MINUTES } from './settings';

export function optionsProperty(kind: CrmKind): INodeProperties {
	const special = kind === 'salesforce' ? SALESFORCE : pollingOptions(kind);
	const own = [...removalOptions(kind), ...objectOptions(kind), ...special];
	const options = [...common(kind), ...driftOptions(), ...own];
	return {
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: options.sort((a, b) => a.displayName.localeCompare(b.displayName)),
	};
}

function common(kind: CrmKind): INodeProperties[] {
	return [
		{
			displayName: 'API Calls per Minute',
			name: 'callsPerMinute',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: 0,
			description:
				"How many calls a minute this account may take for reading and writing together. 0: the vendor's own limit.",
		},
		{
			displayName: 'Connector Settings',
			name: 'connectorSettings',
			type: 'json',
			default: '{}',
			description:
				'Further settings of the connector by name, as the documentation lists them, for example {"overlapSeconds": 300}',
		},
		{
			displayName: 'Create Clients Missing Here',
			name: 'creates',
			type: 'boolean',
			default: true,
			description: 'Whether clients that the other CRMs know are created in this one',
		},
		{
			displayName: 'Events per Execution',
			name: 'batchSize',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 1000 },
			default: DEFAULT_BATCH_SIZE,
			description: 'How many change events one execution carries at most',
		},
		{
			displayName: 'Execution Limit (Minutes)',
			name: 'executionTimeoutMinutes',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: DEFAULT_TIMEOUT_MINUTES,
			description:
				'An execution that has not ended by then counts as failed, and its events are sent again',
		},
		// eslint-disable-next-line n8n-nodes-base/node-param-default-missing -- it depends on the CRM
		{
			displayName: 'Priority',
			name: 'priority',
			type: 'number',
			default: DEFAULT_PRIORITY[kind],
			description: 'The system with the higher number wins where two edits are of the same time',
		},
		{
			displayName: 'When a Record Is Gone',
			name: 'gonePolicy',
			type: 'options',
			options: [
				{ name: 'Create It Again', value: 'createAgain' },
				{ name: 'Keep as Dead Letter', value: 'deadLetter', description: 'A person decides' },
				{ name: 'Unlink It', value: 'unlink', description: 'The other CRMs keep the client' },
			],
			default: 'unlink',
			description: 'What to do when a client is to be written whose record no longer exists here',
		},
	];
}

function pollingOptions(kind: CrmKind): INodeProperties[] {
	const { fullScanMinutes, minPollSeconds, maxPollSeconds } =
		connectors.get(kind)?.defaultSettings ?? {};
	return [
		pushOption,
		{
			displayName: 'Compare All Every (Minutes)',
			name: 'fullScanMinutes',
			type: 'number',
			typeOptions: { minValue: 0 },
			default: Number(fullScanMinutes),
			description:
				'How often all contacts are read to find what polling cannot show, such as deletes. 0: never again after the first time.',
		},
		{
			displayName: 'Poll Every (Busy, Seconds)',
			name: 'minPollSeconds',
			type: 'number',
			typeOptions: { minValue: 0.2, numberPrecision: 1 },
			default: Number(minPollSeconds),
			description: 'Pause between polls after something has changed',
		},
		{
			displayName: 'When a List Lacks a Value',
			name: 'unknownPicklistValue',
			type: 'options',
			options: [
				{
					name: 'Keep What Stands There',
					value: 'skip',
					description: 'The other fields are written',
				},
				{
					name: 'Refuse the Delivery',
					value: 'reject',
					description: 'It becomes a dead letter that names the field',
				},
			],
			default: 'skip',
			description:
				'What to do with a status, category or other choice from elsewhere that the list of this CRM does not have',
		},
		{
			displayName: 'Poll Every (Quiet, Seconds)',
			name: 'maxPollSeconds',
			type: 'number',
			typeOptions: { minValue: 0.2, numberPrecision: 1 },
			default: Number(maxPollSeconds),
			description: 'Pause between polls after a while without changes',
		},
	];
}

const SALESFORCE: INodeProperties[] = [
	{
		displayName: 'Company From the Account',
		name: 'companyFromAccount',
		type: 'boolean',
		default: false,
		description:
			"Whether the name of a contact's account is read as the client's company. It is never written.",
	},
	{
		displayName: 'New Clients Become',
		name: 'newPersons',
		type: 'options',
		options: [
			{
				name: 'Contacts',
				value: 'contact',
				description: 'Also where the org has person accounts',
			},
			{
				name: 'Person Accounts',
				value: 'personAccount',
				description: 'Always; an org without them refuses the delivery',
			},
			{
				name: 'Person Accounts Where the User May Make Them',
				value: 'auto',
				description: 'Else contacts',
			},
		],
		default: 'auto',
		description: 'What a client that is new in Salesforce is made as',
	},
	{
		displayName: 'Person Accounts',
		name: 'personAccounts',
		type: 'options',
		options: [
			{
				name: 'Not Looked For',
				value: 'never',
				description: 'Their contacts are read, but cannot be written',
			},
			{ name: 'Synced Like Contacts', value: 'auto', description: 'Where the org has them' },
		],
		default: 'auto',
		description: 'What to do with clients that Salesforce keeps as person accounts',
	},
	{
		displayName: 'Person Record Type',
		name: 'personAccountRecordType',
		type: 'string',
		default: '',
		placeholder: 'e.g. PersonAccount',
		description:
			'Developer name or ID of the record type that new person accounts get. Empty: the default of the connected user.',
	},
	{
		displayName: 'Read in Bulk Above (Contacts)',
		name: 'bulkReadAbove',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 2000,
		description:
			'Listings of more contacts than this are read by Bulk API 2.0, which takes fewer API calls. 0: never.',
	},
	{
		displayName: 'Write in Batches',
		name: 'batchWrites',
		type: 'boolean',
		default: true,
		description:
			'Whether deliveries go up to 200 in one API call. Off: one by one, each only if nobody has changed the record since it was read, which closes the moment between read and write.',
	},
	{
		displayName: 'Write in Bulk Above (Records)',
		name: 'bulkAbove',
		type: 'number',
		typeOptions: { minValue: 0 },
		default: 2000,
		description:
			'If more contacts than this wait to be created or changed by a first load, they go by Bulk API 2.0, new ones only with an External ID Field. 0: never.',
	},
	{
		displayName: 'API Version',
		name: 'apiVersion',
		type: 'string',
		default: '62.0',
		placeholder: 'e.g. 62.0',
		description: 'Version of the Salesforce API, 46.0 or newer',
	},
	{
		displayName: 'Channel',
		name: 'channel',
		type: 'string',
		default: '/data/ContactChangeEvent',
		placeholder: 'e.g. /data/Fabric__chn',
		description: 'Change Data Capture channel; a custom one may filter or enrich the events',
	},
	{
		displayName: 'External ID Field',
		name: 'externalIdField',
		type: 'string',
		default: '',
		placeholder: 'e.g. Unified_Id__c',
		description:
			'API name of a unique external ID text field on Contact that holds the unified ID; with it a create can never be repeated. Empty: none.',
	},
];
