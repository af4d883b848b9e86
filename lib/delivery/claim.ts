/**
 * Claims due deliveries: computes what to write *now* (registers minus shadow), notes it as in
 * flight, and hands it out under a lease. A claim that is never answered comes free again.
 */
import { createHash, randomUUID } from 'node:crypto';
import { recordKey } from '../model/event';
import type { DeliveryJob } from '../model/delivery';
import { byEntity, type DeliveryRow, type SystemRow } from '../model/rows';
import { desiredFields } from '../merge/register';
import { endFlights, intend, knownFields, type Shadow } from '../merge/shadow';
import type { StoreTransaction } from '../store/store';
import { buryDeliveries } from './bury';
import { isFound, markDeliveries, type ConnectorOf } from './mark';
import { planRecord } from './plan';
import { DELIVERY_RETRY, isExhausted } from './retry';

export const LEASE_MS = 45_000;
const MAX_ROUNDS = 5;
/** Contents of a create's tries that are remembered. */
const MAX_TRIED = 5;
const UNANSWERED =
	'No result came back for it, several times over. See that the canvas leads every delivery to a Delivery Result, then retry.';

export interface ClaimOptions {
	connectorOf: ConnectorOf;
	/** ms */
	now: number;
	limit: number;
	/** Only deliveries to this system. */
	system: string;
}

/** Answers `limit` jobs at most; deliveries that turn out to be needless are settled and make room. */
export async function claimDeliveries(
	tx: StoreTransaction,
	options: ClaimOptions,
): Promise<DeliveryJob[]> {
	await tx.deliveries.releaseExpired(options.now);
	const system = await tx.systems.get(options.system);
	if (system === undefined) return [];
	const jobs: DeliveryJob[] = [];
	for (let round = 0; round < MAX_ROUNDS && jobs.length < options.limit; round += 1) {
		const room = options.limit - jobs.length;
		const due = await tx.deliveries.due(room, options.now, options.system);
		if (due.length === 0) break;
		jobs.push(...(await claimDue(tx, due, system, options)));
	}
	return jobs;
}

async function claimDue(
	tx: StoreTransaction,
	due: DeliveryRow[],
	system: SystemRow,
	options: ClaimOptions,
): Promise<DeliveryJob[]> {
	const ids = [...new Set(due.map(({ entityId }) => entityId))];
	const registers = await tx.registers.registers(ids);
	const links = byEntity(await tx.identity.linksOf(ids));
	const addresses = due.flatMap((row) =>
		row.crmId === null ? [] : [{ ...row, crmId: row.crmId }],
	);
	const shadows = await tx.registers.shadows(addresses);
	const awaited = await tx.reviews.awaited(ids);
	const inReview = new Set(awaited.map((one) => `${one.system}/${one.entityId}`));
	const jobs: DeliveryJob[] = [];
	const sorted = {
		asked: [] as number[],
		idle: [] as number[],
		found: [] as DeliveryRow[],
		spent: [] as DeliveryRow[],
	};
	for (const row of due) {
		const shadow = row.crmId === null ? undefined : (shadows.get(keyOf(row)) ?? { fields: {} });
		const wanted = desiredFields(registers.get(row.entityId) ?? {});
		const plan = planRecord(options.connectorOf(system.connector), system, wanted, shadow);
		if (isFound(row, links.get(row.entityId) ?? [])) sorted.found.push(row);
		else if (row.operation === 'create' && inReview.has(`${row.system}/${row.entityId}`)) {
			sorted.asked.push(row.id);
		} else if (row.operation !== 'delete' && Object.keys(plan.changes).length === 0) {
			sorted.idle.push(row.id);
		} else if (isExhausted(DELIVERY_RETRY, row.attempts)) sorted.spent.push(row);
		else jobs.push(job(row, system, plan, shadow));
	}
	await tx.deliveries.settle(sorted.idle, 'superseded', options.now, 'The record agrees again.');
	await tx.deliveries.settle(sorted.asked, 'superseded', options.now, 'A review asks first.');
	await buryDeliveries(tx, sorted.spent, UNANSWERED, 'unanswered', options.now);
	await hold(tx, jobs, due, shadows, options.now);
	await goOnAsUpdates(tx, sorted.found, options);
	return jobs;
}

/** The record is there already: what still differs is written as an update. */
async function goOnAsUpdates(
	tx: StoreTransaction,
	found: DeliveryRow[],
	options: ClaimOptions,
): Promise<void> {
	const reason = 'The record turned up by itself.';
	const ids = found.map(({ id }) => id);
	await tx.deliveries.settle(ids, 'superseded', options.now, reason);
	const touched = new Map(found.map(({ entityId, syncOrigin }) => [entityId, { syncOrigin }]));
	await markDeliveries(tx, touched, options);
}

function keyOf(row: DeliveryRow): string {
	return recordKey({ system: row.system, object: row.object, crmId: row.crmId ?? '' });
}

function job(
	row: DeliveryRow,
	system: SystemRow,
	plan: ReturnType<typeof planRecord>,
	shadow: Shadow | undefined,
): DeliveryJob {
	return {
		deliveryId: row.id,
		claimToken: randomUUID(),
		attempt: row.attempts + 1,
		system: row.system,
		object: 'contact',
		operation: row.operation,
		unifiedId: row.entityId,
		crmId: row.crmId,
		changes: plan.changes,
		desired: plan.desired,
		known: knownFields(shadow),
		fieldMap: system.fieldMap,
		settings: system.settings,
		gonePolicy: system.gonePolicy,
		idempotencyKey: idempotencyKey(row, plan.changes),
		syncOrigin: row.syncOrigin,
		openedAt: new Date(row.openedAt).toISOString(),
	};
}

/** The same delivery writing the same values has the same key, whichever try it is. */
function idempotencyKey(row: DeliveryRow, changes: unknown): string {
	const content = createHash('sha256').update(JSON.stringify(changes)).digest('hex').slice(0, 16);
	return `crm-fabric-${row.id}-${content}`;
}

async function hold(
	tx: StoreTransaction,
	jobs: DeliveryJob[],
	due: DeliveryRow[],
	shadows: Map<string, Shadow>,
	now: number,
): Promise<void> {
	const tried = new Map(due.map((row) => [row.id, row.tried]));
	for (const { deliveryId: id, claimToken: token, operation, changes, ...rest } of jobs) {
		await tx.deliveries.claim({
			id,
			token,
			leaseUntil: now + LEASE_MS,
			changes,
			tried: operation === 'create' ? [...(tried.get(id) ?? []), changes].slice(-MAX_TRIED) : [],
			idempotencyKey: rest.idempotencyKey,
		});
	}
	const writes = jobs.flatMap(({ system, object, crmId, changes }) => {
		if (crmId === null) return [];
		const shadow = shadows.get(recordKey({ system, object, crmId })) ?? { fields: {} };
		return [{ system, object, crmId, shadow: intend(endFlights(shadow, now), changes) }];
	});
	await tx.registers.saveShadows(writes, now);
}
