/** A polled CRM's simulator, its connector over HTTP, and what tests of both ask again and again. */
import type {
	ChangeSourceOptions,
	Connector,
	ConnectorContext,
	Json,
} from '../../../lib/connectors/connector';
import { redtail } from '../../../lib/connectors/redtail';
import { wealthbox } from '../../../lib/connectors/wealthbox';
import type { DeliveryOutcome } from '../../../lib/model/delivery';
import type { FieldMap } from '../../../lib/model/field-map';
import type { CanonicalFields } from '../../../lib/model/fields';
import { startRedtailSimulator } from '../../simulators/redtail';
import type { PlainEdit, Simulator, SimulatorOptions } from '../../simulators/simulator';
import { startWealthboxSimulator } from '../../simulators/wealthbox';
import { contextOf, portOf, Source } from './harness';

export type StartSimulator = (options: SimulatorOptions) => Promise<Simulator>;

export const POLLED_CRMS: Array<[string, Connector, StartSimulator]> = [
	['Wealthbox', wealthbox, startWealthboxSimulator],
	['Redtail', redtail, startRedtailSimulator],
];

export class PolledWorld {
	private running: Simulator | undefined;
	private readonly sources: Source[] = [];

	constructor(
		readonly connector: Connector,
		private readonly startSimulator: StartSimulator,
		private readonly contacts: readonly PlainEdit[],
	) {}

	/** Holds the contacts unless others are given, and answers as fast as it is asked. */
	async start(options: SimulatorOptions = {}): Promise<void> {
		this.running = await this.startSimulator({
			contacts: [...this.contacts],
			...options,
			switches: { throttle: false, ...options.switches },
		});
	}

	async stop(): Promise<void> {
		await Promise.allSettled(this.sources.splice(0).map((source) => source.stop()));
		const { running } = this;
		this.running = undefined;
		await running?.stop();
	}

	get simulator(): Simulator {
		if (this.running === undefined) throw new Error('The simulator was not started.');
		return this.running;
	}

	readonly context = (settings: Record<string, Json> = {}): ConnectorContext =>
		contextOf(this.connector, portOf(this.simulator), settings);

	/** Its answers come within 300 ms, or count as none. */
	readonly hasty = (settings: Record<string, Json> = {}): ConnectorContext => {
		const http = portOf(this.simulator);
		return contextOf(this.connector, (call) => http({ ...call, timeoutMs: 300 }), settings);
	};

	/** A change source, which ends with the test. */
	readonly watch = (
		settings: Record<string, Json> = {},
		options: Partial<Pick<ChangeSourceOptions, 'cursor' | 'start' | 'fieldMap'>> = {},
	): Source => {
		const source = new Source(this.connector, this.context(settings), options);
		this.sources.push(source);
		return source;
	};

	readonly firstId = (): string => this.simulator.people.list()[0]?.id ?? '';

	/** What the record holds now, as the connector reads it. */
	readonly held = async (
		crmId: string,
		map: FieldMap = this.connector.defaultFieldMap,
	): Promise<CanonicalFields> => {
		const record = await this.connector.contacts.get(this.context(), crmId);
		return this.connector.toCanonical(record, map, {});
	};
}

export function confirmed(
	outcome: DeliveryOutcome,
): Extract<DeliveryOutcome, { status: 'confirmed' }> {
	if (outcome.status !== 'confirmed') throw new Error(JSON.stringify(outcome));
	return outcome;
}
