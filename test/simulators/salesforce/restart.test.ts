import { createSign } from 'node:crypto';
import * as simulators from '..';
import {
	restart,
	startOne,
	stopRunning,
	type Credentials,
	type Start,
	type Starters,
} from '../restarting';
import { call, createContact, TestStream, tokenCall } from './testing';
import type { SalesforceSimulator } from '.';

afterEach(stopRunning);

describe('after a restart', () => {
	const starterOf = (modules: Starters): Start<SalesforceSimulator> =>
		modules.startSalesforceSimulator;
	const switches = { holdMs: 20, replayIdStart: '9007199254740993' };

	test('replays what happened before the restart, and goes on from there', async () => {
		const first = await startOne(starterOf(simulators), { switches });
		const stream = new TestStream(first);
		await stream.open('/data/ChangeEvents', -2);
		await createContact(first, { LastName: 'Brandt' });
		const [seen] = await stream.events();
		await createContact(first, { LastName: 'Almqvist' });
		const second = await restart(first, starterOf, { switches });
		await createContact(second, { LastName: 'Lindqvist' });
		const resumed = new TestStream(second, undefined, first.credentials['accessToken']);
		await resumed.handshake();
		const replayId = String(seen?.event.replayId);
		expect((await resumed.subscribe('/data/ChangeEvents', replayId)).successful).toBe(true);
		const events = await resumed.events();
		expect(events.map(({ payload }) => payload['Name'])).toEqual([
			{ LastName: 'Almqvist' },
			{ LastName: 'Lindqvist' },
		]);
		const headers = [seen, ...events].map((event) => event?.payload.ChangeEventHeader);
		for (const name of ['transactionKey', 'commitNumber']) {
			expect(new Set(headers.map((header) => header?.[name])).size).toBe(3);
		}
	});

	test('old refresh token, client secret and private key log in', async () => {
		const first = await startOne(starterOf(simulators));
		const { credentials } = first;
		const { clientId = '', clientSecret = '', refreshToken = '', privateKey = '' } = credentials;
		const second = await restart(first, starterOf);
		const client = { client_id: clientId, client_secret: clientSecret };
		const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
		const exp = Math.floor(Date.now() / 1000) + 180;
		const claims = { iss: clientId, sub: credentials['username'], aud: first.url, exp };
		const signed = `${part({ alg: 'RS256' })}.${part(claims)}`;
		const signature = createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url');
		const forms: Credentials[] = [
			{ ...client, grant_type: 'refresh_token', refresh_token: refreshToken },
			{ ...client, grant_type: 'client_credentials' },
			{
				grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
				assertion: `${signed}.${signature}`,
			},
		];
		for (const form of forms) expect(await tokenCall(second, form)).toMatchObject({ status: 200 });
	});

	test('an open query cursor is closed, not taken for a new one', async () => {
		const contacts = Array.from({ length: 201 }, (_, index) => ({ lastName: `Brandt ${index}` }));
		const first = await startOne(starterOf(simulators), { contacts });
		const openCursor = async (simulator: SalesforceSimulator) => {
			const path = `/query?q=${encodeURIComponent('SELECT Id FROM Contact')}`;
			const headers = { 'Sforce-Query-Options': 'batchSize=200' };
			const answer = await call(simulator, 'GET', path, undefined, { headers });
			return (answer.body as { nextRecordsUrl: string }).nextRecordsUrl;
		};
		const url = await openCursor(first);
		const second = await restart(first, starterOf);
		const newUrl = await openCursor(second);
		expect(await call(second, 'GET', newUrl)).toMatchObject({ status: 200 });
		const refused = { status: 400, body: [{ errorCode: 'INVALID_QUERY_LOCATOR' }] };
		expect(await call(second, 'GET', url)).toMatchObject(refused);
	});

	test('finds rows by their external id', async () => {
		const first = await startOne(starterOf(simulators));
		const id = await createContact(first, { LastName: 'Brandt', Fabric_Id__c: 'U1001' });
		const second = await restart(first, starterOf);
		const path = '/sobjects/Contact/Fabric_Id__c/u1001';
		expect((await call(second, 'GET', path)).body).toMatchObject({ Id: id });
		const values = { LastName: 'Almqvist', Fabric_Id__c: 'U1001' };
		await expect(createContact(second, values)).rejects.toThrow('DUPLICATE_VALUE');
	});
});
