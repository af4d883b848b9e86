/** A failing scenario is made shorter, and what is left still breaks the same law. */
import type { StoreSource } from './engine/store-files';
import { runScenario } from './run';
import { SABOTAGES } from './sabotage';
import { CAUGHT } from './sabotage/caught';
import { scenarioOf } from './scenario';
import { shrink } from './shrink';
import { openSource } from './sources';

let source: StoreSource;
beforeAll(async () => {
	source = await openSource('sqlite');
});
afterAll(() => source.end());

const sabotage = SABOTAGES['removedEntries'];
const SEED = CAUGHT['removedEntries'] ?? 1;

test('what is left still breaks the law, and is short enough to be read', async () => {
	const whole = scenarioOf(SEED);
	const law = (await runScenario(whole, source, { sabotage })).violation?.law;
	expect(law).toBeDefined();
	const small = await shrink(
		whole,
		async (scenario) => (await runScenario(scenario, source, { sabotage })).violation?.law === law,
	);
	expect(small.actions.length).toBeLessThan(whole.actions.length / 3);
	const shown = await runScenario(small, source, { sabotage, keepTrace: true });
	expect(shown.violation?.law).toBe(law);
	expect(shown.trace.at(-1)).toContain(`Law ${law} is broken`);
});
