/**
 * `npm run simulators -- [--contacts N] [--port-base P] [--seed S]`: starts the three simulators
 * and prints one JSON line `{wealthbox: {url, page, credentials}, redtail, salesforce}`. The
 * credentials are test values. Runs until SIGINT or SIGTERM. `--port-base 0` takes any free ports.
 */
import { parseArgs } from 'node:util';
import { startSimulators } from '.';
import type { Simulator } from './simulator';

const HIGHEST_PORT_BASE = 65_533;

const USAGE = 'Usage: npm run simulators -- [--contacts N] [--port-base P] [--seed S]';

function wholeNumber(name: string, value: string, limit: number): number {
	const number = Number(value);
	if (value.trim() !== '' && Number.isInteger(number) && number >= 0 && number <= limit) {
		return number;
	}
	throw new Error(`--${name} must be a whole number from 0 to ${limit}`);
}

function options() {
	const { values } = parseArgs({
		options: {
			contacts: { type: 'string', default: '60' },
			'port-base': { type: 'string', default: '3801' },
			seed: { type: 'string', default: '1' },
		},
	});
	return {
		contacts: wholeNumber('contacts', values.contacts, 200_000),
		portBase: wholeNumber('port-base', values['port-base'], HIGHEST_PORT_BASE),
		seed: wholeNumber('seed', values.seed, 2 ** 32 - 1),
	};
}

const described = ({ url, credentials }: Simulator) => ({
	url,
	page: `${new URL(url).origin}/`,
	credentials,
});

async function main(): Promise<void> {
	const { wealthbox, redtail, salesforce, stop } = await startSimulators(options());
	const line = {
		wealthbox: described(wealthbox),
		redtail: described(redtail),
		salesforce: described(salesforce),
	};
	process.stdout.write(`${JSON.stringify(line)}\n`);
	const end = () => void stop().then(() => process.exit(0));
	process.once('SIGINT', end);
	process.once('SIGTERM', end);
}

main().catch((error: unknown) => {
	process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
	process.exitCode = 1;
});
