/** The change source against the simulator over HTTP: what a healthy stream brings. */
import { changeEventSchema } from '../../../lib/model/event';
import { openWorld, running, stopAll, until, watch, type World, type WorldOptions } from './world';

let world: World;

async function setUp(options: WorldOptions = {}): Promise<World> {
	world = await openWorld(options);
	return world;
}

afterEach(async () => {
	await stopAll();
	await world.sim.stop();
});

test('a client created, changed and deleted at the screen arrives as snapshot, delta and delete', async () => {
	const { sim } = await setUp();
	const source = watch(world);
	await running(source);
	const { id } = sim.people.create({
		firstName: 'Ines',
		lastName: 'Brunner',
		emails: [{ address: 'ines.brunner@example.test' }],
		phones: [{ number: '+41 41 555 01 01', kind: 'mobile' }],
		addresses: [{ street: 'Seeweg 4', city: 'Zug', primary: true }],
	});
	await until(() => source.of(id).length === 1, 'the create');
	sim.people.edit(id, { lastName: 'Brunner-Keller', jobTitle: 'Architect' });
	await until(() => source.of(id).length === 2, 'the change');
	sim.people.edit(id, { jobTitle: null });
	await until(() => source.of(id).length === 3, 'the cleared field');
	sim.people.remove(id);
	await until(() => source.of(id).length === 4, 'the delete');
	const [created, changed, cleared, deleted] = source.of(id);
	expect(created).toMatchObject({
		change: 'upsert',
		kind: 'snapshot',
		ownWrite: false,
		fields: {
			type: 'person',
			firstName: 'Ines',
			lastName: 'Brunner',
			jobTitle: null,
			emails: [{ address: 'ines.brunner@example.test', primary: true, ref: 'Email' }],
			phones: [{ number: '+41 41 555 01 01', kind: 'mobile', ref: 'MobilePhone' }],
			addresses: [{ street: 'Seeweg 4', city: 'Zug', primary: true, ref: 'MailingAddress' }],
		},
	});
	expect(changed).toMatchObject({ change: 'upsert', kind: 'delta' });
	expect(changed?.fields).toEqual({ lastName: 'Brunner-Keller', jobTitle: 'Architect' });
	expect(cleared?.fields).toEqual({ jobTitle: null });
	expect(deleted).toMatchObject({ change: 'delete', fields: {} });
	expect(changed?.readAt).toBe(changed?.editedAt);
	for (const event of source.events())
		expect(changeEventSchema.safeParse(event).success).toBe(true);
});

const PERSON = {
	firstName: 'Ines',
	lastName: 'Brunner',
	emails: [{ address: 'ines.brunner@example.test' }],
	phones: [
		{ number: '+14155550101', kind: 'work' },
		{ number: '+14155550102', kind: 'mobile' },
	],
};

function onlyContact(): string {
	return world.sim.people.list()[0]?.id ?? '';
}

function reads(): number {
	return world.requests.filter(({ url }) => url.includes('/composite/sobjects/')).length;
}

test('a list of which one entry changed comes whole, read once, with only the changed fields', async () => {
	await setUp({ contacts: [PERSON] });
	const id = onlyContact();
	const source = watch(world, { known: [id] });
	await running(source);
	world.sim.people.edit(id, {
		phones: [
			{ number: '+14155550101', kind: 'work' },
			{ number: '+14155550199', kind: 'mobile' },
		],
	});
	await until(() => source.of(id).length === 1, 'the change');
	const [event] = source.of(id);
	expect(event).toMatchObject({ kind: 'delta', change: 'upsert' });
	expect(event?.fields).toEqual({
		phones: [
			{ number: '+14155550101', kind: 'work', ref: 'Phone' },
			{ number: '+14155550199', kind: 'mobile', ref: 'MobilePhone' },
		],
	});
	expect(reads()).toBe(1);
	expect(Date.parse(event?.readAt ?? '')).toBeGreaterThanOrEqual(Date.parse(event?.editedAt ?? ''));
});

test('a change of a record that the fabric does not know comes as its snapshot', async () => {
	await setUp({ contacts: [PERSON] });
	const id = onlyContact();
	const source = watch(world);
	await running(source);
	world.sim.people.edit(id, { jobTitle: 'Architect' });
	await until(() => source.of(id).length === 1, 'the change');
	expect(source.of(id)[0]).toMatchObject({
		kind: 'snapshot',
		fields: { type: 'person', lastName: 'Brunner', jobTitle: 'Architect', prefix: null },
	});
	world.sim.people.edit(id, { jobTitle: 'Painter' });
	await until(() => source.of(id).length === 2, 'the second change');
	expect(source.of(id)[1]).toMatchObject({ kind: 'delta', fields: { jobTitle: 'Painter' } });
	expect(reads()).toBe(1);
});

test('an undeleted client arrives with all its fields', async () => {
	await setUp({ contacts: [PERSON] });
	const id = onlyContact();
	const source = watch(world, { known: [id] });
	await running(source);
	world.sim.people.remove(id);
	world.sim.people.undelete(id);
	await until(() => source.of(id).length === 2, 'delete and undelete');
	expect(source.of(id).map(({ change, kind }) => [change, kind])).toEqual([
		['delete', 'delta'],
		['undelete', 'snapshot'],
	]);
	expect(source.of(id)[1]?.fields).toMatchObject({ lastName: 'Brunner', jobTitle: null });
	expect(source.of(id)[1]?.fields['phones']).toHaveLength(2);
});

test('what the fabric wrote itself is marked as its own, a person at the screen is not', async () => {
	const { context } = await setUp({ contacts: [PERSON] });
	const id = onlyContact();
	const source = watch(world, { known: [id] });
	await running(source);
	const { salesforce } = await import('../../../lib/connectors/salesforce');
	await salesforce.contacts.update(context, id, { Title: 'Architect' });
	world.sim.people.edit(id, { lastName: 'Keller' });
	await until(() => source.of(id).length === 2, 'both changes');
	expect(source.of(id).map(({ ownWrite }) => ownWrite)).toEqual([true, false]);
	expect(source.of(id)[0]?.origin).toContain(';client=crm-fabric');
});

test('the GAP events read the record, and GAP_DELETE deletes', async () => {
	await setUp({ contacts: [PERSON] });
	const id = onlyContact();
	const source = watch(world, { known: [id] });
	await running(source);
	world.sim.injectEvent({ changeType: 'GAP_UPDATE', recordIds: [id] });
	await until(() => source.of(id).length === 1, 'the gap');
	world.sim.injectEvent({ changeType: 'GAP_UNDELETE', recordIds: [id] });
	world.sim.injectEvent({ changeType: 'GAP_DELETE', recordIds: [id] });
	await until(() => source.of(id).length === 3, 'the other gaps');
	expect(source.of(id).map(({ change, kind }) => `${change} ${kind}`)).toEqual([
		'upsert snapshot',
		'undelete snapshot',
		'delete delta',
	]);
	expect(source.of(id)[0]?.fields).toMatchObject({ firstName: 'Ines', lastName: 'Brunner' });
});

test('one event for several records makes one event each, with ids of their own', async () => {
	await setUp({ contacts: [PERSON, { firstName: 'Nils', lastName: 'Roth' }] });
	const ids = world.sim.people.list().map(({ id }) => id);
	const source = watch(world, { known: ids });
	await running(source);
	world.sim.injectEvent({
		changeType: 'UPDATE',
		recordIds: ids,
		changedFields: ['Title'],
		fields: { Title: 'Partner' },
	});
	await until(() => source.events().length === 2, 'both events');
	expect(
		source
			.events()
			.map(({ crmId }) => crmId)
			.sort(),
	).toEqual([...ids].sort());
	expect(new Set(source.events().map(({ eventId }) => eventId)).size).toBe(2);
	expect(source.events().map(({ fields }) => fields)).toEqual([
		{ jobTitle: 'Partner' },
		{ jobTitle: 'Partner' },
	]);
});

test('a long text that comes as a difference is read', async () => {
	await setUp({ contacts: [PERSON] });
	const id = onlyContact();
	world.sim.people.edit(id, { jobTitle: 'Architect' });
	const source = watch(world, { known: [id] });
	await running(source);
	world.sim.injectEvent({
		changeType: 'UPDATE',
		recordIds: [id],
		changedFields: ['Title'],
		fields: { Title: { diff: '--- \n+++ 0a\n@@ -1,1 +1,1 @@\n-a\n+b' } },
	});
	await until(() => source.of(id).length === 1, 'the change');
	expect(source.of(id)[0]).toMatchObject({ kind: 'delta', fields: { jobTitle: 'Architect' } });
});

test('events of other objects and of fields that nobody reads move the cursor and make no event', async () => {
	await setUp({ contacts: [PERSON], settings: { channel: '/data/ChangeEvents' } });
	const id = onlyContact();
	const source = watch(world, { known: [id] });
	await running(source);
	world.sim.injectEvent({
		changeType: 'UPDATE',
		entityName: 'Account',
		recordIds: ['0015g00000Zt4KdAAJ'],
		changedFields: ['Phone'],
		fields: { Phone: '1' },
	});
	world.sim.injectEvent({
		changeType: 'UPDATE',
		recordIds: [id],
		changedFields: ['LeadSource'],
		fields: { LeadSource: 'Web' },
	});
	await until(() => replayIdOf(source.cursor()) !== null, 'the cursor');
	expect(source.events()).toEqual([]);
});

function replayIdOf(cursor: unknown): string | null {
	return (cursor as { replayId: string | null } | null)?.replayId ?? null;
}

test.each([
	['a number beyond 2^53', { replayIdStart: '900719925474099267' }],
	['text', { replayIdStart: '900719925474099267', replayIdAsString: true }],
])('a replay id that is %s is kept exactly, and given back', async (_name, switches) => {
	const { sim } = await setUp({ switches });
	const first = watch(world);
	await running(first);
	sim.people.create({ firstName: 'Ines', lastName: 'Brunner' });
	await until(() => first.events().length === 1, 'the first event');
	await first.stop();
	const replayId = replayIdOf(first.cursor()) ?? '';
	expect(BigInt(replayId)).toBeGreaterThan(900719925474099267n);
	sim.people.create({ firstName: 'Nils', lastName: 'Roth' });
	const second = watch(world, { cursor: first.cursor() });
	await until(() => second.events().length === 1, 'the event of the time between');
	expect(second.events()[0]?.fields).toMatchObject({ lastName: 'Roth' });
	const subscribed = world.requests.filter(({ text }) => text?.includes('/meta/subscribe')).at(-1);
	expect(subscribed?.text).toContain(`"/data/ContactChangeEvent":${replayId}}`);
});

test('everything: all contacts come as snapshots, the last batch complete, and then the stream', async () => {
	const contacts = Array.from({ length: 7 }, (_, index) => ({
		firstName: 'Client',
		lastName: `Number ${index}`,
	}));
	const { sim } = await setUp({ contacts });
	const source = watch(world, { start: 'everything' });
	await until(() => source.batches.at(-1)?.complete === true, 'the load');
	expect(
		source
			.events()
			.map(({ crmId }) => crmId)
			.sort(),
	).toEqual(
		sim.people
			.list()
			.map(({ id }) => id)
			.sort(),
	);
	expect(source.events().every(({ kind }) => kind === 'snapshot')).toBe(true);
	expect(source.batches.slice(0, -1).every(({ complete }) => !complete)).toBe(true);
	const [handshake, subscribe, load] = ['/meta/handshake', '/meta/subscribe', 'ORDER'].map((part) =>
		world.requests.findIndex(({ text, url }) => `${text ?? ''}${url}`.includes(part)),
	);
	expect([handshake, subscribe, load]).toEqual(
		[handshake, subscribe, load].sort((a, b) => Number(a) - Number(b)),
	);
	const { id } = sim.people.create({ firstName: 'Ines', lastName: 'Brunner' });
	await until(() => source.of(id).length === 1, 'the stream after the load');
});

test('a load that was interrupted goes on after the last page', async () => {
	const contacts = ['A', 'B', 'C', 'D'].map((lastName) => ({ firstName: 'X', lastName }));
	const { sim } = await setUp({ contacts });
	const ids = sim.people
		.list()
		.map(({ id }) => id)
		.sort();
	const now = world.context.now();
	const cursor = {
		replayId: null,
		commitTimestamp: null,
		checkedUntil: now,
		loadAfter: ids[1] ?? '',
	};
	const source = watch(world, { start: 'everything', cursor });
	await until(() => source.events().length >= 2, 'the rest of the load');
	await running(source);
	expect(
		source
			.events()
			.slice(0, 2)
			.map(({ crmId }) => crmId),
	).toEqual(ids.slice(2));
});

test('only changes from now: what was there before does not come', async () => {
	await setUp({ contacts: [PERSON] });
	const source = watch(world, { start: 'now' });
	await running(source);
	const { id } = world.sim.people.create({ firstName: 'Nils', lastName: 'Roth' });
	await until(() => source.events().length > 0, 'the new one');
	expect(source.events().map(({ crmId }) => crmId)).toEqual([id]);
});

test('the account name is read when it is wanted', async () => {
	await setUp({
		contacts: [{ ...PERSON, companyName: 'Brunner AG' }],
		settings: { companyFromAccount: true },
	});
	const id = onlyContact();
	const source = watch(world, { known: [id] });
	await running(source);
	world.sim.people.edit(id, { companyName: 'Keller GmbH' });
	await until(() => source.of(id).length === 1, 'the change');
	expect(source.of(id)[0]?.fields).toEqual({ companyName: 'Keller GmbH' });
});

test('stopping says farewell to the server', async () => {
	await setUp();
	const source = watch(world);
	await running(source);
	expect(world.sim.streamingClients()).toBe(1);
	await source.stop();
	expect(world.sim.streamingClients()).toBe(0);
});
