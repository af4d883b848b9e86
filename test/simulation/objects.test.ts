/**
 * A part of the seeds with households, opportunities, notes and tasks. All of them: `npm run sim -- --objects`.
 * See docs/simulation.md.
 */
import { runScenario, type RunResult } from './run';
import { scenarioOf } from './scenario';
import { SHOWN_OBJECTS } from './seeds';
import { openSource } from './sources';
import type { StoreSource } from './engine/store-files';

const FIRST = 1;
const MANY = 60;
const PER_TEST = 15;

let source: StoreSource;
beforeAll(async () => {
	source = await openSource('sqlite');
});
afterAll(() => source.end());

const verdicts = { sure: 0, open: 0 };

async function run(seed: number): Promise<RunResult> {
	const result = await runScenario(scenarioOf(seed, 'objects'), source);
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

test.each(Object.entries(SHOWN_OBJECTS))('seed %s: %s', async (seed) => {
	expect((await run(Number(seed))).violation).toBeUndefined();
});

test('the oracle knows most values for sure', () => {
	expect(verdicts.sure).toBeGreaterThan(9 * verdicts.open);
});

test('the same seed gives the same trace (law 12), and another one than with contacts alone', async () => {
	const hashOf = async (profile: 'contacts' | 'objects') =>
		(await runScenario(scenarioOf(3, profile), source)).hash;
	const hash = await hashOf('objects');
	expect(await hashOf('objects')).toBe(hash);
	expect(await hashOf('contacts')).not.toBe(hash);
});
