import { createHash, createSign, generateKeyPairSync } from 'node:crypto';
import { startSalesforceSimulator, type SalesforceSimulator } from '.';
import { call, tokenCall } from './testing';

const JWT_GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

let simulator: SalesforceSimulator;
let credentials: Record<string, string>;

async function start(switches: Record<string, unknown> = {}, now?: () => number): Promise<void> {
	simulator = await startSalesforceSimulator({ switches, ...(now && { now }) });
	credentials = simulator.credentials;
}

afterEach(() => simulator.stop());

const works = async (token: string | undefined) =>
	(await call(simulator, 'GET', '/limits', undefined, { token: token ?? '' })).status === 200;

function client(): Record<string, string> {
	const { clientId = '', clientSecret = '' } = credentials;
	return { client_id: clientId, client_secret: clientSecret };
}

const basic = () => {
	const { clientId, clientSecret } = credentials;
	return {
		Authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
	};
};

describe('JWT bearer', () => {
	function assertion(claims: Record<string, unknown> = {}, key = credentials['privateKey'] ?? '') {
		const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
		const body = {
			iss: credentials['clientId'],
			sub: credentials['username'],
			aud: simulator.url,
			exp: Math.floor(Date.now() / 1000) + 180,
			...claims,
		};
		const text = `${part({ alg: 'RS256' })}.${part(body)}`;
		return `${text}.${createSign('RSA-SHA256').update(text).sign(key, 'base64url')}`;
	}
	const login = (jwt: string) => tokenCall(simulator, { grant_type: JWT_GRANT, assertion: jwt });

	test('logs in the user', async () => {
		await start();
		const { status, body } = await login(assertion());
		expect(status).toBe(200);
		expect(body).toMatchObject({ instance_url: simulator.url, token_type: 'Bearer' });
		expect(body).not.toHaveProperty('refresh_token');
		expect(body['access_token']).toMatch(/^00D[0-9A-Za-z]{12}![\w.]+$/);
		expect(await works(body['access_token'])).toBe(true);
		expect((await login(assertion({ aud: 'https://test.salesforce.com' }))).status).toBe(200);
	});

	test.each<[string, Record<string, unknown>, string]>([
		['a foreign audience', { aud: 'https://login.example' }, 'audience is invalid'],
		['an expired assertion', { exp: 1 }, 'expired authorization code'],
		['one that lives too long', { exp: Date.now() / 1000 + 3_600 }, 'assertion expires too late'],
		['an unknown user', { sub: 'nobody@example.com' }, "user hasn't approved this consumer"],
		['an unknown client', { iss: 'nobody' }, 'client identifier invalid'],
	])('refuses %s', async (_name, claims, description) => {
		await start();
		const { status, body } = await login(assertion(claims));
		expect([status, body['error_description']]).toEqual([400, description]);
	});

	test('refuses a signature by another key', async () => {
		await start();
		const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
		const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
		expect(await login(assertion({}, pem))).toMatchObject({
			status: 400,
			body: { error: 'invalid_grant' },
		});
	});
});

describe('authorization code', () => {
	const redirectUri = 'http://n8n.example/rest/oauth2-credential/callback';
	const verifier = 'a'.repeat(50);
	const challenge = createHash('sha256').update(verifier).digest('base64url');

	async function authorize(more: Record<string, string> = {}): Promise<URL> {
		const query = new URLSearchParams({
			response_type: 'code',
			client_id: credentials['clientId'] ?? '',
			redirect_uri: redirectUri,
			state: 'the state',
			...more,
		});
		const answer = await call(simulator, 'GET', `/services/oauth2/authorize?${query}`);
		expect(answer.status).toBe(302);
		return new URL(answer.headers.get('location') ?? '');
	}

	const exchange = (back: URL, more: Record<string, string>, headers = {}) =>
		tokenCall(
			simulator,
			{
				grant_type: 'authorization_code',
				code: back.searchParams.get('code') ?? '',
				redirect_uri: redirectUri,
				...more,
			},
			headers,
		);

	test('with PKCE, once', async () => {
		await start();
		const back = await authorize({ code_challenge: challenge, code_challenge_method: 'S256' });
		expect(back.searchParams.get('state')).toBe('the state');
		const { status, body } = await exchange(back, { code_verifier: verifier }, basic());
		expect(status).toBe(200);
		expect(await works(body['access_token'])).toBe(true);
		expect(body['refresh_token']).toBeTruthy();
		expect((await exchange(back, { code_verifier: verifier }, basic())).status).toBe(400);
	});

	test('refuses a wrong verifier, a missing one and a foreign address', async () => {
		await start();
		const challenged = () => authorize({ code_challenge: challenge });
		const answers = [
			await exchange(await challenged(), { ...client(), code_verifier: 'b'.repeat(50) }),
			await exchange(await challenged(), client()),
			await exchange(await challenged(), {
				...client(),
				code_verifier: verifier,
				redirect_uri: 'http://x',
			}),
			await exchange(await authorize(), { client_id: credentials['clientId'] ?? '' }),
		];
		expect(answers.map(({ body }) => body['error'])).toEqual([
			'invalid_grant',
			'invalid_grant',
			'redirect_uri_mismatch',
			'invalid_client',
		]);
	});
});

describe('refresh', () => {
	const refresh = (token: string | undefined) =>
		tokenCall(simulator, { grant_type: 'refresh_token', refresh_token: token ?? '', ...client() });

	test('gives a new access token, and no new refresh token', async () => {
		await start();
		const { body } = await refresh(credentials['refreshToken']);
		expect(await works(body['access_token'])).toBe(true);
		expect(body['instance_url']).toBe(simulator.url);
		expect(body).not.toHaveProperty('refresh_token');
		expect((await refresh(credentials['refreshToken'])).status).toBe(200);
	});

	test('with rotation the old token is dead at once', async () => {
		await start({ rotateRefreshTokens: true, omitInstanceUrlOnRefresh: true });
		const { body } = await refresh(credentials['refreshToken']);
		expect(body).not.toHaveProperty('instance_url');
		expect(await refresh(credentials['refreshToken'])).toMatchObject({
			status: 400,
			body: { error: 'invalid_grant', error_description: 'expired access/refresh token' },
		});
		expect((await refresh(body['refresh_token'])).status).toBe(200);
	});

	test('is refused by a fault and after a revocation', async () => {
		await start();
		simulator.setFault({ kind: 'invalidGrant', times: 1 });
		expect((await refresh(credentials['refreshToken'])).body['error']).toBe('invalid_grant');
		expect((await refresh(credentials['refreshToken'])).status).toBe(200);
		const revoke = `/services/oauth2/revoke?token=${credentials['refreshToken']}`;
		expect((await call(simulator, 'POST', revoke)).status).toBe(200);
		expect((await refresh(credentials['refreshToken'])).status).toBe(400);
	});
});

describe('client credentials', () => {
	const login = (form: Record<string, string>, headers = {}) =>
		tokenCall(simulator, { grant_type: 'client_credentials', ...form }, headers);

	test('in the body or as Basic, but not without the secret', async () => {
		await start();
		expect(await works((await login(client())).body['access_token'])).toBe(true);
		expect(await works((await login({}, basic())).body['access_token'])).toBe(true);
		const { client_id = '' } = client();
		expect((await login({ client_id })).body['error']).toBe('invalid_client');
		expect((await login({ client_id, client_secret: 'x' })).body['error']).toBe('invalid_client');
		expect((await login({ ...client(), client_id: 'x' })).body['error']).toBe('invalid_client_id');
	});

	test('logins are limited by the hour', async () => {
		let clock = Date.parse('2026-11-22T08:00:00Z');
		await start({ loginsPerHour: 1 }, () => clock);
		expect((await login(client())).status).toBe(200);
		expect((await login(client())).body['error_description']).toBe('login rate exceeded');
		clock += 3_600_000;
		expect((await login(client())).status).toBe(200);
	});
});

test('tokens end when unused, and always with permanent401', async () => {
	let clock = Date.parse('2026-11-22T08:00:00Z');
	await start({ sessionTimeoutMs: 7_200_000 }, () => clock);
	clock += 7_000_000;
	expect(await works(credentials['accessToken'])).toBe(true);
	clock += 7_300_000;
	expect(await works(credentials['accessToken'])).toBe(false);
	simulator.setFault({ kind: 'permanent401' });
	const { body } = await tokenCall(simulator, { grant_type: 'client_credentials', ...client() });
	expect(await works(body['access_token'])).toBe(false);
});

test('says who the user is', async () => {
	await start();
	const info = await call(simulator, 'GET', '/services/oauth2/userinfo');
	expect(info.body).toMatchObject({
		user_id: credentials['userId'],
		organization_id: credentials['organizationId'],
	});
	const { sub } = info.body as { sub: string };
	const identity = await fetch(sub, {
		headers: { Authorization: `Bearer ${credentials['accessToken']}` },
	});
	expect(await identity.json()).toMatchObject({ username: credentials['username'] });
	expect((await fetch(sub)).status).toBe(403);
});
