import { startSalesforceSimulator, type SalesforceSimulator } from '.';
import { call, query } from './testing';

let simulator: SalesforceSimulator;

beforeEach(async () => {
	simulator = await startSalesforceSimulator();
});

afterEach(() => simulator.stop());

test('a person types a client, and the API shows it', async () => {
	const { people } = simulator;
	const made = people.create({
		firstName: 'Ines',
		lastName: 'Brunner',
		jobTitle: 'Owner',
		companyName: 'Seeweg AG',
		birthDate: '1970-01-31',
		status: 'Active',
		emails: [{ address: 'old@b.example' }, { address: 'ines@b.example', primary: true }],
		phones: [
			{ number: '1', kind: 'mobile' },
			{ number: '2', kind: 'mobile' },
			{ number: '3', kind: 'fax' },
			{ number: '4' },
		],
		addresses: [
			{ city: 'Bern', kind: 'other' },
			{ city: 'Zug', street: 'Seeweg 4', primary: true },
		],
	});
	const read = await call(simulator, 'GET', `/sobjects/Contact/${made.id}`);
	expect(read.body).toMatchObject({
		Name: 'Ines Brunner',
		Title: 'Owner',
		Birthdate: '1970-01-31',
		Client_Status__c: 'Active',
		Email: 'ines@b.example',
		MobilePhone: '1',
		OtherPhone: '2',
		Fax: '3',
		Phone: '4',
		HomePhone: null,
		MailingCity: 'Zug',
		MailingStreet: 'Seeweg 4',
		OtherCity: 'Bern',
	});
	expect(made).toMatchObject({
		type: 'person',
		companyName: 'Seeweg AG',
		phones: [
			{ number: '4', kind: 'work', primary: true },
			{ number: '1', kind: 'mobile' },
			{ number: '2', kind: 'other' },
			{ number: '3', kind: 'fax' },
		],
		addresses: [
			{ city: 'Zug', kind: 'mailing', primary: true },
			{ city: 'Bern', kind: 'other' },
		],
		tags: [],
		deleted: false,
	});
	// What is shown can be typed again without a change.
	const { id, updatedAt, deleted, name, ...values } = made;
	expect(people.edit(id, values)).toMatchObject(values);
	expect([updatedAt > 0, deleted, name]).toEqual([true, false, 'Ines Brunner']);
});

test('companies are found again by name, and can be left', async () => {
	const { people } = simulator;
	const first = people.create({ lastName: 'A', companyName: 'Seeweg AG' });
	people.create({ lastName: 'B', companyName: 'seeweg ag' });
	expect(await query(simulator, 'SELECT Name FROM Account')).toHaveLength(1);
	expect(people.edit(first.id, { companyName: null })).toMatchObject({ companyName: null });
});

test('the screen refuses what Salesforce refuses, and keeps nothing of it', () => {
	const { people } = simulator;
	const { id } = people.create({ lastName: 'A' });
	const edit = () => people.edit(id, { companyName: 'New AG', status: 'Martian' });
	expect(edit).toThrow('bad value for restricted picklist field');
	expect(() => people.create({ firstName: 'Nameless' })).toThrow('Required fields are missing');
	expect(people.list()).toMatchObject([{ companyName: null, status: null }]);
});

test('deleted clients are in the bin, for the API as for people', async () => {
	const { people } = simulator;
	const { id } = people.create({ lastName: 'A' });
	people.remove(id);
	expect(people.list()).toEqual([]);
	expect(people.list({ deleted: true })).toMatchObject([{ id, deleted: true }]);
	expect((await call(simulator, 'GET', `/sobjects/Contact/${id}`)).status).toBe(404);
	expect(() => people.edit(id, { jobTitle: 'x' })).toThrow('no contact');
	const back = await call(simulator, 'POST', `/_sim/contacts/${id}/undelete`);
	expect(back).toMatchObject({ status: 200, body: { deleted: false } });
});

test('the screen is not counted, faulted or limited', async () => {
	simulator.setFault({ kind: 'rowLock' });
	simulator.setFault({ kind: 'down' });
	const made = await call(simulator, 'POST', '/_sim/contacts', { lastName: 'A' });
	expect(made.status).toBe(201);
	const refused = await call(simulator, 'POST', '/_sim/contacts', {
		lastName: 'B',
		status: 'Martian',
	});
	expect(refused.status).toBe(400);
	const switches = await call(simulator, 'PATCH', '/_sim/switches', { holdMs: 5 });
	expect(switches.body).toMatchObject({ holdMs: 5 });
	expect(simulator.switches.holdMs).toBe(5);
	expect((await call(simulator, 'PATCH', '/_sim/switches', { holdMs: 'x' })).status).toBe(400);
	expect([simulator.writes(), simulator.callCounts()]).toEqual([[], {}]);
});
