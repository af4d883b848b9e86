/** Person accounts against the simulator over HTTP: the contact is synced, the account is written. */
import { HttpFailure } from '../../../lib/connectors/http';
import { salesforce } from '../../../lib/connectors/salesforce';
import { connect } from '../../../lib/connectors/salesforce/client';
import { mapOfObject, type FieldMap } from '../../../lib/model/field-map';
import type { DeliveryJob, DeliveryOutcome } from '../../../lib/model/delivery';
import type { CanonicalFields } from '../../../lib/model/fields';
import type { ObjectName } from '../../../lib/model/objects';
import type { CrmRecord, Json } from '../../../lib/connectors/connector';
import type { Switches } from '../../simulators/salesforce';
import { job, openWorld, running, stopAll, until, watch, type World } from './world';

let world: World;

async function setUp(
	settings: Record<string, Json> = {},
	switches: Partial<Switches> = {},
): Promise<void> {
	world = await openWorld({
		settings: { personAccounts: 'auto', ...settings },
		switches: { personAccounts: true, ...switches },
	});
}
afterEach(async () => {
	await stopAll();
	await world.sim.stop();
});

const rest = () => connect(world.context, { priority: 'live' });

async function rows(soql: string): Promise<CrmRecord[]> {
	return (await rest().query(soql)).records as CrmRecord[];
}

const ADA: CanonicalFields = {
	type: 'person',
	firstName: 'Ada',
	lastName: 'Hollis',
	jobTitle: 'Architect',
	background: 'Since 1998.',
	emails: [{ address: 'ada@hollis.example' }],
	phones: [{ number: '+12075550101', kind: 'work' }],
	addresses: [{ street: '1 Elm St', city: 'Bath', kind: 'home' }],
};

const deliver = (change: Partial<DeliveryJob>): Promise<DeliveryOutcome> =>
	salesforce.deliver(world.context, job(world, change));

const creation = (desired: CanonicalFields = ADA, change: Partial<DeliveryJob> = {}) => ({
	...{ operation: 'create' as const, desired, changes: desired },
	...change,
});

function confirmed(outcome: DeliveryOutcome | undefined) {
	if (outcome?.status !== 'confirmed') throw new Error(JSON.stringify(outcome));
	return outcome;
}

async function read(crmId: string, fieldMap: FieldMap = salesforce.defaultFieldMap) {
	const { signal } = new AbortController();
	const options = { fieldMap, crmIds: [crmId], signal };
	for await (const [event] of salesforce.readAll(world.context, options)) return event?.fields;
	return undefined;
}

async function existing(): Promise<{ crmId: string; known: CanonicalFields }> {
	const { crmId } = confirmed(await deliver(creation()));
	return { crmId, known: (await read(crmId)) ?? {} };
}

const writes = () =>
	world.requests
		.filter(({ method }) => method !== 'GET')
		.map(({ method, url }) => `${method} ${url.replace(/^.*v62\.0/, '')}`);

const accountOf = async (crmId: string) =>
	(await rows(`SELECT AccountId FROM Contact WHERE Id = '${crmId}'`))[0]?.['AccountId'] as string;

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

describe('many together', () => {
	const several = (count: number, change: (place: number) => Partial<DeliveryJob>) =>
		Array.from({ length: count }, (_, place) =>
			job(world, { unifiedId: `U${2_000 + place}`, deliveryId: place + 1, ...change(place) }),
		);
	const together = async (jobs: DeliveryJob[]) =>
		(await salesforce.deliverMany?.(world.context, jobs)) ?? [];

	test.each<Record<string, Json>>([{}, { externalIdField: 'Fabric_Id__c' }])(
		'are made with %j',
		async (settings) => {
			await setUp(settings);
			const made = await together(
				several(3, (place) => creation({ ...ADA, firstName: `Ada${place}` })),
			);
			expect(made.map(confirmed).map(({ crmId }) => crmId.slice(0, 3))).toEqual([
				'003',
				'003',
				'003',
			]);
			expect(writes()).toEqual(['POST /composite/sobjects']);
			expect(await rows('SELECT Id FROM Account WHERE IsPersonAccount = true')).toHaveLength(3);
			for (const [place, { crmId, known }] of made.map(confirmed).entries()) {
				expect(known['firstName']).toBe(`Ada${place}`);
				expect(await read(crmId)).toMatchObject(known);
			}
		},
	);

	test('one that is there under its external id is found, the others are made', async () => {
		await setUp({ externalIdField: 'Fabric_Id__c' });
		const first = confirmed(await deliver(creation(ADA, { unifiedId: 'U2001' })));
		const made = await together(several(3, () => creation()));
		expect(made.map(confirmed)[1]).toMatchObject({ crmId: first.crmId, found: true });
		expect(await rows('SELECT Id FROM Account')).toHaveLength(3);
	});

	test('persons and contacts are changed, each where it is', async () => {
		await setUp();
		const { crmId, known } = await existing();
		const { id } = await rest().create('Contact', { LastName: 'Brook', Title: 'Cook' });
		const contactId = String(id);
		const other = (await read(contactId)) ?? {};
		world.requests.length = 0;
		const jobs = several(2, (place) => ({
			crmId: place === 0 ? crmId : contactId,
			known: place === 0 ? known : other,
			changes: { jobTitle: 'Painter' },
		}));
		const outcomes = (await together(jobs)).map(confirmed);
		expect(outcomes.map((one) => one.crmId)).toEqual([crmId, contactId]);
		expect(await rows('SELECT PersonTitle FROM Account')).toMatchObject([
			{ PersonTitle: 'Painter' },
		]);
		expect(await rows(`SELECT Title FROM Contact WHERE Id = '${contactId}'`)).toMatchObject([
			{ Title: 'Painter' },
		]);
		expect(writes()).toHaveLength(2);
	});
});

describe.each([false, true])(
	'changes, with the account’s phone at the contact: %s',
	(onContact) => {
		const begin = async (settings: Record<string, Json> = {}) => {
			await setUp(settings, { accountPhoneOnContact: onContact });
			const { crmId, known } = await existing();
			const watched = watch(world, { known: [crmId] });
			await running(watched);
			return { crmId, known, watched, last: () => watched.of(crmId).at(-1) };
		};

		test('an edit of a field that only the account has is told', async () => {
			const { crmId, last } = await begin();
			const phones = [{ number: '(207) 555-0177', kind: 'work', primary: true }];
			world.sim.people.edit(crmId, { phones });
			await until(() => last() !== undefined, 'the edit');
			expect(last()?.fields).toMatchObject({
				phones: [{ number: '(207) 555-0177', ref: 'Phone' }],
			});
			await rest().update('Account', { Id: await accountOf(crmId), Description: 'Moved.' });
			await until(() => last()?.fields['background'] === 'Moved.', 'the edit of the text');
		});

		test('new ones, edits, deletes and undeletes are told of the contact', async () => {
			const { crmId, watched, last } = await begin();
			const { id } = world.sim.people.create({
				...{ firstName: 'Ben', lastName: 'Hollis', jobTitle: 'Builder' },
				phones: [{ number: '(207) 555-0102', kind: 'work', primary: true }],
			});
			await until(() => watched.of(id).length > 0, 'the new one');
			expect(watched.of(id)[0]).toMatchObject({
				...{ object: 'contact', kind: 'snapshot' },
				fields: { jobTitle: 'Builder', phones: [{ number: '(207) 555-0102' }] },
			});
			world.sim.people.edit(crmId, { jobTitle: 'Painter' });
			await until(() => last()?.fields['jobTitle'] === 'Painter', 'the edit');
			expect(last()?.kind).toBe('delta');
			world.sim.people.remove(crmId);
			await until(() => last()?.change === 'delete', 'the delete');
			world.sim.people.undelete(crmId);
			await until(() => last()?.change === 'undelete', 'the undelete');
			expect(last()?.fields).toMatchObject({ phones: [{ number: '+12075550101' }] });
			expect(watched.events().map(({ crmId: of }) => of.slice(0, 3))).not.toContain('001');
		});

		test('our own write comes back as what is known', async () => {
			const { crmId, known, last } = await begin();
			const changes = { jobTitle: 'Painter', background: 'Moved.' };
			confirmed(await deliver({ crmId, known, changes }));
			await until(() => last() !== undefined, 'the echo');
			expect(last()?.ownWrite).toBe(true);
			expect({ ...known, ...changes }).toMatchObject(last()?.fields ?? {});
		});

		test('of two that are merged, one lives on', async () => {
			const { crmId, watched, last } = await begin();
			const { id } = world.sim.people.create({ firstName: 'Ada', lastName: 'Holis' });
			await until(() => watched.of(id).length > 0, 'the new one');
			world.sim.people.merge(id, crmId);
			await until(() => last()?.change === 'merge', 'the merge');
			expect(last()?.mergedInto).toBe(id);
		});

		test('what happened while the stream was away is read', async () => {
			const { crmId, watched } = await begin();
			const gone = world.sim.people.create({ firstName: 'Ben', lastName: 'Hollis' }).id;
			await until(() => watched.of(gone).length > 0, 'the new one');
			await watched.stop();
			const DAYS = 4 * 24 * 3_600_000;
			world.advance(DAYS);
			await rest().update('Account', { Id: await accountOf(crmId), Phone: '(207) 555-0188' });
			world.sim.people.remove(gone);
			world.advance(120_000);
			const next = watch(world, { cursor: watched.cursor(), known: watched.known });
			await until(() => next.of(gone).at(-1)?.change === 'delete', 'the delete');
			await until(() => next.of(crmId).length > 0, 'the edit');
			expect(next.of(crmId).at(-1)?.fields).toMatchObject({
				phones: [{ number: '(207) 555-0188' }],
			});
		});

		test('all are listed in bulk as page by page', async () => {
			const { crmId, known } = await begin({ bulkReadAbove: 1 });
			world.sim.people.create({ firstName: 'Ben', lastName: 'Hollis' });
			const { signal } = new AbortController();
			const options = { fieldMap: salesforce.defaultFieldMap, signal };
			const listed: CanonicalFields[] = [];
			for await (const events of salesforce.readAll(world.context, options))
				listed.push(...events.filter((one) => one.crmId === crmId).map(({ fields }) => fields));
			expect(world.requests.some(({ url }) => url.includes('/jobs/query'))).toBe(true);
			expect(listed).toEqual([known]);
		});
	},
);

test('its own account is neither a household nor an employer', async () => {
	await setUp({ companyFromAccount: true, objects: ['contact', 'household'] });
	const map = [...salesforce.defaultFieldMap, ...(salesforce.objectFieldMap ?? [])];
	const { crmId } = await existing();
	await rest().update('Account', { Id: await accountOf(crmId), Type: 'Household' });
	const fields = await read(crmId, map);
	expect(fields).toMatchObject({ household: null, companyName: null });
	const home = String((await rest().create('Account', { Name: 'Home', Type: 'Household' })).id);
	const { signal } = new AbortController();
	const listed: string[] = [];
	for await (const events of salesforce.readAll(world.context, {
		...{ fieldMap: map, object: 'household' as const, signal },
	}))
		listed.push(...events.map((event) => event.crmId));
	expect(listed).toEqual([home]);
	const own = mapOfObject(map, 'contact');
	const changes = { household: `household:${home}`, jobTitle: 'Painter' };
	const outcome = await deliver({ crmId, known: fields, changes, fieldMap: own });
	expect(outcome).toMatchObject({ status: 'confirmed', known: { household: null } });
	expect(await read(crmId, map)).toMatchObject({ jobTitle: 'Painter', household: null });
});

test('the node’s own operations', async () => {
	await setUp();
	const { contacts } = salesforce;
	const values = { LastName: 'Hollis', Email: 'ada@hollis.example', Phone: '1', Title: 'Cook' };
	const made = await contacts.create(world.context, values);
	expect(made).toMatchObject({ ...values, IsPersonAccount: true });
	const crmId = contacts.idOf(made);
	const changed = await contacts.update(world.context, crmId, { Phone: '2', Title: null });
	expect(changed).toMatchObject({ Phone: '2', Title: null });
	expect(await contacts.list(world.context, {})).toMatchObject([{ Id: crmId, Phone: '2' }]);
	expect(await contacts.findBy(world.context, 'Email', 'ada@hollis.example')).toMatchObject([
		{ Id: crmId, Phone: '2' },
	]);
	await expect(
		contacts.update(world.context, crmId, { ReportsToId: '003000000000000AAA' }),
	).rejects.toMatchObject({ code: 'INVALID_FIELD', options: { field: 'ReportsToId' } });
	await contacts.delete(world.context, crmId);
	expect(await rows('SELECT Id FROM Account')).toEqual([]);
});

describe('what belongs to a person', () => {
	const map = [...salesforce.defaultFieldMap, ...(salesforce.objectFieldMap ?? [])];
	const objects = ['contact', 'household', 'opportunity', 'note', 'task'];
	const item = (object: ObjectName, change: Partial<DeliveryJob>) =>
		deliver({ object, fieldMap: mapOfObject(map, object), ...change });
	const fieldsOf = async (object: ObjectName, crmId: string) => {
		const { signal } = new AbortController();
		const options = { fieldMap: map, object, crmIds: [crmId], signal };
		for await (const [event] of salesforce.readAll(world.context, options)) return event?.fields;
		return undefined;
	};

	test.each<[ObjectName, string, CanonicalFields, CrmRecord]>([
		['note', 'Note', { text: 'Met.' }, { Title: 'Other', Body: 'Other.', ParentId: 'account' }],
		[
			...(['opportunity', 'Opportunity', { name: 'Rollover' }] as const),
			{ Name: 'Deal', StageName: 'Prospecting', CloseDate: '2026-12-31', AccountId: 'account' },
		],
		['task', 'Task', { subject: 'Call' }, { Subject: 'Other', WhatId: 'account' }],
	])('a %s at its account is about the contact', async (object, sobject, fields, raw) => {
		await setUp({ objects });
		const { crmId } = await existing();
		const accountId = await accountOf(crmId);
		const atScreen = Object.entries(raw).map(([name, value]) => {
			return [name, value === 'account' ? accountId : value] as const;
		});
		const { id } = await rest().create(sobject, Object.fromEntries(atScreen));
		expect((await fieldsOf(object, String(id)))?.['client']).toBe(`contact:${crmId}`);

		const desired = { ...fields, client: `contact:${crmId}` };
		const made = confirmed(await item(object, creation(desired)));
		expect(made.known).toMatchObject(desired);
		const again = confirmed(await item(object, creation(desired, { attempt: 2 })));
		expect(again).toMatchObject({ crmId: made.crmId, found: true });
		const place = { note: 'ParentId', opportunity: 'AccountId', task: 'WhoId' }[String(object)];
		const [row] = await rows(`SELECT ${place} FROM ${sobject} WHERE Id = '${made.crmId}'`);
		expect(row?.[String(place)]).toBe(object === 'task' ? crmId : accountId);
	});
});

test.each([1, 2])(
	'%s new at once: who could not be asked for after it was made is found',
	async (count) => {
		await setUp();
		const jobs = Array.from({ length: count }, (_, place) =>
			job(world, {
				...creation({ ...ADA, firstName: `Ada${place}` }),
				...{ unifiedId: `U${2_000 + place}`, deliveryId: place + 1 },
			}),
		);
		world.tamper(({ url }) =>
			/PersonContactId/.test(decodeURIComponent(url)) && /WHERE(\+|%20| )Id(\+|%20| )IN/.test(url)
				? new HttpFailure('no answer', 'reset')
				: undefined,
		);
		const first = (await salesforce.deliverMany?.(world.context, jobs)) ?? [];
		expect(first.map(({ status }) => status)).toEqual(Array(count).fill('retry'));
		world.tamper(null);
		const again = jobs.map((one) => ({ ...one, attempt: 2 }));
		const second = (await salesforce.deliverMany?.(world.context, again)) ?? [];
		expect(second.map(confirmed).every(({ found }) => found === true)).toBe(true);
		expect(await rows('SELECT Id FROM Account')).toHaveLength(count);
	},
);
