/**
 * Claims due deliveries: computes what to write *now* (registers minus shadow), notes it as in
 * flight, and hands it out under a lease. A claim that is never answered comes free again.
 */
import { createHash, randomUUID } from 'node:crypto';
import { URGENCIES, type DeliveryJob, type Urgency } from '../model/delivery';
import { mapOfObject } from '../model/field-map';
import type { CanonicalFields } from '../model/fields';
import { objectName } from '../model/objects';
import { PRIORITY, type DeliveryRow, type SystemRow } from '../model/rows';
import { isStopped } from '../mapping/holds';
import { circuitAccount } from '../connectors/circuit';
import { mostToHandOut, readCircuit } from '../connectors/circuit-state';
import { endFlights, intend, knownFields, type Shadow } from '../merge/shadow';
import { unansweredLists } from '../merge/unanswered';
import { isRemoval, launch } from '../removal/flight';
import { UNSETTLED } from '../store/schema';
import type { StoreTransaction } from '../store/store';
import { buryDeliveries } from './bury';
import { sortDue, type DueJob } from './due';
import { beforeHouseholds } from './household-first';
import { markDeliveries } from './mark';
import type { RecordPlan } from './plan';
import { Scene, type ConnectorOf } from './scene';

export const LEASE_MS = 45_000;
const MAX_ROUNDS = 5;
/** Of what has to come after something else. */
const WAIT_MS = 5_000;
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
	/** Only deliveries that are so urgent; absent: all, the most urgent first. */
	urgencies?: readonly Urgency[];
	/** Names the claims. Default: random UUIDs. */
	uuid?: () => string;
}

/** Answers `limit` jobs at most; deliveries that turn out to be needless are settled and make room. */
export async function claimDeliveries(
	tx: StoreTransaction,
	options: ClaimOptions,
): Promise<DeliveryJob[]> {
	await tx.deliveries.releaseExpired(options.now);
	const system = await tx.systems.get(options.system);
	if (system === undefined || isStopped(system.holds)) return [];
	const circuit = readCircuit(await tx.budgets.get(circuitAccount(options.system)));
	const limit = Math.min(options.limit, mostToHandOut(circuit, options.now));
	const jobs: DeliveryJob[] = [];
	const priorities = options.urgencies?.map((urgency) => PRIORITY[urgency]);
	for (let round = 0; round < MAX_ROUNDS && jobs.length < limit; round += 1) {
		const room = limit - jobs.length;
		const due = await tx.deliveries.due(room, options.now, options.system, priorities);
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
	const { now } = options;
	const scene = await Scene.load(tx, [...new Set(due.map(({ entityId }) => entityId))]);
	const unmerged = await unmergedRecords(tx, due);
	const connector = options.connectorOf(system.connector);
	const early = await beforeHouseholds(tx, due, scene, now);
	const sorted = sortDue(due, { scene, system, connector, unmerged, early });
	const jobs = sorted.jobs.map(({ row, plan, shadow }) =>
		job(row, system, plan, shadow, options.uuid?.() ?? randomUUID()),
	);
	await drop(tx, sorted.idle, scene, 'The record agrees again.', now);
	await drop(tx, sorted.asked, scene, 'A review asks first.', now);
	await drop(tx, sorted.overtaken, scene, 'Something else is wanted now.', now);
	await postpone(tx, sorted.waiting, now, 'An event of the record is not merged yet.');
	await postpone(tx, sorted.early, now, 'Its household is made first.');
	await buryDeliveries(tx, sorted.spent, UNANSWERED, 'unanswered', now);
	await hold(tx, jobs, sorted.jobs, now);
	await compareAnew(tx, [...sorted.found, ...sorted.overtaken], options);
	return jobs.map((one) => withLocalReferences(one, scene));
}

/** The record is there already, or something else is wanted: compared anew. */
async function compareAnew(
	tx: StoreTransaction,
	rows: DeliveryRow[],
	options: ClaimOptions,
): Promise<void> {
	const found = rows.filter(({ operation }) => operation === 'create').map(({ id }) => id);
	const reason = 'The record turned up by itself.';
	await tx.deliveries.settle(found, 'superseded', options.now, reason);
	const touched = new Map(
		rows.map(({ entityId, syncOrigin, run }) => [entityId, { syncOrigin, run: run ?? undefined }]),
	);
	await markDeliveries(tx, touched, options);
}

/** Removals of records of which an event waits to be merged: it may be the edit that forbids them. */
async function unmergedRecords(tx: StoreTransaction, due: DeliveryRow[]): Promise<Set<string>> {
	const removals = due.flatMap(({ operation, crmId, ...row }) =>
		isRemoval(operation) && crmId !== null ? [{ ...row, crmId }] : [],
	);
	const last = await tx.recordEvents.lastEvents(removals);
	return new Set(
		[...last].filter(([, { state }]) => UNSETTLED.includes(state)).map(([key]) => key),
	);
}

async function postpone(
	tx: StoreTransaction,
	rows: DeliveryRow[],
	now: number,
	reason: string,
): Promise<void> {
	for (const { id, priority } of rows) {
		const nextAt = now + WAIT_MS;
		await tx.deliveries.reopen(id, { nextAt, priority, reason, code: null });
	}
}

/** Not wanted any more. A removal that was tried before may have been done. */
async function drop(
	tx: StoreTransaction,
	rows: DeliveryRow[],
	scene: Scene,
	reason: string,
	now: number,
): Promise<void> {
	const ids = rows.map(({ id }) => id);
	await tx.deliveries.settle(ids, 'superseded', now, reason);
	await tx.registers.saveShadows(scene.endedRemovals(rows, now), now);
}

function job(
	row: DeliveryRow,
	system: SystemRow,
	plan: RecordPlan,
	shadow: Shadow | undefined,
	claimToken: string,
): DeliveryJob {
	return {
		deliveryId: row.id,
		claimToken,
		attempt: row.attempts + 1,
		urgency: URGENCIES[row.priority] ?? 'live',
		system: row.system,
		object: objectName(row.object),
		operation: row.operation,
		unifiedId: row.entityId,
		crmId: row.crmId,
		changes: plan.changes,
		desired: plan.desired,
		...(row.operation === 'create' && row.tried.length > 0 && { tried: row.tried }),
		...(row.operation === 'update' && unansweredOf(shadow, plan.changes)),
		known: knownFields(shadow),
		fieldMap: mapOfObject(system.fieldMap, objectName(row.object)),
		settings: system.settings,
		gonePolicy: system.gonePolicy,
		idempotencyKey: idempotencyKey(row, plan.changes),
		syncOrigin: row.syncOrigin,
		openedAt: new Date(row.openedAt).toISOString(),
	};
}

function unansweredOf(shadow: Shadow | undefined, changes: CanonicalFields) {
	const unanswered = unansweredLists(shadow, Object.keys(changes));
	return Object.keys(unanswered).length > 0 && { unanswered };
}

/** What is written names the system's own records. */
function withLocalReferences(one: DeliveryJob, { references }: Scene): DeliveryJob {
	const local = (fields: DeliveryJob['changes']) => references.local(one.system, fields);
	return {
		...one,
		changes: local(one.changes),
		desired: local(one.desired),
		...(one.tried && { tried: one.tried.map(local) }),
		// A record may still name one that its client had before: that is no edit which forbids its removal.
		known: one.operation === 'delete' ? references.sure(one.system, one.known) : local(one.known),
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
	due: readonly DueJob[],
	now: number,
): Promise<void> {
	const byId = new Map(due.map((one) => [one.row.id, one]));
	for (const { deliveryId: id, claimToken: token, operation, changes, ...rest } of jobs) {
		const tried = byId.get(id)?.row.tried ?? [];
		await tx.deliveries.claim({
			id,
			token,
			leaseUntil: now + LEASE_MS,
			changes,
			tried: operation === 'create' ? [...tried, changes].slice(-MAX_TRIED) : [],
			idempotencyKey: rest.idempotencyKey,
		});
	}
	const writes = jobs.flatMap(({ deliveryId, system, object, crmId, operation, changes }) => {
		if (crmId === null) return [];
		const known = byId.get(deliveryId)?.shadow ?? { fields: {} };
		const shadow = intend(endFlights(known, now), changes);
		const next = isRemoval(operation) ? launch(shadow, operation, now) : shadow;
		return [{ system, object, crmId, shadow: next }];
	});
	await tx.registers.saveShadows(writes, now);
}
