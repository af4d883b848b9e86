/** F15 through the nodes' own port: n8n refreshes the token and forgets the instance's address (n8n issue 34916). */
import type { IHttpRequestOptions } from 'n8n-workflow';
import { salesforce } from '../../../../lib/connectors/salesforce';
import { httpPort } from '../../../../nodes/shared/http-port';
import { FakeTrigger } from '../../nodes/fake-trigger';
import { setUp, tearDown, world } from './streaming';

afterEach(tearDown);

interface TokenData {
	access_token: string;
	refresh_token?: string;
	instance_url?: string;
}

test('F15 a refresh that returns no instance_url: calls go on at My Domain', async () => {
	const { sim, context } = await setUp({ switches: { omitInstanceUrlOnRefresh: true } });
	const { accessToken = '', refreshToken = '', clientId = '', clientSecret = '' } = sim.credentials;
	const credentials = {
		myDomainUrl: `${sim.url}/`,
		oauthTokenData: {
			...{ access_token: accessToken, refresh_token: refreshToken },
			instance_url: sim.url,
		} as TokenData,
	};
	const refresh = async () => {
		const form = { client_id: clientId, client_secret: clientSecret, refresh_token: refreshToken };
		const answer = await fetch(`${sim.url}/services/oauth2/token`, {
			method: 'POST',
			body: new URLSearchParams({ grant_type: 'refresh_token', ...form }),
		});
		credentials.oauthTokenData = (await answer.json()) as TokenData;
	};
	const call = ({ url, method, headers, body }: IHttpRequestOptions) => {
		const authorization = `Bearer ${credentials.oauthTokenData.access_token}`;
		const given = { ...(headers as Record<string, string>), authorization };
		return fetch(url, { method, headers: given, body: body as string | undefined });
	};
	const request = async (_: string, given: unknown) => {
		const options = given as IHttpRequestOptions;
		let answer = await call(options);
		if (answer.status === 401) {
			await refresh();
			answer = await call(options);
		}
		const headers = Object.fromEntries(answer.headers);
		return { statusCode: answer.status, headers, body: await answer.text() };
	};
	const { functions } = new FakeTrigger({ request, credentials: credentials as never });
	const credentialType = 'salesforceFabricOAuth2Api';
	// Each start of a node reads the credential anew.
	const check = () =>
		salesforce.check({ ...context, http: httpPort({ caller: functions, credentialType }) });
	world().sim.setFault({ kind: 'invalidateTokens' });
	await check();
	expect(credentials.oauthTokenData).not.toHaveProperty('instance_url');
	expect(credentials.oauthTokenData.access_token).not.toBe(accessToken);
	await expect(check()).resolves.toBeUndefined();
});
