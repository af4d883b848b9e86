import { createHash } from 'node:crypto';
import type { IDataObject, ITriggerResponse } from 'n8n-workflow';
import type { Json } from '../../../lib/connectors/connector';
import type { DeliveryJob } from '../../../lib/model/delivery';
import { runLane } from '../../../nodes/DeliveryTrigger/lane';
import { startDeliveryTrigger } from '../../../nodes/DeliveryTrigger/start';
import { FakeTrigger, settle, type FakeExecution, type FakeTriggerOptions } from './fake-trigger';
import { batch, changeOf, confirmed, World } from './world';

const ANN = { type: 'person', firstName: 'Ann', lastName: 'Smith' };
const BOB = { type: 'person', firstName: 'Bob', lastName: 'Jones' };

describe('Delivery Trigger', () => {
	let world: World;
	let open: Array<{ n8n: FakeTrigger; response: ITriggerResponse }>;

	beforeEach(async () => {
		world = await World.open();
		open = [];
		await world.register('wealthbox');
		await world.register('redtail');
	});

	afterEach(async () => {
		for (const { n8n, response } of open) {
			n8n.endAll();
			await response.closeFunction?.();
		}
		await world.close();
	});

	async function start(options: FakeTriggerOptions = {}) {
		const n8n = new FakeTrigger(options);
		const response = startDeliveryTrigger(n8n.functions, world.fabric);
		open.push({ n8n, response });
		await settle();
		return { n8n, response };
	}

	const jobsOf = ({ items }: FakeExecution) => items as unknown as DeliveryJob[];
	const deliver = async (execution: FakeExecution) =>
		await world.fabric.recordResults(jobsOf(execution).map((job) => confirmed(job, world.at)));
	const states = async () => {
		const { deliveries } = await world.fabric.desk.metrics();
		return Object.fromEntries(
			deliveries.map(({ system, state, count }) => [`${system} ${state}`, count]),
		);
	};

	it('emits what a record lacks as soon as a merge has found it', async () => {
		const { n8n } = await start();
		await world.edit('wealthbox', '1', ANN);
		const execution = await n8n.next();
		expect(execution.items).toMatchObject([
			{ system: 'redtail', operation: 'create', attempt: 1, desired: { lastName: 'Smith' } },
		]);
		await deliver(execution);
		execution.end('success');
		await settle();
		expect(await states()).toEqual({ 'redtail confirmed': 1 });
		expect(n8n.executions).toHaveLength(1);
		expect(n8n.warnings).toEqual([]);
	});

	it('carries many deliveries in one execution and has one a system in flight', async () => {
		await world.edit('wealthbox', '1', ANN);
		await world.edit('wealthbox', '2', BOB);
		const { n8n } = await start();
		const execution = await n8n.next();
		expect(execution.items).toHaveLength(2);
		await world.edit('wealthbox', '3', { type: 'person', firstName: 'Cy', lastName: 'Young' });
		await settle();
		expect(n8n.executions).toHaveLength(1);
		execution.end('success');
		expect((await n8n.next()).items).toMatchObject([{ desired: { lastName: 'Young' } }]);
	});

	it('holds the size of the panel', async () => {
		await world.edit('wealthbox', '1', ANN);
		await world.edit('wealthbox', '2', BOB);
		const { n8n } = await start({ parameters: { batchSize: 1 } });
		const execution = await n8n.next();
		expect(execution.items).toHaveLength(1);
		await deliver(execution);
		execution.end('success');
		expect((await n8n.next()).items).toHaveLength(1);
	});

	async function fill(system: string, count: number) {
		const events = Array.from({ length: count }, (_, place) =>
			changeOf(system, `b${place}`, { type: 'person', ...namesOf(place) }),
		);
		const at = world.at;
		await world.fabric.accept(system, batch(events, `filled ${at}`));
		for (;;) {
			const read = await world.fabric.nextEvents(system, 500);
			if (read === undefined) return;
			await world.merge(read.items.map(({ event }) => event));
			await world.fabric.finishEvents(system, read.id, { ok: true });
		}
	}

	describe('of a backfill', () => {
		const COUNT = 230;

		beforeEach(async () => {
			await fill('wealthbox', COUNT);
			await world.fabric.accept('redtail', batch([], 'read'));
		});

		async function firstOf(batchSize: number, settings: Record<string, Json> = {}) {
			await world.register('salesforce', settings);
			const { n8n } = await start({ parameters: { batchSize, systems: ['salesforce'] } });
			return await n8n.next();
		}

		it('carries as many as may go in bulk', async () => {
			const execution = await firstOf(50);
			expect(execution.items).toHaveLength(COUNT);
			expect(new Set(execution.items.map(({ urgency }) => urgency))).toEqual(new Set(['backfill']));
		});

		it('carries as many as travel in one call where nothing goes in bulk', async () => {
			expect((await firstOf(50, { bulkAbove: 0 })).items).toHaveLength(200);
		});

		it('holds a size of the panel below the usual one', async () => {
			expect((await firstOf(30)).items).toHaveLength(30);
		});

		it('carries few where each is written by itself', async () => {
			expect((await firstOf(50, { batchWrites: false })).items).toHaveLength(20);
		});
	});

	it.each(['success', 'error'] as const)(
		'tries again what an execution that ended with %s left without a result',
		async (status) => {
			const { n8n } = await start();
			await world.edit('wealthbox', '1', ANN);
			(await n8n.next()).end(status);
			await settle();
			expect(await states()).toEqual({ 'redtail open': 1 });
			expect(n8n.warnings).toHaveLength(1);
			world.at += 60_000;
			const again = await n8n.next();
			expect(again.items).toMatchObject([{ system: 'redtail', attempt: 2 }]);
		},
	);

	it('does not let a system whose execution hangs hold up another', async () => {
		await world.edit('wealthbox', '1', ANN);
		await world.edit('redtail', '9', BOB);
		const { n8n } = await start();
		const systems = [await n8n.next(), await n8n.next()].map(({ items }) => items[0]?.system);
		expect(systems.sort()).toEqual(['redtail', 'wealthbox']);
		const hanging = n8n.executions.find(({ items }) => items[0]?.system === 'redtail');
		const quick = n8n.executions.find(({ items }) => items[0]?.system === 'wealthbox');
		if (hanging === undefined || quick === undefined) throw new Error('two systems were expected');
		await deliver(quick);
		quick.end('success');
		await world.edit('redtail', '10', { type: 'person', firstName: 'Cy', lastName: 'Young' });
		expect((await n8n.next()).items).toMatchObject([{ system: 'wealthbox' }]);
		expect(await states()).toMatchObject({ 'redtail claimed': 1 });
	});

	it('gives a lane to a system that appears later', async () => {
		const { n8n } = await start();
		await world.register('salesforce');
		await world.edit('wealthbox', '1', ANN);
		const both = [await n8n.next(), await n8n.next()].map(({ items }) => items[0]?.system);
		expect(both.sort()).toEqual(['redtail', 'salesforce']);
	});

	it('serves only the systems that were chosen', async () => {
		const { n8n } = await start({ parameters: { systems: ['wealthbox'] } });
		await world.edit('wealthbox', '1', ANN);
		await world.edit('redtail', '9', BOB);
		expect((await n8n.next()).items).toMatchObject([{ system: 'wealthbox' }]);
		await settle();
		expect(await states()).toMatchObject({ 'redtail open': 1 });
		expect(n8n.executions).toHaveLength(1);
	});

	it('takes up what a process that is gone had claimed, when the claim has run out', async () => {
		await world.edit('wealthbox', '1', ANN);
		await world.fabric.claim('redtail', 10);
		const { n8n } = await start();
		expect(n8n.executions).toHaveLength(0);
		world.at += 60_000;
		expect((await n8n.next()).items).toMatchObject([{ system: 'redtail', attempt: 2 }]);
	});

	it('keeps the claims of a long execution alive', async () => {
		await world.edit('wealthbox', '1', ANN);
		const n8n = new FakeTrigger();
		const controller = new AbortController();
		const extended = nextCall(world);
		const lane = runLane({
			context: n8n.functions,
			fabric: world.fabric,
			system: 'redtail',
			batchSize: () => 10,
			executionTimeoutMs: 60_000,
			stop: controller.signal,
			extendEveryMs: 5,
		});
		const execution = await n8n.next();
		world.at += 40_000;
		await extended();
		world.at += 40_000;
		expect(await world.fabric.claim('redtail', 10)).toEqual([]);
		expect(await deliver(execution)).toMatchObject([{ state: 'confirmed' }]);
		execution.end('success');
		controller.abort();
		await lane;
	});

	it('ends lanes and waiting when it is closed', async () => {
		const { n8n, response } = await start();
		await world.edit('wealthbox', '1', ANN);
		const execution = await n8n.next();
		const closing = response.closeFunction?.();
		await deliver(execution);
		execution.end('success');
		await closing;
		expect(world.fabric.signals.listenerCount('deliveries')).toBe(0);
		await world.edit('wealthbox', '2', BOB);
		await settle();
		expect(n8n.executions).toHaveLength(1);
	});

	it('claims for the test step, and gives back what got no result', async () => {
		await world.edit('wealthbox', '1', ANN);
		const { n8n, response } = await start({ mode: 'manual' });
		expect(response.closeFunction).toBeUndefined();
		await response.manualTriggerFunction?.();
		const execution = await n8n.next();
		expect(execution.items).toMatchObject([{ system: 'redtail' }] satisfies IDataObject[]);
		expect(await states()).toEqual({ 'redtail claimed': 1 });
		execution.end('success');
		await settle();
		expect(await states()).toEqual({ 'redtail open': 1 });
	});

	it('shows an empty test step when nothing is due', async () => {
		const { n8n, response } = await start({ mode: 'manual' });
		await response.manualTriggerFunction?.();
		expect((await n8n.next()).items).toEqual([]);
	});
});

/** Names that nobody would take for one another's. */
function namesOf(place: number) {
	const letters = createHash('sha256').update(String(place)).digest('hex');
	return { firstName: letters.slice(0, 9), lastName: letters.slice(9, 24) };
}

/** Resolves when claims have been prolonged twice from the time of the call on: one of them began after it. */
function nextCall({ fabric }: World): () => Promise<void> {
	let calls = 0;
	let check: () => void = () => undefined;
	const extend = fabric.extendClaims.bind(fabric);
	fabric.extendClaims = async (tokens) => {
		await extend(tokens);
		calls += 1;
		check();
	};
	return async () => {
		const enough = calls + 2;
		await new Promise<void>((resolve) => {
			check = () => calls >= enough && resolve();
			check();
		});
	};
}
