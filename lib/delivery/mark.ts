/**
 * Marks the records of the given entities that differ now: opens a delivery for each, or withdraws
 * one that is no longer needed. At most one open delivery a record.
 */
import type { Connector } from '../connectors/connector';
import { recordKey } from '../model/event';
import { byEntity, PRIORITY, type DeliveryRow, type Link, type SystemRow } from '../model/rows';
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
	/** A system that is about to become ready: counted as ready. */
	assumeReady?: string;
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
	const allLinks = await tx.identity.linksOf(ids);
	const shadows = await tx.registers.shadows(allLinks);
	const links = byEntity(allLinks);
	const alive = byEntity(await tx.deliveries.aliveOf(ids));
	const { assumeReady } = options;
	const allReady = systems.every(({ name, readyAt }) => readyAt !== null || name === assumeReady);
	const awaited = new Set(
		(await tx.reviews.awaited(ids)).map((row) => `${row.system}/${row.entityId}`),
	);
	const marks: Marks = { opened: [], withdrawn: [], again: [] };
	for (const [entityId, { syncOrigin }] of touched) {
		const wanted = desiredFields(registers.get(entityId) ?? {});
		const own = links.get(entityId) ?? [];
		const standing = [...(alive.get(entityId) ?? [])];
		for (const target of targets(systems, own, allReady)) {
			// A person is about to say whether a record there is this client: creating one now might double it.
			if (target.link === undefined && awaited.has(`${target.system.name}/${entityId}`)) continue;
			const connector = options.connectorOf(target.system.connector);
			const shadow = target.link && (shadows.get(recordKey(target.link)) ?? { fields: {} });
			const { changes } = planRecord(connector, target.system, wanted, shadow);
			const differs = target.link?.state !== 'unlinked' && Object.keys(changes).length > 0;
			const delivery = takeStanding(standing, target, entityId);
			if (delivery !== undefined) keepStanding(marks, delivery, differs);
			else if (differs) {
				const { priority = PRIORITY.live, now: nextAt } = options;
				marks.opened.push({
					...addressOf(target, entityId),
					entityId,
					syncOrigin,
					priority,
					nextAt,
				});
			}
		}
		const lives = own.some(({ state }) => state === 'active');
		for (const delivery of standing)
			keepStanding(marks, delivery, lives && !isFound(delivery, own));
	}
	await tx.deliveries.open(marks.opened, options.now);
	const reason = 'The record agrees again.';
	await tx.deliveries.settle(marks.withdrawn, 'superseded', options.now, reason);
	await tx.deliveries.lookAgain(marks.again);
	return { opened: marks.opened.length, withdrawn: marks.withdrawn.length };
}

interface Marks {
	opened: NewDelivery[];
	withdrawn: number[];
	again: number[];
}

/** One that is under way is compared again when it ends; an open one is withdrawn if nothing differs any more. */
function keepStanding(marks: Marks, { id, state }: DeliveryRow, differs: boolean): void {
	if (state === 'claimed') marks.again.push(id);
	else if (!differs) marks.withdrawn.push(id);
}

/** A record that was to be created turned up by itself: its create must not be tried again. */
export function isFound(
	delivery: Pick<DeliveryRow, 'operation' | 'system'>,
	links: readonly Link[],
): boolean {
	const isHere = ({ system, state }: Link) => system === delivery.system && state === 'active';
	return delivery.operation === 'create' && links.some(isHere);
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

/** Takes the target's delivery out of those that stand. */
function takeStanding(
	standing: DeliveryRow[],
	{ system, link }: Target,
	entityId: string,
): DeliveryRow | undefined {
	const target = link?.crmId ?? createTarget(entityId);
	const index = standing.findIndex((row) => row.system === system.name && row.target === target);
	return index < 0 ? undefined : standing.splice(index, 1)[0];
}

export function createTarget(entityId: string): string {
	return `new:${entityId}`;
}

function addressOf({ system, link }: Target, entityId: string) {
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
