/** Person accounts against the simulator over HTTP: made, changed and deleted one by one. */
import { salesforce } from '../../../lib/connectors/salesforce';
import type { CrmRecord } from '../../../lib/connectors/connector';
import {
	world,
	setUp,
	rest,
	rows,
	ADA,
	deliver,
	creation,
	confirmed,
	read,
	existing,
	writes,
	accountOf,
	close,
} from './persons-world';

afterEach(close);

describe('create', () => {
	test('makes an account that is a person, and knows it by its contact', async () => {
		await setUp();
		const outcome = confirmed(await deliver(creation()));
		expect(outcome).toMatchObject({ calls: 2 });
		expect(outcome.crmId).toMatch(/^003/);
		expect(writes()).toEqual(['POST /sobjects/Account']);
		const [account] = await rows(
			'SELECT Id, IsPersonAccount, RecordType.DeveloperName, PersonContactId, PersonEmail, Phone FROM Account',
		);
		expect(account).toMatchObject({
			IsPersonAccount: true,
			RecordType: { DeveloperName: 'PersonAccount' },
			PersonContactId: outcome.crmId,
			PersonEmail: 'ada@hollis.example',
			Phone: '+12075550101',
		});
		expect(await read(outcome.crmId)).toMatchObject(outcome.known);
		expect(outcome.known).toMatchObject({ jobTitle: 'Architect', background: 'Since 1998.' });
	});

	test.each([
		[{ personAccountRecordType: 'private_client' }, 'Private_Client'],
		[{ newPersons: 'personAccount' }, 'PersonAccount'],
		[{ newPersons: 'contact' }, undefined],
		[{ personAccounts: 'never' }, undefined],
	])('with %j', async (settings, type) => {
		await setUp(settings);
		confirmed(await deliver(creation()));
		const types = await rows('SELECT RecordType.DeveloperName FROM Account');
		const names = types.map((row) => (row['RecordType'] as CrmRecord)['DeveloperName']);
		expect(names).toEqual(type === undefined ? [] : [type]);
		expect(await rows('SELECT Id FROM Contact')).toHaveLength(1);
	});

	test('a record type that the user may not use is refused by name', async () => {
		await setUp({ personAccountRecordType: 'Nobody' });
		const outcome = await deliver(creation());
		expect(outcome).toMatchObject({ status: 'rejected', code: 'INVALID_RECORD_TYPE' });
		expect(await rows('SELECT Id FROM Account')).toEqual([]);
	});

	test('what an earlier try made is found by its external id, and not made twice', async () => {
		await setUp({ externalIdField: 'Fabric_Id__c' });
		const first = confirmed(await deliver(creation()));
		expect(await rows(`SELECT Id FROM Contact WHERE Fabric_Id__c = 'U1001'`)).toHaveLength(1);
		const again = confirmed(await deliver(creation(ADA, { attempt: 2 })));
		expect(again).toMatchObject({ crmId: first.crmId, found: true });
		// Another process made it: Salesforce says that the key is taken.
		const twice = confirmed(await deliver(creation()));
		expect(twice).toMatchObject({ crmId: first.crmId, found: true });
		expect(twice.known).toMatchObject({ phones: [{ number: '+12075550101', ref: 'Phone' }] });
		expect(await rows('SELECT Id FROM Account')).toHaveLength(1);
	});

	test('without person accounts in the org one look at its describe is all that it costs', async () => {
		await setUp({}, { personAccounts: false });
		confirmed(await deliver(creation()));
		confirmed(await deliver(creation({ ...ADA, firstName: 'Ben' }, { unifiedId: 'U1002' })));
		const asked = world.requests.map(
			({ method, url }) => `${method} ${url.replace(/^.*v62\.0/, '')}`,
		);
		expect(asked).toEqual([
			'GET /sobjects/Account/describe',
			'POST /sobjects/Contact',
			'POST /sobjects/Contact',
		]);
	});
});

describe('update and delete', () => {
	test('only what differs is written, under the names of the account', async () => {
		await setUp();
		const { crmId, known } = await existing();
		const accountId = await accountOf(crmId);
		world.requests.length = 0;
		const changes = {
			jobTitle: 'Painter',
			background: null,
			phones: [{ number: '+12075550199', kind: 'work' }],
		};
		const outcome = await deliver({ crmId, known, changes, desired: { ...known, ...changes } });
		expect(outcome).toMatchObject({ status: 'confirmed', crmId, calls: 2 });
		expect(writes()).toEqual([`PATCH /sobjects/Account/${accountId}`]);
		const body = JSON.parse(world.requests.at(-1)?.text ?? '') as CrmRecord;
		expect(body).toEqual({ PersonTitle: 'Painter', Phone: '+12075550199', Description: null });
		expect(await read(crmId)).toMatchObject({ jobTitle: 'Painter', background: null });
	});

	test('an edit of the account’s side that nobody has read yet is not written over', async () => {
		await setUp();
		const { crmId, known } = await existing();
		await rest().update('Account', { Id: await accountOf(crmId), Description: 'Since 1999.' });
		const changes = { background: 'Since 2000.' };
		const outcome = await deliver({ crmId, known, changes });
		expect(outcome).toMatchObject({ status: 'retry', code: 'changed-meanwhile' });
	});

	test('a change between look and write is noticed by the account’s time', async () => {
		await setUp();
		const { crmId, known } = await existing();
		const accountId = await accountOf(crmId);
		world.advance(5_000);
		let raced = false;
		world.tamper(({ method, url }) => {
			if (method !== 'PATCH' || raced || !url.includes(accountId)) return undefined;
			raced = true;
			world.sim.people.edit(crmId, { jobTitle: 'Dentist' });
			return undefined;
		});
		const outcome = await deliver({ crmId, known, changes: { jobTitle: 'Painter' } });
		expect(outcome).toMatchObject({ status: 'retry', code: 'changed-meanwhile' });
		expect((await read(crmId))?.['jobTitle']).toBe('Dentist');
	});

	test('without a look before the write the account is found nevertheless', async () => {
		await setUp({ verifyBeforeWrite: false });
		const { crmId, known } = await existing();
		confirmed(await deliver({ crmId, known, changes: { jobTitle: 'Painter' } }));
		expect((await read(crmId))?.['jobTitle']).toBe('Painter');
	});

	test('a field without a place is named, and the others are written', async () => {
		await setUp();
		await fetch(`${world.sim.url}/_sim/fields/Account/PersonTitle`, {
			method: 'PATCH',
			body: JSON.stringify({ name: 'PersonPosition' }),
		});
		const { crmId, known } = await (async () => {
			const outcome = await deliver(creation());
			expect(outcome).toMatchObject({
				...{ status: 'rejected', code: 'no-place-in-person-account', field: 'Title' },
				...{ crmId: expect.stringMatching(/^003/) as string, known: { lastName: 'Hollis' } },
			});
			const id = (outcome as { crmId: string }).crmId;
			return { crmId: id, known: (await read(id)) ?? {} };
		})();
		const changes = { jobTitle: 'Painter', birthDate: '1980-04-12' };
		expect(await deliver({ crmId, known, changes })).toMatchObject({
			...{ status: 'rejected', field: 'Title', known: { birthDate: '1980-04-12' } },
		});
		expect(await read(crmId)).toMatchObject({ birthDate: '1980-04-12', jobTitle: null });
	});

	test('a delete deletes account and contact; who is gone already is no failure', async () => {
		await setUp();
		const { crmId, known } = await existing();
		expect(await deliver({ operation: 'delete', crmId, known })).toMatchObject({
			status: 'confirmed',
		});
		expect(await rows('SELECT Id FROM Account')).toEqual([]);
		expect(await salesforce.isGone(world.context, crmId)).toBe(true);
		confirmed(await deliver({ operation: 'delete', crmId, known }));
		expect(await deliver({ crmId, known, changes: { jobTitle: 'Painter' } })).toMatchObject({
			status: 'gone',
		});
	});

	test('one is put away by the account’s field', async () => {
		const archive = { archiveField: 'Client_Status__c', archiveValue: 'Former Client' };
		await setUp({ ...archive, unarchiveValue: 'Active' });
		const { crmId, known } = await existing();
		confirmed(await deliver({ operation: 'archive', crmId, known }));
		expect(await rows('SELECT Client_Status__pc FROM Account')).toMatchObject([
			{ Client_Status__pc: 'Former Client' },
		]);
	});
});
