import { startSalesforceSimulator, type SalesforceSimulator } from '.';
import { call, createContact, TestStream, type Json } from './testing';

let simulator: SalesforceSimulator;
let stream: TestStream;
let clock: number;

async function start(switches: Json = {}): Promise<void> {
	clock = Date.parse('2026-11-22T08:35:12.345Z');
	simulator = await startSalesforceSimulator({
		switches: { holdMs: 20, ...switches },
		now: () => clock,
		contacts: [{ lastName: 'Before' }],
	});
	stream = new TestStream(simulator);
	await stream.open('/data/ChangeEvents', -2);
}

afterEach(() => simulator.stop());

async function payloads(): Promise<Array<Json & { ChangeEventHeader: Json }>> {
	return (await stream.events()).map(({ payload }) => payload);
}

test('CREATE carries all that is not empty, compounds nested', async () => {
	await start();
	const id = await createContact(simulator, {
		Salutation: 'Ms.',
		FirstName: 'Ines',
		LastName: 'Brunner',
		MailingCity: 'Zug',
		MailingCountry: 'Switzerland',
		Email: 'ines@b.example',
		Birthdate: '1970-01-31',
	});
	const { userId } = simulator.credentials;
	expect(await payloads()).toEqual([
		{
			ChangeEventHeader: {
				entityName: 'Contact',
				recordIds: [id],
				changeType: 'CREATE',
				changedFields: [],
				changeOrigin: 'com/salesforce/api/rest/67.0',
				transactionKey: expect.stringMatching(
					/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
				) as string,
				sequenceNumber: 1,
				commitTimestamp: Date.parse('2026-11-22T08:35:12.000Z'),
				commitNumber: expect.any(Number) as number,
				commitUser: userId,
			},
			Name: { Salutation: 'Ms.', FirstName: 'Ines', LastName: 'Brunner' },
			MailingAddress: { City: 'Zug', Country: 'Switzerland' },
			Email: 'ines@b.example',
			Birthdate: '1970-01-31',
			HasOptedOutOfEmail: false,
			OwnerId: userId,
			CreatedDate: '2026-11-22T08:35:12.000Z',
			CreatedById: userId,
			LastModifiedDate: '2026-11-22T08:35:12.000Z',
			LastModifiedById: userId,
		},
	]);
});

describe('UPDATE', () => {
	async function changePhoneAndName(): Promise<Json & { ChangeEventHeader: Json }> {
		const id = await createContact(simulator, {
			LastName: 'Brunner',
			Phone: '041',
			FirstName: 'Ines',
		});
		clock += 30_000;
		const headers = { 'Sforce-Call-Options': 'client=crm-fabric, defaultNamespace=x' };
		const values = { LastName: 'Keller', FirstName: null, Phone: '', Email: null };
		await call(simulator, 'PATCH', `/sobjects/Contact/${id}`, values, { headers });
		return (await payloads())[1] as Json & { ChangeEventHeader: Json };
	}

	test('carries what changed; cleared fields are absent', async () => {
		await start();
		const { ChangeEventHeader, ...fields } = await changePhoneAndName();
		expect(ChangeEventHeader).toMatchObject({
			changeType: 'UPDATE',
			changedFields: ['Name.LastName', 'Name.FirstName', 'Phone', 'LastModifiedDate'],
			changeOrigin: 'com/salesforce/api/rest/67.0;client=crm-fabric',
		});
		expect(fields).toEqual({
			Name: { LastName: 'Keller' },
			LastModifiedDate: '2026-11-22T08:35:42.000Z',
		});
	});

	test('or cleared fields are null, and changedFields may be missing', async () => {
		await start({ clearedFields: 'null', omitChangedFields: true });
		const { ChangeEventHeader, ...fields } = await changePhoneAndName();
		expect(ChangeEventHeader).not.toHaveProperty('changedFields');
		expect(fields).toEqual({
			Name: { LastName: 'Keller', FirstName: null },
			Phone: null,
			LastModifiedDate: '2026-11-22T08:35:42.000Z',
		});
	});

	test('by a person names the screen as origin and the other user', async () => {
		await start();
		const id = await createContact(simulator, { LastName: 'Brunner' });
		simulator.people.edit(id, { addresses: [{ city: 'Zug' }] });
		const [, edit] = await payloads();
		expect(edit).toMatchObject({ MailingAddress: { City: 'Zug' } });
		expect(edit?.ChangeEventHeader).toMatchObject({
			changeOrigin: 'com/salesforce/api/soap/67.0;client=SfdcInternalAPI/',
			changedFields: ['MailingAddress.City', 'LastModifiedDate', 'LastModifiedById'],
		});
		expect(edit?.ChangeEventHeader['commitUser']).not.toBe(simulator.credentials['userId']);
	});

	test.each([true, false])('that changes nothing (event: %p)', async (noOpUpdateEvents) => {
		await start({ noOpUpdateEvents });
		const id = await createContact(simulator, { LastName: 'Brunner' });
		await payloads();
		await call(simulator, 'PATCH', `/sobjects/Contact/${id}`, { LastName: 'Brunner' });
		const changed = (await payloads()).map((one) => one.ChangeEventHeader['changedFields']);
		expect(changed).toEqual(noOpUpdateEvents ? [['LastModifiedDate']] : []);
		expect(simulator.writes().at(-1)).toMatchObject({ recordId: id, changedAnything: false });
	});
});

test('DELETE has no fields, UNDELETE has them all', async () => {
	await start();
	const id = await createContact(simulator, { LastName: 'Brunner' });
	await call(simulator, 'DELETE', `/sobjects/Contact/${id}`);
	simulator.people.undelete(id);
	const [, removed, restored] = await payloads();
	expect(Object.keys(removed ?? {})).toEqual(['ChangeEventHeader']);
	expect(removed?.ChangeEventHeader).toMatchObject({ changeType: 'DELETE', changedFields: [] });
	expect(restored).toMatchObject({ Name: { LastName: 'Brunner' } });
	expect(restored?.ChangeEventHeader).toMatchObject({ changeType: 'UNDELETE', recordIds: [id] });
	expect(simulator.people.get(id)).toMatchObject({ deleted: false });
});

test('one transaction: one key, numbered, same changes merged, holes for what is not selected', async () => {
	await start({ selectedEntities: ['Contact'] });
	const first = await createContact(simulator, { LastName: 'A' });
	const second = await createContact(simulator, { LastName: 'B' });
	await payloads();
	const record = (type: string, values: Json) => ({ attributes: { type }, ...values });
	await call(simulator, 'PATCH', '/composite/sobjects', {
		records: [
			record('Contact', { Id: first, Title: 'Owner' }),
			record('Contact', { Id: second, Title: 'Owner' }),
		],
	});
	await call(simulator, 'POST', '/composite/sobjects', {
		records: [
			record('Account', { Name: 'Firm' }),
			record('Contact', { LastName: 'C' }),
			record('Contact', { LastName: 'D' }),
		],
	});
	const headers = (await payloads()).map((one) => one.ChangeEventHeader);
	expect(headers.map((one) => [one['changeType'], one['sequenceNumber']])).toEqual([
		['UPDATE', 1],
		['CREATE', 2],
		['CREATE', 3],
	]);
	expect(headers[0]?.['recordIds']).toEqual([first, second]);
	expect(headers[1]?.['transactionKey']).toBe(headers[2]?.['transactionKey']);
	expect(headers[0]?.['transactionKey']).not.toBe(headers[1]?.['transactionKey']);
});

test('a write that was refused or rolled back fires nothing', async () => {
	await start();
	await call(simulator, 'POST', '/sobjects/Contact', { FirstName: 'No' });
	await call(simulator, 'POST', '/composite/sobjects', {
		allOrNone: true,
		records: [
			{ attributes: { type: 'Contact' }, LastName: 'A' },
			{ attributes: { type: 'Contact' } },
		],
	});
	expect(await payloads()).toEqual([]);
});

test('the origin of collections can be left out', async () => {
	await start({ originInCollections: false });
	const headers = { 'Sforce-Call-Options': 'client=crm-fabric' };
	const records = [{ attributes: { type: 'Contact' }, LastName: 'A' }];
	await call(simulator, 'POST', '/composite/sobjects', { records }, { headers });
	expect((await payloads())[0]?.ChangeEventHeader['changeOrigin']).toBe(
		'com/salesforce/api/rest/67.0',
	);
});

test('gaps and overflows are put in by hand', async () => {
	await start();
	const id = simulator.people.list()[0]?.id ?? '';
	simulator.injectEvent({ changeType: 'GAP_UPDATE', recordIds: [id] });
	await call(simulator, 'POST', '/_sim/events', {
		changeType: 'GAP_OVERFLOW',
		recordIds: ['000000000000000AAA'],
	});
	const events = await payloads();
	expect(events.map((one) => one.ChangeEventHeader['changeType'])).toEqual([
		'GAP_UPDATE',
		'GAP_OVERFLOW',
	]);
	expect(events.every((one) => Object.keys(one).length === 1)).toBe(true);
});
