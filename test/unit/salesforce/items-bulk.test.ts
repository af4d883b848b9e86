/** Many tasks, notes and so on: listed, and read first, by bulk jobs. */
import { connect } from '../../../lib/connectors/salesforce/client';
import { salesforce } from '../../../lib/connectors/salesforce';
import type { ChangeEventInput } from '../../../lib/model/event';
import type { ObjectName } from '../../../lib/model/objects';
import { openWorld, stopAll, until, watch, type World } from './world';

const fieldMap = [...salesforce.defaultFieldMap, ...(salesforce.objectFieldMap ?? [])];
const COUNT = 12;

let world: World;
let home: string;
beforeEach(async () => {
	world = await openWorld({
		switches: { bulkQueryPage: 5 },
		settings: {
			...{ bulkReadAbove: 10, bulkPollSeconds: 0.01, personAccounts: 'never' },
			...{ itemPollSeconds: 0.02, itemPollMaxSeconds: 0.05 },
		},
	});
	const rest = connect(world.context, { priority: 'live' });
	home = String((await rest.create('Account', { Name: 'Hollis', Type: 'Household' })).id);
	const tasks = Array.from({ length: COUNT }, (_, n) => ({ Subject: `Call ${n}`, WhatId: home }));
	await rest.create('Task', tasks);
	world.advance(3_600_000);
	world.requests.length = 0;
});
afterEach(async () => {
	await stopAll();
	await world.sim.stop();
});

const jobsMade = () =>
	world.requests.filter(({ method, url }) => method === 'POST' && url.includes('/jobs/query'))
		.length;

async function listed(object: ObjectName): Promise<ChangeEventInput[]> {
	const { signal } = new AbortController();
	const events: ChangeEventInput[] = [];
	for await (const page of salesforce.readAll(world.context, { fieldMap, object, signal }))
		events.push(...page);
	return events;
}

const byRecord = (events: ChangeEventInput[]) =>
	Object.fromEntries(events.map(({ crmId, fields, editedAt }) => [crmId, { fields, editedAt }]));

test('a listing shows what pages show', async () => {
	const inBulk = await listed('task');
	expect([inBulk.length, jobsMade()]).toEqual([COUNT, 1]);
	expect(inBulk.map(({ fields }) => fields['client'])).toEqual(
		Array(COUNT).fill(`household:${home}`),
	);
	world.context.settings = { ...world.context.settings, bulkReadAbove: 0 };
	expect(byRecord(await listed('task'))).toEqual(byRecord(inBulk));
	expect(jobsMade()).toBe(1);
});

test('few are read page by page', async () => {
	expect([(await listed('household')).length, jobsMade()]).toEqual([1, 0]);
});

test('a job that fails: page by page', async () => {
	world.sim.setFault({ kind: 'bulkFail', times: 1 });
	expect([(await listed('task')).length, jobsMade()]).toEqual([COUNT, 1]);
});

describe('the first read of the trigger', () => {
	const tasksOf = (watched: ReturnType<typeof watch>) =>
		watched.events().filter(({ object }) => object === 'task');

	test('is one job; what it told is as of when it began', async () => {
		let began = 0;
		world.tamper(({ method, url }) => {
			if (method === 'POST' && url.includes('/jobs/query')) began = world.context.now();
			if (method === 'GET' && url.includes('/results')) world.advance(1_000);
			return undefined;
		});
		const watched = watch(world, { start: 'everything', fieldMap });
		await until(() => tasksOf(watched).length >= COUNT, 'the tasks are read');
		expect([tasksOf(watched).length, jobsMade()]).toEqual([COUNT, 1]);
		for (const { readAt } of tasksOf(watched))
			expect(Date.parse(readAt)).toBeLessThanOrEqual(began);
	});

	test('goes on page by page where the job breaks off', async () => {
		world.sim.setFault({ kind: 'bulkNoLocator', times: 1 });
		const watched = watch(world, { start: 'everything', fieldMap });
		const told = () => new Set(tasksOf(watched).map(({ crmId }) => crmId)).size;
		await until(() => told() >= COUNT, 'the tasks are read');
		expect(told()).toBe(COUNT);
	});
});
