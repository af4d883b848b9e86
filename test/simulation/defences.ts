/** Each defence is switched off in turn: some seed must break a law then, else nothing proves that it is needed. */
import type { StoreSource } from './engine/store-files';
import { runScenario } from './run';
import { SABOTAGES } from './sabotage';
import { scenarioOf } from './scenario';

export interface Proof {
	defence: string;
	/** Absent: no seed within the limit broke a law. */
	caught?: { law: number; seed: number; seeds: number; message: string };
	/** For people. */
	line: string;
}

/** Seeds that a switched-off defence may go through unnoticed. */
export const SEED_LIMIT = 800;

/** Switches the defence off and runs seeds from `first` on until one of them breaks a law. */
export async function prove(defence: string, first: number, source: StoreSource): Promise<Proof> {
	const name = defence.padEnd(20);
	const sabotage = SABOTAGES[defence];
	for (let seeds = 1; seeds <= SEED_LIMIT; seeds += 1) {
		const seed = first + seeds - 1;
		const scenario = scenarioOf(seed, sabotage?.profile);
		const { violation } = await runScenario(scenario, source, { sabotage });
		// An error of the engine is no proof, nor is a seed that fails with all defences on.
		if (violation === undefined || violation.law === 0) continue;
		if ((await runScenario(scenario, source)).violation !== undefined) continue;
		const { law, message } = violation;
		const what = message.split('\n')[0];
		const line = `${name} law ${String(law).padStart(2)}, ${String(seeds).padStart(3)} seeds: ${what}`;
		return { defence, caught: { law, seed, seeds, message }, line };
	}
	return { defence, line: `${name} NOT caught within ${SEED_LIMIT} seeds` };
}
