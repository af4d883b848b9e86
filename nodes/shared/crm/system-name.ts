import type { INodeProperties } from 'n8n-workflow';
import type { Crm } from './crm';

/** The account that an operation of the fabric is for. */
export function systemNameProperty({ kind, connector }: Crm): INodeProperties {
	return {
		displayName: 'System Name',
		name: 'system',
		type: 'string',
		default: kind,
		required: true,
		description: `Name of this ${connector.displayName} account, as its trigger has it`,
	};
}
