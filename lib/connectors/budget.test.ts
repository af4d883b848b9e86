import fc from 'fast-check';
import { FakeClock } from '../../test/unit/connectors/harness';
import {
	BudgetFull,
	createPacer,
	createRateBudget,
	type BudgetOptions,
	type CallPriority,
} from './budget';

function mostInWindow(times: number[], windowMs: number): number {
	return Math.max(
		0,
		...times.map((from) => times.filter((at) => at >= from && at < from + windowMs).length),
	);
}

function budgetOf(calls: number, windowMs: number, more: Partial<BudgetOptions> = {}) {
	const clock = new FakeClock();
	const { now, sleep } = clock;
	return { clock, budget: createRateBudget({ calls, windowMs, now, sleep, ...more }) };
}

describe('rate budget', () => {
	test('no window ever holds more calls than allowed', async () => {
		const plan = fc.record({
			calls: fc.integer({ min: 1, max: 8 }),
			windowMs: fc.integer({ min: 1, max: 1_000 }),
			pauses: fc.array(fc.nat(300), { minLength: 1, maxLength: 40 }),
		});
		await fc.assert(
			fc.asyncProperty(plan, async ({ calls, windowMs, pauses }) => {
				const { clock, budget } = budgetOf(calls, windowMs, { marginMs: 0 });
				const times: number[] = [];
				for (const [index, pause] of pauses.entries()) {
					if (index % 3 === 0) clock.at += pause;
					await budget.take('live');
					times.push(clock.now());
				}
				expect(mostInWindow(times, windowMs)).toBeLessThanOrEqual(calls);
			}),
			{ numRuns: 60 },
		);
	});

	test('live goes before retry, retry before backfill, whoever came first', async () => {
		const { budget } = budgetOf(1, 100);
		await budget.take('live');
		const served: string[] = [];
		const ask = async (priority: CallPriority, name: string) => {
			await budget.take(priority);
			served.push(name);
		};
		await Promise.all([
			ask('backfill', 'b1'),
			ask('retry', 'r1'),
			ask('live', 'l1'),
			ask('backfill', 'b2'),
			ask('live', 'l2'),
		]);
		expect(served).toEqual(['l1', 'l2', 'r1', 'b1', 'b2']);
	});

	test('a pause holds everybody back, and is told', async () => {
		const { clock, budget } = budgetOf(5, 100);
		const began = clock.now();
		budget.pauseFor(30_000);
		expect(budget.state()).toEqual({ available: 0, nextInMs: 30_000 });
		await budget.take('live');
		expect(clock.now() - began).toBe(30_000);
		expect(budget.state()).toEqual({ available: 4, nextInMs: 0 });
	});

	test('an aborted waiter takes nothing and leaves the queue', async () => {
		const { clock, budget } = budgetOf(1, 1_000, { marginMs: 0 });
		await budget.take('live');
		const controller = new AbortController();
		const waiting = budget.take('live', controller.signal);
		controller.abort();
		await expect(waiting).rejects.toMatchObject({ name: 'HttpFailure', code: 'aborted' });
		await expect(budget.take('live', controller.signal)).rejects.toMatchObject({ code: 'aborted' });
		const before = clock.now();
		await budget.take('live');
		expect(clock.now() - before).toBeLessThanOrEqual(1_000);
	});

	test('the queue is bounded', async () => {
		const { budget } = budgetOf(1, 1_000, { maxWaiting: 2 });
		await budget.take('live');
		const waiting = [budget.take('live'), budget.take('backfill')];
		await expect(budget.take('live')).rejects.toBeInstanceOf(BudgetFull);
		await Promise.all(waiting);
	});
});

test('a pacer never lets more through than its share, and no pause is long', async () => {
	const plan = fc.record({
		calls: fc.integer({ min: 6, max: 60 }),
		idle: fc.array(fc.nat(20_000), { minLength: 30, maxLength: 80 }),
	});
	await fc.assert(
		fc.asyncProperty(plan, async ({ calls, idle }) => {
			const clock = new FakeClock();
			const windowMs = 60_000;
			const pacer = createPacer({ calls, windowMs, now: clock.now, sleep: clock.sleep });
			const times: number[] = [];
			for (const [index, pause] of idle.entries()) {
				if (index % 10 === 9) clock.at += pause;
				const asked = clock.now();
				await pacer.take();
				times.push(clock.now());
				expect(clock.now() - asked).toBeLessThanOrEqual(
					Math.ceil(windowMs / (calls - Math.floor(calls / 6))) + 1,
				);
			}
			expect(mostInWindow(times, windowMs)).toBeLessThanOrEqual(calls);
		}),
		{ numRuns: 25 },
	);
});
