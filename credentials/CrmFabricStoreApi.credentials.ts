import type { ICredentialType, INodeProperties } from 'n8n-workflow';
import { POSTGRES_PROPERTIES } from './shared/postgres-properties';

/** Where the fabric keeps its own data: identity links, registers, inbox, deliveries, audit trail. */
// The test opens a database, which no HTTP request can do: the CRM Fabric node has it
// (methods.credentialTest.crmFabricStoreTest), and n8n takes it from there.
// eslint-disable-next-line @n8n/community-nodes/credential-test-required
export class CrmFabricStoreApi implements ICredentialType {
	name = 'crmFabricStoreApi';

	displayName = 'CRM Fabric Store API';

	icon = {
		light: 'file:../icons/crm-fabric.svg',
		dark: 'file:../icons/crm-fabric.dark.svg',
	} as const;

	documentationUrl =
		'https://github.com/crm-fabric/n8n-nodes-crm-fabric/blob/main/docs/credentials.md#crm-fabric-store-api';

	properties: INodeProperties[] = [
		{
			displayName:
				'Use the same store in all CRM Fabric nodes that work together. Back the store up as you back n8n up: it knows which records belong together and what changed when.',
			name: 'storeNotice',
			type: 'notice',
			default: '',
		},
		{
			displayName: 'Type',
			name: 'type',
			type: 'options',
			options: [
				{
					name: 'SQLite File',
					value: 'sqlite',
					description: 'A file beside n8n; right for one n8n process',
				},
				{
					name: 'PostgreSQL',
					value: 'postgres',
					description: 'A database that several n8n processes share; needed in queue mode',
				},
			],
			default: 'sqlite',
		},
		{
			displayName: 'File Path',
			name: 'filePath',
			type: 'string',
			default: '',
			placeholder: 'e.g. /home/node/.n8n/crm-fabric.sqlite',
			displayOptions: { show: { type: ['sqlite'] } },
			description:
				"Absolute path of the database file; it is made if it does not exist. Empty: crm-fabric.sqlite in n8n's own folder. In Docker the path must lie on a volume.",
		},
		...POSTGRES_PROPERTIES,
	];
}
