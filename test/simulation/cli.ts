/**
 * `npm run sim`: the whole engine under a seeded scheduler. The last line is one of JSON; the exit
 * code is 1 if a law was broken. See docs/simulation.md.
 */
import { availableParallelism } from 'node:os';
import { prove } from './defences';
import { startPostgres } from '../support/postgres';
import { runFleet } from './fleet';
import { readOptions, USAGE, type Options } from './options';
import { runScenario, type RunResult } from './run';
import { SABOTAGES } from './sabotage';
import { scenarioOf } from './scenario';
import { shrink } from './shrink';
import { openSource } from './sources';

/** Violations that are shortened and told; the others are counted. */
const MAX_TOLD = 3;

const say = (line: string) => process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
	const options = readOptions(process.argv.slice(2), availableParallelism());
	if (options.without !== undefined && !(options.without in SABOTAGES)) {
		throw new RangeError(
			`There is no defence "${options.without}". There are: ${Object.keys(SABOTAGES).join(', ')}.`,
		);
	}
	const own = SABOTAGES[options.without ?? '']?.profile;
	if (own !== undefined) options.profile = own;
	if (options.store === 'sqlite') return carryOut(options);
	const server = await startPostgres();
	try {
		await carryOut({ ...options, server: server.connectionString });
	} finally {
		await server.stop();
	}
}

async function carryOut(options: Options): Promise<void> {
	if (options.defences) await tellDefences(options);
	else if (options.seed !== undefined) await tellSeed(options, options.seed);
	else await tellSeeds(options);
}

async function tellSeeds(options: Options): Promise<void> {
	const began = Date.now();
	const total = { events: 0, writes: 0, crashes: 0, windows: 0, sure: 0, open: 0, rounds: 0 };
	const broken: RunResult[] = [];
	await runFleet(options, (result) => {
		for (const name of ['events', 'writes', 'crashes', 'windows', 'sure', 'open'] as const) {
			total[name] += result[name];
		}
		total.rounds = Math.max(total.rounds, result.rounds);
		if (result.violation !== undefined) broken.push(result);
	});
	broken.sort((a, b) => a.seed - b.seed);
	for (const { seed } of broken.slice(0, MAX_TOLD)) await tellViolation(options, seed);
	for (const { seed, violation } of broken.slice(MAX_TOLD)) {
		say(`Seed ${seed} breaks law ${violation?.law}: ${violation?.message.split('\n')[0]}`);
	}
	const { windows, sure, open, rounds, events, writes, crashes } = total;
	say(
		`Details: ${windows} edits fell into the window between a writer's last read and its write; the oracle was sure of ${sure} values and left ${open} open; quiet came after ${rounds} rounds at most.`,
	);
	const seconds = Math.round((Date.now() - began) / 100) / 10;
	const violations = broken.length;
	say(JSON.stringify({ seeds: options.seeds, violations, events, writes, crashes, seconds }));
	if (violations > 0) process.exitCode = 1;
}

/** The law, the seed, and a trace shortened to what matters. */
async function tellViolation(options: Options, seed: number): Promise<void> {
	const sabotage = options.without === undefined ? undefined : SABOTAGES[options.without];
	const source = await openSource(options.store, options.server);
	const scenario = scenarioOf(seed, options.profile);
	const first = await runScenario(scenario, source, { sabotage });
	const law = first.violation?.law;
	const small = await shrink(
		scenario,
		async (shorter) => (await runScenario(shorter, source, { sabotage })).violation?.law === law,
	);
	const shown = await runScenario(small, source, { sabotage, keepTrace: true });
	await source.end();
	say(`Seed ${seed} breaks law ${law}: ${first.violation?.message}`);
	say(`Shortened to ${small.actions.length} of ${scenario.actions.length} actions:`);
	for (const line of shown.trace) say(`  ${line}`);
}

async function tellSeed(options: Options, seed: number): Promise<void> {
	const began = Date.now();
	const sabotage = options.without === undefined ? undefined : SABOTAGES[options.without];
	const source = await openSource(options.store, options.server);
	const scenario = scenarioOf(seed, options.profile);
	const result = await runScenario(scenario, source, { sabotage, keepTrace: true });
	await source.end();
	if (result.violation === undefined) for (const line of result.trace) say(line);
	else await tellViolation(options, seed);
	say(`Trace hash of seed ${seed}: ${result.hash}`);
	const { events, writes, crashes, violation } = result;
	const violations = violation === undefined ? 0 : 1;
	const seconds = Math.round((Date.now() - began) / 100) / 10;
	say(JSON.stringify({ seeds: 1, violations, events, writes, crashes, seconds }));
	if (violations > 0) process.exitCode = 1;
}

async function tellDefences(options: Options): Promise<void> {
	const began = Date.now();
	const source = await openSource(options.store, options.server);
	const defences = Object.keys(SABOTAGES);
	let missed = 0;
	for (const defence of defences) {
		const { line, caught } = await prove(defence, options.first, source);
		say(line);
		if (caught === undefined) missed += 1;
	}
	await source.end();
	const seconds = Math.round((Date.now() - began) / 100) / 10;
	say(JSON.stringify({ defences: defences.length, missed, seconds }));
	if (missed > 0) process.exitCode = 1;
}

main().catch((error: unknown) => {
	const isUsage = error instanceof RangeError || error instanceof TypeError;
	process.stderr.write(
		isUsage ? `${error.message}\n${USAGE}\n` : `${String((error as Error).stack)}\n`,
	);
	process.exitCode = 1;
});
