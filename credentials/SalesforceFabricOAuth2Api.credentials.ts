import type { ICredentialTestRequest, ICredentialType, INodeProperties } from 'n8n-workflow';
import { API_TEST, MY_DOMAIN } from './shared/salesforce-properties';

/** Salesforce with OAuth 2.0 (authorization code and PKCE), as the person who signs in. */
export class SalesforceFabricOAuth2Api implements ICredentialType {
	name = 'salesforceFabricOAuth2Api';

	displayName = 'Salesforce for CRM Fabric OAuth2 API';

	extends = ['oAuth2Api'];

	icon = {
		light: 'file:../icons/salesforce.svg',
		dark: 'file:../icons/salesforce.dark.svg',
	} as const;

	documentationUrl =
		'https://github.com/crm-fabric/n8n-nodes-crm-fabric/blob/main/docs/credentials.md#salesforce-oauth2-api';

	properties: INodeProperties[] = [
		MY_DOMAIN,
		{ displayName: 'Grant Type', name: 'grantType', type: 'hidden', default: 'pkce' },
		{
			displayName: 'Authorization URL',
			name: 'authUrl',
			type: 'hidden',
			default: '={{$self["myDomainUrl"].replace(/\\/+$/, "")}}/services/oauth2/authorize',
		},
		{
			displayName: 'Access Token URL',
			name: 'accessTokenUrl',
			type: 'hidden',
			default: '={{$self["myDomainUrl"].replace(/\\/+$/, "")}}/services/oauth2/token',
		},
		{ displayName: 'Scope', name: 'scope', type: 'hidden', default: 'api refresh_token' },
		{
			displayName: 'Auth URI Query Parameters',
			name: 'authQueryParameters',
			type: 'hidden',
			default: 'prompt=login',
		},
		{ displayName: 'Authentication', name: 'authentication', type: 'hidden', default: 'body' },
	];

	test: ICredentialTestRequest = API_TEST;
}
