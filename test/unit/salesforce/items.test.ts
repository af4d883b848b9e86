/** Households, opportunities, notes, tasks and events against the simulator over HTTP. */
import { mapOfObject } from '../../../lib/model/field-map';
import type { DeliveryJob, DeliveryOutcome } from '../../../lib/model/delivery';
import type { CanonicalFields } from '../../../lib/model/fields';
import type { ObjectName } from '../../../lib/model/objects';
import { connect } from '../../../lib/connectors/salesforce/client';
import { salesforce } from '../../../lib/connectors/salesforce';
import { itemReader } from '../../../lib/connectors/salesforce/items/poll';
import { job, openWorld, stopAll, until, watch, type World } from './world';

const fieldMap = [...salesforce.defaultFieldMap, ...(salesforce.objectFieldMap ?? [])];

let world: World;
beforeEach(async () => {
	const settings = { itemPollSeconds: 0.02, itemPollMaxSeconds: 0.05 };
	world = await openWorld({ settings });
});
afterEach(async () => {
	await stopAll();
	await world.sim.stop();
});

const rest = () => connect(world.context, { priority: 'live' });

/** Somebody makes it at the screen; answers its id. */
async function made(sobject: string, values: Record<string, unknown>): Promise<string> {
	const { id } = await rest().create(sobject, values);
	return String(id);
}

const person = (LastName: string, more = {}) => made('Contact', { LastName, ...more });
const home = (Name: string) => made('Account', { Name, Type: 'Household' });

function deliver(object: ObjectName, change: Partial<DeliveryJob>): Promise<DeliveryOutcome> {
	const own = mapOfObject(fieldMap, object);
	const jobs = job(world, { object, fieldMap: own, ...change });
	return salesforce.deliver(world.context, jobs);
}

function create(object: ObjectName, desired: CanonicalFields, change: Partial<DeliveryJob> = {}) {
	return deliver(object, { operation: 'create', desired, changes: desired, ...change });
}

function confirmed(outcome: DeliveryOutcome) {
	if (outcome.status !== 'confirmed') throw new Error(JSON.stringify(outcome));
	return outcome;
}

async function read(object: ObjectName, crmId: string) {
	const { signal } = new AbortController();
	for await (const [event] of salesforce.readAll(world.context, {
		fieldMap,
		object,
		crmIds: [crmId],
		signal,
	}))
		return event;
	return undefined;
}

const FIELDS: Array<[ObjectName, CanonicalFields]> = [
	['household', { name: 'Hollis Household', background: 'Since 1998.' }],
	[
		'opportunity',
		{
			name: 'Rollover',
			amount: 250_000.5,
			stage: 'Qualification',
			probability: 40,
			closeDate: '2026-12-31',
			text: 'Two accounts.',
		},
	],
	['note', { subject: 'Review', text: 'Met & agreed.\nNext: June.' }],
	[
		'task',
		{ subject: 'Call back', text: null, dueDate: '2026-04-02', priority: 'High', done: true },
	],
	[
		'event',
		{
			subject: 'Annual review',
			startsAt: '2026-04-02T15:00:00.000Z',
			endsAt: '2026-04-02T16:00:00.000Z',
			allDay: false,
			location: 'Room 2',
		},
	],
];

test.each(FIELDS)('a %s is read as it was written', async (object, given) => {
	const client = `contact:${await person('Hollis')}`;
	const desired = object === 'household' ? given : { ...given, client };
	const { crmId, known } = confirmed(await create(object, desired));
	const event = await read(object, crmId);
	expect(event?.object).toBe(object);
	expect(event?.fields).toMatchObject(desired);
	for (const [field, value] of Object.entries(desired))
		expect([field, known[field] ?? null]).toEqual([field, value]);
	const capability = salesforce.project(desired, fieldMap, world.context.settings, object);
	expect(capability).toMatchObject(desired);
	confirmed(await deliver(object, { operation: 'delete', crmId, known: event?.fields ?? {} }));
	expect(await salesforce.isGone(world.context, crmId, undefined, object)).toBe(true);
});

test.each(FIELDS)('a %s whose answer got lost is found again', async (object, given) => {
	const client = `contact:${await person('Hollis')}`;
	const desired = object === 'household' ? given : { ...given, client };
	const first = confirmed(await create(object, desired));
	const again = confirmed(await create(object, desired, { attempt: 2 }));
	expect(again).toMatchObject({ crmId: first.crmId, found: true });
	const other = confirmed(await create(object, { ...desired, text: 'Another.', background: 'B.' }));
	expect(other.crmId).not.toBe(first.crmId);
});

test.each(FIELDS)(
	'a %s is found as it was tried, though it is wanted otherwise by now',
	async (object, given) => {
		const client = `contact:${await person('Hollis')}`;
		const tried = object === 'household' ? given : { ...given, client };
		const first = confirmed(await create(object, tried));
		const named = ['name', 'subject'].find((field) => field in tried) ?? '';
		const desired = { ...tried, [named]: 'Said otherwise' };
		const again = confirmed(await create(object, desired, { attempt: 2, tried: [tried] }));
		expect(again).toMatchObject({ crmId: first.crmId, found: true });
		expect(again.known[named]).toBe(given[named]);
	},
);

test('an edit that nobody has read yet is not written over', async () => {
	const { crmId, known } = confirmed(
		await create('task', { subject: 'Call', dueDate: '2026-04-02' }),
	);
	await rest().update('Task', { Id: crmId, ActivityDate: '2026-05-01' });
	const outcome = await deliver('task', { crmId, known, changes: { dueDate: '2026-06-01' } });
	expect(outcome).toMatchObject({ status: 'retry', code: 'changed-meanwhile' });
	const subject = confirmed(
		await deliver('task', { crmId, known, changes: { subject: 'Call again' } }),
	);
	expect(subject.known).toEqual({ subject: 'Call again' });
	expect((await read('task', crmId))?.fields).toMatchObject({ dueDate: '2026-05-01' });
});

test('an open status that somebody chose stays; done and open follow the settings', async () => {
	const crmId = await made('Task', { Subject: 'Call', Status: 'In Progress' });
	const known = (await read('task', crmId))?.fields ?? {};
	expect(known['done']).toBe(false);
	confirmed(await deliver('task', { crmId, known, changes: { done: true } }));
	expect(await rest().retrieve('Task', crmId)).toMatchObject({ Status: 'Completed' });
	const done = { ...known, done: true };
	confirmed(await deliver('task', { crmId, known: done, changes: { done: false } }));
	expect(await rest().retrieve('Task', crmId)).toMatchObject({ Status: 'Not Started' });
});

test('whom a note is about cannot be changed: what it really says is told', async () => {
	const [ada, ben] = [`contact:${await person('Ada')}`, `contact:${await person('Ben')}`];
	const { crmId, known } = confirmed(await create('note', { client: ada, text: 'Met.' }));
	const moved = await deliver('note', { crmId, known, changes: { client: ben } });
	expect(moved).toMatchObject({ status: 'confirmed', known: { client: ada } });
});

test('a household with members is not deleted: Salesforce would delete its contacts', async () => {
	const crmId = await home('Hollis');
	const member = await person('Hollis', { AccountId: crmId });
	const known = { name: 'Hollis' };
	const outcome = await deliver('household', { operation: 'delete', crmId, known });
	expect(outcome).toMatchObject({ status: 'retry', code: 'household-not-empty' });
	// Its members leave by deliveries of their own: it is tried again as soon as any other.
	expect(Object.keys(outcome)).not.toContain('retryAfterMs');
	await rest().update('Contact', { Id: member, AccountId: null });
	confirmed(await deliver('household', { operation: 'delete', crmId, known }));
	expect(await rest().retrieve('Contact', member)).toMatchObject({ LastName: 'Hollis' });
});

test('contacts first, then households with their members, then the rest; edits and deletes follow', async () => {
	const h1 = await home('Hollis');
	const biz = await made('Account', { Name: 'Acme', Type: 'Customer' });
	const ada = await person('Hollis', { FirstName: 'Ada', AccountId: h1 });
	const ben = await person('Hollis', { FirstName: 'Ben', AccountId: biz });
	const call = await made('Task', { Subject: 'Call', WhoId: ada });
	const plan = await made('Task', { Subject: 'Plan', WhatId: h1 });
	const deal = await made('Task', { Subject: 'Deal', WhatId: biz });
	const watched = watch(world, { start: 'everything', fieldMap });
	await until(() => watched.batches.some(({ complete }) => complete), 'everything read');
	const objects = watched.events().map(({ object }) => object);
	expect([...new Set(objects)]).toEqual(['contact', 'household', 'task']);
	const of = (crmId: string) => watched.of(crmId).at(-1);
	expect(of(ada)?.fields).toMatchObject({ household: `household:${h1}` });
	expect(of(ben)?.fields).toMatchObject({ household: null });
	expect(of(h1)).toMatchObject({ object: 'household', members: [`contact:${ada}`] });
	expect(of(biz)).toBeUndefined();
	expect(of(call)?.fields).toMatchObject({ client: `contact:${ada}` });
	expect(of(plan)?.fields).toMatchObject({ client: `household:${h1}` });
	expect(of(deal)?.fields).toMatchObject({ client: null });

	world.advance(2_000);
	await rest().update('Task', { Id: call, Subject: 'Call today' });
	await rest().update('Contact', { Id: ben, AccountId: h1 });
	await until(() => of(call)?.fields['subject'] === 'Call today', 'the edit of a task');
	await until(() => of(ben)?.fields['household'] === `household:${h1}`, 'the move of a contact');
	await rest().destroy('Task', plan);
	await until(() => of(plan)?.change === 'delete', 'the delete of a task');
	const cursor = watched.cursor();
	await watched.stop();
	const next = watch(world, { cursor, fieldMap, known: watched.known });
	const fresh = await made('Note', { ParentId: ada, Title: 'Later', Body: 'Said.' });
	await until(() => next.of(fresh).length > 0, 'the note after a restart');
	expect(next.of(fresh)[0]?.fields).toMatchObject({ subject: 'Later', client: `contact:${ada}` });
});

test('a page of a list says what time it is in the org', async () => {
	const { signal } = new AbortController();
	const query = { since: null, page: 1, inDepth: true, priority: 'live' as const, signal };
	const before = Math.floor(Date.now() / 1_000) * 1_000;
	const { serverTime = 0 } = await itemReader(world.context, fieldMap, 'task').readPage(query);
	expect(serverTime).toBeGreaterThanOrEqual(before);
	expect(serverTime).toBeLessThanOrEqual(Date.now());
});

test('a contact moves into a household, out of its employer’s account', async () => {
	const h1 = await home('Hollis');
	const biz = await made('Account', { Name: 'Acme', Type: 'Customer' });
	const crmId = await person('Hollis', { AccountId: biz });
	const known = (await read('contact', crmId))?.fields ?? {};
	expect(known['household']).toBeNull();
	const own = mapOfObject(fieldMap, 'contact');
	const changes = { household: `household:${h1}` };
	const one = job(world, { crmId, known, changes, desired: changes, fieldMap: own });
	expect(confirmed(await salesforce.deliver(world.context, one)).known).toEqual(changes);
	expect(await rest().retrieve('Contact', crmId)).toMatchObject({ AccountId: h1 });
	const two = job(world, { crmId, known: changes, changes: { household: null }, fieldMap: own });
	const many = await salesforce.deliverMany?.(world.context, [two, { ...two, unifiedId: 'U2' }]);
	expect(many?.map(({ status }) => status)).toEqual(['confirmed', 'confirmed']);
	expect(await rest().retrieve('Contact', crmId)).toMatchObject({ AccountId: null });
});

test('the node’s operations: list with filters, get, create, update, delete', async () => {
	const ada = await person('Hollis');
	const task = salesforce.records?.task;
	const one = await task?.create(world.context, { Subject: 'Call', WhoId: ada });
	await task?.create(world.context, { Subject: 'Other' });
	const listed = await task?.list(world.context, { filters: { WhoId: ada } });
	expect(listed?.map((row) => row['Subject'])).toEqual(['Call']);
	const crmId = task?.idOf(one ?? {}) ?? '';
	await task?.update(world.context, crmId, { Subject: 'Call back' });
	expect(await task?.get(world.context, crmId)).toMatchObject({ Subject: 'Call back' });
	await task?.delete(world.context, crmId);
	await expect(task?.get(world.context, crmId)).rejects.toMatchObject({ status: 404 });
	const wrong = task?.list(world.context, { filters: { Nothing: 'x' } });
	await expect(wrong).rejects.toMatchObject({ code: 'INVALID_FILTER' });
	const described = await salesforce.describe(world.context, 'task');
	expect(described.find(({ name }) => name === 'Priority')?.options).toHaveLength(3);
});
