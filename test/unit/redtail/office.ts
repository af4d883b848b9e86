/** A hub over three systems: Redtail with its real connector on a simulator, and two CRMs that hold what they are given. */
import { redtail } from '../../../lib/connectors/redtail';
import type { Connector, Json } from '../../../lib/connectors/connector';
import { Fabric } from '../../../lib/fabric';
import type { ChangeEventInput } from '../../../lib/model/event';
import type { DeletePolicy, DeliveryJob } from '../../../lib/model/delivery';
import type { CanonicalFields } from '../../../lib/model/fields';
import { localReference, OBJECTS, type ObjectName } from '../../../lib/model/objects';
import { Store } from '../../../lib/store/store';
import { hubStore } from '../../support/stores';
import { memoryConnector } from '../support/memory-connector';
import { registration, snapshot } from '../support/hub';
import { FIELD_MAP, RedtailWorld } from './world';

export const OTHERS = ['wealthbox', 'salesforce'];

/** A CRM that holds what it is given. */
function plainCrm(): Connector {
	const connector = memoryConnector('memory');
	const can = { create: true, change: true, archive: false, delete: true };
	connector.capabilities.objects = {
		household: can,
		opportunity: can,
		note: can,
		task: can,
		event: can,
	};
	return connector;
}

export class Office {
	now = Date.now();

	private constructor(
		readonly world: RedtailWorld,
		readonly fabric: Fabric,
		readonly store: Store,
		private readonly remove: () => Promise<void>,
	) {}

	static async open(
		policy: DeletePolicy = 'delete',
		settings: Record<string, Json> = {},
	): Promise<Office> {
		const world = await RedtailWorld.open({}, settings);
		const place = await hubStore();
		const store = await Store.open(await place.backend());
		const connectors = new Map([redtail, plainCrm()].map((one) => [one.kind, one]));
		const clock = { now: () => office.now, random: () => 0.5 };
		const fabric = new Fabric(store, connectors, clock);
		const office: Office = new Office(world, fabric, store, place.remove);
		const base = { fieldMap: FIELD_MAP, deletePolicy: policy };
		await fabric.registerSystem({
			...registration('redtail', 0),
			...base,
			connector: 'redtail',
			settings: world.context().settings,
		});
		for (const [index, name] of OTHERS.entries())
			await fabric.registerSystem({ ...registration(name, index + 1), ...base });
		for (const name of ['redtail', ...OTHERS]) await office.take(name, [], true);
		return office;
	}

	/** Through the inbox and the canvas. */
	async take(system: string, events: ChangeEventInput[], complete = false): Promise<void> {
		await this.fabric.accept(system, { events, cursor: null, complete });
		for (;;) {
			const batch = await this.fabric.nextEvents(system, 50);
			if (batch === undefined) return;
			const items = batch.items.map(({ event }) => event);
			const decisions = await this.fabric.resolve(items);
			const waits = (at: number) => ['review', 'waits'].includes(decisions[at]?.decision ?? '');
			await this.fabric.merge(
				items.filter((_, at) => !waits(at)),
				[],
			);
			await this.fabric.finishEvents(system, batch.id, { ok: true });
		}
	}

	/** Everything Redtail holds, as its connector reads it. */
	async readRedtail(): Promise<void> {
		this.now += 60_000;
		for (const object of OBJECTS) await this.take('redtail', await this.world.all(object));
	}

	/** Delivers until nothing is due; answers what the two others were given. */
	async deliver(): Promise<DeliveryJob[]> {
		const done: DeliveryJob[] = [];
		for (let round = 0; round < 8; round += 1) {
			this.now += 60_000;
			const jobs: DeliveryJob[] = [];
			for (const system of ['redtail', ...OTHERS]) {
				for (const job of await this.fabric.claim(system, 50)) {
					const crmId = job.crmId ?? `${system}-${job.unifiedId}`;
					const confirmedAt = new Date(this.now).toISOString();
					const outcome =
						system === 'redtail'
							? await redtail.deliver(this.world.context(), job)
							: ({
									status: 'confirmed',
									crmId,
									known: job.changes,
									confirmedAt,
									calls: 1,
								} as const);
					if (outcome.status === 'rejected') throw new Error(JSON.stringify(outcome));
					const { deliveryId, claimToken } = job;
					await this.fabric.recordResults([{ deliveryId, claimToken, outcome }]);
					jobs.push(job);
				}
			}
			if (jobs.length === 0) return done;
			done.push(...jobs);
		}
		throw new Error('Deliveries do not come to rest.');
	}

	/** The record of the same entity in another system, as `object:crmId`. */
	async twin(object: ObjectName, crmId: string, system: string): Promise<string> {
		const links = await this.store.transaction(async (tx) => {
			const [one] = (await tx.identity.links([{ system: 'redtail', object, crmId }])).values();
			return one === undefined ? [] : tx.identity.linksOf([one.entityId]);
		});
		const found = links.find((link) => link.system === system);
		return found === undefined ? '' : localReference(object, found.crmId);
	}

	/** An edit in Wealthbox of what came from Redtail. */
	async edit(object: ObjectName, crmId: string, fields: CanonicalFields): Promise<void> {
		this.now += 60_000;
		const twin = (await this.twin(object, crmId, 'wealthbox')).slice(object.length + 1);
		const event = snapshot('wealthbox', twin, fields, { object, kind: 'delta', at: this.now });
		await this.take('wealthbox', [event]);
	}

	async erase(object: ObjectName, crmId: string): Promise<void> {
		this.now += 60_000;
		const twin = (await this.twin(object, crmId, 'wealthbox')).slice(object.length + 1);
		const event = snapshot('wealthbox', twin, {}, { object, change: 'delete', at: this.now });
		await this.take('wealthbox', [event]);
	}

	async close(): Promise<void> {
		await this.fabric.close();
		await this.remove();
		await this.world.close();
	}
}
