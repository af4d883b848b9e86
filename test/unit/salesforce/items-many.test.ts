/** Deliveries of what is no contact, many of one batch together, against the simulator over HTTP. */
import { salesforce } from '../../../lib/connectors/salesforce';
import { connect } from '../../../lib/connectors/salesforce/client';
import type { DeliveryJob, DeliveryOutcome } from '../../../lib/model/delivery';
import { mapOfObject } from '../../../lib/model/field-map';
import type { CanonicalFields } from '../../../lib/model/fields';
import type { ObjectName } from '../../../lib/model/objects';
import { job, openWorld, type World, type WorldOptions } from './world';

const fieldMap = [...salesforce.defaultFieldMap, ...(salesforce.objectFieldMap ?? [])];

let world: World;

async function setUp(options: WorldOptions = {}): Promise<void> {
	world = await openWorld({
		...options,
		settings: { personAccounts: 'never', ...options.settings },
	});
}
afterEach(() => world.sim.stop());

const rest = () => connect(world.context, { priority: 'live' });
const deliver = (jobs: DeliveryJob[]): Promise<DeliveryOutcome[]> =>
	salesforce.deliverMany?.(world.context, jobs) ?? Promise.reject(new Error('not offered'));

function jobOf(object: ObjectName, index: number, change: Partial<DeliveryJob>): DeliveryJob {
	const own = mapOfObject(fieldMap, object);
	return job(world, {
		...{ object, fieldMap: own, deliveryId: index + 1, unifiedId: `${object}${index}` },
		...{ idempotencyKey: `key-${object}-${index}`, ...change },
	});
}

const create = (object: ObjectName, index: number, desired: CanonicalFields) =>
	jobOf(object, index, { operation: 'create', desired, changes: desired });

const statuses = (outcomes: DeliveryOutcome[]) => outcomes.map(({ status }) => status);
const all = (count: number, status: string) => Array<string>(count).fill(status);
const calls = () =>
	world.requests
		.map(({ method, url }) => `${method} ${(url.split('?')[0] ?? '').split('/v62.0/')[1]}`)
		.filter((call) => !call.endsWith('/describe'));
const idOf = (outcome: DeliveryOutcome | undefined) =>
	outcome?.status === 'confirmed' ? outcome.crmId : '';
const row = async (sobject: string, outcome: DeliveryOutcome | undefined) =>
	rest().retrieve(sobject, idOf(outcome));

const OBJECTS: Array<[ObjectName, string, (index: number) => CanonicalFields]> = [
	['household', 'Account', (n) => ({ name: `Household ${n}` })],
	['opportunity', 'Opportunity', (n) => ({ name: `Rollover ${n}`, closeDate: '2026-12-31' })],
	['note', 'Note', (n) => ({ subject: `Review ${n}`, text: 'Met.' })],
	['task', 'Task', (n) => ({ subject: `Call ${n}`, dueDate: '2026-04-02' })],
	[
		'event',
		'Event',
		(n) => ({
			subject: `Review ${n}`,
			startsAt: '2026-04-02T15:00:00.000Z',
			endsAt: '2026-04-02T16:00:00.000Z',
		}),
	],
];

const NAME: Partial<Record<ObjectName, [string, string]>> = {
	household: ['name', 'Name'],
	opportunity: ['name', 'Name'],
};
const nameOf = (object: ObjectName) => NAME[object] ?? (['subject', 'Subject'] as const);

test.each(OBJECTS)(
	'250 of %s are made in two calls each of a write and a read, and changed in three',
	async (object, sobject, fieldsOf) => {
		await setUp();
		const { id } = await rest().create('Contact', { LastName: 'Hollis' });
		world.requests.length = 0;
		const client: CanonicalFields = object === 'note' ? { client: `contact:${String(id)}` } : {};
		const made = await deliver(
			Array.from({ length: 250 }, (_, index) =>
				create(object, index, { ...fieldsOf(index), ...client }),
			),
		);
		expect(new Set(statuses(made))).toEqual(new Set(['confirmed']));
		expect(calls()).toEqual([
			...['POST composite/sobjects', 'GET query', 'POST composite/sobjects', 'GET query'],
		]);
		const spent = made.map((one) => (one.status === 'confirmed' ? one.calls : 0));
		expect(spent.reduce((sum, count) => sum + count, 0)).toBe(4);
		const [field, crmField] = nameOf(object);
		const column = object === 'note' ? 'Title' : crmField;
		expect(await row(sobject, made[7])).toMatchObject({ [column]: fieldsOf(7)[field] });
		world.requests.length = 0;
		const changes = { [field]: 'Renamed' };
		const changed = await deliver(
			made.slice(0, 5).map((one, index) =>
				jobOf(object, index, {
					crmId: idOf(one),
					changes,
					desired: changes,
					known: fieldsOf(index),
				}),
			),
		);
		expect(statuses(changed)).toEqual(all(5, 'confirmed'));
		expect(calls()).toEqual(['GET query', 'PATCH composite/sobjects', 'GET query']);
		expect(await row(sobject, made[4])).toMatchObject({ [column]: 'Renamed' });
	},
);

async function tasks(count: number): Promise<DeliveryOutcome[]> {
	const made = await deliver(
		Array.from({ length: count }, (_, n) => create('task', n, { subject: `Call ${n}` })),
	);
	expect(statuses(made)).toEqual(all(count, 'confirmed'));
	world.requests.length = 0;
	return made;
}

function renamed(made: DeliveryOutcome[], change: Partial<DeliveryJob> = {}): DeliveryJob[] {
	const changes = { subject: 'Renamed' };
	return made.map((one, n) =>
		jobOf('task', n, {
			...{ crmId: idOf(one), changes, desired: changes, known: { subject: `Call ${n}` } },
			...change,
		}),
	);
}

test('several objects in one batch: each has its own calls', async () => {
	await setUp();
	const made = await deliver([
		...[0, 1].map((n) => create('task', n, { subject: `Call ${n}` })),
		...[0, 1].map((n) => create('household', n, { name: `Household ${n}` })),
	]);
	expect(statuses(made)).toEqual(all(4, 'confirmed'));
	expect(calls().filter((call) => call === 'POST composite/sobjects')).toHaveLength(2);
});

test('each record has its own outcome', async () => {
	await setUp();
	const made = await tasks(5);
	await rest().update('Task', { Id: idOf(made[0]), Subject: 'By hand' });
	await rest().update('Task', { Id: idOf(made[1]), Subject: 'Renamed' });
	await rest().destroy('Task', idOf(made[2]));
	world.sim.setFault({ kind: 'rowLock', times: 1, match: 'PATCH' });
	const before = world.sim.writes().length;
	expect(await deliver(renamed(made))).toMatchObject([
		{ status: 'retry', code: 'changed-meanwhile', outcomeUnknown: false },
		{ status: 'confirmed' },
		{ status: 'gone' },
		{ status: 'retry', code: 'UNABLE_TO_LOCK_ROW', outcomeUnknown: false },
		{ status: 'confirmed' },
	]);
	expect(world.sim.writes().length - before).toBe(2);
	expect(await row('Task', made[0])).toMatchObject({ Subject: 'By hand' });
});

test('one that goes between the look and the write is gone', async () => {
	await setUp();
	const made = await tasks(3);
	const { http } = world.context;
	world.context.http = async (request) => {
		if (request.method === 'PATCH') {
			world.context.http = http;
			await rest().destroy('Task', idOf(made[1]));
		}
		return http(request);
	};
	expect(statuses(await deliver(renamed(made)))).toEqual(['confirmed', 'gone', 'confirmed']);
});

test('a field that the org no longer has stops only the deliveries that name it', async () => {
	await setUp();
	const map = [
		...mapOfObject(fieldMap, 'task'),
		{
			object: 'task' as const,
			field: 'custom.tier',
			crmField: 'Tier__c',
			direction: 'out' as const,
		},
	];
	const jobs = [0, 1, 2, 3].map((n) => {
		const tier: CanonicalFields = n === 1 ? { 'custom.tier': 'A' } : {};
		return { ...create('task', n, { subject: `Call ${n}`, ...tier }), fieldMap: map };
	});
	const http = world.context.http;
	// The read back names every mapped field: here it goes without the one that is not there.
	world.context.http = (request) =>
		http({ ...request, url: request.url.replace(/%2C%20Tier__c|, Tier__c/g, '') });
	const outcomes = await deliver(jobs);
	expect(statuses(outcomes)).toEqual(['confirmed', 'rejected', 'confirmed', 'confirmed']);
	expect(outcomes[1]).toMatchObject({ code: 'INVALID_FIELD', field: 'Tier__c' });
});

test('a call that is refused without naming a field is tried in halves', async () => {
	await setUp();
	const http = world.context.http;
	world.context.http = async (request) => {
		if (request.method !== 'POST' || !request.text?.includes('Call 2')) return http(request);
		const body = '[{"errorCode":"JSON_PARSER_ERROR","message":"Cannot deserialize"}]';
		return { status: 400, headers: {}, body };
	};
	const jobs = [0, 1, 2, 3].map((n) => create('task', n, { subject: `Call ${n}` }));
	expect(statuses(await deliver(jobs))).toEqual([
		...['confirmed', 'confirmed', 'rejected', 'confirmed'],
	]);
});

test('creates whose answer was lost are looked for one by one, and not made twice', async () => {
	await setUp();
	const client = `contact:${String((await rest().create('Contact', { LastName: 'Hollis' })).id)}`;
	const jobs = [0, 1, 2].map((n) => create('task', n, { subject: `Call ${n}`, client }));
	world.sim.setFault({ kind: 'timeoutAfterCommit', match: 'POST', times: 1 });
	expect(await deliver(jobs)).toMatchObject(
		Array(3).fill({ status: 'retry', outcomeUnknown: true }),
	);
	const again = await deliver(jobs.map((one) => ({ ...one, attempt: 2 })));
	expect(again).toMatchObject(Array(3).fill({ status: 'confirmed', found: true }));
	expect(new Set(again.map(idOf)).size).toBe(3);
});

test('updates whose answer was lost: the next try sees what was written, and writes nothing', async () => {
	await setUp();
	const made = await tasks(3);
	world.sim.setFault({ kind: 'timeoutAfterCommit', match: 'PATCH', times: 1 });
	expect(await deliver(renamed(made))).toMatchObject(
		Array(3).fill({ status: 'retry', outcomeUnknown: true }),
	);
	const again = await deliver(renamed(made, { attempt: 2 }));
	expect(statuses(again)).toEqual(all(3, 'confirmed'));
	expect(calls().filter((call) => call.startsWith('PATCH'))).toHaveLength(1);
});

test('a call that fails as a whole leaves all for later', async () => {
	await setUp();
	const made = await tasks(3);
	world.sim.setFault({ kind: 'status', match: 'PATCH', status: 503, times: 1 });
	expect(statuses(await deliver(renamed(made)))).toEqual(all(3, 'retry'));
});

test('batchWrites off: each by itself, on the condition that nobody has changed it', async () => {
	await setUp({ settings: { batchWrites: false } });
	const made = await tasks(2);
	await deliver(renamed(made));
	const writes = world.requests.filter(({ method }) => method === 'PATCH');
	expect(writes.map(({ headers }) => headers?.['if-unmodified-since'])).toEqual([
		...[expect.stringContaining('GMT'), expect.stringContaining('GMT')],
	]);
});

test('contacts that move to a household go together, too', async () => {
	await setUp({ contacts: [{ lastName: 'Hollis' }, { lastName: 'Roth' }, { lastName: 'Dahl' }] });
	const { id } = await rest().create('Account', { Name: 'Hollis Household', Type: 'Household' });
	world.requests.length = 0;
	const household = `household:${String(id)}`;
	const jobs = world.sim.people.list().map((contact, n) =>
		jobOf('contact', n, {
			...{ crmId: contact.id, changes: { household }, desired: { household } },
			known: { household: null },
		}),
	);
	expect(statuses(await deliver(jobs))).toEqual(all(3, 'confirmed'));
	expect(calls()).toEqual(['GET query', 'PATCH composite/sobjects']);
	for (const contact of world.sim.people.list())
		expect(await rest().retrieve('Contact', contact.id)).toMatchObject({ AccountId: id });
});
