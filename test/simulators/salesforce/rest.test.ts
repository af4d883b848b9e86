import { startSalesforceSimulator, type SalesforceSimulator } from '.';
import { toId18 } from './ids';
import { call, createContact, errorCode, type Json } from './testing';

let simulator: SalesforceSimulator;

async function start(switches: Record<string, unknown> = {}): Promise<void> {
	simulator = await startSalesforceSimulator({ switches });
}

afterEach(() => simulator.stop());

describe('rows', () => {
	test('are created, read, changed and deleted', async () => {
		await start();
		const id = await createContact(simulator, {
			LastName: ' Brunner ',
			FirstName: '',
			Email: 'i@b.example',
		});
		expect(toId18(id)).toBe(id);
		const read = await call(
			simulator,
			'GET',
			`/sobjects/contact/${id}?fields=id,lastname,FIRSTNAME,name`,
		);
		expect(read.body).toEqual({
			attributes: { type: 'Contact', url: `/services/data/v67.0/sobjects/Contact/${id}` },
			Id: id,
			LastName: 'Brunner',
			FirstName: null,
			Name: 'Brunner',
		});
		const changed = await call(simulator, 'PATCH', `/sobjects/Contact/${id}`, {
			mailingcity: 'Zug',
			Email: null,
		});
		expect(changed).toMatchObject({ status: 204, body: '' });
		const after = (await call(simulator, 'GET', `/sobjects/Contact/${id.slice(0, 15)}`))
			.body as Json;
		expect(after).toMatchObject({ Email: null, MailingCity: 'Zug', IsDeleted: false });
		expect(after['MailingAddress']).toMatchObject({ city: 'Zug', street: null });
		expect(after['LastModifiedDate']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000\+0000$/);
		expect((await call(simulator, 'DELETE', `/sobjects/Contact/${id}`)).status).toBe(204);
		const gone = await call(simulator, 'PATCH', `/sobjects/Contact/${id}`, {
			Email: 'x@y.example',
		});
		expect([gone.status, errorCode(gone)]).toEqual([404, 'ENTITY_IS_DELETED']);
	});

	test.each<[string, Json, string, string[] | undefined]>([
		['a missing last name', { FirstName: 'I' }, 'REQUIRED_FIELD_MISSING', ['LastName']],
		['an unknown field', { LastName: 'B', Shoe: '1' }, 'INVALID_FIELD', undefined],
		[
			'a read-only field',
			{ LastName: 'B', CreatedDate: 'x' },
			'INVALID_FIELD_FOR_INSERT_UPDATE',
			['CreatedDate'],
		],
		['a compound', { LastName: 'B', Name: 'x' }, 'INVALID_FIELD_FOR_INSERT_UPDATE', ['Name']],
		[
			'a wrong choice',
			{ LastName: 'B', Client_Status__c: 'Gone' },
			'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
			['Client_Status__c'],
		],
		['a bad e-mail', { LastName: 'B', Email: 'nobody' }, 'INVALID_EMAIL_ADDRESS', ['Email']],
		['a long text', { LastName: 'B'.repeat(81) }, 'STRING_TOO_LONG', ['LastName']],
		['a bad date', { LastName: 'B', Birthdate: '1970-02-30' }, 'JSON_PARSER_ERROR', undefined],
		['a number as text', { LastName: 5 }, 'JSON_PARSER_ERROR', undefined],
		[
			'an account that is none',
			{ LastName: 'B', AccountId: '0015g00000Zt4KdAAJ' },
			'INVALID_CROSS_REFERENCE_KEY',
			['AccountId'],
		],
		[
			'a contact as account',
			{ LastName: 'B', AccountId: '0035g00000LmQ7x' },
			'MALFORMED_ID',
			['AccountId'],
		],
	])('refuse %s', async (_name, values, code, fields) => {
		await start();
		const answer = await call(simulator, 'POST', '/sobjects/Contact', values);
		expect(answer.status).toBe(400);
		expect(answer.body).toMatchObject([{ errorCode: code, message: expect.any(String) as string }]);
		expect((answer.body as Json[])[0]?.['fields']).toEqual(fields);
		expect(simulator.people.list()).toEqual([]);
	});

	test('answer 404 for what is not there and 400 for what is no id', async () => {
		await start();
		const answers = await Promise.all([
			call(simulator, 'GET', '/sobjects/Contact/0035g00000LmQ7x'),
			call(simulator, 'GET', '/sobjects/Contact/nobody'),
			call(simulator, 'GET', '/sobjects/Contact/0015g00000LmQ7x'),
			call(simulator, 'GET', '/sobjects/Spaceship/describe'),
			call(simulator, 'GET', '/services/data/v36.0/limits'),
		]);
		expect(answers.map(({ status }) => status)).toEqual([404, 404, 400, 404, 404]);
	});

	test('the key of the address must not be in the body', async () => {
		await start();
		const id = await createContact(simulator, { LastName: 'Roth' });
		const answer = await call(simulator, 'PATCH', `/sobjects/Contact/${id}`, { Id: id });
		expect([answer.status, errorCode(answer)]).toEqual([400, 'INVALID_FIELD']);
	});

	test('conditions compare whole seconds', async () => {
		let clock = Date.parse('2026-11-22T08:00:00.700Z');
		simulator = await startSalesforceSimulator({ now: () => clock });
		const id = await createContact(simulator, { LastName: 'Roth' });
		const path = `/sobjects/Contact/${id}`;
		const made = { 'If-Unmodified-Since': 'Sun, 22 Nov 2026 08:00:00 GMT' };
		clock += 5_000;
		expect((await call(simulator, 'PATCH', path, { Title: 'A' }, { headers: made })).status).toBe(
			204,
		);
		expect((await call(simulator, 'PATCH', path, { Title: 'B' }, { headers: made })).status).toBe(
			412,
		);
		const since = { 'If-Modified-Since': 'Sun, 22 Nov 2026 08:00:05 GMT' };
		expect((await call(simulator, 'GET', path, undefined, { headers: since })).status).toBe(304);
		const before = { 'If-Modified-Since': 'Sun, 22 Nov 2026 08:00:04 GMT' };
		expect((await call(simulator, 'GET', path, undefined, { headers: before })).body).toMatchObject(
			{ Title: 'A' },
		);
	});
});

describe('upsert by external id', () => {
	const path = (key: string) => `/sobjects/Contact/Fabric_Id__c/${encodeURIComponent(key)}`;

	test('creates, updates, and says which', async () => {
		await start();
		const made = await call(simulator, 'PATCH', path('U/1'), { LastName: 'Roth' });
		expect(made).toMatchObject({ status: 201, body: { success: true, created: true, errors: [] } });
		const again = await call(simulator, 'PATCH', path('u/1'), { Title: 'Owner' });
		expect(again).toMatchObject({ status: 200, body: { created: false } });
		expect((again.body as Json)['id']).toBe((made.body as Json)['id']);
		expect(simulator.people.list()).toMatchObject([{ lastName: 'Roth', jobTitle: 'Owner' }]);
		expect((await call(simulator, 'GET', path('U/1'))).body).toMatchObject({ Title: 'Owner' });
		const inBody = await call(simulator, 'PATCH', path('U/1'), { Fabric_Id__c: 'U/1' });
		expect([inBody.status, errorCode(inBody)]).toEqual([400, 'INVALID_FIELD']);
		const only = await call(simulator, 'PATCH', `${path('U/2')}?updateOnly=true`, {
			LastName: 'X',
		});
		expect(only.status).toBe(404);
	});

	test('a key twice is refused where it is unique, and answers 300 where it is not', async () => {
		await start();
		await createContact(simulator, { LastName: 'Roth', Fabric_Id__c: 'U1' });
		const twice = await call(simulator, 'POST', '/sobjects/Contact', {
			LastName: 'R',
			Fabric_Id__c: 'u1',
		});
		expect([twice.status, errorCode(twice)]).toEqual([400, 'DUPLICATE_VALUE']);
		await simulator.stop();
		await start({ externalIdUnique: false });
		const first = await createContact(simulator, { LastName: 'Roth', Fabric_Id__c: 'U1' });
		const second = await createContact(simulator, { LastName: 'Ruth', Fabric_Id__c: 'U1' });
		const answer = await call(simulator, 'PATCH', path('U1'), { Title: 'Owner' });
		expect(answer.status).toBe(300);
		expect(answer.body).toEqual(
			[first, second].map((id) => `/services/data/v67.0/sobjects/Contact/${id}`),
		);
		expect(simulator.people.list().map(({ jobTitle }) => jobTitle)).toEqual([null, null]);
	});

	test('without the field there is no such key', async () => {
		await start({ externalIdField: false });
		expect((await call(simulator, 'PATCH', path('U1'), { LastName: 'R' })).status).toBe(404);
	});
});

describe('faults', () => {
	test('row locks count rows and then are over', async () => {
		await start();
		simulator.setFault({ kind: 'rowLock', times: 1 });
		const locked = await call(simulator, 'POST', '/sobjects/Contact', { LastName: 'Roth' });
		expect([locked.status, errorCode(locked)]).toEqual([400, 'UNABLE_TO_LOCK_ROW']);
		await createContact(simulator, { LastName: 'Roth' });
	});

	test('limits and dead tokens', async () => {
		await start();
		simulator.setFault({ kind: 'concurrentRequests', times: 1 });
		const busy = await call(simulator, 'GET', '/limits');
		expect([busy.status, errorCode(busy)]).toEqual([403, 'REQUEST_LIMIT_EXCEEDED']);
		simulator.setFault({ kind: 'invalidateTokens' });
		const dead = await call(simulator, 'GET', '/limits');
		expect([dead.status, errorCode(dead)]).toEqual([401, 'INVALID_SESSION_ID']);
	});

	test('a write may be done and never answered', async () => {
		await start();
		simulator.setFault({ kind: 'timeoutAfterCommit', times: 1, match: 'POST /services/data' });
		await expect(
			call(simulator, 'POST', '/sobjects/Contact', { LastName: 'Roth' }),
		).rejects.toThrow();
		expect(simulator.people.list()).toHaveLength(1);
	});
});
