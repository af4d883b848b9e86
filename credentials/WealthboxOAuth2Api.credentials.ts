import type { ICredentialTestRequest, ICredentialType, INodeProperties } from 'n8n-workflow';
import { pushSecretProperty } from './shared/push-secret';

/** Wealthbox with OAuth 2.0 (authorization code). The client id comes from Wealthbox's support. */
export class WealthboxOAuth2Api implements ICredentialType {
	name = 'wealthboxOAuth2Api';

	displayName = 'Wealthbox OAuth2 API';

	extends = ['oAuth2Api'];

	icon = {
		light: 'file:../icons/wealthbox.svg',
		dark: 'file:../icons/wealthbox.dark.svg',
	} as const;

	documentationUrl =
		'https://github.com/crm-fabric/n8n-nodes-crm-fabric/blob/main/docs/credentials.md#wealthbox-oauth2-api';

	properties: INodeProperties[] = [
		{ displayName: 'Grant Type', name: 'grantType', type: 'hidden', default: 'authorizationCode' },
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://api.crmworkspace.com/v1',
			description: 'Leave it as it is unless your calls go through a relay or a simulator',
		},
		{
			displayName: 'Sign-In URL',
			name: 'signInUrl',
			type: 'string',
			default: 'https://app.crmworkspace.com',
			description:
				'Where people sign in to Wealthbox. Leave it as it is unless you use a simulator.',
		},
		{
			displayName: 'Authorization URL',
			name: 'authUrl',
			type: 'hidden',
			default: '={{$self["signInUrl"].replace(/\\/+$/, "")}}/oauth/authorize',
		},
		{
			displayName: 'Access Token URL',
			name: 'accessTokenUrl',
			type: 'hidden',
			// No secret: the address that issues tokens.
			default: '={{$self["signInUrl"].replace(/\\/+$/, "")}}/oauth/token',
		},
		{ displayName: 'Scope', name: 'scope', type: 'hidden', default: 'login data' },
		{
			displayName: 'Auth URI Query Parameters',
			name: 'authQueryParameters',
			type: 'hidden',
			default: '',
		},
		{ displayName: 'Authentication', name: 'authentication', type: 'hidden', default: 'body' },
		pushSecretProperty,
	];

	test: ICredentialTestRequest = {
		request: { baseURL: '={{$credentials.baseUrl.trim().replace(/\\/+$/, "")}}', url: '/me' },
	};
}
