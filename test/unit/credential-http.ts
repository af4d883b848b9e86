/** What n8n does around a credential, over fetch: its HTTP helper, and the 401-refresh-repeat of an authenticated call. */
import type {
	ICredentialDataDecryptedObject,
	ICredentialType,
	IHttpRequestHelper,
	IHttpRequestOptions,
} from 'n8n-workflow';

export const http = {
	helpers: {
		httpRequest: async (options: IHttpRequestOptions) => {
			const answer = await fetch(options.url, {
				method: options.method,
				headers: options.headers as Record<string, string>,
				body: options.body as string | undefined,
			});
			const text = await answer.text();
			const isJson = (answer.headers.get('content-type') ?? '').includes('json');
			return { statusCode: answer.status, headers: {}, body: isJson ? JSON.parse(text) : text };
		},
	},
} as unknown as IHttpRequestHelper;

/** One authenticated GET as n8n makes it: obtain the token if there is none, and once more on 401. */
export async function authenticatedGet(
	type: ICredentialType,
	credentials: ICredentialDataDecryptedObject,
	url: string,
): Promise<number> {
	const expirable = type.properties.find((property) => property.typeOptions?.expirable);
	if (expirable !== undefined && credentials[expirable.name] === '') {
		Object.assign(credentials, await type.preAuthentication?.call(http, credentials));
	}
	const first = await get(type, credentials, url);
	if (first !== 401) return first;
	Object.assign(credentials, await type.preAuthentication?.call(http, credentials));
	return await get(type, credentials, url);
}

async function get(
	type: ICredentialType,
	credentials: ICredentialDataDecryptedObject,
	url: string,
): Promise<number> {
	if (typeof type.authenticate !== 'function') throw new Error(`${type.name} has no function`);
	const request = await type.authenticate(credentials, { url, method: 'GET' });
	const answer = (await http.helpers.httpRequest(request)) as { statusCode: number };
	return answer.statusCode;
}
