/**
 * Marks the records of the given entities that differ now, or should be removed or brought back: opens a
 * delivery for each, or withdraws one that is no longer needed. At most one open delivery a record; the
 * table of what becomes of a standing one is in lib/removal/departure.ts.
 */
import type { Cause } from '../merge/cause';
import type { Operation } from '../model/delivery';
import { PRIORITY, type DeliveryRow } from '../model/rows';
import { endDepartures } from '../removal/ending';
import { keepRemovalQuestions, type RemovalAsk } from '../removal/questions';
import { fingerprint, targetKey } from '../removal/refusal';
import type { NewDelivery } from '../store/deliveries';
import type { StoreTransaction } from '../store/store';
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

export interface MarkOptions {
	connectorOf: ConnectorOf;
	/** ms */
	now: number;
	priority?: number;
	/** A system that is about to become ready: counted as ready. */
	assumeReady?: string;
	/** The run that it belongs to, where `touched` names none. */
	run?: string;
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
	const scene = await Scene.load(tx, [...touched.keys()], touched);
	const marker = new Marker(scene, options);
	for (const [entityId, cause] of touched) marker.compare(scene.entity(entityId), cause);
	return marker.save(tx);
}

class Marker {
	private readonly opened: NewDelivery[] = [];
	private readonly withdrawn: DeliveryRow[] = [];
	private readonly again: number[] = [];
	private readonly asks: RemovalAsk[] = [];
	private readonly departing: string[] = [];
	private readonly returned: EntityScene[] = [];
	private readonly refused: EntityScene[] = [];
	private readonly allReady: boolean;

	constructor(
		private readonly scene: Scene,
		private readonly options: MarkOptions,
	) {
		this.allReady = scene.systems.every(
			({ name, readyAt }) => readyAt !== null || name === options.assumeReady,
		);
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
			const index = standing.findIndex((row) => concerns(row, target));
			const [delivery] = index < 0 ? [] : standing.splice(index, 1);
			if (delivery !== undefined && !this.replaces(delivery, want.operation)) continue;
			if (this.isRefused(entity, target, want) || want.operation === null) continue;
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
		await openDeliveries(tx, this.opened, this.scene.systems, now);
		for (const { entityId, refused } of this.refused)
			await tx.entities.saveRefused(entityId, refused);
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

	/** Did a person refuse this very write? Any other one is a newer change: the refusal is over. */
	private isRefused(entity: EntityScene, { system, link }: Target, want: Want): boolean {
		const key = targetKey(system.name, link?.crmId ?? null);
		const refused = entity.refused[key];
		if (refused === undefined) return false;
		if (refused === fingerprint(want.operation, want.changes)) return true;
		delete entity.refused[key];
		if (!this.refused.includes(entity)) this.refused.push(entity);
		return false;
	}

	private open(
		{ entityId }: EntityScene,
		{ system, link }: Target,
		operation: Operation,
		cause: Cause,
	) {
		const { priority = PRIORITY.live, now: nextAt, run } = this.options;
		this.opened.push({
			system: system.name,
			object: link?.object ?? 'contact',
			target: link?.crmId ?? createTarget(entityId),
			crmId: link?.crmId ?? null,
			entityId,
			operation,
			syncOrigin: cause.syncOrigin,
			priority,
			run: cause.run ?? run,
			nextAt,
		});
	}
}
