import { startSalesforceSimulator, type SalesforceSimulator } from '.';
import { call, createContact, errorCode, type Json } from './testing';

let simulator: SalesforceSimulator;

async function start(switches: Record<string, unknown> = {}): Promise<void> {
	simulator = await startSalesforceSimulator({ switches });
}

afterEach(() => simulator.stop());

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
