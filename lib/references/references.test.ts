/** Notes, tasks and households through the hub: who belongs to whom, in the right order, in every system. */
import { References } from './outbound';
import { localReference, type ObjectName } from '../model/objects';
import type { ChangeEvent } from '../model/event';
import type { FieldMap } from '../model/field-map';
import type { CanonicalFields } from '../model/fields';
import type { Connector } from '../connectors/connector';
import { delta, snapshot, TestHub } from '../../test/unit/support/hub';
import { memoryConnector, memoryFieldMap } from '../../test/unit/support/memory-connector';

const SYSTEMS = ['wealthbox', 'redtail', 'salesforce'];
const mapOf = (object: ObjectName, fields: string[]): FieldMap =>
	fields.map((field) => ({ object, field, crmField: field, direction: 'both' as const }));
const fieldMap: FieldMap = [
	...memoryFieldMap,
	...mapOf('contact', ['household', 'householdRole']),
	...mapOf('household', ['name']),
	...mapOf('note', ['client', 'text']),
	...mapOf('task', ['client', 'subject', 'dueDate', 'done']),
];
const ALL = { create: true, change: true, archive: false, delete: true };

function office(objects: Partial<Connector['capabilities']['objects']> = {}): Connector {
	const connector = memoryConnector('memory');
	const household = ALL;
	const note = { ...ALL, needs: ['client'] };
	connector.capabilities.objects = { household, note, task: note, ...objects };
	return connector;
}

let hub: TestHub;
beforeEach(async () => {
	hub = await TestHub.open(SYSTEMS, { fieldMap }, office());
});
afterEach(() => hub.close());

const person = (firstName: string) => ({
	firstName,
	lastName: 'Hollis',
	jobTitle: null,
	emails: [{ address: `${firstName.toLowerCase()}@hollis.example`, primary: true }],
});

function item(
	system: string,
	object: ObjectName,
	crmId: string,
	fields: CanonicalFields,
	rest: Partial<ChangeEvent> = {},
): ChangeEvent {
	hub.now += 1_000;
	return snapshot(system, crmId, fields, { object, at: hub.now, ...rest });
}

const contact = (system: string, crmId: string, fields: CanonicalFields) =>
	item(system, 'contact', crmId, fields);
const toContact = (crmId: string) => localReference('contact', crmId);
const toHousehold = (crmId: string) => localReference('household', crmId);

/** Delivers until nothing is due; answers every job. */
async function deliver() {
	const all = [];
	for (let round = 0; round < 5; round += 1) {
		hub.now += 60_000;
		const jobs = await hub.deliverAll(SYSTEMS);
		if (jobs.length === 0) return all;
		all.push(...jobs);
	}
	throw new Error('Deliveries do not come to rest.');
}

async function linksOf(object: ObjectName, system: string, crmId: string) {
	const [link] = (await hub.tx((tx) => tx.identity.links([{ system, object, crmId }]))).values();
	return link?.entityId;
}

test('a note is made after its client, and names the client of each system', async () => {
	await hub.take(contact('wealthbox', 'w1', person('Ada')));
	await hub.take(item('wealthbox', 'note', 'n1', { client: toContact('w1'), text: 'Met.' }));
	const jobs = await deliver();
	const inRedtail = jobs.filter(({ system }) => system === 'redtail');
	expect(inRedtail.map(({ object, operation }) => [object, operation])).toEqual([
		['contact', 'create'],
		['note', 'create'],
	]);
	const [made, note] = inRedtail;
	expect(note?.changes).toEqual({
		client: toContact(`redtail-${made?.unifiedId}`),
		text: 'Met.',
	});
	expect(note?.fieldMap.map(({ field }) => field)).toEqual(['client', 'text']);
	expect(await deliver()).toEqual([]);
});

describe('whom a record is about', () => {
	const LOOSE = { ...ALL, needs: ['subject'] };
	const task = { client: toContact('w1'), subject: 'Call' };
	const open = async (own: Partial<Connector['capabilities']['objects']>) => {
		await hub.close();
		hub = await TestHub.open(SYSTEMS, { fieldMap }, office(own));
	};

	test('has its record first, even where the CRM keeps records without one', async () => {
		await open({ task: LOOSE });
		await hub.take(contact('wealthbox', 'w1', person('Ada')));
		await hub.take(item('wealthbox', 'task', 't1', task));
		const before = await hub.claim('redtail');
		expect(before.map(({ object }) => object)).toEqual(['contact']);
		const [client] = before;
		if (client === undefined) throw new Error('Nobody is made.');
		await hub.confirm(client, 'r1');
		const [made] = await hub.claim('redtail');
		expect(made).toMatchObject({ object: 'task', changes: { client: toContact('r1') } });
	});

	test('is left open where the CRM cannot name such a one; that empties nobody else’s', async () => {
		await open({ task: { ...LOOSE, clients: ['contact'] } });
		const home = { name: 'Hollis Household' };
		await hub.take(item('wealthbox', 'household', 'h1', home, { members: [] }));
		const shared = { ...task, client: toHousehold('h1') };
		await hub.take(item('wealthbox', 'task', 't1', shared));
		const jobs = (await deliver()).filter(({ object }) => object === 'task');
		expect(jobs.map(({ system, changes }) => [system, changes])).toEqual([
			['redtail', { subject: 'Call' }],
			['salesforce', { subject: 'Call' }],
		]);
		const [made] = jobs;
		const back = { client: null, subject: 'Call' };
		await hub.take(item('redtail', 'task', `redtail-${made?.unifiedId}`, back));
		expect(await deliver()).toEqual([]);
	});
});

test('who joins a household gets the role in the same write', async () => {
	const home = item('wealthbox', 'household', 'h1', { name: 'Hollis' }, { members: [] });
	const ada = { ...person('Ada'), household: toHousehold('h1'), householdRole: 'Head' };
	await hub.take(contact('wealthbox', 'w1', ada));
	await hub.take(home);
	const joins = (await deliver()).filter(({ changes }) => changes['household'] !== undefined);
	expect(joins.length).toBeGreaterThan(0);
	for (const { changes } of joins) expect(changes['householdRole']).toBe('Head');
});

test('a note read before its client waits in the inbox until the client is known', async () => {
	const note = item('wealthbox', 'note', 'n1', { client: toContact('w1'), text: 'Met.' });
	const { decisions } = await hub.take(note);
	expect(decisions).toEqual([
		{
			decision: 'waits',
			reason: 'The note waits until the contact that it names is known.',
		},
	]);
	expect(await hub.stateOf(note)).toBe('pending');
	expect(await linksOf('note', 'wealthbox', 'n1')).toBeUndefined();
	await hub.take(contact('wealthbox', 'w1', person('Ada')));
	await hub.pump('wealthbox');
	expect(await hub.stateOf(note)).toBe('applied');
	expect(await linksOf('note', 'wealthbox', 'n1')).toBeDefined();
});

test('an older read of a client does not make forgotten that it joined a household which is not known yet', async () => {
	const fields = person('Ada');
	const before = snapshot('wealthbox', 'w1', { ...fields, household: null }, { at: hub.now });
	await hub.take(before, contact('redtail', 'r1', { ...fields, household: null }));
	await deliver();
	const joined = contact('wealthbox', 'w1', { ...fields, household: toHousehold('h1') });
	await hub.take(joined);
	const again = { ...before, eventId: `${before.eventId}:again`, kind: 'delta' as const };
	await hub.fabric.merge([again], []);
	await hub.take(item('wealthbox', 'household', 'h1', { name: 'Hollis' }));
	const written = (await deliver()).filter(({ changes }) => changes['household'] !== undefined);
	expect(new Set(written.map(({ system }) => system))).toEqual(new Set(['redtail', 'salesforce']));
});

test('who joined a household that was not known yet joined when that was said, not when it was said again', async () => {
	const fields = { ...person('Ada'), household: null };
	await hub.take(contact('wealthbox', 'w1', fields), contact('redtail', 'r1', fields));
	await hub.take(item('redtail', 'household', 'h1', { name: 'Elm' }));
	await deliver();
	await hub.take(contact('wealthbox', 'w1', { ...fields, household: toHousehold('h9') }));
	await hub.take(contact('redtail', 'r1', { ...fields, household: toHousehold('h1') }));
	const again = { ...fields, jobTitle: 'CFO', household: toHousehold('h9') };
	await hub.take(
		item('wealthbox', 'household', 'h9', { name: 'Oak' }),
		contact('wealthbox', 'w1', again),
	);
	const ada = await hub.fabric.desk.findEntity('redtail', 'r1');
	expect(ada?.fields['household']).toBe(await linksOf('household', 'redtail', 'h1'));
	expect(ada?.fields['jobTitle']).toBe('CFO');
});

test('a note that came due by itself is merged once, though its client is told to be known after that', async () => {
	const client = contact('wealthbox', 'w1', person('Ada'));
	const note = item('wealthbox', 'note', 'n1', { client: toContact('w1'), text: 'Met.' });
	await hub.accept('wealthbox', [note]);
	await hub.fabric.resolve([note]);
	await hub.accept('wealthbox', [client]);
	await hub.fabric.resolve([client]);
	await hub.fabric.resolve([note]);
	await hub.fabric.merge([note], []);
	expect(await hub.stateOf(note)).toBe('applied');
});

test('the same note of the same client in two systems is one; another client’s is not', async () => {
	const clients = [
		contact('wealthbox', 'w1', person('Ada')),
		contact('wealthbox', 'w2', { ...person('Grace'), lastName: 'Morrow' }),
		contact('redtail', 'r1', person('Ada')),
	];
	for (const one of clients) await hub.take(one);
	await hub.take(
		item('wealthbox', 'note', 'n1', { client: toContact('w1'), text: '<p>Called &amp; met.</p>' }),
		item('wealthbox', 'note', 'n2', { client: toContact('w2'), text: 'Called & met.' }),
		item('redtail', 'note', 'm1', { client: toContact('r1'), text: 'Called & met.' }),
		item('redtail', 'note', 'm2', { client: toContact('r1'), text: 'Called & met.' }),
	);
	const one = await linksOf('note', 'wealthbox', 'n1');
	expect(await linksOf('note', 'redtail', 'm1')).toBe(one);
	expect(await linksOf('note', 'wealthbox', 'n2')).not.toBe(one);
	// One system's two notes are two notes.
	expect(await linksOf('note', 'redtail', 'm2')).not.toBe(one);
});

test('members of a household, whichever is read first, and a move to another one', async () => {
	await hub.take(
		contact('wealthbox', 'w1', {
			...person('Ada'),
			household: toHousehold('h1'),
			householdRole: 'Head',
		}),
		contact('wealthbox', 'w2', { ...person('Ben'), household: toHousehold('h1') }),
	);
	const members = [toContact('w1'), toContact('w2')];
	await hub.take(item('wealthbox', 'household', 'h1', { name: 'Hollis' }, { members }));
	const jobs = await deliver();
	const home = jobs.find(({ system, object }) => system === 'redtail' && object === 'household');
	const local = toHousehold(`redtail-${home?.unifiedId}`);
	const joined = jobs.filter(({ system, changes }) => system === 'redtail' && changes['household']);
	expect(joined.map(({ changes }) => changes['household'])).toEqual([local, local]);
	const place = jobs.indexOf(home as (typeof jobs)[number]);
	expect(joined.every((job) => jobs.indexOf(job) > place)).toBe(true);
	// A poll tells the same again: nothing is news.
	const again = contact('wealthbox', 'w2', { ...person('Ben'), household: toHousehold('h1') });
	expect((await hub.accept('wealthbox', [again])).accepted).toBe(0);

	await hub.take(item('wealthbox', 'household', 'h2', { name: 'Hollis Trust' }, { members: [] }));
	await deliver();
	await hub.take(contact('wealthbox', 'w2', { ...person('Ben'), household: toHousehold('h2') }));
	const moved = await deliver();
	const h2 = await linksOf('household', 'wealthbox', 'h2');
	expect(moved.map(({ system, changes }) => [system, changes])).toEqual([
		['redtail', { household: toHousehold(`redtail-${h2}`) }],
		['salesforce', { household: toHousehold(`salesforce-${h2}`) }],
	]);
	await hub.take(contact('wealthbox', 'w2', { ...person('Ben'), household: null }));
	expect((await deliver()).map(({ changes }) => changes)).toEqual([
		{ household: null },
		{ household: null },
	]);
});

test('two systems’ households are one by their members, even before anything of them was merged', async () => {
	await hub.take(
		contact('wealthbox', 'w1', person('Ada')),
		contact('wealthbox', 'w2', person('Ben')),
	);
	await hub.take(contact('redtail', 'r1', person('Ada')), contact('redtail', 'r2', person('Ben')));
	const events = [
		item(
			'wealthbox',
			'household',
			'h1',
			{ name: 'The Hollis Family' },
			{ members: ['w1', 'w2'].map(toContact) },
		),
		item(
			'redtail',
			'household',
			'f1',
			{ name: 'Hollis, Ada & Ben' },
			{ members: ['r2', 'r1'].map(toContact) },
		),
	];
	for (const event of events) await hub.accept(event.system, [event]);
	for (const event of events) await hub.fabric.resolve([event]);
	const home = await linksOf('household', 'wealthbox', 'h1');
	expect(home).toBeDefined();
	expect(await linksOf('household', 'redtail', 'f1')).toBe(home);
});

test('a household of other people stays another one, though it is called the same', async () => {
	await hub.take(contact('wealthbox', 'w1', person('Ada')));
	await hub.take(contact('redtail', 'r9', { ...person('Zoe'), lastName: 'Quill' }));
	await hub.take(
		item('wealthbox', 'household', 'h1', { name: 'Home' }, { members: [toContact('w1')] }),
		item('redtail', 'household', 'f1', { name: 'Home' }, { members: [toContact('r9')] }),
	);
	const home = await linksOf('household', 'wealthbox', 'h1');
	expect(await linksOf('household', 'redtail', 'f1')).not.toBe(home);
});

test('where notes cannot be changed, an edit is told in the audit trail once and nothing is written', async () => {
	await hub.close();
	const fixed = { ...ALL, change: false, delete: false, needs: ['client'] };
	hub = await TestHub.open(SYSTEMS, { fieldMap }, office({ note: fixed }));
	await hub.take(contact('wealthbox', 'w1', person('Ada')));
	await hub.take(item('wealthbox', 'note', 'n1', { client: toContact('w1'), text: 'Met.' }));
	await deliver();
	await hub.take(
		item('wealthbox', 'note', 'n1', { client: toContact('w1'), text: 'Met at noon.' }),
	);
	expect(await deliver()).toEqual([]);
	const skipped = await hub.tx((tx) => tx.audit.find({ kinds: ['skipped'], limit: 10 }));
	expect(skipped.map(({ system, field, after }) => [system, field, after]).sort()).toEqual([
		['redtail', 'text', 'Met at noon.'],
		['salesforce', 'text', 'Met at noon.'],
	]);
});

test('an entity that became part of another one is the same wherever it is named', async () => {
	await hub.take(contact('wealthbox', 'w1', person('Ada')));
	await hub.take(contact('redtail', 'r1', { firstName: 'Adelaide', lastName: 'Hollis-Grey' }));
	await hub.take(
		item('redtail', 'task', 't1', { client: toContact('r1'), subject: 'Call', done: false }),
	);
	await deliver();
	const [one, other] = await Promise.all([
		linksOf('contact', 'wealthbox', 'w1'),
		linksOf('contact', 'redtail', 'r1'),
	]);
	expect(one).not.toBe(other);
	await hub.fabric.desk.mergeEntities({ into: one ?? '', from: other ?? '' });
	const jobs = await deliver();
	expect(jobs.filter(({ object }) => object === 'task')).toEqual([]);
	const title = delta(
		'redtail',
		't1',
		{ subject: 'Call back' },
		{ object: 'task', at: (hub.now += 1_000) },
	);
	await hub.take(title);
	const written = await deliver();
	expect(written.map(({ system, changes }) => [system, changes])).toEqual([
		['wealthbox', { subject: 'Call back' }],
		['salesforce', { subject: 'Call back' }],
	]);
});

test('a role waits for the household that it is one in', () => {
	const named = { firstName: 'Cleo', householdRole: 'Child' };
	const wanted = References.none.wantedIn('redtail', named, undefined);
	expect(wanted).toEqual({ firstName: 'Cleo' });
	const left = { household: null, householdRole: null };
	expect(References.none.wantedIn('redtail', left, undefined)).toEqual(left);
});
