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
import { jwtBearerToken } from './shared/salesforce-token';
import { baseAddress, subjectOf, textOf } from './shared/session';

/** Salesforce with the JWT bearer flow: a certificate signs in a named user, nobody has to be there. */
export class SalesforceFabricJwtApi implements ICredentialType {
	name = 'salesforceFabricJwtApi';

	displayName = 'Salesforce for CRM Fabric JWT API';

	icon = {
		light: 'file:../icons/salesforce.svg',
		dark: 'file:../icons/salesforce.dark.svg',
	} as const;

	documentationUrl =
		'https://github.com/crm-fabric/n8n-nodes-crm-fabric/blob/main/docs/credentials.md#salesforce-jwt-api';

	properties: INodeProperties[] = [
		MY_DOMAIN,
		CLIENT_ID,
		{
			displayName: 'User Name',
			name: 'username',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. integration@yourcompany.com',
			description:
				'The Salesforce user that the workflows act as. The app must be allowed for this user.',
		},
		{
			displayName: 'Private Key',
			name: 'privateKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description:
				'The RSA key whose certificate is in the app: the whole text, from BEGIN PRIVATE KEY to END PRIVATE KEY, without a passphrase',
		},
		...SESSION,
	];

	async preAuthentication(
		this: IHttpRequestHelper,
		credentials: ICredentialDataDecryptedObject,
	): Promise<IDataObject> {
		const sessionToken = await jwtBearerToken(this, credentials, Date.now());
		return { sessionToken, sessionSubject: subject(credentials) };
	}

	authenticate = async (
		credentials: ICredentialDataDecryptedObject,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> => withBearer(requestOptions, credentials, subject(credentials));

	test: ICredentialTestRequest = API_TEST;
}

function subject({ myDomainUrl, clientId, username }: ICredentialDataDecryptedObject): string {
	return subjectOf(baseAddress(myDomainUrl), textOf(clientId), textOf(username));
}
