/** Runs one scenario and tells what came of it. */
import { storeState } from './engine/state';
import type { StoreSource } from './engine/store-files';
import type { Sabotage } from './sabotage/sabotage';
import type { Scenario } from './scenario';
import { Trace } from './trace';
import { Violation } from './violation';
import { World } from './world';

export interface RunResult {
	seed: number;
	hash: string;
	violation?: { law: number; message: string };
	events: number;
	writes: number;
	crashes: number;
	windows: number;
	sure: number;
	open: number;
	/** Quiet rounds until nothing was left to do. */
	rounds: number;
	/** Only if asked for. */
	trace: string[];
}

export interface RunOptions {
	sabotage?: Sabotage;
	/** Keeps the trace for a person to read. */
	keepTrace?: boolean;
}

export async function runScenario(
	scenario: Scenario,
	source: StoreSource,
	{ sabotage, keepTrace = false }: RunOptions = {},
): Promise<RunResult> {
	const trace = new Trace(keepTrace);
	const world = new World({ scenario, source, trace, sabotage });
	let violation: RunResult['violation'];
	let rounds = 0;
	try {
		await world.start();
		for (const action of scenario.actions) await world.step(action);
		rounds = await world.settle();
		await world.watch.atEnd();
	} catch (error) {
		violation = asViolation(error);
		trace.note(`Law ${violation.law} is broken: ${violation.message}`);
	}
	trace.absorb(await storeState(world.engine.store));
	await world.engine.close();
	const { events, writes, windows, verdicts, engine } = world;
	const { seed } = scenario;
	const { crashes } = engine;
	const counts = { events, writes, crashes, windows, ...verdicts, rounds };
	return { seed, hash: trace.hash(), violation, ...counts, trace: trace.lines };
}

/** An error of the engine breaks no law of its own, and must not be. */
function asViolation(error: unknown): NonNullable<RunResult['violation']> {
	if (error instanceof Violation) return { law: error.law, message: error.message };
	const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
	return { law: 0, message: text };
}
