/**
 * A part of the seeds, each a run of the whole engine among invented CRMs, people and mishaps. All of
 * them: `npm run sim`. See docs/simulation.md.
 */
import { runScenario, type RunResult } from './run';
import { scenarioOf } from './scenario';
import { SHOWN } from './seeds';
import { openSource } from './sources';
import type { StoreSource } from './engine/store-files';

const FIRST = 1;
const MANY = 200;
const PER_TEST = 25;

let source: StoreSource;
beforeAll(async () => {
	source = await openSource('sqlite');
});
afterAll(() => source.end());

/** How many values the oracle knew for sure, and how many not. */
const verdicts = { sure: 0, open: 0 };

async function run(seed: number): Promise<RunResult> {
	const result = await runScenario(scenarioOf(seed), source);
	verdicts.sure += result.sure;
	verdicts.open += result.open;
	return result;
}

const starts = Array.from({ length: MANY / PER_TEST }, (_, index) => FIRST + index * PER_TEST);

test.each(starts)('seeds from %i', async (first) => {
	for (let seed = first; seed < first + PER_TEST; seed += 1) {
		const { violation } = await run(seed);
		expect({ seed, violation }).toEqual({ seed, violation: undefined });
	}
});

test.each(Object.entries(SHOWN))('seed %s: %s', async (seed) => {
	expect((await run(Number(seed))).violation).toBeUndefined();
});

test('the oracle knows most values for sure', () => {
	expect(verdicts.sure).toBeGreaterThan(9 * verdicts.open);
});

test('the same seed gives the same trace, another one another (law 12)', async () => {
	const hashes = new Map<number, string>();
	for (const seed of [3, 11, 3, 11]) {
		const { hash } = await runScenario(scenarioOf(seed), source);
		expect(hashes.get(seed) ?? hash).toBe(hash);
		hashes.set(seed, hash);
	}
	expect(new Set(hashes.values()).size).toBe(2);
});
