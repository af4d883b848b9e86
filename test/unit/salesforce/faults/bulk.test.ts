/** F17: what Bulk API 2.0 does to a client that expects the plain case. */
import { salesforce } from '../../../../lib/connectors/salesforce';
import { BulkClient } from '../../../../lib/connectors/salesforce/bulk-job';
import { inserts, misplaced, QUICK_BULK, statusOf, UPSERT, upserts, written } from '../bulk-world';
import { openWorld, type World, type WorldOptions } from '../world';

let world: World;

async function setUp(options: WorldOptions = {}): Promise<void> {
	world = await openWorld({ ...options, settings: { ...QUICK_BULK, ...options.settings } });
}

afterEach(() => world.sim.stop());

const people = (count: number) =>
	Array.from({ length: count }, (_, index) => ({ lastName: `Client ${index}` }));

async function listed(): Promise<string[]> {
	const { signal } = new AbortController();
	const ids: string[] = [];
	const options = { fieldMap: salesforce.defaultFieldMap, signal };
	for await (const page of salesforce.readAll(world.context, options))
		ids.push(...page.map(({ crmId }) => crmId));
	return ids.sort();
}

const allIds = () =>
	world.sim.people
		.list()
		.map(({ id }) => id)
		.sort();
const pages = () => world.requests.filter(({ url }) => url.includes('/results?'));

test('F17 long queue: the job is waited for, and never deleted', async () => {
	await setUp();
	world.sim.setFault({ kind: 'bulkQueue', times: 12 });
	const outcomes = await written(world, { operation: 'insert', rows: inserts(3) });
	expect(Object.values(statusOf(outcomes))).toEqual(['written', 'written', 'written']);
	expect(world.requests.some(({ method }) => method === 'DELETE')).toBe(false);
});

test('F17 longer than we wait: the outcome is unknown, the job goes on, and is found again', async () => {
	await setUp({ settings: { bulkWaitMinutes: 0 } });
	world.sim.setFault({ kind: 'bulkQueue' });
	const kept: string[] = [];
	const onJob = async (id: string) => void kept.push(id);
	const first = await written(world, { operation: 'insert', rows: inserts(3), onJob });
	expect([...first.values()]).toMatchObject(
		Array(3).fill({ status: 'unknown', error: { code: 'bulk-timeout' } }),
	);
	world.sim.clearFaults();
	const second = await written(world, { operation: 'insert', rows: inserts(3), jobIds: kept });
	expect(Object.values(statusOf(second))).toEqual(['written', 'written', 'written']);
	expect(world.sim.people.list()).toHaveLength(3);
	expect(world.requests.some(({ method }) => method === 'DELETE')).toBe(false);
});

test('F17 Failed job: every row is refused with what to do, and no further job begins', async () => {
	await setUp();
	const rows = upserts(2).map(({ key, values }) => ({ key, values: { ...values, Foo__c: 'x' } }));
	const twice = [...rows, { ...rows[0], key: 'again', values: rows[0]?.values ?? {} }];
	const outcomes = await written(world, { ...UPSERT, rows: twice });
	expect(statusOf(outcomes)).toEqual({ 'row 0': 'refused', 'row 1': 'refused', again: 'refused' });
	expect(outcomes.get('row 0')).toMatchObject({
		error: { code: 'bulk-failed', options: { retryable: false, field: 'Foo__c' } },
	});
	expect(world.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
	expect(world.sim.people.list()).toEqual([]);
});

test('F17 Failed midway: what was done is told as done, the rest may be sent again', async () => {
	await setUp();
	world.sim.setFault({ kind: 'bulkFailMidway', times: 1 });
	const first = await written(world, { operation: 'insert', rows: inserts(6) });
	const refused = [...first].filter(([, { status }]) => status === 'refused').map(([key]) => key);
	expect(refused).toHaveLength(3);
	expect(misplaced(world, first)).toEqual([]);
	expect(first.get(refused[0] ?? '')).toMatchObject({ error: { options: { retryable: true } } });
	const rest = inserts(6).filter(({ key }) => refused.includes(key));
	await written(world, { operation: 'insert', rows: rest });
	expect(new Set(world.sim.people.list().map(({ lastName }) => lastName)).size).toBe(6);
	expect(world.sim.people.list()).toHaveLength(6);
});

test('F17 partial failures in unordered results: each row gets its own outcome', async () => {
	await setUp({ contacts: [{ lastName: 'Client 1' }] });
	world.sim.setFault({ kind: 'rowLock', match: 'BULK ingest Contact upsert', times: 1 });
	const rows = upserts(5).map(({ key, values }, index) => ({
		key,
		values: index === 3 ? { ...values, LastName: null } : values,
	}));
	const outcomes = await written(world, { ...UPSERT, rows });
	expect(statusOf(outcomes)).toEqual({
		'row 0': 'refused',
		'row 1': 'written',
		'row 2': 'written',
		'row 3': 'refused',
		'row 4': 'written',
	});
	expect(misplaced(world, outcomes)).toEqual([]);
	expect(outcomes.get('row 0')).toMatchObject({
		error: { code: 'UNABLE_TO_LOCK_ROW', options: { retryable: true } },
	});
	expect(outcomes.get('row 3')).toMatchObject({
		error: { code: 'REQUIRED_FIELD_MISSING', options: { retryable: false, field: 'LastName' } },
	});
});

test('F17 a query in several pages: all rows, until the locator is the text null', async () => {
	await setUp({ contacts: people(7), switches: { bulkQueryPage: 3 } });
	expect(await listed()).toEqual(allIds());
	expect(pages()).toHaveLength(3);
	expect(pages().some(({ url }) => url.includes('locator=null'))).toBe(false);
});

test('F17 no locator at all: an error where rows are missing, none where all came; no endless loop', async () => {
	await setUp({ contacts: people(7), switches: { bulkQueryPage: 3 } });
	world.sim.setFault({ kind: 'bulkNoLocator' });
	await expect(listed()).rejects.toMatchObject({ code: 'listing-incomplete' });
	expect(pages()).toHaveLength(1);
	world.sim.switches.bulkQueryPage = 7;
	expect(await listed()).toEqual(allIds());
});

test('F17 a page that lost rows on its way is noticed', async () => {
	await setUp({ contacts: people(4) });
	const { http } = world.context;
	world.context.http = async (request) => {
		const answer = await http(request);
		const isPage = request.url.includes('/results?');
		const lines = String(answer.body).split('\n');
		return isPage ? { ...answer, body: `${lines.slice(0, 3).join('\n')}\n` } : answer;
	};
	await expect(listed()).rejects.toMatchObject({ code: 'listing-incomplete' });
});

test('F17 409 version mismatch: results are asked for in the version of their job', async () => {
	await setUp({ contacts: people(4) });
	const scope = { priority: 'backfill' as const };
	const query = 'SELECT Id FROM Contact';
	const job = await new BulkClient(world.context, scope).open('query', {
		operation: 'query',
		query,
	});
	// The setting changes while the job runs.
	const settings = { ...world.context.settings, apiVersion: '60.0' };
	const later = new BulkClient({ ...world.context, settings }, scope);
	const ended = await later.ended('query', job.id);
	expect((await later.results('query', ended, 'results')).rows).toHaveLength(4);
	const mistaken = later.results('query', { ...ended, apiVersion: 60 }, 'results');
	await expect(mistaken).rejects.toMatchObject({ status: 409 });
});

test('F17 the allowance of bulk jobs is used up: said so, nothing lost', async () => {
	await setUp({ contacts: people(4), switches: { dailyBulkQueryJobs: 1 } });
	expect(await listed()).toEqual(allIds());
	expect(await listed()).toEqual(allIds());
	expect(world.log.some(({ message }) => message.includes('page by page'))).toBe(true);
});
