/** One process that takes calls from a shared budget and notes when. Run by shared-budget.processes.test.ts. */
import { appendFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { createSharedBudget } from '../../../lib/connectors/shared-budget';
import { budgetPort } from '../../../lib/store/budget-port';
import { openSqlite } from '../../../lib/store/sqlite/dialect';
import { Store } from '../../../lib/store/store';

async function run(path: string, log: string, calls: number, windowMs: number, count: number) {
	const store = await Store.open(openSqlite(path));
	const budget = createSharedBudget({
		port: budgetPort(store, { now: Date.now }),
		account: 'wealthbox/wealthbox',
		calls,
		windowMs,
		now: Date.now,
		sleep: async (ms, signal) => {
			await delay(ms, undefined, { signal }).catch(() => undefined);
		},
	});
	for (let call = 0; call < count; call += 1) {
		await budget.take('live');
		appendFileSync(log, `${Date.now()}\n`);
	}
	await store.close();
}

const [path = '', log = '', ...numbers] = process.argv.slice(2);
const [calls = 1, windowMs = 1_000, count = 1] = numbers.map(Number);
void run(path, log, calls, windowMs, count);
