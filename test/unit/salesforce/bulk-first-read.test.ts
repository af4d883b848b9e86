/** The trigger's own first read of an org with many contacts: a bulk job, which survives a restart. */
import type { Json } from '../../../lib/connectors/connector';
import { salesforce } from '../../../lib/connectors/salesforce';
import type { ChangeEventInput } from '../../../lib/model/event';
import { openWorld, running, stopAll, until, watch, type World, type WorldOptions } from './world';

const COUNT = 12;
const PAGE = 5;

let world: World;

async function setUp(options: WorldOptions = {}): Promise<void> {
	const contacts = Array.from({ length: COUNT }, (_, index) => ({
		lastName: `Client ${index}`,
		jobTitle: 'Nurse',
	}));
	const settings = { bulkReadAbove: 10, bulkPollSeconds: 0.01, personAccounts: 'never' };
	world = await openWorld({
		...{ contacts, ...options },
		switches: { bulkQueryPage: PAGE, ...options.switches },
		settings: { ...settings, ...options.settings },
	});
	// What was changed lately is read once more after a restart.
	world.advance(3_600_000);
}

afterEach(async () => {
	await stopAll();
	await world.sim.stop();
});

const ids = () =>
	world.sim.people
		.list()
		.map(({ id }) => id)
		.sort();
const idsOf = (events: ChangeEventInput[]) => [...new Set(events.map(({ crmId }) => crmId))].sort();
const asked = (part: string, method = 'GET') =>
	world.requests.filter((one) => one.method === method && one.url.includes(part)).length;
const jobsMade = () => asked('/jobs/query', 'POST');
const inPages = () => asked('ORDER%20BY%20Id');
const cursorOf = (cursor: Json) => cursor as { loadAfter: string | null; loadJob: Json };

/** Until everything has been read once. */
async function loaded(watched: ReturnType<typeof watch>): Promise<void> {
	await until(() => watched.batches.some(({ complete }) => complete), 'everything is read');
}

test('many contacts are read by one job, and none is missing', async () => {
	await setUp();
	const before = world.context.now();
	const watched = watch(world, { start: 'everything' });
	await loaded(watched);
	expect(idsOf(watched.events())).toEqual(ids());
	expect(watched.events()).toHaveLength(COUNT);
	expect([jobsMade(), asked('/results'), inPages()]).toEqual([1, 3, 0]);
	for (const { readAt, kind, fields } of watched.events()) {
		expect([kind, fields.jobTitle]).toEqual(['snapshot', 'Nurse']);
		expect(Date.parse(readAt)).toBeGreaterThanOrEqual(before);
	}
	expect(cursorOf(watched.cursor())).toMatchObject({ loadAfter: null, loadJob: null });
});

test('few are read page by page', async () => {
	await setUp({ settings: { bulkReadAbove: COUNT } });
	const watched = watch(world, { start: 'everything' });
	await loaded(watched);
	expect(idsOf(watched.events())).toEqual(ids());
	expect([jobsMade(), inPages()]).toEqual([0, 2]);
});

describe('a restart', () => {
	test('while the job is in the queue: it is waited for, and no other one is made', async () => {
		await setUp({ switches: { bulkQueueMs: 60_000 } });
		const first = watch(world, { start: 'everything' });
		await until(() => cursorOf(first.cursor())?.loadJob != null, 'the job is kept');
		await first.stop();
		world.advance(60_000);
		const second = watch(world, { start: 'everything', cursor: first.cursor() });
		await loaded(second);
		expect(idsOf(second.events())).toEqual(ids());
		expect(jobsMade()).toBe(1);
	});

	test('between two pages: the next one is read by the same job', async () => {
		await setUp();
		const first = watch(world, { start: 'everything' });
		world.tamper(({ url }) => {
			if (url.includes('locator=') && first.events().length > 0) void first.stop();
			return undefined;
		});
		await first.ended;
		world.tamper(null);
		expect(first.events()).toHaveLength(PAGE);
		world.requests.length = 0;
		const second = watch(world, { start: 'everything', cursor: first.cursor() });
		await loaded(second);
		expect(second.events()).toHaveLength(COUNT - PAGE);
		expect(idsOf([...first.events(), ...second.events()])).toEqual(ids());
		expect([jobsMade(), inPages()]).toEqual([0, 0]);
	});

	test('of a job that Salesforce has forgotten: everything is read anew', async () => {
		await setUp();
		const cursor = {
			...{ replayId: null, commitTimestamp: null, checkedUntil: world.context.now() },
			...{ loadAfter: '', recoverFrom: null, recoverUntil: null, startedAt: null },
			loadJob: { job: '7505g000003WbCeAAK', readAt: world.context.now(), locator: 'x', read: 5 },
		};
		const watched = watch(world, { start: 'everything', cursor });
		await loaded(watched);
		expect(idsOf(watched.events())).toEqual(ids());
		expect(inPages()).toBeGreaterThan(0);
	});

	test('of a load that began page by page: it ends so', async () => {
		await setUp();
		const [after = ''] = ids();
		const cursor = {
			...{ replayId: null, commitTimestamp: null, checkedUntil: world.context.now() },
			...{ loadAfter: after, recoverFrom: null, recoverUntil: null, startedAt: null },
		};
		const watched = watch(world, { start: 'everything', cursor });
		await loaded(watched);
		expect(idsOf(watched.events())).toEqual(ids().slice(1));
		expect(jobsMade()).toBe(0);
	});
});

test.each([
	['the job fails', { kind: 'bulkFail', times: 1 }],
	['a page does not say where the next one is', { kind: 'bulkNoLocator', times: 1 }],
	['the org does not let us', { kind: 'status', status: 403, match: 'POST', times: 1 }],
])('%s: they are read page by page', async (_what, fault) => {
	await setUp();
	const body = [{ errorCode: 'FEATURENOTENABLED', message: 'Bulk API is not enabled' }];
	world.sim.setFault({ ...fault, ...(fault.kind === 'status' && { match: '/jobs/query', body }) });
	const watched = watch(world, { start: 'everything' });
	await loaded(watched);
	expect(idsOf(watched.events())).toEqual(ids());
	expect(inPages()).toBeGreaterThan(0);
});

test('an edit while the job is under way is told by the stream, as newer than what the job read', async () => {
	await setUp({ switches: { bulkQueueMs: 60_000 } });
	const [id = ''] = ids();
	const watched = watch(world, { start: 'everything' });
	await until(() => cursorOf(watched.cursor())?.loadJob != null, 'the job is kept');
	world.advance(5_000);
	world.sim.people.edit(id, { jobTitle: 'Architect' });
	world.advance(60_000);
	await loaded(watched);
	await running(watched);
	await until(() => watched.of(id).some(({ fields }) => fields.jobTitle === 'Architect'), 'told');
	const told = watched.of(id);
	const newest = told.toSorted((a, b) => Date.parse(b.readAt) - Date.parse(a.readAt))[0];
	expect(newest?.fields.jobTitle).toBe('Architect');
});

test('the listing of a first load goes on with its job after a restart', async () => {
	await setUp();
	const { signal } = new AbortController();
	const { defaultFieldMap: fieldMap } = salesforce;
	let position: Json = null;
	const onPage = (next: Json) => {
		position = next;
	};
	const first: ChangeEventInput[] = [];
	for await (const page of salesforce.readAll(world.context, { fieldMap, onPage, signal })) {
		first.push(...page);
		break;
	}
	expect(first).toHaveLength(PAGE);
	const rest: ChangeEventInput[] = [];
	const again = { fieldMap, from: position, onPage, signal };
	for await (const page of salesforce.readAll(world.context, again)) rest.push(...page);
	expect(rest).toHaveLength(COUNT - PAGE);
	expect(idsOf([...first, ...rest])).toEqual(ids());
	expect(jobsMade()).toBe(1);
	const lost = { ...(position as unknown as Record<string, Json>), job: '7505g000003WbCeAAK' };
	const reading = salesforce.readAll(world.context, { fieldMap, from: lost, onPage, signal });
	await expect(reading.next()).rejects.toMatchObject({ code: 'listing-incomplete' });
});
