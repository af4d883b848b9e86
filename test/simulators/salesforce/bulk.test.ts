/** Bulk API 2.0 of the simulator: by plain HTTP, and by jsforce, which nobody here wrote. */
import { Connection } from 'jsforce';
import { startSalesforceSimulator, type SalesforceSimulator } from '.';
import { call, errorCode, TestStream, VERSION, type Json } from './testing';

let simulator: SalesforceSimulator;

async function start(switches: Json = {}, contacts = 0, now?: () => number): Promise<void> {
	simulator = await startSalesforceSimulator({
		contacts: Array.from({ length: contacts }, (_, index) => ({ lastName: `Person ${index}` })),
		switches: { holdMs: 50, ...switches },
		...(now && { now }),
	});
}

afterEach(() => simulator.stop());

/** A PUT or GET of CSV. */
async function csv(method: string, path: string, body?: string) {
	const response = await fetch(`${simulator.url}/services/data/v${VERSION}${path}`, {
		method,
		headers: {
			Authorization: `Bearer ${simulator.credentials['accessToken']}`,
			'Content-Type': 'text/csv',
		},
		body,
	});
	return { status: response.status, headers: response.headers, text: await response.text() };
}

async function open(job: Json): Promise<string> {
	const answer = await call(simulator, 'POST', '/jobs/ingest', { object: 'Contact', ...job });
	expect(answer).toMatchObject({ status: 200, body: { state: 'Open', contentType: 'CSV' } });
	return (answer.body as { id: string }).id;
}

/** Uploads, declares it complete; gives the job's state after one look. */
async function load(id: string, text: string): Promise<Json> {
	expect((await csv('PUT', `/jobs/ingest/${id}/batches`, text)).status).toBe(201);
	const closed = await call(simulator, 'PATCH', `/jobs/ingest/${id}`, { state: 'UploadComplete' });
	expect(closed).toMatchObject({ status: 200, body: { state: 'UploadComplete' } });
	return state(id);
}

const state = async (id: string, kind = 'ingest') =>
	(await call(simulator, 'GET', `/jobs/${kind}/${id}`)).body as Json;
const lines = (text: string) => text.trim().split('\n');
const named = (lastName: string) =>
	simulator.people.list().find((contact) => contact.lastName === lastName);

test('insert: each row has its own result, and the CSV rules hold', async () => {
	await start();
	const id = await open({ operation: 'insert' });
	const done = await load(
		id,
		'LastName,Email,Title\n"Roth, ""R""",r@r.example,\nBad,no-mail,\n,x@x.example,\nKeller,,"a\nb"\n',
	);
	expect(done).toMatchObject({
		state: 'JobComplete',
		jobType: 'V2Ingest',
		numberRecordsProcessed: 4,
		numberRecordsFailed: 2,
	});
	expect(named('Roth, "R"')).toMatchObject({ emails: [{ address: 'r@r.example' }] });
	expect(named('Keller')).toMatchObject({ jobTitle: 'a\nb' });
	const { text } = await csv('GET', `/jobs/ingest/${id}/failedResults/`);
	expect(lines(text)[0]).toBe('"sf__Id","sf__Error","LastName","Email","Title"');
	expect(text).toContain('INVALID_EMAIL_ADDRESS:');
	expect(text).toContain(
		'REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --',
	);
	const written = simulator.writes().filter(({ recordId }) => recordId !== null);
	expect(written).toHaveLength(2);
	expect(written[0]).toMatchObject({ method: 'BULK', fields: ['LastName', 'Email'] });
});

test('update: an empty cell says nothing, #N/A clears; results come in another order', async () => {
	await start({}, 3);
	const people = simulator.people.list();
	for (const { id } of people) simulator.people.edit(id, { jobTitle: 'Architect' });
	const rows = people.map(({ id }, index) => `${id},${['#N/A', '', 'Painter'][index]}`);
	const id = await open({ operation: 'update' });
	await load(id, `Id,Title\n${rows.join('\n')}\n`);
	expect(people.map((one) => simulator.people.get(one.id)?.jobTitle)).toEqual([
		null,
		'Architect',
		'Painter',
	]);
	const results = lines((await csv('GET', `/jobs/ingest/${id}/successfulResults/`)).text).slice(1);
	const ids = results.map((line) => line.slice(1, 19));
	expect([...ids].sort()).toEqual(people.map((one) => one.id).sort());
	expect(ids).not.toEqual(people.map((one) => one.id));
});

test('upsert by external id, a parent by its external id, delete', async () => {
	await start();
	const answer = await call(simulator, 'POST', '/sobjects/Account', {
		Name: 'Roth AG',
		Fabric_Id__c: 'A1',
	});
	const accountId = (answer.body as { id: string }).id;
	const job = { operation: 'upsert', externalIdFieldName: 'Fabric_Id__c' };
	const rows = 'Fabric_Id__c,LastName,Account.Fabric_Id__c\nU1,Roth,A1\nU2,Keller,A9\n';
	const first = await open(job);
	expect(await load(first, rows)).toMatchObject({ numberRecordsFailed: 1 });
	expect((await csv('GET', `/jobs/ingest/${first}/failedResults/`)).text).toContain(
		'INVALID_FIELD:Foreign key external ID: A9 not found',
	);
	const second = await open(job);
	await load(second, 'Fabric_Id__c,LastName\nu1,Brunner\n');
	const { text } = await csv('GET', `/jobs/ingest/${second}/successfulResults/`);
	expect(text).toContain('"false","u1","Brunner"');
	const { id = '' } = named('Brunner') ?? {};
	expect((await call(simulator, 'GET', `/sobjects/Contact/${id}`)).body).toMatchObject({
		AccountId: accountId,
	});
	await load(await open({ operation: 'delete' }), `Id\n${id}\n`);
	expect(simulator.people.get(id)?.deleted).toBe(true);
});

test('the change events of a bulk job name its client', async () => {
	await start();
	const stream = new TestStream(simulator);
	await stream.open('/data/ContactChangeEvent');
	const headers = { 'Sforce-Call-Options': 'client=crm-fabric' };
	const job = { object: 'Contact', operation: 'insert' };
	const { body } = await call(simulator, 'POST', '/jobs/ingest', job, { headers });
	await load((body as { id: string }).id, 'LastName\nRoth\nKeller\n');
	const events = await stream.events();
	expect(events.map(({ payload }) => payload.ChangeEventHeader)).toMatchObject([
		{ changeOrigin: `com/salesforce/api/bulkapi/${VERSION};client=crm-fabric` },
		{ sequenceNumber: 2 },
	]);
});

test('states: what is possible when, and what is refused', async () => {
	let clock = Date.parse('2026-11-22T08:00:00Z');
	await start({ bulkQueueMs: 60_000, bulkProcessMs: 60_000 }, 0, () => clock);
	const id = await open({ operation: 'insert' });
	const results = `/jobs/ingest/${id}/successfulResults`;
	expect(errorCode(await call(simulator, 'DELETE', `/jobs/ingest/${id}`))).toBe('INVALIDJOBSTATE');
	expect(await load(id, 'LastName\nRoth\n')).toMatchObject({ state: 'UploadComplete' });
	expect((await csv('PUT', `/jobs/ingest/${id}/batches`, 'LastName\nRoth\n')).status).toBe(400);
	expect(simulator.people.list()).toEqual([]);
	clock += 60_000;
	expect(await state(id)).toMatchObject({ state: 'InProgress' });
	expect((await csv('GET', results)).status).toBe(400);
	clock += 60_000;
	expect(await state(id)).toMatchObject({ state: 'JobComplete' });
	expect((await csv('GET', results)).status).toBe(200);
	expect((await call(simulator, 'DELETE', `/jobs/ingest/${id}`)).status).toBe(204);
	expect((await call(simulator, 'GET', `/jobs/ingest/${id}`)).status).toBe(404);
});

test('an aborted job writes nothing, and an unknown column fails the job', async () => {
	await start({ bulkQueueMs: 60_000 });
	const aborted = await open({ operation: 'insert' });
	await load(aborted, 'LastName\nRoth\n');
	await call(simulator, 'PATCH', `/jobs/ingest/${aborted}`, { state: 'Aborted' });
	simulator.switches.bulkQueueMs = 0;
	const failed = await open({ operation: 'insert' });
	expect(await load(failed, 'LastName,Foo\nRoth,1\n')).toMatchObject({
		state: 'Failed',
		errorMessage: 'InvalidBatch : Field name not found : Foo',
	});
	expect(lines((await csv('GET', `/jobs/ingest/${failed}/unprocessedrecords/`)).text)).toEqual([
		'"LastName","Foo"',
		'"Roth","1"',
	]);
	expect(simulator.people.list()).toEqual([]);
});

test('a query in pages: the locator, and the text null at the end', async () => {
	await start({ bulkQueryPage: 2 }, 3);
	const query = 'SELECT Id, LastName, CreatedDate, Account.Name FROM Contact';
	const { body } = await call(simulator, 'POST', '/jobs/query', { operation: 'query', query });
	const { id } = body as { id: string };
	expect(await state(id, 'query')).toMatchObject({
		state: 'JobComplete',
		numberRecordsProcessed: 3,
	});
	const first = await csv('GET', `/jobs/query/${id}/results`);
	expect(first.headers.get('sforce-numberofrecords')).toBe('2');
	expect(first.text).toMatch(/^"Id","LastName","CreatedDate","Account.Name"\n/);
	expect(first.text).toMatch(/"2\d{3}-\d\d-\d\dT[\d:]+\.000Z",""\n/);
	const locator = first.headers.get('sforce-locator') ?? '';
	const last = await csv('GET', `/jobs/query/${id}/results?locator=${locator}`);
	expect(last.headers.get('sforce-locator')).toBe('null');
	expect(lines(last.text)).toHaveLength(2);
	const other = await call(simulator, 'GET', `/services/data/v60.0/jobs/query/${id}/results`);
	expect(other.status).toBe(409);
});

test('the org has allowances: calls, query jobs, batches', async () => {
	await start({ dailyBulkQueryJobs: 1 });
	const query = { operation: 'query', query: 'SELECT Id FROM Contact' };
	expect((await call(simulator, 'POST', '/jobs/query', query)).status).toBe(200);
	expect(errorCode(await call(simulator, 'POST', '/jobs/query', query))).toBe('LIMIT_EXCEEDED');
	const limits = (await call(simulator, 'GET', '/limits')).body;
	expect(limits).toMatchObject({
		DailyBulkV2QueryJobs: { Max: 1, Remaining: 0 },
		DailyApiRequests: { Max: 100_000, Remaining: 99_997 },
	});
});

describe('jsforce', () => {
	let connection: Connection;

	beforeEach(async () => {
		await start({}, 250);
		connection = new Connection({
			instanceUrl: simulator.url,
			accessToken: simulator.credentials['accessToken'],
			version: VERSION,
		});
		connection.bulk2.pollInterval = 10;
	});

	test('loads rows and reads their results', async () => {
		const input = [
			{ LastName: 'Roth', Fabric_Id__c: 'U1' },
			{ LastName: 'Keller', Fabric_Id__c: 'U2' },
			{ LastName: '', Fabric_Id__c: 'U3' },
		];
		const results = await connection.bulk2.loadAndWaitForResults({
			object: 'Contact',
			operation: 'upsert',
			externalIdFieldName: 'Fabric_Id__c',
			input,
		});
		expect(results.successfulResults).toHaveLength(2);
		expect(results.failedResults).toMatchObject([
			{
				Fabric_Id__c: 'U3',
				sf__Error: expect.stringContaining('REQUIRED_FIELD_MISSING') as string,
			},
		]);
		expect(results.unprocessedRecords).toEqual([]);
		expect(named('Keller')).toBeDefined();
	});

	test('queries one page (more than one breaks it, see reference/salesforce.md, section 9.3)', async () => {
		const stream = await connection.bulk2.query('SELECT Id, LastName FROM Contact');
		const records = await stream.toArray();
		expect(records).toHaveLength(250);
		expect(records[0]).toEqual({ Id: expect.any(String) as string, LastName: 'Person 0' });
	});
});
