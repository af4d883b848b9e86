/**
 * Records what came of claimed deliveries, then compares once more, since their entities may have
 * changed meanwhile.
 */
import { circuitAccount } from '../connectors/circuit';
import { readCircuit, statusOf } from '../connectors/circuit-state';
import type { RecordAddress } from '../model/event';
import { isReferenceField } from '../model/objects';
import type { DeliveryRow } from '../model/rows';
import { fieldsWithUnifiedReferences } from '../references/inbound';
import type { StoreTransaction } from '../store/store';
import { doubted } from './doubt';
import { Ledger } from './ledger';
import { markDeliveries } from './mark';
import type { DeliveryReport, RecordedResult, ResultOptions } from './report';
import { takeReads } from './reads';
import { addressOf, Recorder } from './recorder';
import { waitingRecords } from './waiting';

export async function recordResults(
	tx: StoreTransaction,
	reports: readonly DeliveryReport[],
	options: ResultOptions,
): Promise<RecordedResult[]> {
	const rows = await tx.deliveries.byIds(reports.map(({ deliveryId }) => deliveryId));
	reports = await withUnifiedKnown(tx, reports, rows);
	const systems = new Map((await tx.systems.all()).map((system) => [system.name, system]));
	const isRefused = reports.some(({ outcome }) => outcome.status === 'rejected');
	const watched = new Set(
		isRefused ? (await tx.mappings.schemas()).map(({ system }) => system) : [],
	);
	const ledger = await Ledger.load(tx, [...rows.values()], addressesOf(reports, rows));
	const touched = new Map<string, { syncOrigin: string; run?: string }>();
	const down = await systemsDown(tx, [...rows.values()], options.now);
	const recorder = { ...options, isDown: (system: string) => down.has(system) };
	const results = reports.map((report) => {
		const row = rows.get(report.deliveryId);
		const system = row && systems.get(row.system);
		const isCurrent = row?.state === 'claimed' && row.claimToken === report.claimToken;
		if (row === undefined || system === undefined || !isCurrent) return stale(report);
		rows.delete(row.id);
		const outcome = doubted(report.outcome, row, watched.has(row.system));
		const recorded = new Recorder(ledger, row, system, recorder).record(outcome);
		if (['confirmed', 'unlinked'].includes(recorded.state) || row.again) {
			touched.set(row.entityId, { syncOrigin: row.syncOrigin, run: row.run ?? undefined });
		}
		return recorded;
	});
	await ledger.save(tx, options.now);
	await takeReads(tx, reports, results, options.now);
	await markDeliveries(tx, touched, options);
	return withWaiting(tx, results, options);
}

/** Whose create is dead now: how many records wait for them. */
async function withWaiting(
	tx: StoreTransaction,
	results: readonly RecordedResult[],
	{ connectorOf }: ResultOptions,
): Promise<RecordedResult[]> {
	const dead = results.flatMap(({ state, crmId, unifiedId }) =>
		state === 'dead' && crmId === null && unifiedId !== null ? [unifiedId] : [],
	);
	if (dead.length === 0) return [...results];
	const waiting = await waitingRecords(tx, connectorOf, dead);
	return results.map((result) => {
		const own = waiting.filter(({ deliveryId }) => deliveryId === result.deliveryId);
		return own.length === 0 ? result : { ...result, waiting: own.length };
	});
}

/** Claims that nothing answered until their execution ended: tried again later. Resolves to their number. */
export async function endClaims(
	tx: StoreTransaction,
	tokens: readonly string[],
	reason: string,
	options: ResultOptions,
): Promise<number> {
	const left = await tx.deliveries.stillClaimed(tokens);
	const outcome = { status: 'retry', reason, code: 'execution', outcomeUnknown: true } as const;
	const reports = left.map(({ id: deliveryId, claimToken }) => ({
		deliveryId,
		claimToken: claimToken ?? '',
		outcome,
	}));
	await recordResults(tx, reports, options);
	return left.length;
}

/** What a CRM told of a record names records of its own; the shadow names entities. */
async function withUnifiedKnown(
	tx: StoreTransaction,
	reports: readonly DeliveryReport[],
	rows: ReadonlyMap<number, DeliveryRow>,
): Promise<readonly DeliveryReport[]> {
	const knownOf = ({ outcome }: DeliveryReport) => ('known' in outcome ? outcome.known : undefined);
	const named = reports.filter((report) =>
		Object.keys(knownOf(report) ?? {}).some((field) => isReferenceField(field)),
	);
	if (named.length === 0) return reports;
	const unified = await fieldsWithUnifiedReferences(
		tx,
		named.map((report) => ({
			system: rows.get(report.deliveryId)?.system ?? '',
			fields: knownOf(report) ?? {},
		})),
	);
	return reports.map((report) => {
		const known = unified[named.indexOf(report)];
		const { outcome } = report;
		return known === undefined ? report : { ...report, outcome: { ...outcome, known } };
	});
}

async function systemsDown(
	tx: StoreTransaction,
	rows: readonly DeliveryRow[],
	now: number,
): Promise<Set<string>> {
	const down = new Set<string>();
	for (const system of new Set(rows.map((row) => row.system))) {
		const circuit = readCircuit(await tx.budgets.get(circuitAccount(system)));
		if (statusOf(circuit, now) !== 'closed') down.add(system);
	}
	return down;
}

function addressesOf(
	reports: readonly DeliveryReport[],
	rows: ReadonlyMap<number, DeliveryRow>,
): RecordAddress[] {
	return reports.flatMap(({ deliveryId, outcome }) => {
		const row = rows.get(deliveryId);
		const told = 'crmId' in outcome ? outcome.crmId : undefined;
		const ids = [row?.crmId, told].filter((id) => id !== undefined && id !== null);
		return row === undefined ? [] : ids.map((crmId) => addressOf(row, crmId));
	});
}

function stale({ deliveryId }: DeliveryReport): RecordedResult {
	return { deliveryId, state: 'stale', unifiedId: null, system: null, crmId: null };
}
