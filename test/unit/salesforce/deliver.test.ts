/** Deliveries against the simulator over HTTP. */
import { AuthenticationFailure, HttpFailure } from '../../../lib/connectors/http';
import { salesforce } from '../../../lib/connectors/salesforce';
import type { CanonicalFields } from '../../../lib/model/fields';
import type { DeliveryJob, DeliveryOutcome } from '../../../lib/model/delivery';
import { job, openWorld, type World, type WorldOptions } from './world';

let world: World;

async function setUp(options: WorldOptions = {}): Promise<World> {
	world = await openWorld(options);
	return world;
}

afterEach(() => world.sim.stop());

const PERSON = {
	firstName: 'Ines',
	lastName: 'Brunner',
	jobTitle: 'Architect',
	emails: [{ address: 'ines.brunner@example.test' }],
	phones: [
		{ number: '+14155550101', kind: 'work' },
		{ number: '+14155550102', kind: 'mobile' },
	],
};

const DESIRED: CanonicalFields = {
	type: 'person',
	firstName: 'Ines',
	lastName: 'Brunner',
	birthDate: '1980-04-12',
	emails: [{ address: 'ines.brunner@example.test', kind: 'work' }],
	phones: [
		{ number: '+14155550101', kind: 'work', extension: '7' },
		{ number: '+14155550102', kind: 'direct' },
	],
	addresses: [
		{ street: 'Seeweg 4', street2: '3rd floor', city: 'Zug', postalCode: '6300', kind: 'home' },
	],
};

async function known(crmId: string, fieldMap = salesforce.defaultFieldMap) {
	const record = await salesforce.contacts.get(world.context, crmId);
	return salesforce.toCanonical(record, fieldMap, world.context.settings);
}

const deliver = (change: Partial<DeliveryJob>): Promise<DeliveryOutcome> =>
	salesforce.deliver(world.context, job(world, change));

const create = (change: Partial<DeliveryJob> = {}) =>
	deliver({ operation: 'create', desired: DESIRED, changes: DESIRED, ...change });

function crmIdOf(outcome: DeliveryOutcome): string {
	if (outcome.status !== 'confirmed') throw new Error(`not confirmed: ${JSON.stringify(outcome)}`);
	return outcome.crmId;
}

/** A contact at the screen, and what the fabric knows of it. */
async function existing(): Promise<{ crmId: string; known: CanonicalFields }> {
	const { id } = world.sim.people.create(PERSON);
	return { crmId: id, known: await known(id) };
}

describe('create', () => {
	test('writes what has a place, and knows what the record holds then', async () => {
		await setUp();
		const outcome = await create();
		expect(outcome).toMatchObject({ status: 'confirmed', calls: 1 });
		const held = await known(crmIdOf(outcome));
		expect(held).toMatchObject((outcome as { known: CanonicalFields }).known);
		expect(held).toMatchObject({
			birthDate: '1980-04-12',
			emails: [{ address: 'ines.brunner@example.test', primary: true, ref: 'Email' }],
			phones: [
				{ number: '+14155550101', extension: '7', kind: 'work', ref: 'Phone' },
				{ number: '+14155550102', ref: 'OtherPhone' },
			],
			addresses: [{ street: 'Seeweg 4', street2: '3rd floor', city: 'Zug', primary: true }],
		});
	});

	test('every write says who caused it', async () => {
		await setUp();
		await create();
		const [write] = world.sim.writes();
		expect(write).toMatchObject({
			idempotencyKey: 'key-1',
			syncOrigin: 'crm-fabric;wealthbox/contact/77',
		});
		const sent = world.requests.find(({ method }) => method === 'POST');
		expect(sent?.headers?.['sforce-call-options'] ?? sent?.headers?.['Sforce-Call-Options']).toBe(
			'client=crm-fabric',
		);
	});

	test.each([
		['without an external id: found by name among its own', ''],
		['with an external id', 'Fabric_Id__c'],
	])('a try whose answer was lost makes no second record, %s', async (_name, externalIdField) => {
		await setUp({ settings: { externalIdField } });
		world.sim.setFault({ kind: 'timeoutAfterCommit', match: '/sobjects/Contact', times: 1 });
		const http = world.context.http;
		world.context.http = (request) => http({ ...request, timeoutMs: 300 });
		const first = await create();
		expect(first).toMatchObject({ status: 'retry', outcomeUnknown: true });
		const second = await create({ attempt: 2 });
		expect(second).toMatchObject({ status: 'confirmed', found: true });
		expect(world.sim.people.list()).toHaveLength(1);
		expect(crmIdOf(second)).toBe(world.sim.people.list()[0]?.id);
	});

	test('a second try whose first never arrived creates the record', async () => {
		await setUp();
		world.tamper(() => new HttpFailure('refused', 'refused'));
		expect(await create()).toMatchObject({ status: 'retry', outcomeUnknown: false });
		world.tamper(null);
		const second = await create({ attempt: 2 });
		expect(second).toMatchObject({ status: 'confirmed' });
		expect(second).not.toHaveProperty('found');
	});

	test("a person's own contact of the same name is not taken for an earlier try", async () => {
		await setUp();
		const { id } = world.sim.people.create({ ...PERSON, phones: [] });
		const outcome = await create({ attempt: 2 });
		expect(crmIdOf(outcome)).not.toBe(id);
		expect(world.sim.people.list()).toHaveLength(2);
	});

	test('an earlier contact of our own with another name is not taken either', async () => {
		await setUp();
		const first = crmIdOf(await create({ desired: { ...DESIRED, firstName: 'Inga' } }));
		expect(crmIdOf(await create({ attempt: 2 }))).not.toBe(first);
	});

	test('one that was tried under another name is found by that, and is renamed later', async () => {
		await setUp();
		const tried = { ...DESIRED, lastName: 'Brunner-Keller', firstName: 'Inga' };
		const first = crmIdOf(await create({ desired: tried }));
		const again = await create({ attempt: 2, tried: [{ lastName: 'Other' }, tried] });
		expect(again).toMatchObject({ crmId: first, found: true, known: { firstName: 'Inga' } });
		expect(world.sim.people.list()).toHaveLength(1);
	});

	test('an external id with signs of its own addresses its own record only', async () => {
		await setUp({ settings: { externalIdField: 'Fabric_Id__c' } });
		const unifiedId = 'U/1 ?x#1';
		const id = crmIdOf(await create({ unifiedId }));
		const record = await salesforce.contacts.get(world.context, id);
		expect(record['Fabric_Id__c']).toBe(unifiedId);
		expect(await create({ unifiedId })).toMatchObject({ crmId: id, found: true });
	});

	test('a missing external-id field is said, not taken for a lost record', async () => {
		await setUp({
			settings: { externalIdField: 'Fabric_Id__c' },
			switches: { externalIdField: false },
		});
		expect(await create()).toMatchObject({
			status: 'rejected',
			field: 'Fabric_Id__c',
			reason: expect.stringContaining('External ID'),
		});
	});

	test('a household has no place among contacts', async () => {
		await setUp();
		const desired: CanonicalFields = { type: 'household', name: 'The Brunners' };
		expect(await create({ desired, changes: desired })).toMatchObject({ status: 'rejected' });
		expect(world.sim.writes()).toEqual([]);
	});

	test('a duplicate rule rejects, with advice', async () => {
		await setUp({ contacts: [PERSON], switches: { duplicateRule: 'block' } });
		expect(await create()).toMatchObject({
			status: 'rejected',
			code: 'DUPLICATES_DETECTED',
			reason: expect.stringContaining('Review'),
		});
	});

	test('a missing required field is named', async () => {
		await setUp();
		expect(await create({ desired: { firstName: 'Ines' } })).toMatchObject({
			status: 'rejected',
			code: 'REQUIRED_FIELD_MISSING',
			field: 'LastName',
		});
	});
});

describe('update', () => {
	test('sends only what differs, and clears with null', async () => {
		await setUp();
		const record = await existing();
		const changes: CanonicalFields = {
			jobTitle: null,
			lastName: 'Keller',
			phones: [
				{ number: '+14155550101', kind: 'work' },
				{ number: '+14155550177', kind: 'home' },
			],
		};
		const outcome = await deliver({ ...record, changes });
		expect(outcome).toMatchObject({ status: 'confirmed', crmId: record.crmId, calls: 2 });
		const [write] = world.sim.writes();
		expect(write?.fields.sort()).toEqual(['HomePhone', 'LastName', 'MobilePhone', 'Title']);
		expect(await known(record.crmId)).toMatchObject((outcome as { known: CanonicalFields }).known);
		expect((outcome as { known: CanonicalFields }).known).toEqual({
			jobTitle: null,
			lastName: 'Keller',
			phones: [
				{ number: '+14155550101', kind: 'work', ref: 'Phone' },
				{ number: '+14155550177', kind: 'home', ref: 'HomePhone' },
			],
		});
	});

	test('what the record holds already is not written again', async () => {
		await setUp();
		const record = await existing();
		world.sim.people.edit(record.crmId, { jobTitle: 'Painter' });
		const outcome = await deliver({ ...record, changes: { jobTitle: 'Painter' } });
		expect(outcome).toMatchObject({
			status: 'confirmed',
			known: { jobTitle: 'Painter' },
			calls: 1,
		});
		expect(world.sim.writes()).toEqual([]);
	});

	test('an edit at the screen that has not come in yet is not overwritten', async () => {
		await setUp();
		const record = await existing();
		world.sim.people.edit(record.crmId, { jobTitle: 'Painter' });
		const outcome = await deliver({ ...record, changes: { jobTitle: 'Sculptor' } });
		expect(outcome).toMatchObject({ status: 'retry', code: 'changed-meanwhile' });
		expect(world.sim.people.get(record.crmId)?.jobTitle).toBe('Painter');
	});

	test('nor is one that comes between the look and the write', async () => {
		await setUp();
		const record = await existing();
		world.advance(5_000);
		world.tamper(({ method }) => {
			if (method === 'PATCH') world.sim.people.edit(record.crmId, { jobTitle: 'Painter' });
			return undefined;
		});
		const outcome = await deliver({ ...record, changes: { jobTitle: 'Sculptor' } });
		expect(outcome).toMatchObject({ status: 'retry', code: 'changed-meanwhile' });
		expect(world.sim.people.get(record.crmId)?.jobTitle).toBe('Painter');
	});

	test('another field that somebody edits meanwhile is left alone', async () => {
		await setUp();
		const record = await existing();
		world.sim.people.edit(record.crmId, { phones: [{ number: '+14155550199', kind: 'home' }] });
		const outcome = await deliver({ ...record, changes: { jobTitle: 'Painter' } });
		expect(outcome).toMatchObject({ status: 'confirmed', known: { jobTitle: 'Painter' } });
		expect(world.sim.people.get(record.crmId)).toMatchObject({
			jobTitle: 'Painter',
			phones: [{ number: '+14155550199' }],
		});
	});

	test('without the look an update is one call', async () => {
		await setUp({ settings: { verifyBeforeWrite: false } });
		const record = await existing();
		const outcome = await deliver({ ...record, changes: { jobTitle: 'Painter' } });
		expect(outcome).toMatchObject({ status: 'confirmed', calls: 1 });
		expect(world.sim.people.get(record.crmId)?.jobTitle).toBe('Painter');
	});

	test('a locked row is tried again, and then written', async () => {
		await setUp();
		const record = await existing();
		world.sim.setFault({ kind: 'rowLock', times: 1 });
		const changes = { jobTitle: 'Painter' };
		expect(await deliver({ ...record, changes })).toMatchObject({
			status: 'retry',
			code: 'UNABLE_TO_LOCK_ROW',
			outcomeUnknown: false,
		});
		expect(await deliver({ ...record, changes, attempt: 2 })).toMatchObject({
			status: 'confirmed',
		});
	});

	test.each(['requestLimit', 'concurrentRequests'])('%s pauses all calls', async (kind) => {
		await setUp();
		const record = await existing();
		world.sim.setFault({ kind, times: 1 });
		const outcome = await deliver({ ...record, changes: { jobTitle: 'Painter' } });
		expect(outcome).toMatchObject({ status: 'retry', code: 'REQUEST_LIMIT_EXCEEDED' });
		expect(world.pauses).toEqual([(outcome as { retryAfterMs?: number }).retryAfterMs]);
	});

	test('close to the daily limit of the org the fabric pauses by itself', async () => {
		await setUp({ switches: { dailyApiRequests: 10 }, settings: { apiUsageCeilingPercent: 50 } });
		for (let call = 0; call < 4; call += 1) await salesforce.check(world.context);
		expect(world.pauses).toEqual([]);
		await salesforce.check(world.context);
		expect(world.pauses).toHaveLength(1);
	});

	test('a mapped field that the org does not have is named, with what to do', async () => {
		await setUp();
		const record = await existing();
		const fieldMap = [{ field: 'custom.tier', crmField: 'Tier__c', direction: 'both' as const }];
		const outcome = await deliver({ ...record, fieldMap, changes: { 'custom.tier': 'Gold' } });
		expect(outcome).toMatchObject({ status: 'rejected', code: 'INVALID_FIELD', field: 'Tier__c' });
		expect((outcome as { reason: string }).reason).toContain("Salesforce Trigger's Field Mapping");
	});

	test('a refused value is rejected without repeating it', async () => {
		await setUp();
		const record = await existing();
		const emails = [{ address: 'not-an-address' }];
		const outcome = await deliver({ ...record, changes: { emails } });
		expect(outcome).toMatchObject({ status: 'rejected', code: 'INVALID_EMAIL_ADDRESS' });
		expect(JSON.stringify(outcome)).not.toContain('not-an-address');
	});

	test('a deleted contact is gone', async () => {
		await setUp();
		const record = await existing();
		world.sim.people.remove(record.crmId);
		for (const verifyBeforeWrite of [true, false]) {
			world.context.settings['verifyBeforeWrite'] = verifyBeforeWrite;
			const outcome = await deliver({ ...record, changes: { jobTitle: 'Painter' } });
			expect(outcome).toMatchObject({ status: 'gone' });
		}
	});

	test('5xx after sending leaves the outcome open; refused credentials wait for a person', async () => {
		await setUp();
		const record = await existing();
		const changes = { jobTitle: 'Painter' };
		world.sim.setFault({ kind: 'status', match: 'PATCH', status: 503, times: 1 });
		expect(await deliver({ ...record, changes })).toMatchObject({
			status: 'retry',
			outcomeUnknown: true,
		});
		world.context.http = () => Promise.reject(new AuthenticationFailure('refused'));
		expect(await deliver({ ...record, changes })).toMatchObject({
			status: 'retry',
			code: 'auth',
			retryAfterMs: 300_000,
		});
	});

	test('what has no place in Salesforce costs no call', async () => {
		await setUp();
		const record = await existing();
		world.requests.length = 0;
		const outcome = await deliver({
			...record,
			changes: { nickname: 'Ini', tags: [{ name: 'A' }] },
		});
		expect(outcome).toMatchObject({ status: 'confirmed', known: {}, calls: 0 });
		expect(world.requests).toEqual([]);
	});
});

describe('delete', () => {
	test('deletes, and is content with a contact that is gone', async () => {
		await setUp();
		const { crmId } = await existing();
		expect(await deliver({ operation: 'delete', crmId })).toMatchObject({ status: 'confirmed' });
		expect(world.sim.people.list()).toEqual([]);
		expect(await deliver({ operation: 'delete', crmId })).toMatchObject({ status: 'confirmed' });
	});

	test('an id that is none goes nowhere', async () => {
		await setUp();
		const outcome = await deliver({ operation: 'delete', crmId: '../Account/0015g00000Zt4KdAAJ' });
		expect(outcome).toMatchObject({ status: 'rejected', code: 'MALFORMED_ID' });
		expect(world.requests).toEqual([]);
	});
});
