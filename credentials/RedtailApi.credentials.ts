import type {
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IDataObject,
	IHttpRequestHelper,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';
import {
	RefusedLogins,
	logIn,
	loginSubject,
	readLogin,
	userKeyHeader,
} from './shared/redtail-login';
import { textOf, tokenFor } from './shared/session';
import { pushSecretProperty } from './shared/push-secret';

/** One for the process: a refused login is refused whatever workflow sends it. */
const refusedLogins = new RefusedLogins();

/** Redtail CRM: the partner's API key, and a user key given or fetched once by user name and password. */
export class RedtailApi implements ICredentialType {
	name = 'redtailApi';

	displayName = 'Redtail API';

	icon = { light: 'file:../icons/redtail.svg', dark: 'file:../icons/redtail.dark.svg' } as const;

	documentationUrl =
		'https://github.com/crm-fabric/n8n-nodes-crm-fabric/blob/main/docs/credentials.md#redtail-api';

	properties: INodeProperties[] = [
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'The key that Redtail gave your firm or its integration partner',
		},
		{
			displayName: 'Sign In With',
			name: 'signInWith',
			type: 'options',
			options: [
				{
					name: 'User Name and Password',
					value: 'password',
					description: 'Sent once, to fetch the user key',
				},
				{
					name: 'User Key',
					value: 'userKey',
					description: 'If you have the key already, the password need not be stored',
				},
			],
			default: 'password',
			description: 'Whose view of Redtail is used: calls may do what this user may do',
		},
		{
			displayName: 'User Name',
			name: 'username',
			type: 'string',
			default: '',
			displayOptions: { show: { signInWith: ['password'] } },
		},
		{
			displayName: 'Password',
			name: 'password',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			displayOptions: { show: { signInWith: ['password'] } },
			description:
				'Redtail locks an account after several wrong tries; a refused password is therefore not sent again by itself',
		},
		// eslint-disable-next-line @n8n/community-nodes/credential-unnecessary-password -- the key gives access to Redtail
		{
			displayName: 'User Key',
			name: 'userKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			displayOptions: { show: { signInWith: ['userKey'] } },
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://crm.redtailtechnology.com/api/public/v1',
			description: 'Leave it as it is unless Redtail named another host, or you use a simulator',
		},
		// eslint-disable-next-line @n8n/community-nodes/credential-unnecessary-password -- the key gives access to Redtail
		{
			displayName: 'Session Key',
			name: 'sessionKey',
			type: 'hidden',
			typeOptions: { expirable: true, password: true },
			default: '',
		},
		{ displayName: 'Session Subject', name: 'sessionSubject', type: 'hidden', default: '' },
		pushSecretProperty,
	];

	/** Gives nothing when a user key is stored: n8n then goes on with the credential as it is. */
	async preAuthentication(
		this: IHttpRequestHelper,
		credentials: ICredentialDataDecryptedObject,
	): Promise<IDataObject> {
		if (credentials.signInWith === 'userKey') return {};
		const login = readLogin(credentials);
		const sessionKey = await logIn(this, login, refusedLogins);
		return { sessionKey, sessionSubject: loginSubject(login) };
	}

	authenticate = async (
		credentials: ICredentialDataDecryptedObject,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> => {
		const login = readLogin(credentials);
		const stored = { token: credentials.sessionKey, subject: credentials.sessionSubject };
		const userKey =
			credentials.signInWith === 'userKey'
				? textOf(credentials.userKey)
				: tokenFor(loginSubject(login), stored);
		const headers = { ...requestOptions.headers };
		if (userKey !== '') headers.Authorization = userKeyHeader(login.apiKey, userKey);
		return { ...requestOptions, headers };
	};

	test: ICredentialTestRequest = {
		request: {
			baseURL: '={{$credentials.baseUrl.trim().replace(/\\/+$/, "")}}',
			url: '/contacts',
			qs: { page: 1 },
		},
		rules: [
			{
				type: 'responseCode',
				properties: {
					value: 401,
					message: 'Redtail does not accept this API key and user key. Check both.',
				},
			},
		],
	};
}
