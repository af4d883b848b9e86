/** The hub with real connectors, as the nodes run it: change sources, canvas and deliveries, all at once. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connector, ConnectorContext, Json } from '../../../lib/connectors/connector';
import type { DeletePolicy } from '../../../lib/model/delivery';
import type { FieldMap } from '../../../lib/model/field-map';
import { OBJECTS } from '../../../lib/model/objects';
import type { Simulator } from '../../simulators/simulator';
import { contextOf, portOf } from '../connectors/harness';
import { registration, TestHub } from './hub';

export interface RunSystem {
	name: string;
	connector: Connector;
	simulator: Simulator;
	fieldMap: FieldMap;
	settings: Record<string, Json>;
	deletePolicy: DeletePolicy;
}

const PAUSE_MS = 20;

export class HubRun {
	private readonly ending = new AbortController();
	private readonly sources: Array<Promise<void>> = [];
	private readonly contexts = new Map<string, ConnectorContext>();
	private turning: Promise<void> = Promise.resolve();
	private turns = 0;

	private constructor(
		readonly hub: TestHub,
		private readonly systems: readonly RunSystem[],
	) {}

	static async start(systems: readonly RunSystem[]): Promise<HubRun> {
		const [first, ...others] = systems.map(({ connector }) => connector);
		const run = new HubRun(await TestHub.open([], {}, first, others), systems);
		try {
			for (const [place, system] of systems.entries()) await run.register(system, place);
		} catch (error) {
			await run.stop();
			throw error;
		}
		run.sources.push(...systems.map((system) => run.watch(system)));
		run.turning = run.turn();
		return run;
	}

	/** Rejects with what the run failed with, once nothing of it goes on. */
	async stop(): Promise<void> {
		this.ending.abort();
		const ended = await Promise.allSettled([...this.sources, this.turning]);
		await this.hub.close();
		const failed = ended.find((one) => one.status === 'rejected');
		if (failed !== undefined) throw failed.reason;
	}

	/** Waits for that; fails if the run does. */
	async while<T>(work: () => Promise<T>): Promise<T> {
		const endless = (running: Promise<unknown>) => running.then(() => new Promise<never>(() => {}));
		return Promise.race([work(), ...[...this.sources, this.turning].map(endless)]);
	}

	/** Turns in which all that is due is merged and written. */
	async rounds(count: number): Promise<void> {
		const wanted = this.turns + count;
		await this.while(async () => {
			while (this.turns < wanted) {
				// A test that ran out of time would wait on for turns that nobody takes any more.
				if (this.ending.signal.aborted) throw new Error('The run has been stopped.');
				await sleep(PAUSE_MS);
			}
		});
	}

	/** The records of a system that the hub counts as there. */
	async linked(name: string): Promise<Array<{ object: string; crmId: string }>> {
		const MOST = 1_000;
		const run = 'none';
		const pages = await this.hub.store.read((tx) =>
			Promise.all(
				OBJECTS.map((object) =>
					tx.reconcile.unseen({ run, system: name, object }, { after: '', limit: MOST }),
				),
			),
		);
		return pages.flat().map(({ object, crmId }) => ({ object, crmId }));
	}

	private async register(system: RunSystem, place: number): Promise<void> {
		const { name, connector, fieldMap, deletePolicy, simulator } = system;
		const context = contextOf(connector, portOf(simulator), system.settings);
		this.contexts.set(name, context);
		const { settings } = context;
		const own = { connector: connector.kind, fieldMap, settings, deletePolicy };
		await this.hub.fabric.registerSystem({ ...registration(name, place), ...own });
	}

	private async watch({ name, connector, fieldMap }: RunSystem): Promise<void> {
		const { hub } = this;
		await connector.runChangeSource(this.context(name), {
			fieldMap,
			cursor: null,
			start: 'everything',
			commit: async (batch) => {
				hub.now = Date.now();
				const { accepted } = await hub.fabric.accept(name, batch);
				return accepted;
			},
			knowsRecord: (crmIds, object) => hub.fabric.knownRecords(name, crmIds, object),
			onState: () => undefined,
			signal: this.ending.signal,
		});
	}

	private async turn(): Promise<void> {
		const { hub, systems } = this;
		while (!this.ending.signal.aborted) {
			for (const { name } of systems) {
				hub.now = Date.now();
				await hub.pump(name);
			}
			for (const system of systems) await this.deliver(system);
			this.turns += 1;
			await sleep(PAUSE_MS);
		}
	}

	private async deliver({ name, connector }: RunSystem): Promise<void> {
		const { hub } = this;
		hub.now = Date.now();
		const jobs = await hub.claim(name);
		const context = this.context(name);
		const many = await connector.deliverMany?.(context, jobs);
		for (const [place, job] of jobs.entries()) {
			const outcome = many?.[place] ?? (await connector.deliver(context, job));
			hub.now = Date.now();
			await hub.report(job, outcome);
		}
	}

	private context(name: string): ConnectorContext {
		const context = this.contexts.get(name);
		if (context === undefined) throw new Error(`${name} is no system of this run.`);
		return context;
	}
}
