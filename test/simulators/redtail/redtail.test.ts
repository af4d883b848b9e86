import { caller } from '../test-client';
import { ALL_PARTS, base64, create, crm, individual, list, start } from './harness';

afterEach(() => crm.sim.stop());

describe('credentials', () => {
	const basic = (password = crm.sim.credentials.password) => ({
		Authorization: `Basic ${base64(crm.sim.credentials.apiKey, crm.sim.credentials.username, password)}`,
	});

	test('the missing header is told in the exact words, whatever the path', async () => {
		await start();
		const anyone = caller(crm.sim.url);
		for (const path of ['/contacts', '/authentication', '/nowhere']) {
			const { status, body } = await anyone('GET', path);
			expect([status, body]).toEqual([401, { message: 'Authorization header missing' }]);
		}
	});

	test('any casing, the bare text and three-part Basic pass; Bearer and a wrong key do not', async () => {
		await start();
		const { apiKey, userKey } = crm.sim.credentials;
		const token = base64(apiKey, userKey);
		const status = async (Authorization: string) =>
			(await caller(crm.sim.url, { Authorization })('GET', '/contacts')).status;
		expect(await status(`UserKeyAuth ${token}`)).toBe(200);
		expect(await status(`userkeyauth ${token}`)).toBe(200);
		expect(await status(token)).toBe(200);
		expect(await status(basic().Authorization)).toBe(200);
		expect(await status(`Bearer ${token}`)).toBe(401);
		expect(await status(`Userkeyauth ${base64(apiKey, 'wrong')}`)).toBe(401);
		expect(await status(`Userkeyauth ${base64('wrong', userKey)}`)).toBe(401);
	});

	test('gives the user key nested, or flat when switched', async () => {
		await start();
		const { userKey } = crm.sim.credentials;
		const nested = await caller(crm.sim.url, basic())('GET', '/authentication');
		expect(nested.body).toMatchObject({ authenticated_user: { user_key: userKey } });
		await crm.sim.stop();
		await start({ switches: { authentication: 'flat' } });
		const flat = await caller(crm.sim.url, basic())('GET', '/authentication');
		expect(flat.body).toMatchObject({ user_key: userKey });
	});

	test('locks the account after the switched number of failures', async () => {
		await start({ switches: { lockoutAfter: 2 } });
		const login = async (headers: Record<string, string>) =>
			(await caller(crm.sim.url, headers)('GET', '/authentication')).body;
		await login(basic('wrong'));
		await login(basic('wrong'));
		expect(await login(basic())).toEqual({ message: 'Account Locked' });
	});
});

describe('reading', () => {
	test('page size and parts come from headers only', async () => {
		await start();
		for (let n = 0; n < 53; n++) crm.sim.people.create({ lastName: `N${n}` });
		const plain = await list('/contacts?include=phones&pagesize=10');
		expect(plain.contacts).toHaveLength(50);
		expect(plain.meta).toEqual({ total_records: 53, total_pages: 2 });
		expect(plain.contacts[0]).not.toHaveProperty('phones');
		const sized = await list('/contacts?page=2', { pagesize: '30', include: 'phones, emails' });
		expect(sized.contacts).toHaveLength(23);
		expect(sized.contacts[0]).toMatchObject({ last_name: 'N30', phones: [], emails: [] });
		expect(sized.contacts[0]).not.toHaveProperty('urls');
	});

	test('whole seconds with .000Z; updated_since on search is inclusive, on the list ignored', async () => {
		await start();
		const { id, updated_at } = await create(individual('Almqvist'));
		expect(updated_at).toBe('2026-05-04T13:20:11.000Z');
		const found = async (path: string, since: string) =>
			(await list(`${path}?updated_since=${since}`)).contacts.map((contact) => contact.id);
		expect(await found('/contacts/search', '2026-05-04T13:20:11.000Z')).toEqual([id]);
		expect(await found('/contacts/search', '2026-05-04T13:20:12.000Z')).toEqual([]);
		expect(await found('/contacts', '2026-05-04T13:20:12.000Z')).toEqual([id]);
		await crm.sim.stop();
		await start({ switches: { updatedSinceOnList: true } });
		await create(individual('Almqvist'));
		expect(await found('/contacts', '2026-05-04T13:20:12.000Z')).toEqual([]);
	});

	test('searches by name, e-mail, phone and status', async () => {
		await start();
		const { id } = await create(
			individual('Almqvist', {
				status_id: 2,
				emails: [{ address: 'Signe@almqvist.example', email_type: 1 }],
				phones: [{ number: '2185550178', phone_type: 3 }],
			}),
		);
		await create(individual('Berg'));
		const ids = async (query: string) =>
			(await list(`/contacts/search?${query}`)).contacts.map((contact) => contact.id);
		expect(await ids('name=almq')).toEqual([id]);
		expect(await ids('email=signe@almqvist.example')).toEqual([id]);
		expect(await ids('phone_number=(218) 555-0178')).toEqual([id]);
		expect(await ids('status_id=2&type=individual')).toEqual([id]);
		expect(await ids('email=nobody@almqvist.example')).toEqual([]);
		const [row] = (await list('/contacts/search_basic?name=almq')).contacts;
		expect(row).toMatchObject({ id, full_name: 'Signe Almqvist' });
		expect(row).not.toHaveProperty('tax_id');
	});

	test('lists, users, families and tags', async () => {
		await start({
			contacts: [{ lastName: 'Almqvist', tags: ['Newsletter'] }, { lastName: 'Berg' }],
			switches: { families: [{ name: 'Almqvist Family', members: [0, 1] }] },
		});
		const [first] = (await list('/contacts', ALL_PARTS)).contacts;
		expect(first).toMatchObject({
			tag_memberships: [{ name: 'Newsletter' }],
			family: { name: 'Almqvist Family', members: [{ hoh: true }, { hoh: false }] },
		});
		const families = (await crm.call('GET', '/families')).body as { families: object[] };
		expect(families.families[0]).not.toHaveProperty('members');
		const statuses = (await crm.call('GET', '/lists/contact_statuses')).body;
		expect(statuses).toMatchObject({
			contact_statuses: expect.arrayContaining([expect.objectContaining({ deleted: true })]),
			meta: { total_pages: 1 },
		});
		const users = (await crm.call('GET', '/lists/database_users')).body;
		expect(users).toMatchObject({ database_users: [{ first_name: 'Noel' }, {}] });
		expect((await crm.call('GET', '/lists/phone_types')).status).toBe(404);
	});
});
