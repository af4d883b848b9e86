import { startSalesforceSimulator, type SalesforceSimulator } from '.';
import { call, createContact, errorCode, type Json } from './testing';

let simulator: SalesforceSimulator;

async function start(switches: Record<string, unknown> = {}): Promise<void> {
	simulator = await startSalesforceSimulator({ switches });
}

afterEach(() => simulator.stop());

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
		const names = (global as { sobjects: Json[] }).sobjects.map((one) => one['name']);
		expect(names).toEqual(expect.arrayContaining(['Account', 'Contact', 'User']));
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
