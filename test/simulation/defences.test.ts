/** No defence is there for nothing: without any one of them some seed breaks a law. */
import { prove, SEED_LIMIT } from './defences';
import type { StoreSource } from './engine/store-files';
import { SABOTAGES } from './sabotage';
import { CAUGHT } from './sabotage/caught';
import { openSource } from './sources';

let source: StoreSource;
beforeAll(async () => {
	source = await openSource('sqlite');
});
afterAll(() => source.end());

test.each(Object.keys(SABOTAGES))('without %s', async (defence) => {
	const { caught, line } = await prove(defence, CAUGHT[defence] ?? 1, source);
	expect({ line, caught: caught !== undefined }).toEqual({ line, caught: true });
	expect(caught?.seeds).toBeLessThanOrEqual(SEED_LIMIT);
});
