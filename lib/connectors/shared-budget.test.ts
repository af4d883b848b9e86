/**
 * The shared budget over a real store. Budgets of one process do not know of each other, so several of
 * them stand for several processes; shared-budget.processes.test.ts has real ones.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock } from '../../test/unit/connectors/harness';
import { budgetPort } from '../store/budget-port';
import { openSqlite } from '../store/sqlite/dialect';
import { Store } from '../store/store';
import type { RateBudget } from './connector';
import { createSharedBudget, type BudgetPort } from './shared-budget';
import type { CallPriority } from './waiting-line';

const WINDOW_MS = 60_000;

/** Time stands still while anybody has something to do, then goes on to the next who sleeps. */
class SharedClock extends FakeClock {
	private readonly sleepers: Array<{ at: number; wake: () => void }> = [];
	private isWatching = false;

	override readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
		new Promise((resolve) => {
			if (signal?.aborted) return resolve();
			const sleeper = { at: this.at + ms, wake: resolve };
			this.sleepers.push(sleeper);
			const leave = () => {
				const index = this.sleepers.indexOf(sleeper);
				if (index >= 0) this.sleepers.splice(index, 1);
				resolve();
			};
			signal?.addEventListener('abort', leave, { once: true });
			void this.watch();
		});

	private async watch(): Promise<void> {
		if (this.isWatching) return;
		this.isWatching = true;
		while (this.sleepers.length > 0) {
			await quiet();
			const next = this.sleepers.sort((a, b) => a.at - b.at).shift();
			if (next === undefined) break;
			this.at = Math.max(this.at, next.at);
			next.wake();
		}
		this.isWatching = false;
	}
}

/** Lets everything go on that does not wait for time. */
async function quiet(): Promise<void> {
	const ROUNDS = 20;
	for (let round = 0; round < ROUNDS; round += 1) await new Promise((done) => setImmediate(done));
}

let folder = '';
const stores: Store[] = [];
let clock = new SharedClock();
let transactions = 0;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'budget-'));
	clock = new SharedClock();
	transactions = 0;
});

afterEach(async () => {
	for (const store of stores.splice(0)) await store.close();
	rmSync(folder, { recursive: true });
});

async function openStore(): Promise<Store> {
	const store = await Store.open(openSqlite(join(folder, 'store.sqlite')));
	stores.push(store);
	return store;
}

async function openPort(): Promise<BudgetPort> {
	const port = budgetPort(stores[0] ?? (await openStore()), clock);
	return {
		exchange: (account, change) => {
			transactions += 1;
			return port.exchange(account, change);
		},
	};
}

const budgetOver = (port: BudgetPort, calls: number, over: { maxWaiting?: number } = {}) =>
	createSharedBudget({
		port,
		account: 'redtail/redtail',
		calls,
		windowMs: WINDOW_MS,
		now: clock.now,
		sleep: clock.sleep,
		...over,
	});

function mostInWindow(times: number[]): number {
	return Math.max(
		0,
		...times.map((from) => times.filter((at) => at >= from && at < from + WINDOW_MS).length),
	);
}

test('three processes together never call more often than allowed, and use what they may', async () => {
	const budgets: RateBudget[] = [];
	for (let process = 0; process < 3; process += 1) budgets.push(budgetOver(await openPort(), 10));
	const times: number[] = [];
	const caller = async (index: number) => {
		for (let call = 0; call < 12; call += 1) {
			await budgets[index % 3]?.take(index % 2 === 0 ? 'live' : 'backfill');
			times.push(clock.now());
		}
	};
	await Promise.all([0, 1, 2, 3, 4, 5].map(caller));
	expect(times).toHaveLength(72);
	expect(mostInWindow(times)).toBe(10);
});

test('a process that was killed leaves its calls counted', async () => {
	const killed = budgetOver(await openPort(), 4);
	for (let call = 0; call < 4; call += 1) await killed.take('live');
	const used = clock.now();
	for (const store of stores.splice(0)) await store.close();
	const heir = budgetOver(await openPort(), 4);
	await heir.take('live');
	expect(clock.now() - used).toBeGreaterThanOrEqual(WINDOW_MS);
});

test('live goes before retry, retry before backfill, across processes', async () => {
	const [first, second, third] = [await openPort(), await openPort(), await openPort()];
	const before = budgetOver(first, 1);
	await before.take('live');
	const served: CallPriority[] = [];
	const ask = async (port: BudgetPort, priority: CallPriority) => {
		await budgetOver(port, 1).take(priority);
		served.push(priority);
	};
	await Promise.all([ask(first, 'backfill'), ask(second, 'retry'), ask(third, 'live')]);
	expect(served).toEqual(['live', 'retry', 'backfill']);
});

test('429 in one process holds the others back', async () => {
	const [one, other] = [budgetOver(await openPort(), 10), budgetOver(await openPort(), 10)];
	await one.take('live');
	const began = clock.now();
	one.pauseFor(30_000);
	expect(one.state()).toEqual({ available: 0, nextInMs: 30_000 });
	await one.take('live');
	await other.take('live');
	expect(clock.now() - began).toBeGreaterThanOrEqual(30_000);
});

test('calls in a row cost fewer transactions than calls', async () => {
	const budget = budgetOver(await openPort(), 1_000);
	for (let call = 0; call < 100; call += 1) {
		await budget.take('live');
		clock.at += 100;
	}
	expect(transactions).toBeLessThan(40);
});

test('one live call now and then takes no call that it does not make', async () => {
	const [one, other] = [budgetOver(await openPort(), 10), budgetOver(await openPort(), 10)];
	for (let call = 0; call < 5; call += 1) {
		await one.take('live');
		clock.at += 5_000;
	}
	await other.take('live');
	expect(other.state().available).toBe(4);
});

test('without the store nobody calls; who waits is sent away in the end', async () => {
	const port = await openPort();
	let down = true;
	const flaky: BudgetPort = {
		exchange: (account, change) =>
			down ? Promise.reject(new Error('the disk is full')) : port.exchange(account, change),
	};
	const budget = budgetOver(flaky, 10);
	await expect(Promise.all([budget.take('live'), budget.take('backfill')])).rejects.toMatchObject({
		name: 'BudgetFull',
	});
	down = false;
	await budget.take('live');
	expect(budget.state().available).toBe(9);
});

test('an answer that the store gave too late is not used', async () => {
	const port = await openPort();
	let late = true;
	const slow: BudgetPort = {
		exchange: async (account, change) => {
			const result = await port.exchange(account, change);
			if (late) clock.at += 10_000;
			late = false;
			return result;
		},
	};
	const budget = budgetOver(slow, 3);
	await budget.take('live');
	// The late call was brought back, a second one made: one of three is counted.
	expect(budget.state().available).toBe(2);
});

test('the line is bounded, and who gives up leaves it', async () => {
	const budget = budgetOver(await openPort(), 1, { maxWaiting: 2 });
	await budget.take('live');
	const controller = new AbortController();
	const waiting = [budget.take('live', controller.signal), budget.take('backfill')];
	await expect(budget.take('live')).rejects.toMatchObject({ name: 'BudgetFull' });
	controller.abort();
	await expect(waiting[0]).rejects.toMatchObject({ name: 'HttpFailure', code: 'aborted' });
	await waiting[1];
});
