/**
 * Marks the records of the given entities that differ now, or should be removed or brought back: opens a
 * delivery for each, or withdraws one that is no longer needed. At most one open delivery a record; the
 * table of what becomes of a standing one is in lib/removal/departure.ts.
 */
import type { Cause } from '../merge/cause';
import type { Operation } from '../model/delivery';
import type { ObjectName } from '../model/objects';
import { PRIORITY, type DeliveryRow, type SystemRow } from '../model/rows';
import { endDepartures } from '../removal/ending';
import { keepRemovalQuestions, type RemovalAsk } from '../removal/questions';
import { fingerprint, targetKey } from '../removal/refusal';
import { BACKFILL_ORIGIN } from '../store/backfills';
import type { NewDelivery } from '../store/deliveries';
import type { StoreTransaction } from '../store/store';
import { skipBarred, skipRemovals, type BarredRemoval, type BarredWrite } from './barred';
import { openDeliveries } from './open';
import { Scene, type ConnectorOf, type EntityScene } from './scene';
import {
	concerns,
	createTarget,
	isAlive,
	isFound,
	mayCreate,
	targetsOf,
	wantOf,
	type Target,
	type Want,
} from './wanted';

export { createTarget, isFound, type ConnectorOf };

/** Compared at once with an entity that they name. */
const MAX_REFERRERS = 5_000;

export interface MarkOptions {
	connectorOf: ConnectorOf;
	/** ms */
	now: number;
	priority?: number;
	/** A system that is about to become ready: counted as ready. */
	assumeReady?: string;
	/** The run that it belongs to, where `touched` names none. */
	run?: string;
	/** A backfill loads the systems: whoever is missing is really missing. */
	loads?: boolean;
	/** When a delivery of this operation is due, ms. Default: now. */
	dueAt?: (system: string, operation: Operation, object: ObjectName) => number;
}

export interface MarkResult {
	opened: number;
	withdrawn: number;
}

/** Entity -> the record whose edit is the cause, and the run that it belongs to. */
export type TouchedEntities = ReadonlyMap<string, Cause>;

export async function markDeliveries(
	tx: StoreTransaction,
	touched: TouchedEntities,
	options: MarkOptions,
): Promise<MarkResult> {
	if (touched.size === 0) return { opened: 0, withdrawn: 0 };
	const all = await withReferrers(tx, touched);
	const scene = await Scene.load(tx, [...all.keys()], all);
	const marker = new Marker(scene, options);
	for (const [entityId, cause] of all) marker.compare(scene.entity(entityId), cause);
	return marker.save(tx);
}

/** What names an entity that has got a record somewhere may be written there now. */
async function withReferrers(
	tx: StoreTransaction,
	touched: TouchedEntities,
): Promise<TouchedEntities> {
	const whole = [...touched].filter(([, { fields }]) => fields === undefined);
	const referrers = await tx.references.referrers(
		whole.map(([id]) => id),
		MAX_REFERRERS,
	);
	if (referrers.length === 0) return touched;
	const [, first] = whole[0] ?? [];
	const cause = { syncOrigin: first?.syncOrigin ?? '', run: first?.run };
	return new Map([...referrers.map((id) => [id, cause] as const), ...touched]);
}

class Marker {
	private readonly opened: NewDelivery[] = [];
	private readonly withdrawn: DeliveryRow[] = [];
	private readonly again: number[] = [];
	private readonly asks: RemovalAsk[] = [];
	private readonly barred: BarredWrite[] = [];
	private readonly kept: BarredRemoval[] = [];
	private readonly departing: string[] = [];
	private readonly returned: EntityScene[] = [];
	private readonly refused: EntityScene[] = [];
	private readonly urgent: number[] = [];
	private readonly allReady: boolean;

	constructor(
		private readonly scene: Scene,
		private readonly options: MarkOptions,
	) {
		const isReady = ({ name, readyAt, awaitsLoad }: SystemRow) =>
			!awaitsLoad && (readyAt !== null || name === options.assumeReady);
		this.allReady = options.loads === true || scene.systems.every(isReady);
	}

	compare(entity: EntityScene, cause: Cause): void {
		const standing = [...entity.alive];
		if (entity.departure !== undefined) this.departing.push(entity.entityId);
		if (entity.returned !== undefined) this.returned.push(entity);
		for (const target of targetsOf(this.scene, entity, this.allReady)) {
			// A person is about to say whether a record there is this client: creating one now might double it.
			if (target.link === undefined && entity.awaited.has(target.system.name)) continue;
			const want = wantOf(
				this.scene,
				entity,
				target,
				this.options.connectorOf(target.system.connector),
			);
			this.ask(entity, target, want);
			if (want.isBarred && target.link !== undefined) {
				const { changes } = want;
				this.barred.push({ link: target.link, changes, syncOrigin: cause.syncOrigin });
			}
			if (want.isUnremovable) this.keep(entity, target);
			const index = standing.findIndex((row) => concerns(row, target));
			const [delivery] = index < 0 ? [] : standing.splice(index, 1);
			if (delivery !== undefined && !this.replaces(delivery, want.operation)) {
				this.hurry(delivery, cause);
				continue;
			}
			// That a record cannot be made yet is no newer change.
			const isNotYet = want.operation === null && target.link === undefined;
			if (isNotYet || this.isRefused(entity, target, want) || want.operation === null) continue;
			this.open(entity, target, want.operation, cause);
		}
		for (const delivery of standing) this.keepOther(entity, delivery);
	}

	async save(tx: StoreTransaction): Promise<MarkResult> {
		const { now } = this.options;
		const ids = this.withdrawn.map(({ id }) => id);
		await tx.deliveries.settle(
			ids,
			'superseded',
			now,
			'No longer wanted: the record agrees, or another write takes its place.',
		);
		await tx.registers.saveShadows(this.scene.endedRemovals(this.withdrawn, now), now);
		await tx.deliveries.lookAgain(this.again);
		await tx.deliveries.hurry(this.urgent, this.priorityOf(), now);
		await openDeliveries(tx, this.opened, this.scene.systems, now);
		for (const { entityId, refused } of this.refused)
			await tx.entities.saveRefused(entityId, refused);
		await skipBarred(tx, this.barred, now);
		await skipRemovals(tx, this.kept, now);
		await endDepartures(tx, this.returned, now);
		await keepRemovalQuestions(tx, this.departing, this.asks, now);
		return { opened: this.opened.length, withdrawn: ids.length };
	}

	/** True if the target is free for a delivery of the wanted operation. */
	private replaces(delivery: DeliveryRow, wanted: Operation | null): boolean {
		if (delivery.state === 'claimed') this.again.push(delivery.id);
		else if (delivery.operation !== wanted) this.withdrawn.push(delivery);
		return delivery.state !== 'claimed' && delivery.operation !== wanted;
	}

	/**
	 * What waits in a backfill's queue goes out at once when somebody edits the client. Not a create: what a CRM
	 * adds by itself to a record that the same backfill made there would hurry the others, one by one.
	 */
	private hurry({ id, state, priority, operation }: DeliveryRow, cause: Cause): void {
		const isQueued = state === 'open' && priority === PRIORITY.backfill && operation !== 'create';
		if (isQueued && this.priorityOf(cause) < priority) this.urgent.push(id);
	}

	private priorityOf(cause?: Cause): number {
		const isBackfill = cause?.syncOrigin === BACKFILL_ORIGIN;
		return this.options.priority ?? (isBackfill ? PRIORITY.backfill : PRIORITY.live);
	}

	/** One that is for no target, e.g. a create that a person or a policy asked for. */
	private keepOther(entity: EntityScene, delivery: DeliveryRow): void {
		const system = this.scene.systems.find(({ name }) => name === delivery.system);
		const isFree =
			system === undefined || delivery.operation !== 'create' || mayCreate(entity, system);
		const isWanted = isAlive(entity) && !isFound(delivery, entity.links) && isFree;
		if (delivery.state === 'claimed') this.again.push(delivery.id);
		else if (!isWanted) this.withdrawn.push(delivery);
	}

	private ask({ entityId, departure }: EntityScene, { link }: Target, { ask }: Want): void {
		if (ask === undefined || departure === undefined || link === undefined) return;
		const isAsked = this.asks.some(
			(one) => one.entityId === entityId && one.link.system === link.system,
		);
		const shadow = this.scene.shadow(link);
		if (!isAsked) this.asks.push({ entityId, departure, link, shadow, operation: ask });
	}

	private keep({ departure }: EntityScene, { link }: Target): void {
		if (link === undefined || departure === undefined) return;
		const isTold = this.scene.shadow(link)?.unremovableAt === departure.at;
		if (!isTold) this.kept.push({ link, departure });
	}

	/** Did a person refuse this very write? Any other one is a newer change: the refusal is over. */
	private isRefused(entity: EntityScene, { system, link }: Target, want: Want): boolean {
		if (!entity.isRefused) return false;
		const key = targetKey(system.name, link?.crmId ?? null);
		const refused = entity.refused[key];
		if (refused === undefined) return false;
		if (refused === fingerprint(want.operation, want.changes)) return true;
		delete entity.refused[key];
		if (!this.refused.includes(entity)) this.refused.push(entity);
		return false;
	}

	private open(
		{ entityId, object }: EntityScene,
		{ system, link }: Target,
		operation: Operation,
		cause: Cause,
	) {
		const { now, run, dueAt } = this.options;
		this.opened.push({
			system: system.name,
			object,
			target: link?.crmId ?? createTarget(entityId),
			crmId: link?.crmId ?? null,
			entityId,
			operation,
			syncOrigin: cause.syncOrigin,
			priority: this.priorityOf(cause),
			run: cause.run ?? run,
			nextAt: dueAt?.(system.name, operation, object) ?? now,
		});
	}
}
