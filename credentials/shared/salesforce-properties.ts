/** What the three ways to sign in to Salesforce have in common. */
import type { ICredentialTestRequest, INodeProperties } from 'n8n-workflow';

export const MY_DOMAIN: INodeProperties = {
	displayName: 'My Domain URL',
	name: 'myDomainUrl',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. https://yourcompany.my.salesforce.com',
	description:
		"The address of your org, from Salesforce: Setup, My Domain. For a sandbox take the sandbox's address, such as https://yourcompany--test.sandbox.my.salesforce.com.",
};

export const CLIENT_ID: INodeProperties = {
	displayName: 'Consumer Key',
	name: 'clientId',
	type: 'string',
	// The consumer key is an identifier, but n8n asks that fields with such names be masked.
	typeOptions: { password: true },
	default: '',
	required: true,
	description: 'Of the External Client App (or existing Connected App) in Salesforce',
};

/** The token that n8n keeps for us, and what it was obtained for. */
export const SESSION: INodeProperties[] = [
	{
		displayName: 'Session Token',
		name: 'sessionToken',
		type: 'hidden',
		typeOptions: { expirable: true, password: true },
		default: '',
	},
	{ displayName: 'Session Subject', name: 'sessionSubject', type: 'hidden', default: '' },
];

/**
 * Asks for one contact's id: proves the sign-in, the right to use the API and the right to read
 * contacts. (`/services/data` answers without any sign-in, `userinfo` needs a further scope.)
 */
export const API_TEST: ICredentialTestRequest = {
	request: {
		baseURL: '={{$credentials.myDomainUrl.trim().replace(/\\/+$/, "")}}',
		url: '/services/data/v60.0/query',
		qs: { q: 'SELECT Id FROM Contact LIMIT 1' },
	},
	rules: [
		{
			type: 'responseCode',
			properties: {
				value: 401,
				message:
					'Salesforce does not accept this sign-in. Connect again, or check the app and the user.',
			},
		},
		{
			type: 'responseCode',
			properties: {
				value: 403,
				message: 'The Salesforce user may not use the API, or the app lacks the scope "api".',
			},
		},
		{
			type: 'responseCode',
			properties: {
				value: 400,
				message: 'The Salesforce user may not read contacts. Give the user read access to Contact.',
			},
		},
	],
};
