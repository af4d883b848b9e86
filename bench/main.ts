/**
 * Runs one bench and prints its result as one JSON line on stdout; progress goes to stderr:
 *
 *     npm run bench -- hub --events 100000 --store sqlite
 *     npm run bench -- audit --changes 1000000 --store postgres
 *     npm run bench -- identity --csv people.csv --format febrl
 *
 * A new bench is one more entry in {@link BENCHES}.
 */
import { UsageError } from './arguments';
import { auditBench } from './audit';
import { firstLoadBench } from './first-load';
import { hubBench } from './hub';
import { identityBench } from './identity';
import { limitsBench } from './limits';

/** Name -> takes the rest of the command line, answers what to print. */
export type Bench = (args: string[]) => Promise<Record<string, unknown>>;

const BENCHES: Record<string, Bench> = {
	hub: hubBench,
	audit: auditBench,
	identity: identityBench,
	'first-load': firstLoadBench,
	limits: limitsBench,
};

async function main([name = '', ...args]: string[]): Promise<void> {
	const bench = BENCHES[name];
	if (bench === undefined) {
		const names = Object.keys(BENCHES).join(', ');
		throw new UsageError(`Say which bench to run: ${names}. See bench/README.md.`);
	}
	process.stdout.write(`${JSON.stringify(await bench(args))}\n`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
	const isUsage = error instanceof UsageError;
	process.stderr.write(`${isUsage ? error.message : ((error as Error).stack ?? String(error))}\n`);
	process.exitCode = isUsage ? 2 : 1;
});
