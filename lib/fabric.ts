/**
 * The fabric: the hub as nodes and tests use it. Each method is one store transaction; items go in,
 * decisions come out. Nothing here knows n8n or HTTP.
 */
import { Backfills } from './backfill/backfills';
import { systemClock, type Clock } from './clock';
import type { ChangeBatch, Connector, Json } from './connectors/connector';
import type { BudgetPort } from './connectors/shared-budget';
import { claimDeliveries, LEASE_MS } from './delivery/claim';
import { markDeliveries, type TouchedEntities } from './delivery/mark';
import { recordResults, type DeliveryReport, type RecordedResult } from './delivery/result';
import { Desk } from './desk/desk';
import { Weighing } from './identity/estimation';
import { resolveBatch, type IdentityDecision } from './identity/resolve';
import type { Thresholds } from './identity/bands';
import type { RuleOptions } from './identity/rules';
import { History } from './history/history';
import {
	bury,
	finishEvents,
	isBecomingReady,
	nextEvents,
	recoverEvents,
	type EventBatch,
	type ExecutionEnd,
} from './inbox/emission';
import { takeIn, type IntakeResult } from './inbox/intake';
import { DESK_SYSTEM } from './merge/clock';
import type { MergeOutcome } from './merge/batch';
import { mergeRules, type FieldRule } from './merge/rules';
import type { DeliveryJob, Urgency } from './model/delivery';
import type { ChangeEvent } from './model/event';
import type { ObjectName } from './model/objects';
import { PRIORITY, type SystemRow, type WhileInReview } from './model/rows';
import { withUnifiedReferences } from './references/inbound';
import { mergeEvents, type MergedEvents } from './references/merge-events';
import { Mappings } from './mapping/mappings';
import { PushDesk } from './push/desk';
import { Quality } from './quality/quality';
import { Reconcile } from './reconcile/reconcile';
import { Signals } from './signals';
import { budgetPort } from './store/budgets';
import { isTakenOut } from './removal/archive-field';
import { UNSETTLED } from './store/schema';
import type { Store, StoreTransaction } from './store/store';
import type { SystemRegistration } from './store/systems';

export interface MergeReport extends MergeOutcome {
	event: ChangeEvent;
}

/** Entities compared in one transaction when a system becomes ready. */
const SWEEP_PAGE = 200;

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
	private readonly sweeping = new Set<string>();

	constructor(
		private readonly store: Store,
		private readonly connectors: ReadonlyMap<string, Connector>,
		private readonly clock: Clock = systemClock,
		/** `events:<system>` when an inbox has something due, `deliveries` when a delivery was opened. */
		readonly signals: Signals = new Signals(),
	) {
		this.budgets = budgetPort(store, clock);
		const connectorOf = (kind: string) => this.connector(kind);
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

	connector(kind: string): Connector {
		const connector = this.connectors.get(kind);
		if (connector === undefined) throw new Error(`No connector is named "${kind}".`);
		return connector;
	}

	async registerSystem(registration: SystemRegistration): Promise<SystemRow> {
		if (registration.name === DESK_SYSTEM) {
			throw new Error(`The name ${DESK_SYSTEM} is the fabric's own; give the system another one.`);
		}
		return await this.mappings.register(registration);
	}

	systems(): Promise<SystemRow[]> {
		return this.store.read((tx) => tx.systems.all());
	}

	cursor(system: string): Promise<Json> {
		return this.store.read((tx) => tx.systems.cursor(system));
	}

	knownRecords(
		system: string,
		crmIds: string[],
		object: ObjectName = 'contact',
	): Promise<Set<string>> {
		return this.store.read((tx) => tx.identity.known(system, object, crmIds));
	}

	/** Inbox and cursor in one transaction. */
	async accept(system: string, batch: ChangeBatch): Promise<IntakeResult> {
		const result = await this.store.transaction((tx) =>
			takeIn(tx, system, batch, this.clock.now()),
		);
		if (result.accepted > 0) this.signals.emit(`events:${system}`);
		if (batch.complete) await this.settleFirstRead(system);
		return result;
	}

	/** Events that a process which is gone had on the canvas come back. Call once when a trigger starts. */
	recoverEvents(system: string): Promise<number> {
		const { now, random } = this.clock;
		return this.store.transaction((tx) => recoverEvents(tx, system, now(), random));
	}

	nextEvents(system: string, limit: number): Promise<EventBatch | undefined> {
		return this.store.transaction((tx) =>
			nextEvents(tx, system, limit, this.clock.now(), this.clock.uuid),
		);
	}

	async finishEvents(system: string, batchId: string, end: ExecutionEnd): Promise<void> {
		const { now, random } = this.clock;
		await this.store.transaction((tx) => finishEvents(tx, batchId, end, now(), random));
		await this.settleFirstRead(system);
	}

	/** An event that no longer fits its schema on the canvas becomes a dead letter. False if the inbox does not know it. */
	rejectEvent(eventId: string, reason: string): Promise<boolean> {
		return this.store.transaction(async (tx) => {
			const entry = (await tx.inbox.statesOf([eventId])).get(eventId);
			const item = entry && (await tx.inbox.get(entry.seq));
			if (item === undefined || !UNSETTLED.includes(entry?.state ?? 'dead')) return false;
			await bury(tx, [item], reason, 'schema', this.clock.now());
			return true;
		});
	}

	/**
	 * `whileInReview`: what becomes of a record while a person is asked. Default `hold`. `rules`: what another tax
	 * id means. Default: a question.
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

	/** Merges and marks in one transaction. */
	async merge(events: readonly ChangeEvent[], rules: FieldRule[]): Promise<MergeReport[]> {
		const { outcomes, opened, freed } = await this.store.transaction(async (tx) => {
			const result = await this.mergeIn(tx, events, rules);
			const marked = await this.mark(tx, result.touched);
			return { outcomes: result.outcomes, opened: marked.opened, freed: result.freed };
		});
		if (opened > 0) this.signals.emit('deliveries');
		for (const system of freed) this.signals.emit(`events:${system}`);
		return outcomes.map((outcome, index) => ({ ...outcome, event: events[index] as ChangeEvent }));
	}

	/** `urgencies`: only deliveries that are so urgent. Nothing while the CRM is known to be down. */
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

	/** The execution has ended: claims that no Delivery Result answered are tried again later. */
	async finishClaims(tokens: readonly string[], reason: string): Promise<number> {
		return this.store.transaction(async (tx) => {
			const left = await tx.deliveries.stillClaimed(tokens);
			const outcome = { status: 'retry', reason, code: 'execution', outcomeUnknown: true } as const;
			const reports = left.map(({ id: deliveryId, claimToken }) => ({
				deliveryId,
				claimToken: claimToken ?? '',
				outcome,
			}));
			await recordResults(tx, reports, this.resultOptions());
			return left.length;
		});
	}

	async recordResults(reports: readonly DeliveryReport[]): Promise<RecordedResult[]> {
		const results = await this.store.transaction((tx) =>
			recordResults(tx, reports, this.resultOptions()),
		);
		this.signals.emit('deliveries');
		// A refusal that is doubted: the system's fields are to be looked at before the next try.
		for (const [place, { state, system }] of results.entries()) {
			const isDoubted = reports[place]?.outcome.status === 'rejected' && state === 'retry';
			if (isDoubted && system !== null) this.signals.emit(`mapping:${system}`);
		}
		return results;
	}

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

	private resultOptions() {
		const { now, random } = this.clock;
		return { connectorOf: (kind: string) => this.connector(kind), now: now(), random };
	}

	private mark(
		tx: StoreTransaction,
		touched: TouchedEntities,
		options: { priority?: number; assumeReady?: string; run?: string } = {},
	) {
		const connectorOf = (kind: string) => this.connector(kind);
		return markDeliveries(tx, touched, { connectorOf, now: this.clock.now(), ...options });
	}

	/** Makes the system ready once everything that it held at the start has been read and settled. */
	private async settleFirstRead(system: string): Promise<void> {
		if (this.sweeping.has(system)) return;
		this.sweeping.add(system);
		try {
			if (await this.store.read((tx) => isBecomingReady(tx, system))) await this.sweep(system);
		} finally {
			this.sweeping.delete(system);
		}
	}

	/**
	 * Every entity is compared with every system: what could not be created before is opened now.
	 * The system counts as ready only after the last page, so a crash on the way repeats the sweep.
	 */
	private async sweep(system: string): Promise<void> {
		let after: string | null = null;
		for (;;) {
			const page: string[] = await this.store.transaction(async (tx) => {
				const ids = await tx.identity.page(after, SWEEP_PAGE);
				if (ids.length === 0) await tx.systems.setReady(system, this.clock.now());
				const touched = new Map(ids.map((id) => [id, { syncOrigin: 'first-read' }]));
				const run = `first-read/${system}`;
				await this.mark(tx, touched, { priority: PRIORITY.backfill, assumeReady: system, run });
				return ids;
			});
			if (page.length === 0) break;
			after = page[page.length - 1] ?? null;
		}
		this.signals.emit('deliveries');
	}
}
