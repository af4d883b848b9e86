/**
 * A part of the seeds, each a run of the whole engine among invented CRMs, people and mishaps. All of
 * them: `npm run sim`. See docs/simulation.md.
 */
import { testSeeds } from './seed-suite';
import { SHOWN } from './seeds';

const runSeed = testSeeds({ profile: 'contacts', many: 200, perTest: 25, shown: SHOWN });

test('the same seed gives the same trace, another one another (law 12)', async () => {
	const hashes = new Map<number, string>();
	for (const seed of [3, 11, 3, 11]) {
		const { hash } = await runSeed(seed);
		expect(hashes.get(seed) ?? hash).toBe(hash);
		hashes.set(seed, hash);
	}
	expect(new Set(hashes.values()).size).toBe(2);
});
