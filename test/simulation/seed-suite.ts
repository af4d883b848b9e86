/** The tests that a part of the seeds of one profile has to pass, and those of its seeds that once failed. */
import type { StoreSource } from './engine/store-files';
import { runScenario, type RunResult } from './run';
import { scenarioOf, type Profile } from './scenario';
import { openSource } from './sources';

export interface SeedSuite {
	profile: Profile;
	/** How many seeds, from 1 on; a multiple of `perTest`. */
	many: number;
	perTest: number;
	/** Seed -> what it showed. */
	shown: Readonly<Record<number, string>>;
}

/** Runs one seed of a profile, by default the suite's own. */
export type RunSeed = (seed: number, profile?: Profile) => Promise<RunResult>;

/** To be called at the top of a test file; what it answers is for that file's further tests. */
export function testSeeds({ profile, many, perTest, shown }: SeedSuite): RunSeed {
	let source: StoreSource;
	beforeAll(async () => {
		source = await openSource('sqlite');
	});
	afterAll(() => source.end());

	const runSeed: RunSeed = (seed, of = profile) => runScenario(scenarioOf(seed, of), source);
	/** How many values the oracle knew for sure, and how many not. */
	const verdicts = { sure: 0, open: 0 };
	const counted = async (seed: number): Promise<RunResult> => {
		const result = await runSeed(seed);
		verdicts.sure += result.sure;
		verdicts.open += result.open;
		return result;
	};

	const starts = Array.from({ length: many / perTest }, (_, index) => 1 + index * perTest);

	test.each(starts)('seeds from %i', async (first) => {
		for (let seed = first; seed < first + perTest; seed += 1) {
			const { violation } = await counted(seed);
			expect({ seed, violation }).toEqual({ seed, violation: undefined });
		}
	});

	test.each(Object.entries(shown))('seed %s: %s', async (seed) => {
		expect((await counted(Number(seed))).violation).toBeUndefined();
	});

	test('the oracle knows most values for sure', () => {
		expect(verdicts.sure).toBeGreaterThan(9 * verdicts.open);
	});

	return runSeed;
}
