/** The three simulators together, with clients that overlap and disagree. */
import { startRedtailSimulator } from './redtail';
import { startSalesforceSimulator } from './salesforce';
import { seedContacts } from './seed';
import type { Simulator } from './simulator';
import { startWealthboxSimulator } from './wealthbox';

export { seedContacts } from './seed';
export { startRedtailSimulator, startSalesforceSimulator, startWealthboxSimulator };

export interface SimulatorsOptions {
	/** People in all, spread over the CRMs by `seedContacts`. Default 0. */
	contacts?: number;
	/** Seed of the invented people. Default 1. */
	seed?: number;
	/**
	 * Wealthbox takes this port, Redtail the next, Salesforce the one after. 0 or absent: any free.
	 */
	portBase?: number;
	/** Milliseconds since the epoch; default Date.now. */
	now?: () => number;
	/** What `save` gave in an earlier run; such a CRM gets no new contacts. */
	states?: Partial<Record<Simulator['kind'], unknown>>;
	/** Each CRM's own switches. */
	switches?: Partial<Record<Simulator['kind'], Record<string, unknown>>>;
}

export interface Simulators {
	wealthbox: Simulator;
	redtail: Simulator;
	salesforce: Simulator;
	stop: () => Promise<void>;
}

/** Starts all three, or, when one cannot start, none. */
export async function startSimulators(options: SimulatorsOptions = {}): Promise<Simulators> {
	const { contacts = 0, seed = 1, portBase = 0, now, states = {}, switches = {} } = options;
	const lists = seedContacts(contacts, seed);
	const optionsOf = (kind: Simulator['kind'], offset: number) => ({
		contacts: lists[kind],
		state: states[kind],
		port: portBase === 0 ? 0 : portBase + offset,
		switches: switches[kind],
		...(now && { now }),
	});
	const started: Simulator[] = [];
	const stop = async () => {
		await Promise.all(started.map((simulator) => simulator.stop()));
	};
	const start = async (starting: Promise<Simulator>): Promise<Simulator> => {
		const simulator = await starting;
		started.push(simulator);
		return simulator;
	};
	try {
		return {
			wealthbox: await start(startWealthboxSimulator(optionsOf('wealthbox', 0))),
			redtail: await start(startRedtailSimulator(optionsOf('redtail', 1))),
			salesforce: await start(startSalesforceSimulator(optionsOf('salesforce', 2))),
			stop,
		};
	} catch (error) {
		await stop();
		throw error;
	}
}
