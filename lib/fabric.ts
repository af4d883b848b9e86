/**
 * The fabric: the hub as nodes and tests use it. Each method is one store transaction; items go in,
 * decisions come out. Nothing here knows n8n or HTTP.
 */
import { Backfills } from './backfill/backfills';
import { systemClock, type Clock } from './clock';
import type { ChangeBatch, Connector, Json } from './connectors/connector';
import type { BudgetPort } from './connectors/shared-budget';
import { claimDeliveries, LEASE_MS } from './delivery/claim';
import { FirstReads } from './delivery/first-read';
import { markDeliveries } from './delivery/mark';
import { endClaims, recordResults } from './delivery/result';
import type { DeliveryReport, RecordedResult } from './delivery/report';
import { Desk } from './desk/desk';
import { Weighing } from './identity/estimation';
import { resolveBatch } from './identity/resolve';
import type { IdentityDecision } from './identity/decision';
import type { Thresholds } from './identity/bands';
import type { RuleOptions } from './identity/rules';
import { History } from './history/history';
import {
	finishEvents,
	nextEvents,
	recoverEvents,
	rejectEvent,
	type EventBatch,
	type ExecutionEnd,
} from './inbox/emission';
import { takeIn, type IntakeResult } from './inbox/intake';
import { DESK_SYSTEM } from './merge/clock';
import type { MergeOutcome } from './merge/batch-result';
import { mergeRules, type FieldRule } from './merge/rules';
import type { DeliveryJob, Urgency } from './model/delivery';
import type { ChangeEvent } from './model/event';
import type { ObjectName } from './model/objects';
import type { SystemRow, WhileInReview } from './model/rows';
import { withUnifiedReferences } from './references/inbound';
import { mergeEvents, type MergedEvents } from './references/merge-events';
import { Mappings, type Registered } from './mapping/mappings';
import { PushDesk } from './push/desk';
import { Quality } from './quality/quality';
import { Reconcile } from './reconcile/reconcile';
import { Signals } from './signals';
import { budgetPort } from './store/budget-port';
import { isTakenOut } from './removal/archive-field';
import type { Store, StoreTransaction } from './store/store';
import type { SystemRegistration } from './store/systems';

/** What a merge decided about one event, with the event as it was given. */
export interface MergeReport extends MergeOutcome {
	event: ChangeEvent;
}

/**
 * Events and deliveries of a system travel in this order: `accept` (trigger), `nextEvents`, `resolve` and
 * `merge` (nodes of one execution), `finishEvents`; then `claim`, a CRM node's writes, `recordResults`,
 * `finishClaims`. Methods reject with ConfigurationFailure where the store cannot be reached.
 */
export class Fabric {
	/** What waits for a person, and what people ask. */
	readonly desk: Desk;
	/** Where rate budgets are kept that all processes share; see createSharedBudget. */
	readonly budgets: BudgetPort;
	/** What was, and how to take it back. */
	readonly history: History;
	/** Compares what the hub believes with what a CRM holds. */
	readonly reconcile: Reconcile;
	/** First load: what the CRMs hold, brought into agreement by a plan that a person approves. */
	readonly backfill: Backfills;
	/** The firm's own weights of who is who. */
	readonly identity: Weighing;
	/** The field maps and their versions; how the CRMs' fields drift. */
	readonly mappings: Mappings;
	/** Duplicates inside one system, and values in their normal form. */
	readonly quality: Quality;
	/** Signed calls that say that something changed. */
	readonly pushes: PushDesk;
	private readonly firstReads: FirstReads;

	constructor(
		private readonly store: Store,
		private readonly connectors: ReadonlyMap<string, Connector>,
		private readonly clock: Clock = systemClock,
		/**
		 * `events:<system>` when an inbox has something due, `deliveries` when a delivery was opened,
		 * `mapping:<system>` when the system's fields are to be looked at.
		 */
		readonly signals: Signals = new Signals(),
	) {
		const connectorOf = (kind: string) => this.connector(kind);
		this.budgets = budgetPort(store, clock);
		this.firstReads = new FirstReads(store, clock, connectorOf, signals);
		this.desk = new Desk(store, clock, connectorOf, this.signals);
		this.history = new History(store, clock, connectorOf, this.signals);
		this.identity = new Weighing(store, () => this.clock.now());
		this.reconcile = new Reconcile(store, clock, connectorOf, this.signals);
		this.backfill = new Backfills(store, clock, connectorOf, this.signals, (tx, events, rules) =>
			this.mergeIn(tx, events, rules),
		);
		this.mappings = new Mappings(store, clock, connectorOf, this.signals);
		this.pushes = new PushDesk(store, clock, this.signals);
		this.quality = new Quality(store, clock, connectorOf, this.signals);
	}

	/** Throws if there is none of this kind. */
	connector(kind: string): Connector {
		const connector = this.connectors.get(kind);
		if (connector === undefined) throw new Error(`No connector is named "${kind}".`);
		return connector;
	}

	/**
	 * Makes a connected account known, or brings what is known of it up to date. Call when its trigger starts.
	 * Throws if the name is the fabric's own.
	 */
	async registerSystem(registration: SystemRegistration): Promise<Registered> {
		if (registration.name === DESK_SYSTEM) {
			throw new Error(`The name ${DESK_SYSTEM} is the fabric's own; give the system another one.`);
		}
		return await this.mappings.register(registration);
	}

	/** Every system that was ever registered, with its field map. */
	systems(): Promise<SystemRow[]> {
		return this.store.read((tx) => tx.systems.all());
	}

	/** Where the change source stopped, as it was given to {@link accept}; null: nothing was read yet. */
	cursor(system: string): Promise<Json> {
		return this.store.read((tx) => tx.systems.cursor(system));
	}

	/** Those of the records of which the hub knows what they hold. */
	knownRecords(
		system: string,
		crmIds: string[],
		object: ObjectName = 'contact',
	): Promise<Set<string>> {
		return this.store.read((tx) => tx.identity.known(system, object, crmIds));
	}

	/**
	 * Takes a batch of the change source into the inbox and moves the cursor, in one transaction. An event whose id
	 * is known already, or which tells nothing new, is left out; one that does not fit the schema becomes a dead letter.
	 */
	async accept(system: string, batch: ChangeBatch): Promise<IntakeResult> {
		const result = await this.store.transaction((tx) =>
			takeIn(tx, system, batch, this.clock.now()),
		);
		if (result.accepted > 0) this.signals.emit(`events:${system}`);
		if (batch.complete) await this.firstReads.settle(system);
		return result;
	}

	/** Events that a process which is gone had on the canvas come back. Call once when a trigger starts. */
	recoverEvents(system: string): Promise<number> {
		const { now, random } = this.clock;
		return this.store.transaction((tx) => recoverEvents(tx, system, now(), random));
	}

	/** Due events, at most `limit`, in the order they were read, for one execution; undefined: none is due. */
	nextEvents(system: string, limit: number): Promise<EventBatch | undefined> {
		return this.store.transaction((tx) =>
			nextEvents(tx, system, limit, this.clock.now(), this.clock.uuid),
		);
	}

	/**
	 * The execution that carried the batch has ended. Well: events that no Field Merge saw are closed as filtered.
	 * Else they are emitted again later, and after a number of tries become dead letters.
	 */
	async finishEvents(system: string, batchId: string, end: ExecutionEnd): Promise<void> {
		const { now, random } = this.clock;
		await this.store.transaction((tx) => finishEvents(tx, batchId, end, now(), random));
		await this.firstReads.settle(system);
	}

	/** An event that no longer fits its schema on the canvas becomes a dead letter. False if the inbox does not know it. */
	rejectEvent(eventId: string, reason: string): Promise<boolean> {
		return this.store.transaction((tx) => rejectEvent(tx, eventId, reason, this.clock.now()));
	}

	/**
	 * Whose record is each event's? One decision an event, in order. `whileInReview`: what becomes of a record while a
	 * person is asked. Default `hold`. `rules`: what another tax id means. Default: a question.
	 */
	resolve(
		events: readonly ChangeEvent[],
		thresholds?: Thresholds,
		whileInReview?: WhileInReview,
		rules?: RuleOptions,
	): Promise<IdentityDecision[]> {
		return this.store.transaction(async (tx) => {
			const unified = await withUnifiedReferences(tx, events);
			const now = this.clock.now();
			return resolveBatch(tx, unified, { thresholds, whileInReview, rules, now });
		});
	}

	/**
	 * Merges what changed into the registers, writes the audit trail and opens deliveries to the records that differ,
	 * in one transaction. One report an event, in order. Throws if an event's record belongs to no client yet.
	 */
	async merge(events: readonly ChangeEvent[], rules: FieldRule[]): Promise<MergeReport[]> {
		const { outcomes, opened, freed } = await this.store.transaction(async (tx) => {
			const result = await this.mergeIn(tx, events, rules);
			const marked = await markDeliveries(tx, result.touched, this.hubOptions());
			return { outcomes: result.outcomes, opened: marked.opened, freed: result.freed };
		});
		if (opened > 0) this.signals.emit('deliveries');
		for (const system of freed) this.signals.emit(`events:${system}`);
		return outcomes.map((outcome, index) => ({ ...outcome, event: events[index] as ChangeEvent }));
	}

	/**
	 * Hands out due deliveries, at most `limit`, with what is to be written now. A claim runs out after a while; see
	 * {@link extendClaims}. `urgencies`: only deliveries that are so urgent. Nothing while the CRM is known to be down.
	 */
	claim(system: string, limit: number, urgencies?: readonly Urgency[]): Promise<DeliveryJob[]> {
		return this.store.transaction((tx) =>
			claimDeliveries(tx, {
				connectorOf: (kind) => this.connector(kind),
				now: this.clock.now(),
				limit,
				system,
				urgencies,
				uuid: this.clock.uuid,
			}),
		);
	}

	/** Keeps claims alive while their execution is under way. */
	extendClaims(tokens: readonly string[]): Promise<void> {
		return this.store.transaction((tx) =>
			tx.deliveries.extendLeases(tokens, this.clock.now() + LEASE_MS),
		);
	}

	/** The execution has ended: claims that no Delivery Result answered are tried again later. Resolves to their number. */
	async finishClaims(tokens: readonly string[], reason: string): Promise<number> {
		return this.store.transaction((tx) => endClaims(tx, tokens, reason, this.hubOptions()));
	}

	/**
	 * Records what came of claimed deliveries, one result a report, in order: confirmed, tried again later, a dead
	 * letter; `stale` if the claim had run out meanwhile.
	 */
	async recordResults(reports: readonly DeliveryReport[]): Promise<RecordedResult[]> {
		const results = await this.store.transaction((tx) =>
			recordResults(tx, reports, this.hubOptions()),
		);
		this.signals.emit('deliveries');
		// A refusal that is doubted: the system's fields are to be looked at before the next try.
		for (const [place, { state, system }] of results.entries()) {
			const isDoubted = reports[place]?.outcome.status === 'rejected' && state === 'retry';
			if (isDoubted && system !== null) this.signals.emit(`mapping:${system}`);
		}
		return results;
	}

	/** Writes what is still in memory and closes the store. */
	async close(): Promise<void> {
		await this.pushes.flush();
		await this.signals.close();
		await this.store.close();
	}

	/** Merges without marking. */
	private async mergeIn(
		tx: StoreTransaction,
		events: readonly ChangeEvent[],
		rules: FieldRule[],
	): Promise<MergedEvents> {
		const now = this.clock.now();
		const systems = await tx.systems.all();
		return mergeEvents(tx, events, {
			rules: mergeRules(
				rules,
				Object.fromEntries(systems.map(({ name, priority }) => [name, priority])),
			),
			fieldMaps: new Map(systems.map(({ name, fieldMap }) => [name, fieldMap])),
			holds: new Map(systems.map(({ name, holds = [] }) => [name, holds])),
			isTakenOut: (event) => {
				const system = systems.find(({ name }) => name === event.system);
				return system !== undefined && isTakenOut(event, system, this.connector(system.connector));
			},
			now,
		});
	}

	private hubOptions() {
		const { now, random } = this.clock;
		return { connectorOf: (kind: string) => this.connector(kind), now: now(), random };
	}
}
