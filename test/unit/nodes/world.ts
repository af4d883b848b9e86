/** A fabric in memory, its clock, and connectors whose change sources the test works by hand. */
import type {
	ChangeBatch,
	ChangeSourceOptions,
	Connector,
	ConnectorContext,
	CrmField,
	Json,
} from '../../../lib/connectors/connector';
import { redtail } from '../../../lib/connectors/redtail';
import { salesforce } from '../../../lib/connectors/salesforce';
import { wealthbox } from '../../../lib/connectors/wealthbox';
import { Fabric } from '../../../lib/fabric';
import type { DeliveryJob } from '../../../lib/model/delivery';
import type { ChangeEventInput } from '../../../lib/model/event';
import type { CanonicalFields } from '../../../lib/model/fields';
import { openSqlite } from '../../../lib/store/sqlite/dialect';
import { Store } from '../../../lib/store/store';

export const START = Date.parse('2026-05-01T12:00:00Z');

export class World {
	at = START;
	/** What `check` does; by default it succeeds. */
	check: () => Promise<void> = async () => await Promise.resolve();
	/** The CRM's fields; none: they are not told. */
	fields: CrmField[] = [];
	/** Change sources that were started, oldest first, and how to end them. */
	readonly sources: Array<{
		context: ConnectorContext;
		options: ChangeSourceOptions;
		fail: (error: Error) => void;
	}> = [];

	private constructor(
		private readonly store: Store,
		private readonly connectors: Map<string, Connector>,
		readonly fabric: Fabric,
	) {}

	static async open(): Promise<World> {
		const connectors = new Map<string, Connector>();
		const store = await Store.open(openSqlite(':memory:'));
		const clock = { now: () => world.at, random: () => 0 };
		const world: World = new World(store, connectors, new Fabric(store, connectors, clock));
		for (const connector of [wealthbox, redtail, salesforce]) {
			connectors.set(connector.kind, world.worked(connector));
		}
		return world;
	}

	connector(kind: string): Connector {
		const connector = this.connectors.get(kind);
		if (connector === undefined) throw new Error(kind);
		return connector;
	}

	/** A new process on the same store: nothing that was kept in memory is left. */
	restarted(): Fabric {
		return new Fabric(this.store, this.connectors, { now: () => this.at, random: () => 0 });
	}

	async close(): Promise<void> {
		await this.fabric.close();
	}

	private worked(connector: Connector): Connector {
		return {
			...connector,
			check: async () => await this.check(),
			describe: async () => await Promise.resolve(this.fields),
			runChangeSource: async (context, options) =>
				await new Promise<void>((resolve, fail) => {
					options.signal.addEventListener('abort', () => resolve());
					this.sources.push({ context, options, fail });
				}),
		};
	}

	async register(kind: string, own: Record<string, Json> = {}): Promise<void> {
		const { defaultFieldMap, defaultSettings } = this.connector(kind);
		await this.fabric.registerSystem({
			name: kind,
			connector: kind,
			priority: 10,
			fieldMap: defaultFieldMap,
			settings: { ...defaultSettings, ...own },
			creates: true,
			gonePolicy: 'unlink',
		});
		await this.fabric.accept(kind, batch([]));
	}

	/** What the canvas does with events: Identity Resolve and Field Merge. */
	async merge(events: Parameters<Fabric['merge']>[0]): Promise<void> {
		const decisions = await this.fabric.resolve(events);
		expect(decisions.filter(({ decision }) => decision === 'review')).toEqual([]);
		await this.fabric.merge(events, []);
	}

	/** A client edited in one system, merged: deliveries to the others are due. */
	async edit(system: string, crmId: string, fields: CanonicalFields): Promise<void> {
		this.at += 1_000;
		const readAt = new Date(this.at).toISOString();
		await this.fabric.accept(system, batch([changeOf(system, crmId, fields, readAt)]));
		const read = await this.fabric.nextEvents(system, 100);
		if (read === undefined) throw new Error('the edit was no news');
		await this.merge(read.items.map(({ event }) => event));
		await this.fabric.finishEvents(system, read.id, { ok: true });
	}
}

export function batch(events: ChangeEventInput[], cursor = 'here'): ChangeBatch {
	return { events, cursor, complete: true };
}

export function changeOf(
	system: string,
	crmId: string,
	fields: CanonicalFields = { type: 'person', firstName: 'Ann', lastName: `Smith${crmId}` },
	at = new Date(START).toISOString(),
): ChangeEventInput {
	return {
		eventId: `${system}:${crmId}:${at}:${JSON.stringify(fields).length}`,
		system,
		object: 'contact',
		crmId,
		change: 'upsert',
		kind: 'snapshot',
		fields,
		editedAt: at,
		readAt: at,
		receivedAt: at,
	};
}

/** The CRM has taken the write. */
export function confirmed({ deliveryId, claimToken, desired, crmId }: DeliveryJob, now: number) {
	return {
		deliveryId,
		claimToken,
		outcome: {
			status: 'confirmed' as const,
			crmId: crmId ?? `new-${deliveryId}`,
			known: desired,
			confirmedAt: new Date(now).toISOString(),
			calls: 1,
		},
	};
}
