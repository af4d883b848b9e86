/**
 * A part of the seeds with households, opportunities, notes and tasks. All of them: `npm run sim -- --objects`.
 * See docs/simulation.md.
 */
import { testSeeds } from './seed-suite';
import { SHOWN_OBJECTS } from './seeds';

const runSeed = testSeeds({ profile: 'objects', many: 60, perTest: 15, shown: SHOWN_OBJECTS });

test('the same seed gives the same trace (law 12), and another one than with contacts alone', async () => {
	const hashOf = async (profile: 'contacts' | 'objects') => (await runSeed(3, profile)).hash;
	const hash = await hashOf('objects');
	expect(await hashOf('objects')).toBe(hash);
	expect(await hashOf('contacts')).not.toBe(hash);
});
