/** Bulk API 2.0 ingest, against the simulator over HTTP: rows in, an outcome for each row out. */
import { HttpFailure } from '../../../lib/connectors/http';
import { jobsOf, type CellRow } from '../../../lib/connectors/salesforce/bulk-rows';
import { bulkWrite } from '../../../lib/connectors/salesforce/bulk-write';
import {
	inserts,
	misplaced,
	QUICK_BULK,
	statusOf,
	UPSERT,
	upserts,
	written,
	type Rows,
} from './bulk-world';
import { openWorld, type World, type WorldOptions } from './world';

let world: World;

async function setUp(options: WorldOptions = {}): Promise<void> {
	world = await openWorld({ ...options, settings: { ...QUICK_BULK, ...options.settings } });
}

afterEach(() => world.sim.stop());

const calls = () => world.requests.map(({ method, url }) => `${method} ${url.split('/jobs/')[1]}`);
const shapes = () => calls().map((call) => call.replace(/750\w{15}/, 'ID'));
const lastNames = () => world.sim.people.list().map(({ lastName }) => lastName);

test('upsert: a record for each row, and the same records for the same rows again', async () => {
	await setUp();
	const first = await written(world, { ...UPSERT, rows: upserts(450) });
	expect(first.size).toBe(450);
	expect(new Set(Object.values(statusOf(first)))).toEqual(new Set(['written']));
	expect(misplaced(world, first)).toEqual([]);
	expect(shapes()).toEqual([
		'POST ingest',
		'PUT ingest/ID/batches',
		'PATCH ingest/ID',
		'GET ingest/ID',
		'GET ingest/ID/successfulResults/',
	]);
	const again = await written(world, { ...UPSERT, rows: upserts(450) });
	expect([...again.values()]).toEqual(
		[...first.values()].map((outcome) => ({ ...outcome, created: false })),
	);
	expect(world.sim.people.list()).toHaveLength(450);
});

test('columns of later rows count, null clears, absent leaves, texts of any kind arrive', async () => {
	await setUp({ contacts: ['A', 'B', 'C'].map((lastName) => ({ lastName, jobTitle: 'Old' })) });
	const [a, b, c] = world.sim.people.list().map(({ id }) => id);
	const rows: Rows = [
		{ key: 'a', values: { Id: a, LastName: 'A, "quoted"\nand more' } },
		{ key: 'b', values: { Id: b, Title: null } },
		{ key: 'c', values: { Id: c, Title: '', HasOptedOutOfEmail: true } },
	];
	await written(world, { operation: 'update', rows });
	expect(world.sim.people.list().map(({ lastName, jobTitle }) => [lastName, jobTitle])).toEqual([
		['A, "quoted"\nand more', 'Old'],
		['B', null],
		['C', null],
	]);
	// All were written and their ids are known: nothing more is asked.
	expect(shapes().at(-1)).toBe('GET ingest/ID');
});

test('a parent by its external id, nested or flat', async () => {
	await setUp();
	await written(world, {
		...UPSERT,
		sobject: 'Account',
		rows: [{ key: 'a', values: { Fabric_Id__c: 'H1', Name: 'Roth family' } }],
	} as Parameters<typeof written>[1]);
	const outcomes = await written(world, {
		operation: 'insert',
		rows: [
			{ key: 'nested', values: { LastName: 'Roth', Account: { Fabric_Id__c: 'H1' } } },
			{ key: 'flat', values: { LastName: 'Roth', 'Account.Fabric_Id__c': 'H1' } },
			{ key: 'none', values: { LastName: 'Roth', 'Account.Fabric_Id__c': 'H2' } },
		],
	});
	expect(statusOf(outcomes)).toEqual({ nested: 'written', flat: 'written', none: 'refused' });
	expect(world.sim.people.list().map(({ companyName }) => companyName)).toEqual([
		'Roth family',
		'Roth family',
	]);
});

test('delete: what is gone already is said to be gone', async () => {
	await setUp({ contacts: [{ lastName: 'A' }, { lastName: 'B' }] });
	const rows = world.sim.people
		.list()
		.map(({ id, lastName }) => ({ key: String(lastName), values: { Id: id } }));
	world.sim.people.remove(rows[0]?.values.Id ?? '');
	const outcomes = await written(world, { operation: 'delete', rows });
	expect(statusOf(outcomes)).toEqual({ A: 'refused', B: 'written' });
	expect(outcomes.get('A')).toMatchObject({ isOfRow: true, error: { code: 'ENTITY_IS_DELETED' } });
	expect(lastNames()).toEqual([]);
});

test('two rows of one record go in two jobs, in their order', async () => {
	await setUp();
	const rows: Rows = [
		{ key: '1', values: { Fabric_Id__c: 'U1', LastName: 'First' } },
		{ key: '2', values: { Fabric_Id__c: 'U2', LastName: 'Other' } },
		{ key: '3', values: { Fabric_Id__c: 'U1', LastName: 'Second' } },
	];
	const outcomes = await written(world, { ...UPSERT, rows });
	expect(statusOf(outcomes)).toEqual({ 1: 'written', 2: 'written', 3: 'written' });
	expect(lastNames().sort()).toEqual(['Other', 'Second']);
	expect(calls().filter((call) => call === 'POST ingest')).toHaveLength(2);
});

test('a value that CSV cannot say is refused for its row alone', async () => {
	await setUp();
	const rows: Rows = [
		...upserts(1),
		{ key: 'literal', values: { Fabric_Id__c: 'U7', LastName: '#N/A' } },
		{ key: 'long', values: { Fabric_Id__c: 'U8', LastName: 'x'.repeat(32_001) } },
		{ key: 'keyless', values: { LastName: 'Roth' } },
	];
	const outcomes = await written(world, { ...UPSERT, rows });
	expect(statusOf(outcomes)).toEqual({
		'row 0': 'written',
		literal: 'refused',
		long: 'refused',
		keyless: 'refused',
	});
	expect(outcomes.get('literal')).toMatchObject({ error: { code: 'not-in-bulk' } });
	expect(outcomes.get('keyless')).toMatchObject({ error: { code: 'MISSING_ARGUMENT' } });
});

describe('nothing is written twice', () => {
	test('an upload whose answer was lost: its job is put away, another one takes its place', async () => {
		await setUp();
		world.sim.setFault({ kind: 'timeoutAfterCommit', match: 'PUT', times: 1 });
		const outcomes = await written(world, { operation: 'insert', rows: inserts(3) });
		expect(Object.values(statusOf(outcomes))).toEqual(Array(3).fill('written'));
		expect(world.sim.people.list()).toHaveLength(3);
		expect(shapes().slice(0, 4)).toEqual([
			'POST ingest',
			'PUT ingest/ID/batches',
			'PATCH ingest/ID',
			'POST ingest',
		]);
	});

	test.each(['timeoutAfterCommit', 'status'])(
		'the call that lets the job begin fails (%s): the job is asked how it stands',
		async (kind) => {
			await setUp();
			world.context.sleep = async () => Promise.resolve();
			world.sim.setFault({ kind, status: 503, match: 'PATCH', times: 1 });
			const outcomes = await written(world, { operation: 'insert', rows: inserts(3) });
			expect(Object.values(statusOf(outcomes))).toEqual(Array(3).fill('written'));
			expect(world.sim.people.list()).toHaveLength(3);
		},
	);

	test('a job that cannot be let go is put away, and nothing was written', async () => {
		await setUp();
		world.context.sleep = async () => Promise.resolve();
		world.sim.setFault({ kind: 'status', status: 503, match: 'PATCH', times: 4 });
		const outcomes = await written(world, { operation: 'insert', rows: inserts(3) });
		expect(Object.values(statusOf(outcomes))).toEqual(Array(3).fill('refused'));
		expect(world.sim.people.list()).toEqual([]);
		expect(world.requests.at(-1)).toMatchObject({ method: 'PATCH', json: { state: 'Aborted' } });
	});

	test.each([
		['insert', inserts],
		['upsert', upserts],
	] as const)(
		'a crash on the way: %s goes on by the job that was kept',
		async (operation, rows) => {
			await setUp({ switches: { bulkQueueMs: 60_000 } });
			const kept: string[] = [];
			const all = { ...(operation === 'upsert' ? UPSERT : { operation }), rows: rows(4) };
			const controller = new AbortController();
			const options = {
				...{ sobject: 'Contact', signal: controller.signal },
				...all,
				onJob: async (id: string) => void kept.push(id),
			};
			world.tamper(({ method }) => {
				if (method === 'GET') controller.abort();
				return undefined;
			});
			const crashing = bulkWrite(world.context, options).next();
			await expect(crashing).rejects.toMatchObject({ code: 'aborted' });
			world.tamper(null);
			world.advance(60_000);
			const outcomes = await written(world, { ...all, jobIds: kept });
			expect(Object.values(statusOf(outcomes))).toEqual(Array(4).fill('written'));
			expect(misplaced(world, outcomes)).toEqual([]);
			expect(world.sim.people.list()).toHaveLength(4);
			expect(calls().filter((call) => call === 'POST ingest')).toHaveLength(1);
		},
	);

	test('a crash before the job began: it is put away, and its rows go in a new one', async () => {
		await setUp();
		const kept: string[] = [];
		const failing = written(world, {
			operation: 'insert',
			rows: inserts(3),
			onJob: (id) => {
				kept.push(id);
				return Promise.reject(new Error('the power is gone'));
			},
		});
		await expect(failing).rejects.toThrow('the power is gone');
		const outcomes = await written(world, {
			operation: 'insert',
			rows: inserts(3),
			jobIds: kept,
		});
		expect(Object.values(statusOf(outcomes))).toEqual(Array(3).fill('written'));
		expect(world.sim.people.list()).toHaveLength(3);
	});

	test('an insert whose job Salesforce has forgotten is not made again', async () => {
		await setUp();
		const jobIds = ['7505g000003WbCeAAK'];
		const outcomes = await written(world, { operation: 'insert', rows: inserts(2), jobIds });
		expect([...outcomes.values()]).toMatchObject(
			Array(2).fill({ status: 'unknown', error: { code: 'bulk-forgotten' } }),
		);
		expect(world.sim.people.list()).toEqual([]);
		const again = await written(world, { ...UPSERT, rows: upserts(2), jobIds });
		expect(Object.values(statusOf(again))).toEqual(['written', 'written']);
	});

	test('rows that are alike in all cells are as many records as there are rows', async () => {
		await setUp();
		const rows = ['a', 'b', 'c'].map((key) => ({ key, values: { LastName: 'Roth' } }));
		const outcomes = await written(world, { operation: 'insert', rows });
		const ids = [...outcomes.values()].map((one) => 'crmId' in one && one.crmId);
		expect(new Set(ids).size).toBe(3);
		expect(lastNames()).toEqual(['Roth', 'Roth', 'Roth']);
	});
});

test('a network that is down leaves every row refused, after some tries', async () => {
	await setUp();
	world.context.sleep = async () => Promise.resolve();
	world.tamper(() => new HttpFailure('no connection', 'refused'));
	const outcomes = await written(world, { ...UPSERT, rows: upserts(2) });
	expect(Object.values(statusOf(outcomes))).toEqual(['refused', 'refused']);
	expect(world.requests).toHaveLength(5);
});

test('jobs: rows of one parent stand together, and a job has at most 10,000', () => {
	const rows = Array.from({ length: 10_001 }, (_, index): CellRow => {
		const cells = new Map([['AccountId', `A${index % 3}`]]);
		return { key: String(index), cells, tag: String(index) };
	});
	const jobs = jobsOf(rows, 'Id', 'AccountId');
	expect(jobs.map((job) => job.rows.length)).toEqual([10_000, 1]);
	const parents = jobs[0]?.rows.map(({ cells }) => cells.get('AccountId')) ?? [];
	expect(parents).toEqual([...parents].sort());
});
