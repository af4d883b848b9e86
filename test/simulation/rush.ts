/**
 * Several processes call one CRM at once, all of them through the rate budget that they share in the
 * store. Time goes on only while all of them sleep.
 */
import type { RateBudget } from '../../lib/connectors/connector';
import { createSharedBudget, type BudgetPort } from '../../lib/connectors/shared-budget';
import type { CallPriority } from '../../lib/connectors/waiting-line';
import type { MemoryCrm } from './crm/memory-crm';
import { checkCalls, type Call } from './laws/10-budgets';
import type { World } from './world';

const LIMIT = { calls: 5, windowMs: 1_000 };
const MAX_PROCESSES = 3;
const MAX_CALLS = 9;
const MAX_TURNS = 400;

interface Sleeper {
	at: number;
	wake: () => void;
}

export async function rush(world: World, crm: MemoryCrm): Promise<void> {
	const { chance } = world;
	const timers = new Timers(world);
	const calls: Call[] = [];
	const wishes: Array<Promise<void>> = [];
	const processes = chance.between(1, MAX_PROCESSES);
	for (let process = 0; process < processes; process += 1) {
		const budget = budgetOf(world, crm, `p${process}`, timers);
		const many = chance.between(1, MAX_CALLS);
		for (let made = 0; made < many; made += 1) {
			const priority = chance.pick(['live', 'retry', 'backfill'] as const) as CallPriority;
			const call: Call = { process, priority, asked: world.now, at: null };
			calls.push(call);
			wishes.push(take(world, budget, call));
		}
	}
	await timers.runUntil(Promise.all(wishes));
	const told = calls.map(
		({ process, priority, at }) => `p${process} ${priority} ${(at ?? 0) - world.now}`,
	);
	world.trace.note(`  ${calls.length} calls at once: ${told.join(', ')}`);
	checkCalls(calls, LIMIT);
}

async function take(world: World, budget: RateBudget, call: Call): Promise<void> {
	await budget.take(call.priority);
	call.at = world.now;
}

function budgetOf(world: World, crm: MemoryCrm, who: string, timers: Timers): RateBudget {
	const { engine, sabotage } = world;
	const budget = createSharedBudget({
		...LIMIT,
		port: timers.watched(engine.fabric.budgets),
		account: crm.name,
		now: () => world.now,
		sleep: timers.sleep,
		who,
	});
	return sabotage?.ignoresBudgets === true ? { ...budget, take: async () => {} } : budget;
}

/** Wakes who sleeps, the earliest first, when nobody has anything left to do before. */
class Timers {
	private sleepers: Sleeper[] = [];
	private busy = 0;

	constructor(private readonly world: World) {}

	/** Ends early, and well, if the signal aborts. */
	readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
		new Promise((resolve) => {
			if (signal?.aborted) return resolve();
			const sleeper = { at: this.world.now + ms, wake: resolve };
			this.sleepers.push(sleeper);
			signal?.addEventListener('abort', () => {
				this.sleepers = this.sleepers.filter((other) => other !== sleeper);
				resolve();
			});
		});

	/** The same port; its work counts as something to do. */
	watched(port: BudgetPort): BudgetPort {
		return {
			exchange: async (account, change) => {
				this.busy += 1;
				try {
					return await port.exchange(account, change);
				} finally {
					this.busy -= 1;
				}
			},
		};
	}

	async runUntil(done: Promise<unknown>): Promise<void> {
		let over = false;
		void done.finally(() => (over = true));
		for (let turn = 0; turn < MAX_TURNS; turn += 1) {
			await this.untilQuiet();
			if (over) return done.then(() => undefined);
			const [next, ...later] = this.sleepers.sort((a, b) => a.at - b.at);
			if (next === undefined) continue;
			this.sleepers = later;
			this.world.now = Math.max(this.world.now, next.at);
			next.wake();
		}
		throw new Error('Calls wait for their budget for ever.');
	}

	/** A macrotask comes only when all promises that could go on have gone on. */
	private async untilQuiet(): Promise<void> {
		do await new Promise((resolve) => setImmediate(resolve));
		while (this.busy > 0);
	}
}
