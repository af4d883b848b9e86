/**
 * A hub with one client, Ada, in three CRMs that hold no more than whether a record is there: for tests
 * of removals. The store is a file: it can be closed and opened again between any two steps.
 */
import { Fabric } from '../../../lib/fabric';
import type {
	DeletePolicy,
	DeliveryJob,
	DeliveryOutcome,
	RunLimits,
} from '../../../lib/model/delivery';
import type { ChangeEvent } from '../../../lib/model/event';
import type { CanonicalFields } from '../../../lib/model/fields';
import type { ReviewKind, ReviewRow } from '../../../lib/model/rows';
import type { StoreKind } from '../../../lib/store/migrations';
import { Store } from '../../../lib/store/store';
import type { SystemRegistration } from '../../../lib/store/systems';
import { emptyStore, type TestStore } from '../../support/stores';
import { delta, iso, registration, snapshot, START } from './hub';
import { memoryConnector } from './memory-connector';

export const ADA = { firstName: 'Ada', lastName: 'Hale', jobTitle: 'CFO' };
export const SYSTEMS = ['wealthbox', 'redtail', 'salesforce'] as const;
export type System = (typeof SYSTEMS)[number];

/** Set by the jest project `postgres`. */
const KIND = (globalThis as { HUB_STORE?: StoreKind }).HUB_STORE ?? 'sqlite';

export type Policies = Partial<Record<System, DeletePolicy>>;
/** `lost`: done, but nobody hears of it. `refused`: not done. `forgotten`: not done, and nobody hears of it. `unsure`: not done, but nobody can say so. */
export type Fate = 'well' | 'lost' | 'refused' | 'forgotten' | 'unsure';

export class RemovalWorld {
	now = START;
	fabric!: Fabric;
	store!: Store;
	/** System -> record -> is it in use or put away? */
	readonly records = new Map<System, Map<string, 'there' | 'archived'>>(
		SYSTEMS.map((system) => [system, new Map()]),
	);
	/** Operations that were carried out, `system operation`. */
	readonly done: string[] = [];
	/** The connector can do this. */
	readonly connector = memoryConnector('memory');
	private serial = 0;

	private constructor(private readonly place: TestStore) {}

	/** Ada, made in wealthbox; `policies` of the others. */
	static async open(
		policies: Policies = {},
		options: Partial<SystemRegistration> = {},
	): Promise<RemovalWorld> {
		const world = new RemovalWorld(await emptyStore(KIND));
		await world.reopen();
		await world.join(policies, options);
		await world.appear('wealthbox', 'w1', ADA);
		await world.deliver();
		return world;
	}

	async join(policies: Policies, options: Partial<SystemRegistration> = {}): Promise<void> {
		for (const [priority, name] of SYSTEMS.entries()) {
			const deletePolicy = policies[name] ?? 'ignore';
			await this.fabric.registerSystem({
				...registration(name, priority),
				...options,
				deletePolicy,
			});
			const batch = { events: [], cursor: null, complete: true };
			await this.fabric.accept(name, batch);
		}
	}

	/** The process dies, and another one goes on. */
	async reopen(): Promise<void> {
		await this.fabric?.close();
		this.store = await Store.open(await this.place.backend());
		const clock = { now: () => this.now, random: () => 0.5 };
		this.fabric = new Fabric(this.store, new Map([['memory', this.connector]]), clock);
	}

	async close(): Promise<void> {
		await this.fabric.close();
		await this.place.remove();
	}

	limit(system: System, limits: Partial<RunLimits>, deletePolicy: DeletePolicy = 'ignore') {
		const priority = SYSTEMS.indexOf(system);
		const all = { creates: 0, changes: 0, removals: 0, ...limits };
		return this.fabric.registerSystem({
			...registration(system, priority),
			deletePolicy,
			limits: all,
		});
	}

	/** A new record, made by a person. */
	async appear(system: System, crmId: string, fields: CanonicalFields): Promise<void> {
		this.records.get(system)?.set(crmId, 'there');
		await this.tell(snapshot(system, crmId, fields, { at: this.tick() }));
	}

	/** A person edits a record. */
	edit(system: System, fields: CanonicalFields, at = this.tick()): Promise<void> {
		return this.tell(delta(system, this.idIn(system), fields, { at }));
	}

	/** A person deletes, archives or brings back a record; the stream tells it. */
	async remove(
		system: System,
		change: 'delete' | 'archive' | 'undelete' = 'delete',
		crmId = this.idIn(system),
	): Promise<void> {
		await this.tell(this.removal(system, change, crmId));
	}

	/** The same, but told later. */
	removal(system: System, change: ChangeEvent['change'], crmId = this.idIn(system)): ChangeEvent {
		const mine = this.records.get(system);
		if (change === 'archive') mine?.set(crmId, 'archived');
		else if (change === 'undelete') mine?.set(crmId, 'there');
		else mine?.delete(crmId);
		return delta(system, crmId, {}, { change, at: this.tick() });
	}

	async tell(...events: ChangeEvent[]): Promise<void> {
		const [first] = events;
		if (first === undefined) return;
		await this.fabric.accept(first.system, { events, cursor: null, complete: false });
		await this.pump(first.system);
	}

	async pump(system: string): Promise<void> {
		for (;;) {
			const batch = await this.fabric.nextEvents(system, 50);
			if (batch === undefined) return;
			const taken = batch.items.map(({ event }) => event);
			const decisions = await this.fabric.resolve(taken);
			const sure = taken.filter((_, index) => decisions[index]?.decision !== 'review');
			await this.fabric.merge(sure, []);
			await this.fabric.finishEvents(system, batch.id, { ok: true });
		}
	}

	/** Everything that is due is carried out, and answered, until nothing is. */
	async deliver(fate: Fate = 'well', systems: readonly System[] = SYSTEMS): Promise<string[]> {
		const MAX_ROUNDS = 20;
		const before = this.done.length;
		for (let round = 0; round < MAX_ROUNDS; round += 1) {
			this.now += 6_000;
			let jobs = 0;
			for (const system of systems) {
				for (const job of await this.fabric.claim(system, 50)) {
					jobs += 1;
					await this.finish(job, fate);
				}
			}
			if (jobs === 0 || fate !== 'well') return this.done.slice(before);
		}
		throw new Error('There is always something to deliver.');
	}

	async claim(system: System): Promise<DeliveryJob[]> {
		this.now += 6_000;
		return this.fabric.claim(system, 50);
	}

	async finish(job: DeliveryJob, fate: Fate = 'well'): Promise<void> {
		const outcome = fate === 'well' || fate === 'lost' ? this.perform(job) : undefined;
		const { deliveryId, claimToken } = job;
		const reason = 'No answer came.';
		const unknown = { status: 'retry', reason, code: 'timeout', outcomeUnknown: true } as const;
		const refused = { ...unknown, code: '429', outcomeUnknown: false };
		const told = fate === 'well' ? outcome : fate === 'refused' ? refused : unknown;
		if (fate !== 'forgotten' && told !== undefined) {
			await this.fabric.recordResults([{ deliveryId, claimToken, outcome: told }]);
		}
	}

	/** What the CRM does. */
	perform(job: DeliveryJob): DeliveryOutcome {
		const system = job.system as System;
		const mine = this.records.get(system) as Map<string, 'there' | 'archived'>;
		const id = job.crmId ?? `${system}-${(this.serial += 1)}`;
		if (job.operation !== 'create' && !mine.has(id)) {
			return { status: 'gone', reason: 'It is not there.', code: '404' };
		}
		if (job.operation === 'delete') mine.delete(id);
		else if (job.operation === 'archive') mine.set(id, 'archived');
		else mine.set(id, 'there');
		this.done.push(`${system} ${job.operation}`);
		const known = job.changes;
		return { status: 'confirmed', crmId: id, known, confirmedAt: iso(this.now), calls: 1 };
	}

	/** Which records there are, e.g. `{ wealthbox: [], redtail: ['there'] }`. */
	state(): Record<System, string[]> {
		const entries = SYSTEMS.map((system) => [
			system,
			[...(this.records.get(system)?.values() ?? [])],
		]);
		return Object.fromEntries(entries) as Record<System, string[]>;
	}

	/** What the hub holds for true, in the same words. */
	async believed(unifiedId = 'U1001'): Promise<Record<System, string[]>> {
		const client = await this.fabric.desk.findEntity(unifiedId);
		const words = { active: 'there', archived: 'archived' } as const;
		const of = (system: System) =>
			(client?.links ?? []).flatMap((link) =>
				link.system !== system || link.state === 'unlinked' ? [] : [words[link.state]],
			);
		return Object.fromEntries(SYSTEMS.map((system) => [system, of(system)])) as Record<
			System,
			string[]
		>;
	}

	async open(kind: ReviewKind): Promise<ReviewRow[]> {
		const reviews = await this.fabric.desk.reviews('open', 500);
		return reviews.filter((review) => review.kind === kind);
	}

	async answer(kind: ReviewKind, verdict: 'approve' | 'reject'): Promise<void> {
		const [review] = await this.open(kind);
		if (review === undefined) throw new Error(`No review of kind ${kind} is open.`);
		await this.fabric.desk.decide(review.id, { verdict }, 'Ann');
	}

	async departure() {
		return (await this.store.read((tx) => tx.entities.standing(['U1001']))).get('U1001')?.departure;
	}

	async deliveries(state: string): Promise<number> {
		const { deliveries } = await this.fabric.desk.metrics();
		return deliveries
			.filter((row) => row.state === state)
			.reduce((sum, { count }) => sum + count, 0);
	}

	idIn(system: System): string {
		return [...(this.records.get(system)?.keys() ?? [])][0] ?? '';
	}

	tick(): number {
		this.now += 1_000;
		return this.now;
	}
}
