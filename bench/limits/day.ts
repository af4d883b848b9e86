/**
 * A day of three CRMs and an office that works in all of them: the real change sources, budgets, connectors
 * and hub, against simulated CRMs that refuse what goes beyond their limits.
 */
import { connectors } from '../../lib/connectors';
import type { Connector, ConnectorContext, Json } from '../../lib/connectors/connector';
import { createSharedBudget } from '../../lib/connectors/shared-budget';
import { withDefaults } from '../../lib/connectors/settings';
import { Fabric } from '../../lib/fabric';
import type { DeliveryJob, DeliveryOutcome } from '../../lib/model/delivery';
import type { ChangeEventInput } from '../../lib/model/event';
import type { EmailItem } from '../../lib/model/fields';
import type { Store } from '../../lib/store/store';
import { Chance, mix } from '../../test/simulation/chance';
import { startSimulators, type Simulators } from '../../test/simulators';
import { registration, SYSTEMS, type System } from '../crms';
import { startCanvas } from './canvas';
import { CallMeter, EditLog, type Edit } from './meter';
import { rateAt } from './office-hours';
import { meteredPort } from './port';
import { asRead, personOf, salesforceEvent } from './salesforce-side';
import { stoppingTheClock, VirtualTime } from './virtual-time';

export interface DayOptions {
	seed: number;
	/** People's edits in a day, in all three CRMs. */
	edits: number;
	/** Clients that Salesforce holds at the start; the other two are empty. */
	clients: number;
	hours: number;
	/** Over the connectors' defaults. */
	settings: Record<string, Json>;
}

/** The vendor's limit, and for Redtail, which documents none, our own. */
export const LIMITS: Record<System, { calls: number; windowMs: number }> = {
	wealthbox: { calls: 300, windowMs: 300_000 },
	redtail: { calls: 120, windowMs: 60_000 },
	salesforce: { calls: 6_000, windowMs: 60_000 },
};
/** Monday, 2 March 2026, 08:30 in New York. */
export const START = Date.parse('2026-03-02T13:30:00.000Z');
export const START_HOUR = 8.5;
/** Edits begin so long after the first load: these clients are everywhere by then. */
const EDITS_AFTER_MS = 30 * 60_000;
const EDITED_CLIENTS = 400;
const EDITS_IN: Record<System, number> = { wealthbox: 0.4, redtail: 0.3, salesforce: 0.3 };
/** From the commit to the event, by Salesforce's stream. */
const STREAM_MS = 800;
const LOAD_BATCH = 200;
const ACCOUNT_OF: Record<System, string> = {
	wealthbox: 'wealthbox/wealthbox',
	redtail: 'redtail/redtail',
	salesforce: 'salesforce/salesforce',
};

export class Day {
	readonly time = new VirtualTime(START);
	readonly log = new EditLog();
	readonly meters = new Map<System, CallMeter>(SYSTEMS.map((name) => [name, new CallMeter()]));
	/** Creates of the first load that are confirmed, by system; and when the last one was. */
	readonly loaded = new Map<System, number>();
	readonly outcomes = new Map<string, number>();
	readonly loadedAt = new Map<System, number>();
	private readonly records = new Map<string, Map<System, string>>();
	/** Salesforce's contacts by e-mail, and by unified id as far as it is known. */
	private readonly byEmail = new Map<string, string>();
	private readonly originals = new Map<string, string>();
	private readonly contexts = new Map<System, ConnectorContext>();
	private readonly stopping = new AbortController();

	private constructor(
		readonly options: DayOptions,
		private readonly simulators: Simulators,
		private readonly fabric: Fabric,
	) {}

	static async run(options: DayOptions, openStore: () => Promise<Store>): Promise<Day> {
		let now: () => number = () => START;
		const simulators = await startSimulators({
			now: () => now(),
			switches: {
				redtail: { throttle: LIMITS.redtail },
				salesforce: { dailyApiRequests: 1_000_000 },
			},
		});
		try {
			const time: { at?: VirtualTime } = {};
			const store = stoppingTheClock(await openStore(), () => time.at);
			const fabric = new Fabric(store, connectors, {
				now: () => now(),
				random: new Chance(mix(options.seed, 2)).next,
			});
			const day = new Day(options, simulators, fabric);
			time.at = day.time;
			now = day.time.now;
			await day.live();
			await fabric.close();
			return day;
		} finally {
			await simulators.stop();
		}
	}

	private async live(): Promise<void> {
		for (const system of SYSTEMS) {
			const settings = this.settingsOf(system);
			await this.fabric.registerSystem({ ...registration(system), settings });
		}
		for (const system of SYSTEMS) this.start(system);
		void this.loadSalesforce();
		for (const system of SYSTEMS) void this.work(system);
		await this.time.runUntil(START + this.options.hours * 3_600_000);
		this.stopping.abort();
		await this.time.runUntil(this.time.now() + 60_000);
	}

	private settingsOf(system: System): Record<string, Json> {
		return withDefaults(connectorOf(system).defaultSettings, this.options.settings);
	}

	private start(system: System): void {
		const connector = connectorOf(system);
		const context = this.contextOf(system);
		const { time, fabric, stopping } = this;
		const onOutcome = (job: DeliveryJob, outcome: DeliveryOutcome) =>
			this.delivered(system, job, outcome);
		startCanvas({ time, fabric, stop: stopping.signal, onOutcome }, { system, connector, context });
		if (connector.capabilities.changes === 'poll') void this.read(system, connector);
	}

	/** One of each system, as one process has it. */
	private contextOf(system: System): ConnectorContext {
		const known = this.contexts.get(system);
		if (known !== undefined) return known;
		const context = this.newContext(system);
		this.contexts.set(system, context);
		return context;
	}

	private newContext(system: System): ConnectorContext {
		const { time, fabric } = this;
		const meter = this.meter(system);
		const random = new Chance(mix(this.options.seed, 10 + SYSTEMS.indexOf(system)));
		return {
			system,
			http: meteredPort(this.simulators[system], meter, time, random),
			now: time.now,
			sleep: time.sleep,
			settings: this.settingsOf(system),
			budget: createSharedBudget({
				...LIMITS[system],
				port: fabric.budgets,
				account: ACCOUNT_OF[system],
				now: time.now,
				sleep: time.sleep,
				isDefault: true,
				who: system,
			}),
			log: () => undefined,
		};
	}

	private async read(system: System, connector: Connector): Promise<void> {
		const { fabric, stopping } = this;
		await connector.runChangeSource(this.contextOf(system), {
			fieldMap: connector.defaultFieldMap,
			cursor: null,
			start: 'everything',
			commit: async (batch) => {
				for (const { fields } of batch.events) this.log.seen(fields['jobTitle'], this.time.now());
				return (await fabric.accept(system, batch)).accepted;
			},
			knowsRecord: (crmIds) => fabric.knownRecords(system, crmIds),
			onState: () => undefined,
			signal: stopping.signal,
		});
	}

	/** Everything that Salesforce holds, read once. */
	private async loadSalesforce(): Promise<void> {
		const { salesforce } = this.simulators;
		for (let first = 0; first < this.options.clients; first += LOAD_BATCH) {
			const count = Math.min(LOAD_BATCH, this.options.clients - first);
			const events = Array.from({ length: count }, (_, index) => {
				const { firstName, lastName, email } = personOf(first + index);
				const emails = [{ address: email }];
				const { id } = salesforce.people.create({ firstName, lastName, emails });
				this.byEmail.set(email, id);
				const fields = { FirstName: firstName, LastName: lastName, Email: email };
				return salesforceEvent(id, 'snapshot', asRead(fields), this.time.now());
			});
			await this.accept('salesforce', events, false);
		}
		await this.accept('salesforce', [], true);
	}

	private async accept(system: System, events: ChangeEventInput[], complete: boolean) {
		await this.fabric.accept(system, { events, cursor: { at: this.time.now() }, complete });
	}

	/** People edit clients in one CRM, more or less often by the time of day. */
	private async work(system: System): Promise<void> {
		const { edits, seed } = this.options;
		const chance = new Chance(mix(seed, 20 + SYSTEMS.indexOf(system)));
		const perDay = edits * EDITS_IN[system];
		const highest = rateAt(START + 1.5 * 3_600_000, START, START_HOUR, perDay) * 1.05;
		await this.time.sleep(EDITS_AFTER_MS);
		while (!this.stopping.signal.aborted) {
			await this.time.sleep(-Math.log(1 - chance.next()) / highest, this.stopping.signal);
			const rate = rateAt(this.time.now(), START, START_HOUR, perDay);
			if (!this.stopping.signal.aborted && chance.happens(rate / highest))
				await this.edit(system, chance);
		}
	}

	private async edit(system: System, chance: Chance): Promise<void> {
		const known = [...this.records].slice(0, EDITED_CLIENTS);
		const everywhere = known.filter(([, ids]) => ids.size === SYSTEMS.length);
		const [unifiedId, ids] = chance.pick(everywhere) ?? [];
		const crmId = ids?.get(system);
		if (unifiedId === undefined || crmId === undefined) return;
		const edit = this.log.made({
			system,
			unifiedId,
			at: this.time.now(),
		});
		this.simulators[system].people.edit(crmId, { jobTitle: edit.token });
		if (system === 'salesforce') void this.stream(crmId, edit);
	}

	private async stream(crmId: string, edit: Edit): Promise<void> {
		const event = salesforceEvent(crmId, 'delta', { jobTitle: edit.token }, this.time.now());
		await this.time.sleep(STREAM_MS);
		this.log.seen(edit.token, this.time.now());
		const at = new Date(this.time.now()).toISOString();
		await this.accept('salesforce', [{ ...event, readAt: at, receivedAt: at }], false);
	}

	private delivered(system: System, job: DeliveryJob, outcome: DeliveryOutcome): void {
		const { status } = outcome;
		const code = 'code' in outcome ? outcome.code : '';
		const name = `${system} ${job.operation} ${status} ${code}`;
		this.outcomes.set(name, (this.outcomes.get(name) ?? 0) + 1);
		if (status !== 'confirmed') return;
		this.log.written(job.changes['jobTitle'], system, this.time.now());
		if (job.operation !== 'create') return;
		const ids = this.records.get(job.unifiedId) ?? new Map<System, string>();
		ids.set(system, outcome.crmId);
		const original = this.originals.get(job.unifiedId) ?? this.originalOf(job);
		if (original !== undefined) ids.set('salesforce', original);
		this.records.set(job.unifiedId, ids);
		this.loaded.set(system, (this.loaded.get(system) ?? 0) + 1);
		this.loadedAt.set(system, this.time.now());
	}

	/** The Salesforce contact of which the client was made. */
	private originalOf({ desired, unifiedId }: DeliveryJob): string | undefined {
		const [first] = (desired['emails'] ?? []) as EmailItem[];
		const crmId = first && this.byEmail.get(first.address);
		if (crmId !== undefined) this.originals.set(unifiedId, crmId);
		return crmId;
	}

	meter(system: System): CallMeter {
		return this.meters.get(system) as CallMeter;
	}
}

function connectorOf(system: System): Connector {
	return connectors.get(system) as Connector;
}
