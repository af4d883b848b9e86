import { caller } from '../test-client';
import { startWealthboxSimulator } from '.';
import { create, crm, get, list, person, start, START, type Contact } from './harness';

afterEach(() => crm.sim.stop());

describe('credentials', () => {
	beforeEach(() => start());

	test('an unknown path answers 404 before the token is looked at, a known one 401', async () => {
		const anyone = caller(crm.sim.url);
		expect((await anyone('GET', '/webhooks')).status).toBe(404);
		expect((await anyone('GET', '/contacts')).status).toBe(401);
		const wrong = { headers: { ACCESS_TOKEN: 'wrong' } };
		expect((await anyone('GET', '/me', wrong)).status).toBe(401);
		const bearer = { headers: { Authorization: `Bearer ${crm.sim.credentials.oauthAccessToken}` } };
		expect((await anyone('GET', '/me', bearer)).status).toBe(200);
	});

	test('the login id and the workspace user id differ', async () => {
		const me = (await crm.call('GET', '/me')).body as { id: number; current_user: { id: number } };
		expect(me.id).not.toBe(me.current_user.id);
	});

	test('OAuth: code, expiry, and a refresh token that works once', async () => {
		const { origin } = new URL(crm.sim.url);
		const { clientId = '', clientSecret = '' } = crm.sim.credentials;
		const token = async (form: Record<string, string>) => {
			const fields = { client_id: clientId, client_secret: clientSecret, ...form };
			const answer = await fetch(`${origin}/oauth/token`, {
				method: 'POST',
				body: new URLSearchParams(fields),
			});
			return { status: answer.status, body: (await answer.json()) as Record<string, string> };
		};
		const redirect_uri = 'https://n8n.example/callback';
		const ask = new URLSearchParams({ client_id: clientId, redirect_uri, response_type: 'code' });
		const consent = await caller(origin)('GET', `/oauth/authorize?${ask}&state=s1`);
		const back = new URL(consent.headers.get('location') ?? '');
		expect(back.searchParams.get('state')).toBe('s1');
		const code = back.searchParams.get('code') ?? '';
		const first = await token({ grant_type: 'authorization_code', code, redirect_uri });
		expect(first.body).toMatchObject({ token_type: 'Bearer', expires_in: 7200 });
		expect((await token({ grant_type: 'authorization_code', code, redirect_uri })).status).toBe(
			400,
		);

		const me = (accessToken = '') =>
			caller(crm.sim.url, { Authorization: `Bearer ${accessToken}` })('GET', '/me');
		crm.clock += 7_199_000;
		expect((await me(first.body.access_token)).status).toBe(200);
		crm.clock += 1_000;
		expect((await me(first.body.access_token)).status).toBe(401);

		const refresh = { grant_type: 'refresh_token', refresh_token: first.body.refresh_token ?? '' };
		const second = await token(refresh);
		expect(second.body.refresh_token).not.toBe(first.body.refresh_token);
		expect((await me(second.body.access_token)).status).toBe(200);
		expect((await token(refresh)).body).toEqual({ error: 'invalid_grant' });
		expect((await token({ ...refresh, client_secret: 'wrong' })).status).toBe(401);
	});
});

describe('lists', () => {
	beforeEach(() => start());

	test('pages of 25 unless asked, never more than 100, empty beyond the end', async () => {
		for (let n = 0; n < 103; n++) crm.sim.people.create({ firstName: `N${n}` });
		expect((await list('')).contacts).toHaveLength(25);
		const first = await list('?per_page=500');
		expect(first.contacts).toHaveLength(100);
		expect(first.meta).toEqual({ current_page: 1, total_pages: 2, total_count: 103 });
		const second = await list('?per_page=100&page=2');
		expect(second.contacts.map(({ id }) => id)).not.toContain(first.contacts[99]?.id);
		expect(second.contacts).toHaveLength(3);
		expect((await list('?page=99')).contacts).toEqual([]);
	});

	test('times show whole minutes in the zone of the account, daylight saving included', async () => {
		const { id, updated_at } = await create(person('Odalys'));
		expect(updated_at).toBe('2026-03-04 09:15 AM -0500');
		crm.clock = Date.UTC(2026, 6, 1, 16, 0, 59);
		crm.sim.people.edit(String(id), { jobTitle: 'Architect' });
		expect((await get(id)).updated_at).toBe('2026-07-01 12:00 PM -0400');
		expect((await get(id)).created_at).toBe('2026-03-04 09:15 AM -0500');
	});

	test('updated_since is inclusive, updated_before is not, and both take both formats', async () => {
		const { id: early } = await create(person('Early'));
		crm.clock = START + 120_000;
		const { id: late } = await create(person('Late'));
		const ids = async (query: string) => (await list(query)).contacts.map(({ id }) => id);
		const at = (ms: number) => encodeURIComponent(new Date(ms).toISOString());
		expect(await ids(`?updated_since=${at(START)}`)).toEqual([early, late]);
		expect(await ids(`?updated_since=${at(START + 1)}`)).toEqual([late]);
		expect(await ids(`?updated_before=${at(START + 120_000)}`)).toEqual([early]);
		const own = encodeURIComponent('2026-03-04 09:16 AM -0500');
		expect(await ids(`?updated_since=${own}`)).toEqual([late]);
		expect(await ids(`?updated_after=${at(START + 1)}`)).toEqual([early, late]);
		expect((await crm.call('GET', '/contacts?updated_since=soon')).status).toBe(400);
	});

	test('a repeated scalar takes its last value, brackets on it answer 500, tags[] means or', async () => {
		await create(person('Ann', { tags: ['A'], external_unique_id: 'X-1' }));
		await create(person('Bea', { tags: ['B'] }));
		await create(person('Cid'));
		const names = async (query: string) =>
			(await list(query)).contacts.map(({ first_name }) => first_name);
		expect(await names('?name=ann&name=bea')).toEqual(['Bea']);
		expect((await crm.call('GET', '/contacts?name[]=ann')).status).toBe(500);
		expect(await names('?tags[]=A&tags[]=B')).toEqual(['Ann', 'Bea']);
		expect(await names('?tag=A')).toHaveLength(3);
		expect(await names('?external_unique_id=X-1')).toEqual(['Ann']);
		expect(await names('?type=household')).toEqual([]);
		expect(await names('?order=created')).toEqual(['Cid', 'Bea', 'Ann']);
	});

	test('finds by e-mail, phone and activity', async () => {
		await create(
			person('Ann', {
				status: 'Inactive',
				email_addresses: [{ address: 'Ann@brandt.example' }],
				phone_numbers: [{ address: '(207) 555-0148' }],
			}),
		);
		await create(person('Bea'));
		const count = async (query: string) => (await list(query)).meta.total_count;
		expect(await count('?email=ann@brandt.example')).toBe(1);
		expect(await count(`?phone=${encodeURIComponent('(207) 555-0148')}`)).toBe(1);
		expect(await count('?phone=2075550148')).toBe(0);
		expect(await count('?active=true')).toBe(1);
	});

	test('categories, users and custom fields', async () => {
		const keyed = async (path: string, key: string) =>
			((await crm.call('GET', path)).body as Record<string, Array<Record<string, unknown>>>)[key];
		const fields = await keyed('/categories/custom_fields?document_type=Contact', 'custom_fields');
		expect(fields?.map(({ name }) => name)).toContain('Service tier');
		expect(fields?.map(({ name }) => name)).not.toContain('Region');
		expect(await keyed('/categories/contact_types', 'contact_types')).toHaveLength(5);
		expect(await keyed('/users', 'users')).toHaveLength(2);
		await create(person('Ann', { tags: ['Brand new'] }));
		expect(await keyed('/categories/tags', 'tags')).toMatchObject([{ name: 'Brand new' }]);
		expect((await crm.call('GET', '/categories/nonsense')).status).toBe(404);
	});
});

describe('limits, faults and switches', () => {
	test('300 calls in 300 seconds, then 429 until the window slides', async () => {
		await start({ switches: { throttle: { calls: 3, windowMs: 300_000 }, retryAfter: true } });
		const me = async () => (await crm.call('GET', '/me')).status;
		expect([await me(), await me(), await me(), await me()]).toEqual([200, 200, 200, 429]);
		crm.clock += 299_999;
		const refused = await crm.call('GET', '/me');
		expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
		crm.clock += 1;
		expect(await me()).toBe(200);
		expect(crm.sim.callCounts()).toEqual({ 200: 4, 429: 2 });
	});

	test('the default limit is 300, without Retry-After', async () => {
		await start();
		for (let n = 0; n < 300; n++) expect((await crm.call('GET', '/users')).status).toBe(200);
		const refused = await crm.call('GET', '/users');
		expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, null]);
	});

	test('201, an answer to delete, and the paging of the samples can be switched on', async () => {
		await start({ switches: { createStatus: 201, deleteAnswer: 'body', paging: 'docs' } });
		const made = await crm.call('POST', '/contacts', { body: person('Odalys') });
		expect(made.status).toBe(201);
		const page = (await list('')) as unknown as Record<string, unknown>;
		expect(page).toMatchObject({ page: 1, per_page: 25 });
		expect(page).not.toHaveProperty('meta');
		const { id } = made.body as Contact;
		expect((await crm.call('DELETE', `/contacts/${id}`)).body).toMatchObject({ id });
	});

	test('a misspelt switch is refused', async () => {
		await start();
		await expect(startWealthboxSimulator({ switches: { createstatus: 201 } })).rejects.toThrow(
			/createstatus/,
		);
	});
});
