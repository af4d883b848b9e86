/** Many deliveries that can wait, by Bulk API 2.0, against the simulator over HTTP. */
import { salesforce } from '../../../lib/connectors/salesforce';
import type { DeliveryJob } from '../../../lib/model/delivery';
import type { CanonicalFields } from '../../../lib/model/fields';
import {
	A_JOB,
	again,
	all,
	calls,
	creates,
	deliver,
	inCollections,
	jobsOpened,
	lastNames,
	noted,
	notes,
	people,
	setUp,
	spent,
	statuses,
	tearDown,
	titles,
	updates,
	world,
} from './bulk-many-world';

afterEach(tearDown);

test('creates: one job for all, a record for each, and every call is counted', async () => {
	await setUp();
	const outcomes = await deliver(creates(450));
	expect(new Set(statuses(outcomes))).toEqual(new Set(['confirmed']));
	expect(calls()).toEqual([
		...A_JOB,
		'GET jobs/ingest/ID',
		'GET jobs/ingest/ID/successfulResults/',
	]);
	expect(spent(outcomes)).toBe(5);
	for (const [index, outcome] of outcomes.entries()) {
		const crmId = outcome.status === 'confirmed' ? outcome.crmId : '';
		expect(world.sim.people.get(crmId)).toMatchObject({ lastName: `Client ${index}` });
	}
	expect(await noted()).toBeNull();
});

test('updates: one look at all of them, one job; what somebody changed waits, what agrees is left', async () => {
	await setUp({ contacts: people(250) });
	const jobs = updates({ jobTitle: 'Architect' });
	world.sim.people.edit(jobs[0]?.crmId ?? '', { jobTitle: 'Painter' });
	world.sim.people.edit(jobs[1]?.crmId ?? '', { jobTitle: 'Architect' });
	const outcomes = await deliver(jobs);
	expect(outcomes[0]).toMatchObject({ status: 'retry', code: 'changed-meanwhile' });
	expect(statuses(outcomes.slice(1))).toEqual(all(249, 'confirmed'));
	expect(calls()).toEqual(['POST composite/sobjects/Contact', ...A_JOB, 'GET jobs/ingest/ID']);
	expect(titles().slice(0, 3)).toEqual(['Painter', 'Architect', 'Architect']);
	expect(world.sim.writes()).toHaveLength(248);
});

describe('goes by collections', () => {
	test.each<[string, Partial<DeliveryJob>, Record<string, number>]>([
		['what is not many', {}, { bulkAbove: 4 }],
		['where it is switched off', {}, { bulkAbove: 0 }],
		['what cannot wait', { urgency: 'live' }, {}],
	])('%s', async (_what, change, settings) => {
		await setUp({ settings });
		expect(statuses(await deliver(creates(4, change)))).toEqual(all(4, 'confirmed'));
		expect(jobsOpened()).toBe(0);
	});

	test('creates without an external id: a job of theirs could not be found again', async () => {
		await setUp({ settings: { externalIdField: '' } });
		expect(statuses(await deliver(creates(4)))).toEqual(all(4, 'confirmed'));
		expect(jobsOpened()).toBe(0);
	});

	test('everything where no store keeps which jobs are under way', async () => {
		await setUp();
		delete world.context.notes;
		expect(statuses(await deliver(creates(4)))).toEqual(all(4, 'confirmed'));
		expect(jobsOpened()).toBe(0);
	});
});

test('each record has its own outcome', async () => {
	await setUp({ contacts: people(6) });
	const jobs = updates({ jobTitle: 'Architect' });
	const bad = { emails: [{ address: 'not an address' }] };
	const locked = jobs[2] as DeliveryJob;
	Object.assign(jobs[0] as DeliveryJob, { changes: bad, desired: bad });
	world.tamper(({ method, url }) => {
		// Deleted after the look at it.
		if (method === 'PUT' && url.includes('ingest')) world.sim.people.remove(jobs[1]?.crmId ?? '');
		return undefined;
	});
	world.sim.setFault({ kind: 'rowLock', times: 1, match: 'BULK' });
	const outcomes = await deliver(jobs);
	expect(outcomes.map((one) => ('code' in one ? one.code : one.status)).sort()).toEqual(
		['404', 'UNABLE_TO_LOCK_ROW', ...all(4, 'confirmed')].sort(),
	);
	expect(outcomes[1]).toMatchObject({ status: 'gone' });
	expect(outcomes[jobs.indexOf(locked)]?.status).toBe('confirmed');
	expect((await deliver([jobs[0] as DeliveryJob]))[0]).toMatchObject({
		...{ status: 'rejected', code: 'INVALID_EMAIL_ADDRESS', field: 'Email' },
	});
});

describe('a job that fails', () => {
	test('before its first row, for a field that the org no longer has: collections tell which one', async () => {
		await setUp();
		const crmField = 'Tier__c';
		const fieldMap = [
			...salesforce.defaultFieldMap,
			{ field: 'custom.tier', crmField, direction: 'both' as const },
		];
		const jobs = creates(5).map((one, index) => {
			const tier: CanonicalFields = index === 1 ? { 'custom.tier': 'A' } : {};
			const fields = { ...one.desired, ...tier };
			return { ...one, fieldMap, changes: fields, desired: fields };
		});
		const outcomes = await deliver(jobs);
		expect(statuses(outcomes)).toEqual(['confirmed', 'rejected', ...all(3, 'confirmed')]);
		expect(outcomes[1]).toMatchObject({ code: 'INVALID_FIELD', field: crmField });
		expect(jobsOpened()).toBe(1);
		expect(await noted()).toBeNull();
	});

	test('in the middle: what it did stands, the rest is tried again and made once', async () => {
		await setUp();
		world.sim.setFault({ kind: 'bulkFailMidway', times: 1 });
		const jobs = creates(6);
		const outcomes = await deliver(jobs);
		const rest = jobs.filter((_, index) => outcomes[index]?.status !== 'confirmed');
		expect(rest).toHaveLength(3);
		expect(outcomes.filter(({ status }) => status === 'retry')).toMatchObject(
			Array(3).fill({ code: 'bulk-failed', outcomeUnknown: false }),
		);
		expect(statuses(await deliver(again(rest)))).toEqual(all(3, 'confirmed'));
		expect(new Set(lastNames()).size).toBe(6);
		expect(lastNames()).toHaveLength(6);
	});

	test('as a person aborts it in the queue: nothing was written, and it is tried again', async () => {
		await setUp({ switches: { bulkQueueMs: 60_000 } });
		const jobs = creates(4);
		world.tamper(({ method, url }) => {
			if (method !== 'GET' || !url.includes('jobs/ingest/')) return undefined;
			const id = /750\w{15}/.exec(url)?.[0] ?? '';
			void world.context.http({
				...{ method: 'PATCH', url: `/services/data/v62.0/jobs/ingest/${id}` },
				json: { state: 'Aborted' },
			});
			world.tamper(null);
			return undefined;
		});
		expect(await deliver(jobs)).toMatchObject(
			Array(4).fill({ status: 'retry', code: 'bulk-aborted', outcomeUnknown: false }),
		);
		expect(lastNames()).toEqual([]);
		expect(statuses(await deliver(again(jobs)))).toEqual(all(4, 'confirmed'));
		expect(lastNames()).toHaveLength(4);
	});

	test('as the org may use the Bulk API no more today: the next try goes otherwise', async () => {
		await setUp({ switches: { dailyBulkBatches: 1 } });
		expect(statuses(await deliver(creates(4)))).toEqual(all(4, 'confirmed'));
		const others = creates(8).slice(4);
		const outcomes = await deliver(others);
		expect(statuses(outcomes)).toEqual(all(4, 'retry'));
		expect(statuses(await deliver(again(others)))).toEqual(all(4, 'confirmed'));
		expect(lastNames()).toHaveLength(8);
	});

	test('as the org does not let us: collections, at once', async () => {
		await setUp();
		const body = [{ errorCode: 'FEATURENOTENABLED', message: 'Bulk API is not enabled' }];
		world.sim.setFault({ kind: 'status', status: 403, body, match: 'POST', times: 1 });
		expect(statuses(await deliver(creates(4)))).toEqual(all(4, 'confirmed'));
		expect(inCollections()).toEqual(['PATCH composite/sobjects/Contact/Fabric_Id__c']);
	});
});

describe('an answer that is lost', () => {
	test.each([
		['when the job is made', 'POST', 'jobs/ingest'],
		['of the upload', 'PUT', 'batches'],
		['as it is let go', 'PATCH', 'jobs/ingest'],
		['of its state', 'GET', 'jobs/ingest'],
		['of its results', 'GET', 'successfulResults'],
	])('%s: each record is made once', async (_when, method, part) => {
		await setUp();
		world.context.sleep = async () => Promise.resolve();
		const { http } = world.context;
		let isLost = false;
		world.context.http = async (request) => {
			const answer = await http(request);
			if (isLost || request.method !== method || !request.url.includes(part)) return answer;
			isLost = true;
			return { ...answer, status: 503, body: '' };
		};
		expect(statuses(await deliver(creates(5)))).toEqual(all(5, 'confirmed'));
		expect(isLost).toBe(true);
		expect(lastNames().sort()).toEqual(people(5).map(({ lastName }) => lastName));
		expect(await noted()).toBeNull();
	});

	test('of the results, again and again: unknown, and the next try finds the records', async () => {
		await setUp();
		world.context.sleep = async () => Promise.resolve();
		world.sim.setFault({ kind: 'status', status: 503, match: 'successfulResults' });
		const jobs = creates(5);
		expect(await deliver(jobs)).toMatchObject(
			Array(5).fill({ status: 'retry', outcomeUnknown: true }),
		);
		expect(await noted()).toMatchObject([{ records: jobs.map(({ unifiedId }) => unifiedId) }]);
		world.sim.clearFaults();
		const found = await deliver(again(jobs));
		expect(found).toMatchObject(Array(5).fill({ status: 'confirmed', found: true }));
		expect(lastNames()).toHaveLength(5);
		expect(await noted()).toBeNull();
	});

	test('of updates: the next try sees what was written, and writes nothing', async () => {
		await setUp({ contacts: people(5) });
		world.context.sleep = async () => Promise.resolve();
		world.sim.setFault({ kind: 'status', status: 401, match: 'GET /services/data/v62.0/jobs' });
		const jobs = updates({ jobTitle: 'Architect' });
		expect(await deliver(jobs)).toMatchObject(
			Array(5).fill({ status: 'retry', outcomeUnknown: true }),
		);
		world.sim.clearFaults();
		expect(statuses(await deliver(again(jobs)))).toEqual(all(5, 'confirmed'));
		expect(world.sim.writes().filter(({ changedAnything }) => changedAnything)).toHaveLength(5);
	});
});

describe('the store fails', () => {
	const broken = () => Promise.reject(new Error('the disk is full'));

	test('a job that cannot be noted does not begin', async () => {
		await setUp();
		world.context.notes = { ...notes, change: broken };
		const outcomes = await deliver(creates(4));
		expect(outcomes).toMatchObject(Array(4).fill({ status: 'retry', code: 'bulk-unnoted' }));
		expect(lastNames()).toEqual([]);
		expect(calls()).toEqual(A_JOB.slice(0, 2));
	});

	test('nothing is written while nobody knows which jobs are under way', async () => {
		await setUp();
		world.context.notes = { ...notes, read: broken };
		expect(statuses(await deliver(creates(2, { urgency: 'live' })))).toEqual(all(2, 'retry'));
		expect(calls()).toEqual([]);
	});
});
