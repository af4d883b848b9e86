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

describe('collections', () => {
	const contact = (values: Json) => ({ attributes: { type: 'contact' }, ...values });

	test('answer row by row', async () => {
		await start();
		const answer = await call(simulator, 'POST', '/composite/sobjects', {
			allOrNone: false,
			records: [contact({ LastName: 'Roth' }), contact({ FirstName: 'No' })],
		});
		expect(answer).toMatchObject({
			status: 200,
			body: [
				{ success: true, errors: [] },
				{
					success: false,
					errors: [{ statusCode: 'REQUIRED_FIELD_MISSING', fields: ['LastName'] }],
				},
			],
		});
		expect(simulator.people.list()).toHaveLength(1);
		expect(simulator.writes()).toMatchObject([
			{ status: 200, changedAnything: true, fields: ['LastName'] },
			{ status: 400, changedAnything: false, recordId: null },
		]);
	});

	test('all or none leaves nothing behind', async () => {
		await start();
		const answer = await call(simulator, 'POST', '/composite/sobjects', {
			allOrNone: true,
			records: [contact({ LastName: 'Roth', Fabric_Id__c: 'U1' }), contact({ FirstName: 'No' })],
		});
		expect(answer.body).toMatchObject([
			{ errors: [{ statusCode: 'ALL_OR_NONE_OPERATION_ROLLED_BACK' }] },
			{ errors: [{ statusCode: 'REQUIRED_FIELD_MISSING' }] },
		]);
		expect(simulator.people.list()).toEqual([]);
		// The rolled back key is free again.
		await createContact(simulator, { LastName: 'Roth', Fabric_Id__c: 'U1' });
	});

	test('upsert, retrieve with nulls, update and delete', async () => {
		await start();
		const upserted = await call(simulator, 'PATCH', '/composite/sobjects/Contact/Fabric_Id__c', {
			records: [
				contact({ LastName: 'Roth', Fabric_Id__c: 'U1' }),
				contact({ LastName: 'Ruth', Fabric_Id__c: 'U2' }),
			],
		});
		expect(upserted.body).toMatchObject([{ created: true }, { created: true }]);
		const ids = (upserted.body as Array<{ id: string }>).map(({ id }) => id);
		const unknown = '0035g00000LmQ7xAAF';
		const many = await call(simulator, 'POST', '/composite/sobjects/Contact', {
			ids: [ids[1], unknown, ids[0]],
			fields: ['lastname'],
		});
		expect(many.body).toMatchObject([{ Id: ids[1], LastName: 'Ruth' }, null, { LastName: 'Roth' }]);
		const updated = await call(simulator, 'PATCH', '/composite/sobjects', {
			records: [contact({ Id: ids[0], Title: 'Owner' }), contact({ Id: unknown, Title: 'X' })],
		});
		expect(updated.body).toMatchObject([
			{ success: true },
			{ success: false, errors: [{ statusCode: 'NOT_FOUND' }] },
		]);
		const removed = await call(simulator, 'DELETE', `/composite/sobjects?ids=${ids.join(',')}`);
		expect(removed.body).toMatchObject([{ success: true }, { success: true }]);
		expect(simulator.people.list()).toEqual([]);
		// Reads are no writes.
		expect(simulator.writes()).toHaveLength(6);
	});

	test('take 200 rows and no more', async () => {
		await start();
		const records = Array.from({ length: 201 }, () => contact({ LastName: 'Roth' }));
		const answer = await call(simulator, 'POST', '/composite/sobjects', { records });
		expect([answer.status, errorCode(answer)]).toEqual([400, 'EXCEEDED_ID_LIMIT']);
	});
});

describe('composite', () => {
	const base = '/services/data/v67.0';
	const steps = (last: Json) => [
		{
			method: 'POST',
			url: `${base}/sobjects/Account`,
			referenceId: 'firm',
			body: { Name: 'Roth AG' },
		},
		{ method: 'POST', url: `${base}/sobjects/Contact`, referenceId: 'person', body: last },
	];

	test('later calls use what earlier ones gave', async () => {
		await start();
		const compositeRequest = steps({ LastName: 'Roth', AccountId: '@{firm.id}' });
		const { body } = await call(simulator, 'POST', '/composite', { compositeRequest });
		expect(body).toMatchObject({
			compositeResponse: [{ httpStatusCode: 201 }, { httpStatusCode: 201, referenceId: 'person' }],
		});
		expect(simulator.people.list()).toMatchObject([{ companyName: 'Roth AG' }]);
		expect((await call(simulator, 'GET', '/limits')).headers.get('sforce-limit-info')).toBe(
			'api-usage=2/100000',
		);
	});

	test('all or none halts and rolls back', async () => {
		await start();
		const compositeRequest = steps({ FirstName: 'No' });
		const { body } = await call(simulator, 'POST', '/composite', {
			allOrNone: true,
			compositeRequest,
		});
		expect(body).toMatchObject({
			compositeResponse: [
				{ httpStatusCode: 400, body: [{ errorCode: 'PROCESSING_HALTED' }] },
				{ httpStatusCode: 400, body: [{ errorCode: 'REQUIRED_FIELD_MISSING' }] },
			],
		});
		const accounts = await call(
			simulator,
			'GET',
			`/query?q=${encodeURIComponent('SELECT COUNT() FROM Account')}`,
		);
		expect(accounts.body).toMatchObject({ totalSize: 0 });
	});
});

describe('the org', () => {
	test('describes its objects', async () => {
		await start({ statusValues: ['On', 'Off'] });
		const { body } = await call(simulator, 'GET', '/sobjects/CONTACT/describe');
		const described = body as { name: string; fields: Json[] };
		const field = (name: string) => described.fields.find((one) => one['name'] === name);
		expect(described.name).toBe('Contact');
		expect(field('Fabric_Id__c')).toMatchObject({ externalId: true, unique: true, custom: true });
		expect(field('LastName')).toMatchObject({ nillable: false, compoundFieldName: 'Name' });
		expect(field('AccountId')).toMatchObject({
			referenceTo: ['Account'],
			relationshipName: 'Account',
		});
		expect(field('Client_Status__c')).toMatchObject({
			restrictedPicklist: true,
			picklistValues: [{ value: 'On' }, { value: 'Off' }],
		});
		expect(field('CreatedDate')).toMatchObject({ createable: false, updateable: false });
		const { body: global } = await call(simulator, 'GET', '/sobjects');
		expect((global as { sobjects: Json[] }).sobjects.map((one) => one['name'])).toEqual([
			'Account',
			'Contact',
			'User',
		]);
	});

	test('names its versions, resources and event schemas', async () => {
		await start();
		const versions = (await call(simulator, 'GET', '/services/data')).body as Json[];
		expect(versions[0]).toMatchObject({ version: '37.0' });
		expect(versions).toContainEqual({
			label: "Spring '24",
			url: '/services/data/v60.0',
			version: '60.0',
		});
		expect(versions.at(-1)).toMatchObject({ label: "Winter '27", version: '68.0' });
		const schema = await call(
			simulator,
			'GET',
			'/sobjects/ContactChangeEvent/eventSchema?payloadFormat=COMPACT',
		);
		const { uuid } = schema.body as { uuid: string };
		expect(
			(await call(simulator, 'GET', `/event/eventSchema/${uuid}?payloadFormat=COMPACT`)).body,
		).toEqual(schema.body);
	});

	test('tells what is selected for change events', async () => {
		await start({ customChannels: { Fabric__chn: ['Contact'] } });
		const soql =
			"SELECT SelectedEntity, EventChannel FROM PlatformEventChannelMember WHERE EventChannel = 'ChangeEvents'";
		const { body } = await call(simulator, 'GET', `/tooling/query?q=${encodeURIComponent(soql)}`);
		expect((body as { records: Json[] }).records).toMatchObject([
			{ SelectedEntity: 'ContactChangeEvent', EventChannel: 'ChangeEvents' },
			{ SelectedEntity: 'AccountChangeEvent', EventChannel: 'ChangeEvents' },
		]);
	});

	test('counts calls and refuses those beyond the daily limit', async () => {
		let clock = Date.parse('2026-11-22T08:00:00Z');
		simulator = await startSalesforceSimulator({
			now: () => clock,
			switches: { dailyApiRequests: 2 },
		});
		const first = await call(simulator, 'GET', '/limits');
		expect(first.body).toMatchObject({ DailyApiRequests: { Max: 2, Remaining: 1 } });
		await call(simulator, 'GET', '/limits');
		const third = await call(simulator, 'GET', '/limits');
		expect([third.status, errorCode(third)]).toEqual([403, 'REQUEST_LIMIT_EXCEEDED']);
		expect(third.headers.get('sforce-limit-info')).toBe('api-usage=2/2');
		clock += 24 * 3_600_000;
		expect((await call(simulator, 'GET', '/limits')).status).toBe(200);
	});

	test('duplicate rule: an alert can be overridden, a block cannot', async () => {
		await start({ duplicateRule: 'alert' });
		await createContact(simulator, { LastName: 'Roth', Email: 'r@r.example' });
		const values = { LastName: 'Ruth', Email: 'R@R.example' };
		const refused = await call(simulator, 'POST', '/sobjects/Contact', values);
		expect(refused.body).toMatchObject([
			{ errorCode: 'DUPLICATES_DETECTED', duplicateResut: { allowSave: true } },
		]);
		const headers = { 'Sforce-Duplicate-Rule-Header': 'allowSave=true' };
		expect((await call(simulator, 'POST', '/sobjects/Contact', values, { headers })).status).toBe(
			201,
		);
		simulator.switches.duplicateRule = 'block';
		simulator.switches.duplicateResultKey = 'duplicateResult';
		const blocked = await call(simulator, 'POST', '/sobjects/Contact', values, { headers });
		expect(blocked.body).toMatchObject([{ duplicateResult: { allowSave: false } }]);
	});
});

describe('updated and deleted', () => {
	const window = (start: string, end: string) =>
		`start=${encodeURIComponent(start)}&end=${encodeURIComponent(end)}`;

	test('count whole minutes', async () => {
		let clock = Date.parse('2026-11-22T08:10:59Z');
		simulator = await startSalesforceSimulator({ now: () => clock });
		const early = await createContact(simulator, { LastName: 'Early' });
		clock = Date.parse('2026-11-22T08:12:30Z');
		const late = await createContact(simulator, { LastName: 'Late' });
		clock = Date.parse('2026-11-22T08:13:30Z');
		const all = window('2026-11-22T08:10:30+00:00', '2026-11-22T08:20:00+00:00');
		expect((await call(simulator, 'GET', `/sobjects/Contact/updated/?${all}`)).body).toEqual({
			ids: [early, late],
			latestDateCovered: '2026-11-22T08:13:00.000+0000',
		});
		const first = window('2026-11-22T08:10:30Z', '2026-11-22T08:12:40Z');
		expect((await call(simulator, 'GET', `/sobjects/Contact/updated?${first}`)).body).toMatchObject(
			{ ids: [early] },
		);
		await call(simulator, 'DELETE', `/sobjects/Contact/${early}`);
		clock = Date.parse('2026-11-22T08:14:10Z');
		expect((await call(simulator, 'GET', `/sobjects/Contact/deleted?${all}`)).body).toEqual({
			deletedRecords: [{ id: early, deletedDate: '2026-11-22T08:13:30.000+0000' }],
			earliestDateAvailable: '2026-11-07T08:14:00.000+0000',
			latestDateCovered: '2026-11-22T08:14:00.000+0000',
		});
		expect((await call(simulator, 'GET', `/sobjects/Contact/updated?${all}`)).body).toMatchObject({
			ids: [late],
		});
	});

	test('hold back, and start later, on demand', async () => {
		let clock = Date.parse('2026-11-22T08:10:00Z');
		simulator = await startSalesforceSimulator({ now: () => clock });
		const id = await createContact(simulator, { LastName: 'Roth' });
		await call(simulator, 'DELETE', `/sobjects/Contact/${id}`);
		clock = Date.parse('2026-11-22T08:15:00Z');
		const all = window('2026-11-22T08:00:00Z', '2026-11-22T08:15:00Z');
		simulator.setFault({ kind: 'updatedHoldback', ms: 6 * 60_000 });
		expect((await call(simulator, 'GET', `/sobjects/Contact/deleted?${all}`)).body).toMatchObject({
			deletedRecords: [],
			latestDateCovered: '2026-11-22T08:09:00.000+0000',
		});
		simulator.clearFaults();
		simulator.setFault({ kind: 'deletedLogStartsLater', ms: 60_000 });
		expect((await call(simulator, 'GET', `/sobjects/Contact/deleted?${all}`)).body).toMatchObject({
			deletedRecords: [],
			earliestDateAvailable: '2026-11-22T08:14:00.000+0000',
		});
	});

	test.each([
		['the end before the start', '2026-11-22T08:10:40Z', '2026-11-22T08:10:50Z'],
		['a start too long ago', '2026-10-01T08:10:00Z', '2026-11-22T08:12:00Z'],
		['no date', 'yesterday', '2026-11-22T08:12:00Z'],
	])('refuse %s', async (_name, from, to) => {
		const clock = Date.parse('2026-11-22T08:14:00Z');
		simulator = await startSalesforceSimulator({ now: () => clock });
		const answer = await call(simulator, 'GET', `/sobjects/Contact/updated?${window(from, to)}`);
		expect([answer.status, errorCode(answer)]).toEqual([400, 'INVALID_REPLICATION_DATE']);
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
