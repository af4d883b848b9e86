import type {
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';
import { pushSecretProperty } from './shared/push-secret';

/** Wealthbox with a personal API access token. */
export class WealthboxApi implements ICredentialType {
	name = 'wealthboxApi';

	displayName = 'Wealthbox API';

	icon = {
		light: 'file:../icons/wealthbox.svg',
		dark: 'file:../icons/wealthbox.dark.svg',
	} as const;

	documentationUrl =
		'https://github.com/crm-fabric/n8n-nodes-crm-fabric/blob/main/docs/credentials.md#wealthbox-api';

	properties: INodeProperties[] = [
		{
			displayName: 'Access Token',
			name: 'accessToken',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description:
				'In Wealthbox: your name at the top, then Settings, API Access, Create Access Token. The token acts as its owner, in one workspace.',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://api.crmworkspace.com/v1',
			description: 'Leave it as it is unless your calls go through a relay or a simulator',
		},
		pushSecretProperty,
	];

	// A function, not the generic object with an expression: n8n 2.40 evaluates expressions only inside
	// executions, and the trigger calls Wealthbox outside of any.
	authenticate = async (
		{ accessToken }: ICredentialDataDecryptedObject,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> => {
		const token = typeof accessToken === 'string' ? accessToken.trim() : '';
		return { ...requestOptions, headers: { ...requestOptions.headers, ACCESS_TOKEN: token } };
	};

	test: ICredentialTestRequest = {
		request: { baseURL: '={{$credentials.baseUrl.trim().replace(/\\/+$/, "")}}', url: '/me' },
		rules: [
			{
				type: 'responseCode',
				properties: {
					value: 401,
					message:
						'Wealthbox does not accept this access token. Create a new one and paste it here.',
				},
			},
		],
	};
}
