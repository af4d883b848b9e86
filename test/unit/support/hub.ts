/** A hub on a store of its own, with a clock that stands until it is moved; and events as triggers make them. */
import type { ChangeBatch, Connector } from '../../../lib/connectors/connector';
import { Fabric, type MergeReport } from '../../../lib/fabric';
import type { IdentityDecision } from '../../../lib/identity/decision';
import type { FieldRule } from '../../../lib/merge/rules';
import type { DeliveryJob, DeliveryOutcome } from '../../../lib/model/delivery';
import {
	changeEventSchema,
	type ChangeEvent,
	type ChangeEventInput,
} from '../../../lib/model/event';
import type { CanonicalFields } from '../../../lib/model/fields';
import { Store, type StoreTransaction } from '../../../lib/store/store';
import type { SystemRegistration } from '../../../lib/store/systems';
import { hubStore } from '../../support/stores';
import { memoryConnector, memoryFieldMap } from './memory-connector';

export const START = Date.parse('2026-03-02T09:00:00.000Z');

export function iso(at: number): string {
	return new Date(at).toISOString();
}

type EventOptions = Partial<ChangeEventInput> & { at?: number };

let serial = 0;

function event(
	system: string,
	crmId: string,
	fields: CanonicalFields,
	{ at = START, ...rest }: EventOptions,
): ChangeEventInput {
	serial += 1;
	return {
		eventId: `${system}:${crmId}:${serial}`,
		system,
		object: 'contact',
		crmId,
		change: 'upsert',
		kind: 'snapshot',
		fields: fields as ChangeEventInput['fields'],
		editedAt: iso(at),
		readAt: iso(at),
		receivedAt: iso(at),
		...rest,
	};
}

/** A record as it was read. `at`: edited, read and received, ms. */
export function snapshot(
	system: string,
	crmId: string,
	fields: CanonicalFields,
	options: EventOptions = {},
): ChangeEvent {
	return changeEventSchema.parse(event(system, crmId, fields, options));
}

/** What a stream says has changed. */
export function delta(
	system: string,
	crmId: string,
	fields: CanonicalFields,
	options: EventOptions = {},
): ChangeEvent {
	return snapshot(system, crmId, fields, { kind: 'delta', ...options });
}

export function deletion(system: string, crmId: string, options: EventOptions = {}): ChangeEvent {
	return snapshot(system, crmId, {}, { change: 'delete', ...options });
}

export class TestHub {
	now = START;
	private constructor(
		readonly store: Store,
		connectors: Connector[],
		private readonly remove: () => Promise<void>,
	) {
		const clock = { now: () => this.now, random: () => 0.5 };
		this.fabric = new Fabric(store, new Map(connectors.map((one) => [one.kind, one])), clock);
	}
	readonly fabric: Fabric;

	/** With systems of these names, all of them ready. */
	static async open(
		systems: string[] = ['wealthbox', 'redtail', 'salesforce'],
		options: Partial<SystemRegistration> = {},
		connector: Connector = memoryConnector('memory'),
		/** Of systems that a test registers itself. */
		others: Connector[] = [],
	): Promise<TestHub> {
		const place = await hubStore();
		const hub = new TestHub(
			await Store.open(await place.backend()),
			[connector, ...others],
			place.remove,
		);
		for (const [index, name] of systems.entries()) {
			await hub.fabric.registerSystem({ ...registration(name, index), ...options });
			await hub.accept(name, [], { complete: true });
		}
		return hub;
	}

	accept(system: string, events: ChangeEventInput[], batch: Partial<ChangeBatch> = {}) {
		return this.fabric.accept(system, { events, cursor: null, complete: false, ...batch });
	}

	/** Through the inbox and the canvas: accepted, resolved, merged, the execution ended well. */
	async take(...events: ChangeEvent[]): Promise<Taken> {
		const taken: Taken = { decisions: [], merged: [] };
		for (const system of new Set(events.map((one) => one.system))) {
			await this.accept(
				system,
				events.filter((one) => one.system === system),
			);
			const { decisions, merged } = await this.pump(system);
			taken.decisions.push(...decisions);
			taken.merged.push(...merged);
		}
		return taken;
	}

	/** Everything that is due in the inbox of a system. */
	async pump(system: string, rules: FieldRule[] = []): Promise<Taken> {
		const taken: Taken = { decisions: [], merged: [] };
		for (;;) {
			const batch = await this.fabric.nextEvents(system, 50);
			if (batch === undefined) return taken;
			const events = batch.items.map((item) => item.event);
			const decisions = await this.fabric.resolve(events);
			const sure = events.filter(
				(_, index) => !['review', 'waits'].includes(decisions[index]?.decision ?? ''),
			);
			taken.decisions.push(...decisions);
			taken.merged.push(...(await this.fabric.merge(sure, rules)));
			await this.fabric.finishEvents(system, batch.id, { ok: true });
		}
	}

	/** Claims everything that is due in a system. */
	claim(system: string): Promise<DeliveryJob[]> {
		return this.fabric.claim(system, 50);
	}

	async report(job: DeliveryJob, outcome: DeliveryOutcome) {
		const { deliveryId, claimToken } = job;
		const [result] = await this.fabric.recordResults([{ deliveryId, claimToken, outcome }]);
		if (result === undefined) throw new Error('No result was recorded.');
		return result;
	}

	confirm(job: DeliveryJob, crmId: string, known: CanonicalFields = job.changes) {
		const confirmedAt = iso(this.now);
		return this.report(job, { status: 'confirmed', crmId, known, confirmedAt, calls: 1 });
	}

	/** Claims and confirms until nothing is due anywhere; new records get ids of their own. */
	async deliverAll(systems: string[]): Promise<DeliveryJob[]> {
		const done: DeliveryJob[] = [];
		for (const system of systems) {
			for (const job of await this.claim(system)) {
				await this.confirm(job, job.crmId ?? `${system}-${job.unifiedId}`);
				done.push(job);
			}
		}
		return done;
	}

	tx<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
		return this.store.transaction(work);
	}

	/** State of each event in the inbox, by event id. */
	async stateOf({ eventId }: ChangeEvent): Promise<string | undefined> {
		return (await this.tx((tx) => tx.inbox.statesOf([eventId]))).get(eventId)?.state;
	}

	async close(): Promise<void> {
		await this.fabric.close();
		await this.remove();
	}
}

export interface Taken {
	decisions: IdentityDecision[];
	merged: MergeReport[];
}

export function registration(name: string, priority = 0) {
	return {
		name,
		connector: 'memory',
		priority,
		fieldMap: memoryFieldMap,
		settings: {},
		creates: true,
		gonePolicy: 'unlink',
		deletePolicy: 'ignore',
		limits: { creates: 0, changes: 0, removals: 0 },
	} satisfies SystemRegistration;
}
