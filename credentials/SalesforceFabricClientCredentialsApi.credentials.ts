import type {
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IDataObject,
	IHttpRequestHelper,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';
import { API_TEST, CLIENT_ID, MY_DOMAIN, SESSION } from './shared/salesforce-properties';
import { withBearer } from './shared/salesforce-session';
import { clientCredentialsToken } from './shared/salesforce-token';
import { baseAddress, subjectOf, textOf } from './shared/session';

/** Salesforce with the client credentials flow: the app signs in as the "run as" user it names. */
export class SalesforceFabricClientCredentialsApi implements ICredentialType {
	name = 'salesforceFabricClientCredentialsApi';

	displayName = 'Salesforce for CRM Fabric Client Credentials API';

	icon = {
		light: 'file:../icons/salesforce.svg',
		dark: 'file:../icons/salesforce.dark.svg',
	} as const;

	documentationUrl =
		'https://github.com/crm-fabric/n8n-nodes-crm-fabric/blob/main/docs/credentials.md#salesforce-client-credentials-api';

	properties: INodeProperties[] = [
		MY_DOMAIN,
		CLIENT_ID,
		{
			displayName: 'Consumer Secret',
			name: 'clientSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description:
				'Of the same app. The app must have the client credentials flow on and a "run as" user.',
		},
		...SESSION,
	];

	async preAuthentication(
		this: IHttpRequestHelper,
		credentials: ICredentialDataDecryptedObject,
	): Promise<IDataObject> {
		const sessionToken = await clientCredentialsToken(this, credentials);
		return { sessionToken, sessionSubject: subject(credentials) };
	}

	authenticate = async (
		credentials: ICredentialDataDecryptedObject,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> => withBearer(requestOptions, credentials, subject(credentials));

	test: ICredentialTestRequest = API_TEST;
}

function subject({ myDomainUrl, clientId }: ICredentialDataDecryptedObject): string {
	return subjectOf(baseAddress(myDomainUrl), textOf(clientId));
}
