/** The deliveries of one batch, written together, against the simulator over HTTP. */
import { salesforce } from '../../../lib/connectors/salesforce';
import type { DeliveryJob, DeliveryOutcome } from '../../../lib/model/delivery';
import type { CanonicalFields } from '../../../lib/model/fields';
import { job, openWorld, type World, type WorldOptions } from './world';

let world: World;

async function setUp(options: WorldOptions = {}): Promise<void> {
	world = await openWorld(options);
}

afterEach(() => world.sim.stop());

const people = (count: number) =>
	Array.from({ length: count }, (_, index) => ({ firstName: 'Ines', lastName: `Client ${index}` }));

const deliver = (jobs: DeliveryJob[]): Promise<DeliveryOutcome[]> =>
	salesforce.deliverMany?.(world.context, jobs) ?? Promise.reject(new Error('not offered'));

/** One update for each contact of the org, in the order of their names. */
function updates(changes: CanonicalFields, known: CanonicalFields = {}): DeliveryJob[] {
	return world.sim.people.list().map(({ id }, index) =>
		job(world, {
			deliveryId: index + 1,
			unifiedId: `U${index}`,
			crmId: id,
			changes,
			desired: changes,
			known: { jobTitle: null, ...known },
			idempotencyKey: `key-${index}`,
		}),
	);
}

function creates(count: number, change: Partial<DeliveryJob> = {}): DeliveryJob[] {
	return people(count).map((person, index) => {
		const fields: CanonicalFields = {
			type: 'person',
			...person,
			emails: [{ address: `client${index}@example.test` }],
		};
		const unifiedId = `U${index}`;
		return job(world, {
			...{ deliveryId: index + 1, operation: 'create', unifiedId, desired: fields },
			...{ changes: fields, idempotencyKey: `key-${index}` },
			...change,
		});
	});
}

const statuses = (outcomes: DeliveryOutcome[]) => outcomes.map(({ status }) => status);
/** But for the describe that tells once an hour how the org keeps its clients. */
const calls = () =>
	world.requests
		.map(({ method, url }) => `${method} ${url.split('?')[0]}`)
		.filter((call) => !call.endsWith('/describe'));
const titles = () => world.sim.people.list().map(({ jobTitle }) => jobTitle);
const path = '/services/data/v62.0/composite/sobjects';

test('250 updates: one read and one write for each 200, and the calls are counted once', async () => {
	await setUp({ contacts: people(250) });
	const outcomes = await deliver(updates({ jobTitle: 'Architect' }));
	expect(new Set(statuses(outcomes))).toEqual(new Set(['confirmed']));
	expect(new Set(titles())).toEqual(new Set(['Architect']));
	expect(calls()).toEqual([
		`POST ${path}/Contact`,
		`PATCH ${path}`,
		`POST ${path}/Contact`,
		`PATCH ${path}`,
	]);
	const spent = outcomes.map((outcome) => (outcome.status === 'confirmed' ? outcome.calls : 0));
	expect(spent.reduce((sum, count) => sum + count, 0)).toBe(4);
	expect(outcomes[7]).toMatchObject({
		crmId: world.sim.people.list()[7]?.id,
		known: { jobTitle: 'Architect' },
	});
});

test('without a look before the write: one call', async () => {
	await setUp({ contacts: people(3), settings: { verifyBeforeWrite: false } });
	expect(statuses(await deliver(updates({ jobTitle: 'Architect' })))).toEqual(
		Array(3).fill('confirmed'),
	);
	expect(calls()).toEqual([`PATCH ${path}`]);
});

test('what somebody changed since it was read waits; what holds the value already is not written', async () => {
	await setUp({ contacts: people(3) });
	const jobs = updates({ jobTitle: 'Architect' });
	world.sim.people.edit(jobs[0]?.crmId ?? '', { jobTitle: 'Painter' });
	world.sim.people.edit(jobs[1]?.crmId ?? '', { jobTitle: 'Architect' });
	const outcomes = await deliver(jobs);
	expect(outcomes).toMatchObject([
		{ status: 'retry', code: 'changed-meanwhile', outcomeUnknown: false },
		{ status: 'confirmed' },
		{ status: 'confirmed' },
	]);
	expect(titles()).toEqual(['Painter', 'Architect', 'Architect']);
	expect(world.sim.writes().map(({ recordId }) => recordId)).toEqual([jobs[2]?.crmId]);
});

test('each record has its own outcome', async () => {
	await setUp({ contacts: people(4) });
	const jobs = updates({ jobTitle: 'Architect' });
	const bad = { emails: [{ address: 'not an address' }] };
	Object.assign(jobs[0] as DeliveryJob, { changes: bad, desired: bad });
	world.sim.people.remove(jobs[1]?.crmId ?? '');
	world.sim.setFault({ kind: 'rowLock', times: 1, match: 'PATCH' });
	const outcomes = await deliver(jobs);
	expect(outcomes).toMatchObject([
		// The fault takes the first row that is written.
		{ status: 'retry', code: 'UNABLE_TO_LOCK_ROW', outcomeUnknown: false, retryAfterMs: 2_000 },
		{ status: 'gone' },
		{ status: 'confirmed' },
		{ status: 'confirmed' },
	]);
	expect((await deliver(jobs))[0]).toMatchObject({
		status: 'rejected',
		code: 'INVALID_EMAIL_ADDRESS',
		field: 'Email',
	});
});

test('a field that the org no longer has stops only the deliveries that name it', async () => {
	await setUp({ contacts: people(4) });
	const fieldMap = [
		...salesforce.defaultFieldMap,
		{ field: 'custom.tier', crmField: 'Tier__c', direction: 'both' as const },
	];
	const jobs = updates({ jobTitle: 'Architect' }).map((one, index) => {
		const fields: CanonicalFields = index === 1 ? { 'custom.tier': 'A' } : one.changes;
		return { ...one, fieldMap, changes: fields, desired: fields };
	});
	const outcomes = await deliver(jobs);
	expect(statuses(outcomes)).toEqual(['confirmed', 'rejected', 'confirmed', 'confirmed']);
	expect(outcomes[1]).toMatchObject({ code: 'INVALID_FIELD', field: 'Tier__c' });
	expect(calls()).toHaveLength(3);
});

test('a call that is refused without naming a field is tried in halves', async () => {
	await setUp({ contacts: people(4) });
	const jobs = updates({ jobTitle: 'Architect' });
	const poison = jobs[2]?.crmId ?? '';
	const http = world.context.http;
	world.context.http = async (request) => {
		if (request.method !== 'PATCH' || !request.text?.includes(poison)) return http(request);
		const body = '[{"errorCode":"JSON_PARSER_ERROR","message":"Cannot deserialize"}]';
		return { status: 400, headers: {}, body };
	};
	expect(statuses(await deliver(jobs))).toEqual([
		'confirmed',
		'confirmed',
		'rejected',
		'confirmed',
	]);
});

test('an answer that was lost: the next try sees what was written, and writes nothing again', async () => {
	await setUp({ contacts: people(3) });
	world.sim.setFault({ kind: 'timeoutAfterCommit', match: 'PATCH', times: 1 });
	const jobs = updates({ jobTitle: 'Architect' });
	for (const outcome of await deliver(jobs))
		expect(outcome).toMatchObject({ status: 'retry', outcomeUnknown: true });
	expect(titles()).toEqual(Array(3).fill('Architect'));
	const again = await deliver(jobs.map((one) => ({ ...one, attempt: 2 })));
	expect(statuses(again)).toEqual(Array(3).fill('confirmed'));
	expect(world.sim.writes().filter(({ changedAnything }) => changedAnything)).toHaveLength(3);
	expect(calls().filter((call) => call.startsWith('PATCH'))).toHaveLength(1);
});

test.each([503, 403])('a call that fails as a whole (%d) leaves all for later', async (status) => {
	await setUp({ contacts: people(3) });
	const body = [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'TotalRequests Limit exceeded.' }];
	world.sim.setFault({ kind: 'status', match: 'PATCH', status, body, times: 1 });
	expect(statuses(await deliver(updates({ jobTitle: 'Architect' })))).toEqual(
		Array(3).fill('retry'),
	);
	expect(calls()).toHaveLength(2);
	expect(titles()).toEqual([null, null, null]);
});

describe('creates', () => {
	test('by external id in one call; a further try finds them in one query and writes nothing', async () => {
		await setUp({ settings: { externalIdField: 'Fabric_Id__c' } });
		world.sim.setFault({ kind: 'timeoutAfterCommit', match: 'PATCH', times: 1 });
		expect(statuses(await deliver(creates(5)))).toEqual(Array(5).fill('retry'));
		expect(calls()).toEqual([`PATCH ${path}/Contact/Fabric_Id__c`]);
		const again = await deliver(creates(5, { attempt: 2 }));
		expect(again).toMatchObject(Array(5).fill({ status: 'confirmed', found: true }));
		expect(calls()).toHaveLength(2);
		expect(again.map((outcome) => 'crmId' in outcome && outcome.crmId)).toEqual(
			world.sim.people.list().map(({ id }) => id),
		);
	});

	test('some of them there already: the others are made', async () => {
		await setUp({ settings: { externalIdField: 'Fabric_Id__c' } });
		await deliver(creates(2));
		const outcomes = await deliver(creates(4, { attempt: 2 }));
		expect(outcomes.map((outcome) => 'found' in outcome && outcome.found)).toEqual([
			true,
			true,
			false,
			false,
		]);
		expect(world.sim.people.list()).toHaveLength(4);
	});

	test('without an external id: one call; a further try looks for each, and makes no second one', async () => {
		await setUp();
		world.sim.setFault({ kind: 'timeoutAfterCommit', match: 'POST', times: 1 });
		expect(await deliver(creates(3))).toMatchObject(
			Array(3).fill({ status: 'retry', outcomeUnknown: true }),
		);
		expect(calls()).toEqual([`POST ${path}`]);
		const again = await deliver(creates(3, { attempt: 2 }));
		expect(again).toMatchObject(Array(3).fill({ status: 'confirmed', found: true }));
		expect(world.sim.people.list()).toHaveLength(3);
	});

	test('a confirmation without an id is an unknown outcome, not a second create', async () => {
		await setUp();
		const http = world.context.http;
		world.context.http = async (request) => {
			const answer = await http(request);
			const isCreate = request.method === 'POST' && request.url.endsWith('/composite/sobjects');
			return isCreate
				? { ...answer, body: String(answer.body).replaceAll('"id"', '"no"') }
				: answer;
		};
		expect(await deliver(creates(2))).toMatchObject(
			Array(2).fill({ status: 'retry', outcomeUnknown: true }),
		);
		expect(world.sim.people.list()).toHaveLength(2);
	});

	test('an external-id field that the org lacks is named, in one call', async () => {
		await setUp({ settings: { externalIdField: 'Gone__c' } });
		expect(await deliver(creates(3))).toMatchObject(
			Array(3).fill({ status: 'rejected', code: 'external-id-field-missing', field: 'Gone__c' }),
		);
		expect(calls()).toHaveLength(1);
	});

	test('a client without a place in a contact is rejected, the others are made', async () => {
		await setUp();
		const jobs = creates(3);
		Object.assign(jobs[1] as DeliveryJob, { desired: { type: 'household', name: 'The Roths' } });
		expect(statuses(await deliver(jobs))).toEqual(['confirmed', 'rejected', 'confirmed']);
	});
});

test('deliveries of one client stay in their order', async () => {
	await setUp({ contacts: people(2) });
	const [first, second] = updates({ jobTitle: 'Architect' }) as [DeliveryJob, DeliveryJob];
	const later = { ...first, changes: { jobTitle: 'Painter' }, known: { jobTitle: 'Architect' } };
	expect(statuses(await deliver([first, second, later]))).toEqual(Array(3).fill('confirmed'));
	expect(titles()).toEqual(['Painter', 'Architect']);
});

test('deletes go one by one, each looked at before', async () => {
	await setUp({ contacts: people(3) });
	const jobs = updates({}).map((one) => ({
		...one,
		operation: 'delete' as const,
		known: { firstName: 'Ines' },
	}));
	world.sim.people.edit(jobs[0]?.crmId ?? '', { firstName: 'Nina' });
	expect(statuses(await deliver(jobs))).toEqual(['retry', 'confirmed', 'confirmed']);
	expect(world.sim.people.list()).toHaveLength(1);
});

test('batchWrites off: each by itself, on the condition that nobody has changed it', async () => {
	await setUp({ contacts: people(2), settings: { batchWrites: false } });
	await deliver(updates({ jobTitle: 'Architect' }));
	const writes = world.requests.filter(({ method }) => method === 'PATCH');
	expect(writes.map(({ headers }) => headers?.['if-unmodified-since'])).toEqual([
		expect.stringContaining('GMT'),
		expect.stringContaining('GMT'),
	]);
	expect(titles()).toEqual(['Architect', 'Architect']);
});
