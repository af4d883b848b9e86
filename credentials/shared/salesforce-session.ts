import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';
import { tokenFor } from './session';

/** The request with the stored token, if that was obtained for this very account. */
export function withBearer(
	requestOptions: IHttpRequestOptions,
	credentials: ICredentialDataDecryptedObject,
	subject: string,
): IHttpRequestOptions {
	const stored = { token: credentials.sessionToken, subject: credentials.sessionSubject };
	const token = tokenFor(subject, stored);
	const headers = { ...requestOptions.headers };
	if (token !== '') headers.Authorization = `Bearer ${token}`;
	return { ...requestOptions, headers };
}
