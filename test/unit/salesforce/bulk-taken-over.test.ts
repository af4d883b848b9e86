/** A bulk job that is still under way when its deliveries are taken over: by another process, or a later try. */
import type { DeliveryJob } from '../../../lib/model/delivery';
import {
	again,
	all,
	calls,
	creates,
	deliver,
	lastNames,
	noted,
	people,
	setUp,
	statuses,
	tearDown,
	titles,
	updates,
	world,
} from './bulk-many-world';

afterEach(tearDown);

/** What a process leaves behind that dies when the job has been let go. */
async function crashed(jobs: DeliveryJob[]): Promise<void> {
	const { sleep } = world.context;
	const dead = new Promise<never>(() => undefined);
	const asleep = new Promise<void>((resolve) => {
		world.context.sleep = () => {
			resolve();
			return dead;
		};
	});
	void deliver(jobs);
	await asleep;
	world.context.sleep = sleep;
}

test('is waited for: it does not write over what is newer, and nothing is made twice', async () => {
	await setUp({ contacts: people(5), switches: { bulkQueueMs: 600_000 } });
	const jobs = updates({ jobTitle: 'Architect' });
	await crashed(jobs);
	const newer = again(updates({ jobTitle: 'Painter' }));
	expect(await deliver(newer)).toMatchObject(
		Array(5).fill({ status: 'retry', code: 'still-under-way', outcomeUnknown: false }),
	);
	expect(titles()).toEqual(all(5, null as never));
	// So many that wait do not ask one by one.
	const asked = () => calls().filter((call) => call === 'GET jobs/ingest/ID').length;
	const before = asked();
	await deliver(newer.slice(0, 2));
	expect(asked()).toBe(before);
	world.advance(600_000);
	const known = { jobTitle: 'Architect' };
	expect(statuses(await deliver(newer.map((one) => ({ ...one, known }))))).toEqual(
		all(5, 'confirmed'),
	);
	expect(titles()).toEqual(all(5, 'Painter'));
	expect(await noted()).toBeNull();
});

test('concerns its own records only', async () => {
	await setUp({ contacts: people(6), switches: { bulkQueueMs: 600_000 } });
	const jobs = updates({ jobTitle: 'Architect' });
	await crashed(jobs.slice(0, 4));
	const outcomes = await deliver(again(jobs));
	expect(statuses(outcomes)).toEqual([...all(4, 'retry'), ...all(2, 'confirmed')]);
});

test('creates: found after its end', async () => {
	await setUp({ switches: { bulkQueueMs: 600_000 } });
	const jobs = creates(5);
	await crashed(jobs);
	expect(statuses(await deliver(again(jobs)))).toEqual(all(5, 'retry'));
	world.advance(600_000);
	const outcomes = await deliver(again(jobs));
	expect(outcomes).toMatchObject(Array(5).fill({ status: 'confirmed', found: true }));
	expect(lastNames()).toHaveLength(5);
});

test('is left alone when it takes too long, and taken up by the next try', async () => {
	await setUp({ switches: { bulkQueueMs: 3_600_000 }, settings: { bulkWaitMinutes: 0 } });
	const jobs = creates(4);
	expect(await deliver(jobs)).toMatchObject(
		Array(4).fill({ status: 'retry', code: 'bulk-timeout', outcomeUnknown: true }),
	);
	world.advance(3_600_000);
	expect(await deliver(again(jobs))).toMatchObject(
		Array(4).fill({ status: 'confirmed', found: true }),
	);
});

test('that was never let go is put away', async () => {
	await setUp();
	const { http } = world.context;
	const dead = new Promise<never>(() => undefined);
	const jobs = creates(4);
	await new Promise<void>((resolve) => {
		world.context.http = (request) => {
			if (request.method !== 'PATCH') return http(request);
			resolve();
			return dead;
		};
		void deliver(jobs);
	});
	world.context.http = http;
	expect(await noted()).toHaveLength(1);
	expect(statuses(await deliver(again(jobs)))).toEqual(all(4, 'confirmed'));
	expect(calls().filter((call) => call === 'PATCH jobs/ingest/ID')).toHaveLength(1);
	expect(world.requests.find(({ method }) => method === 'PATCH')?.json).toEqual({
		state: 'Aborted',
	});
	expect(lastNames()).toHaveLength(4);
});
