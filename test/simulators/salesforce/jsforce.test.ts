/**
 * The simulator against an independent client: jsforce, REST and streaming (which is faye). What
 * jsforce gets wrong by itself is avoided as reference/salesforce.md, section 3, says: one Replay
 * extension a client, the version always passed.
 */
import { Connection } from 'jsforce';
import { StreamingExtension } from 'jsforce/lib/api/streaming';
import { startSalesforceSimulator, type SalesforceSimulator } from '.';

interface Contact {
	Id?: string;
	LastName: string;
	Email?: string | null;
	Fabric_Id__c?: string;
}

/** What jsforce's own typing of faye leaves out. */
interface FayeClient {
	disconnect: () => PromiseLike<void>;
}

const VERSION = '67.0';

let simulator: SalesforceSimulator;
let connection: Connection;

beforeEach(async () => {
	const contacts = Array.from({ length: 450 }, (_, index) => ({ lastName: `Person ${index}` }));
	simulator = await startSalesforceSimulator({ contacts, switches: { holdMs: 500 } });
	connection = new Connection({
		instanceUrl: simulator.url,
		accessToken: simulator.credentials['accessToken'],
		version: VERSION,
		callOptions: { client: 'crm-fabric' },
	});
});

afterEach(() => simulator.stop());

const idOf = (result: { success: boolean; id?: string }) => {
	if (!result.success || result.id === undefined) throw new Error('The write failed.');
	return result.id;
};

test('creates, reads, updates, upserts and destroys', async () => {
	const contacts = connection.sobject('Contact');
	const id = idOf(await contacts.create({ LastName: 'Roth', Email: 'r@r.example' }));
	expect(await contacts.retrieve(id)).toMatchObject({ Id: id, LastName: 'Roth' });
	expect(await contacts.update({ Id: id, Email: null })).toMatchObject({ success: true, id });
	expect(simulator.people.get(id)).toMatchObject({ emails: [] });
	const made = await contacts.upsert({ LastName: 'Ruth', Fabric_Id__c: 'U1' }, 'Fabric_Id__c');
	expect(made).toMatchObject({ success: true, created: true });
	const again = await contacts.upsert({ LastName: 'Rath', Fabric_Id__c: 'U1' }, 'Fabric_Id__c');
	expect(again).toMatchObject({ success: true, created: false, id: made.id });
	expect(await contacts.destroy(id)).toMatchObject({ success: true, id });
	await expect(contacts.retrieve(id)).rejects.toMatchObject({ errorCode: 'ENTITY_IS_DELETED' });
	await expect(contacts.create({ LastName: '' })).rejects.toMatchObject({
		errorCode: 'REQUIRED_FIELD_MISSING',
		data: { fields: ['LastName'] },
	});
});

test('works on many rows at once', async () => {
	const contacts = connection.sobject('Contact');
	const values: Contact[] = [{ LastName: 'A' }, { LastName: 'B' }];
	const ids = (await contacts.create(values)).map(idOf);
	expect(await contacts.retrieve(ids)).toMatchObject(values);
	const updates = ids.map((Id) => ({ Id, LastName: 'C' }));
	expect((await contacts.update(updates)).map(idOf)).toEqual(ids);
	const upserts: Contact[] = [
		{ LastName: 'D', Fabric_Id__c: 'U1' },
		{ LastName: 'E', Fabric_Id__c: 'U2' },
	];
	expect(await contacts.upsert(upserts, 'Fabric_Id__c')).toMatchObject([
		{ created: true },
		{ created: true },
	]);
	expect((await contacts.destroy(ids)).map(idOf)).toEqual(ids);
});

test('queries, page by page', async () => {
	const result = await connection.query<Contact>('SELECT Id, LastName FROM Contact ORDER BY Id', {
		autoFetch: true,
		maxFetch: 1_000,
		headers: { 'Sforce-Query-Options': 'batchSize=200' },
	});
	expect([result.totalSize, result.records.length]).toEqual([450, 450]);
	expect(simulator.callCounts()).toEqual({ 200: 3 });
	const found = await connection
		.sobject('Contact')
		.find({ LastName: { $like: 'Person 1%' } }, ['Id', 'LastName'])
		.limit(5)
		.execute();
	expect(found).toHaveLength(5);
});

test('reads what changed, the descriptions and the limits', async () => {
	const { id = '' } = simulator.people.list()[0] ?? {};
	const hour = 3_600_000;
	const start = new Date(Date.now() - hour);
	const end = new Date(Date.now() + hour);
	const { latestDateCovered } = await connection.updated('Contact', start, end);
	expect(Date.parse(latestDateCovered)).toBeLessThanOrEqual(Date.now());
	simulator.people.remove(id);
	expect(await connection.deleted('Contact', start, end)).toHaveProperty('deletedRecords');
	const described = await connection.sobject('Contact').describe();
	expect(described.fields.find(({ name }) => name === 'Fabric_Id__c')).toMatchObject({
		externalId: true,
	});
	expect((await connection.describeGlobal()).sobjects.map(({ name }) => name)).toContain('Account');
	expect(await connection.limits()).toHaveProperty('DailyApiRequests.Max', 100_000);
	expect(connection.limitInfo.apiUsage).toMatchObject({ limit: 100_000 });
	expect(await connection.identity()).toMatchObject({ user_id: simulator.credentials['userId'] });
});

test('refreshes a dead token once', async () => {
	const { clientId, clientSecret, refreshToken } = simulator.credentials;
	const refreshed = new Connection({
		oauth2: { loginUrl: simulator.url, clientId, clientSecret },
		instanceUrl: simulator.url,
		accessToken: 'dead',
		refreshToken,
		version: VERSION,
	});
	expect(await refreshed.limits()).toHaveProperty('DailyApiRequests');
	expect(refreshed.accessToken).not.toBe('dead');
});

test('streams change events, from an id on', async () => {
	const channel = '/data/ContactChangeEvent';
	const failures: unknown[] = [];
	const client = connection.streaming.createClient([
		new StreamingExtension.AuthFailure((failure: unknown) => failures.push(failure)),
		new StreamingExtension.Replay(channel, -2),
	]);
	const seen: Array<{ payload: { ChangeEventHeader: Record<string, unknown> } }> = [];
	let enough: () => void = () => undefined;
	const got = new Promise<void>((resolve) => {
		enough = resolve;
	});
	// Written before the subscription: only a replay brings it.
	const { id: before } = simulator.people.create({ lastName: 'Before' });
	const subscription = client.subscribe(channel, (event: (typeof seen)[number]) => {
		seen.push(event);
		if (seen.length === 2) enough();
	});
	await subscription;
	const after = idOf(await connection.sobject('Contact').create({ LastName: 'After' }));
	await got;
	const headers = seen.map(({ payload }) => payload.ChangeEventHeader);
	expect(headers).toMatchObject([
		{ recordIds: [before], changeOrigin: expect.stringContaining('SfdcInternalAPI') as string },
		{ recordIds: [after], changeOrigin: 'com/salesforce/api/rest/67.0;client=crm-fabric' },
	]);
	expect(failures).toEqual([]);
	await (client as unknown as FayeClient).disconnect();
});
