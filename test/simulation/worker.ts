/** A process of the simulation: runs the seeds that it is given, one after another. */
import { runScenario, type RunResult } from './run';
import { SABOTAGES } from './sabotage';
import { scenarioOf, type Profile } from './scenario';
import { openSource, type StoreName } from './sources';

export interface Order {
	seeds: number[];
	profile: Profile;
	store: StoreName;
	server: string | undefined;
	without: string | undefined;
}

/** Sent for each seed; `done` follows the last one. */
export type Report = RunResult | { done: true };

async function work({ seeds, profile, store, server, without }: Order): Promise<void> {
	const source = await openSource(store, server);
	const sabotage = without === undefined ? undefined : SABOTAGES[without];
	for (const seed of seeds) {
		const result = await runScenario(scenarioOf(seed, profile), source, { sabotage });
		process.send?.(result);
	}
	await source.end();
	process.send?.({ done: true });
	process.disconnect();
}

process.once('message', (order: Order) => void work(order));
