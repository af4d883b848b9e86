/** The node's own operations, check and describe, against the simulator over HTTP. */
import { ConfigurationFailure, CrmError } from '../../../lib/connectors/connector';
import { AuthenticationFailure } from '../../../lib/connectors/http';
import { salesforce } from '../../../lib/connectors/salesforce';
import { openWorld, type World, type WorldOptions } from './world';

let world: World;
const { contacts } = salesforce;

async function setUp(options: WorldOptions = {}): Promise<World> {
	world = await openWorld(options);
	return world;
}

afterEach(() => world.sim.stop());

test('create, get, update and delete with the API names', async () => {
	const { context } = await setUp();
	const created = await contacts.create(context, { FirstName: 'Ines', LastName: "O'Brunner" });
	const id = contacts.idOf(created);
	expect(created).toMatchObject({ Id: id, FirstName: 'Ines', Name: "Ines O'Brunner" });
	expect(await contacts.update(context, id, { Title: 'Architect' })).toMatchObject({
		Id: id,
		Title: 'Architect',
	});
	await contacts.delete(context, id);
	const failure = await contacts.get(context, id).catch((error: unknown) => error);
	expect(failure).toBeInstanceOf(CrmError);
	expect((failure as CrmError).status).toBe(404);
});

test('lists newest first, filters, and goes on past the first page', async () => {
	const people = Array.from({ length: 2_100 }, (_, index) => ({
		firstName: 'Client',
		lastName: index % 500 === 0 ? "O'Neil" : `Number ${index}`,
	}));
	const { context } = await setUp({ contacts: people });
	expect(await contacts.list(context, { limit: 2_050 })).toHaveLength(2_050);
	expect(await contacts.list(context, {})).toHaveLength(100);
	const filtered = await contacts.list(context, { filters: { lastName: "O'Neil" } });
	expect(filtered.map((record) => record['LastName'])).toEqual(Array(5).fill("O'Neil"));
	const later = new Date(context.now() + 60_000).toISOString();
	expect(await contacts.list(context, { filters: { modifiedSince: later } })).toEqual([]);
	await expect(contacts.list(context, { filters: { shoeSize: '9' } })).rejects.toThrow(CrmError);
});

test('finds by e-mail, id and external id, and by nothing that could change the query', async () => {
	const { context } = await setUp();
	const values = { LastName: 'Brunner', Email: 'ines@example.test', Fabric_Id__c: '0042' };
	const id = contacts.idOf(await contacts.create(context, values));
	for (const [field, value] of [
		['Email', 'ines@example.test'],
		['Fabric_Id__c', '0042'],
		['Id', id],
	] as const) {
		expect((await contacts.findBy(context, field, value)).map(contacts.idOf)).toEqual([id]);
	}
	expect(await contacts.findBy(context, 'Email', "x' OR LastName != '")).toEqual([]);
	expect(await contacts.findBy(context, 'Id', '0035g00000LmQ7xAAF')).toEqual([]);
	await expect(contacts.findBy(context, "Email = '' OR Id", 'x')).rejects.toThrow(CrmError);
});

test('check tells a good connection from a wrong version and refused credentials', async () => {
	const { context, sim } = await setUp();
	await salesforce.check(context);
	context.settings['apiVersion'] = '99.0';
	await expect(salesforce.check(context)).rejects.toThrow(ConfigurationFailure);
	context.settings['apiVersion'] = 'newest';
	await expect(salesforce.check(context)).rejects.toThrow(ConfigurationFailure);
	context.settings['apiVersion'] = '62.0';
	sim.setFault({ kind: 'permanent401' });
	await expect(salesforce.check(context)).rejects.toThrow(AuthenticationFailure);
});

test('describes the fields as the org has them', async () => {
	const { context } = await setUp();
	const fields = await salesforce.describe(context);
	const named = (name: string) => fields.find((field) => field.name === name);
	expect(named('LastName')).toMatchObject({ required: true, suggestedField: 'lastName' });
	expect(named('Client_Status__c')).toMatchObject({ type: 'options', custom: true });
	expect(named('Client_Status__c')?.options?.map(({ value }) => value)).toContain('Active');
	expect(named('MailingAddress')).toMatchObject({
		readOnly: false,
		suggestedField: 'addresses.primary',
	});
	expect(named('MailingCity')).toMatchObject({ readOnly: false });
	expect(named('CreatedDate')).toMatchObject({ type: 'datetime', readOnly: true });
	expect(named('Account.Name')).toMatchObject({ readOnly: true, suggestedField: 'companyName' });
	const mapped = salesforce.defaultFieldMap.map(({ crmField }) => crmField);
	expect(mapped.filter((name) => named(name) === undefined)).toEqual([]);
});

test('all calls name the client and go to the configured version', async () => {
	const { context, requests } = await setUp({
		settings: { apiVersion: '65.0', clientId: 'fabric-east' },
	});
	const created = await contacts.create(context, { LastName: 'Brunner' });
	await contacts.list(context, { limit: 1 });
	await contacts.delete(context, contacts.idOf(created));
	expect(requests.length).toBeGreaterThan(4);
	for (const { url, headers } of requests) {
		expect(url).toMatch(/^\/services\/data\/v65\.0\//);
		expect(headers?.['sforce-call-options']).toBe('client=fabric-east');
	}
});
