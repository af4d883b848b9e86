/** For the tests of restarts: the simulators, stopped and started from what they saved. */
import { setImmediate as nextRound } from 'node:timers/promises';
import * as simulators from '.';
import type { Simulator, SimulatorOptions } from './simulator';

export type Starters = typeof simulators;
export type Credentials = Record<string, string>;
export type Start<S> = (options: SimulatorOptions) => Promise<S>;

let running: Simulator | undefined;

export async function stopRunning(): Promise<void> {
	await running?.stop();
}

/** What is started here, {@link stopRunning} stops. */
export async function startOne<S extends Simulator>(
	start: Start<S>,
	options: SimulatorOptions = {},
): Promise<S> {
	const simulator = await start(options);
	running = simulator;
	return simulator;
}

async function freshModules(): Promise<Starters> {
	let modules: Starters | undefined;
	await jest.isolateModulesAsync(async () => {
		modules = await import('.');
	});
	if (!modules) throw new Error('The simulators were not loaded');
	return modules;
}

/**
 * Saves, stops and starts on the same port, the state having been through a file. The second start
 * takes its modules anew, as another process would: nothing that lives in memory may help.
 */
export async function restart<S extends Simulator>(
	simulator: S,
	starterOf: (modules: Starters) => Start<S>,
	options: SimulatorOptions = {},
): Promise<S> {
	const state: unknown = JSON.parse(JSON.stringify(simulator.save()));
	const port = Number(new URL(simulator.url).port);
	await simulator.stop();
	// `fetch` learns in a whole round of the event loop that its idle connections are closed.
	await nextRound();
	await nextRound();
	const start = starterOf(await freshModules());
	return startOne(start, { ...options, port, state });
}

function redtailHeaders({ apiKey, userKey }: Credentials): Credentials {
	const token = Buffer.from(`${apiKey}:${userKey}`).toString('base64');
	return { Authorization: `Userkeyauth ${token}` };
}

export interface Crm {
	starterOf: (modules: Starters) => Start<Simulator>;
	headers: (credentials: Credentials) => Credentials;
	path: string;
	body: Record<string, unknown>;
}

export const CRMS: Record<Simulator['kind'], Crm> = {
	wealthbox: {
		starterOf: (modules) => modules.startWealthboxSimulator,
		headers: ({ accessToken = '' }) => ({ ACCESS_TOKEN: accessToken }),
		path: '/contacts',
		body: { type: 'Person', first_name: 'Odalys', last_name: 'Brandt' },
	},
	redtail: {
		starterOf: (modules) => modules.startRedtailSimulator,
		headers: redtailHeaders,
		path: '/contacts',
		body: { type: 'Crm::Contact::Individual', first_name: 'Odalys', last_name: 'Brandt' },
	},
	salesforce: {
		starterOf: (modules) => modules.startSalesforceSimulator,
		headers: ({ accessToken }) => ({ Authorization: `Bearer ${accessToken}` }),
		path: '/services/data/v67.0/sobjects/Contact',
		body: { FirstName: 'Odalys', LastName: 'Brandt' },
	},
};
