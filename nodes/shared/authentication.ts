/** How the user signs in to a CRM: the panel's field, the node's credentials, and which one is meant. */
import type { INodeCredentialDescription, INodeProperties } from 'n8n-workflow';
import type { CrmCaller } from './http-port';

export type CrmKind = 'wealthbox' | 'redtail' | 'salesforce';

interface Choice {
	/** The credential type; also the value of the panel's field. */
	value: string;
	name: string;
}

/** The first one is the default. */
const CHOICES: Record<CrmKind, [Choice, ...Choice[]]> = {
	wealthbox: [
		{ value: 'wealthboxApi', name: 'Access Token' },
		{ value: 'wealthboxOAuth2Api', name: 'OAuth2' },
	],
	redtail: [{ value: 'redtailApi', name: 'API Key' }],
	salesforce: [
		{ value: 'salesforceFabricOAuth2Api', name: 'OAuth2' },
		{ value: 'salesforceFabricJwtApi', name: 'JWT Bearer' },
		{ value: 'salesforceFabricClientCredentialsApi', name: 'Client Credentials' },
	],
};

/** The CRMs as people call them. */
export const CRM_NAMES: Record<CrmKind, string> = {
	wealthbox: 'Wealthbox',
	redtail: 'Redtail',
	salesforce: 'Salesforce',
};

const PARAMETER = 'authentication';

/**
 * Where there is one way to sign in, n8n shows no choice; without the property it would take another one on
 * which a credential depends for the choice, and hide that.
 */
export function authenticationProperty(kind: CrmKind): INodeProperties[] {
	const [first, ...others] = CHOICES[kind];
	return [
		// eslint-disable-next-line n8n-nodes-base/node-param-default-missing -- it is the first choice
		{
			displayName: 'Authentication',
			name: PARAMETER,
			type: 'options',
			noDataExpression: true,
			options: [first, ...others],
			default: first.value,
		},
	];
}

export function crmCredentials(kind: CrmKind): INodeCredentialDescription[] {
	const [first, ...others] = CHOICES[kind];
	const displayName = `${CRM_NAMES[kind]} Account`;
	return [first, ...others].map(({ value }) => ({
		name: value,
		displayName,
		required: true,
		displayOptions: { show: { [PARAMETER]: [value] } },
	}));
}

export function credentialTypeOf(caller: Pick<CrmCaller, 'getNode'>, kind: CrmKind): string {
	const [first, ...others] = CHOICES[kind];
	if (others.length === 0) return first.value;
	const node = caller.getNode();
	const given = node.parameters[PARAMETER];
	const chosen = others.find(({ value }) => value === given);
	return (chosen ?? first).value;
}
