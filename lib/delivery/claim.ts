/**
 * Claims due deliveries: computes what to write *now* (registers minus shadow), notes it as in
 * flight, and hands it out under a lease. A claim that is never answered comes free again.
 */
import { createHash, randomUUID } from 'node:crypto';
import { recordKey } from '../model/event';
import type { DeliveryJob } from '../model/delivery';
import type { DeliveryRow, SystemRow } from '../model/rows';
import { desiredFields } from '../merge/register';
import { intend, knownFields, type Shadow } from '../merge/shadow';
import type { StoreTransaction } from '../store/store';
import type { ConnectorOf } from './mark';
import { planRecord } from './plan';

export const LEASE_MS = 45_000;

export interface ClaimOptions {
	connectorOf: ConnectorOf;
	/** ms */
	now: number;
	limit: number;
	/** Only deliveries to this system. */
	system: string;
}

export async function claimDeliveries(
	tx: StoreTransaction,
	options: ClaimOptions,
): Promise<DeliveryJob[]> {
	await tx.deliveries.releaseExpired(options.now);
	const system = await tx.systems.get(options.system);
	if (system === undefined) return [];
	const due = await tx.deliveries.due(options.limit, options.now, options.system);
	const ids = [...new Set(due.map(({ entityId }) => entityId))];
	const registers = await tx.registers.registers(ids);
	const addresses = due.flatMap((row) =>
		row.crmId === null ? [] : [{ ...row, crmId: row.crmId }],
	);
	const shadows = await tx.registers.shadows(addresses);
	const jobs: DeliveryJob[] = [];
	const idle: number[] = [];
	for (const row of due) {
		const shadow = row.crmId === null ? undefined : (shadows.get(keyOf(row)) ?? { fields: {} });
		const wanted = desiredFields(registers.get(row.entityId) ?? {});
		const plan = planRecord(options.connectorOf(system.connector), system, wanted, shadow);
		if (row.operation !== 'delete' && Object.keys(plan.changes).length === 0) idle.push(row.id);
		else jobs.push(job(row, system, plan, shadow));
	}
	await tx.deliveries.settle(idle, 'superseded', options.now, 'The record agrees again.');
	await hold(tx, jobs, shadows, options.now);
	return jobs;
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
	shadows: Map<string, Shadow>,
	now: number,
): Promise<void> {
	for (const { deliveryId: id, claimToken: token, changes, idempotencyKey: key } of jobs) {
		await tx.deliveries.claim({
			id,
			token,
			leaseUntil: now + LEASE_MS,
			changes,
			idempotencyKey: key,
		});
	}
	const writes = jobs.flatMap(({ system, object, crmId, changes }) => {
		if (crmId === null) return [];
		const shadow = shadows.get(recordKey({ system, object, crmId })) ?? { fields: {} };
		return [{ system, object, crmId, shadow: intend(shadow, changes) }];
	});
	await tx.registers.saveShadows(writes, now);
}
