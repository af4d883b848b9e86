/**
 * Marks the records of the given entities that differ now: opens a delivery for each, or withdraws
 * one that is no longer needed. At most one open delivery a record.
 */
import type { Connector } from '../connectors/connector';
import { recordKey } from '../model/event';
import { PRIORITY, type DeliveryRow, type Link, type SystemRow } from '../model/rows';
import { desiredFields } from '../merge/register';
import type { NewDelivery } from '../store/deliveries';
import type { StoreTransaction } from '../store/store';
import { planRecord } from './plan';

export type ConnectorOf = (kind: string) => Connector;

export interface MarkOptions {
	connectorOf: ConnectorOf;
	/** ms */
	now: number;
	priority?: number;
}

export interface MarkResult {
	opened: number;
	withdrawn: number;
}

/** `touched`: entity -> the record whose edit is the cause. */
export async function markDeliveries(
	tx: StoreTransaction,
	touched: ReadonlyMap<string, { syncOrigin: string }>,
	options: MarkOptions,
): Promise<MarkResult> {
	const ids = [...touched.keys()];
	if (ids.length === 0) return { opened: 0, withdrawn: 0 };
	const systems = await tx.systems.all();
	const registers = await tx.registers.registers(ids);
	const links = await tx.identity.linksOf(ids);
	const shadows = await tx.registers.shadows(links);
	const alive = await tx.deliveries.aliveOf(ids);
	const allReady = systems.every(({ readyAt }) => readyAt !== null);
	const opened: NewDelivery[] = [];
	const withdrawn: number[] = [];
	const again: number[] = [];
	for (const [entityId, { syncOrigin }] of touched) {
		const wanted = desiredFields(registers.get(entityId) ?? {});
		const own = links.filter((link) => link.entityId === entityId);
		const pending = alive.filter((delivery) => delivery.entityId === entityId);
		const base = {
			entityId,
			syncOrigin,
			priority: options.priority ?? PRIORITY.live,
			nextAt: options.now,
		};
		for (const target of targets(systems, own, allReady)) {
			const connector = options.connectorOf(target.system.connector);
			const shadow = target.link && (shadows.get(recordKey(target.link)) ?? { fields: {} });
			const { changes } = planRecord(connector, target.system, wanted, shadow);
			const standing = standingDelivery(pending, target, entityId);
			const differs = target.link?.state !== 'unlinked' && Object.keys(changes).length > 0;
			if (standing === undefined && differs) opened.push({ ...base, ...address(target, entityId) });
			else if (standing?.state === 'claimed') again.push(standing.id);
			else if (standing !== undefined && !differs) withdrawn.push(standing.id);
		}
	}
	await tx.deliveries.open(opened, options.now);
	await tx.deliveries.settle(withdrawn, 'superseded', options.now, 'The record agrees again.');
	await tx.deliveries.lookAgain(again);
	return { opened: opened.length, withdrawn: withdrawn.length };
}

interface Target {
	system: SystemRow;
	/** Absent: the entity has no record there yet. */
	link?: Link;
}

/** Every linked record, and every system in which the entity should be created. */
function targets(systems: SystemRow[], links: Link[], allReady: boolean): Target[] {
	const result: Target[] = [];
	const lives = links.some(({ state }) => state === 'active');
	for (const system of systems) {
		const own = links.filter((link) => link.system === system.name);
		result.push(...own.map((link) => ({ system, link })));
		// Before every system has been read once, a client that seems to be missing may only be unread.
		if (own.length === 0 && system.creates && allReady && lives) result.push({ system });
	}
	return result;
}

function standingDelivery(
	pending: DeliveryRow[],
	{ system, link }: Target,
	entityId: string,
): DeliveryRow | undefined {
	const target = link?.crmId ?? createTarget(entityId);
	return pending.find((delivery) => delivery.system === system.name && delivery.target === target);
}

export function createTarget(entityId: string): string {
	return `new:${entityId}`;
}

function address({ system, link }: Target, entityId: string) {
	return link === undefined
		? {
				system: system.name,
				object: 'contact',
				target: createTarget(entityId),
				crmId: null,
				operation: 'create' as const,
			}
		: {
				system: system.name,
				object: link.object,
				target: link.crmId,
				crmId: link.crmId,
				operation: 'update' as const,
			};
}
