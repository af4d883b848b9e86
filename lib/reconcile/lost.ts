/** Finds deliveries that got lost: records that differ from what their clients want while none is open. */
import { markDeliveries } from '../delivery/mark';
import type { ConnectorOf } from '../delivery/mark';
import { planRecord } from '../delivery/plan';
import { desiredFields } from '../merge/register';
import { recordKey } from '../model/event';
import { objectName } from '../model/objects';
import { PRIORITY, type DeliveryRow } from '../model/rows';
import type { StoreTransaction } from '../store/store';
import type { Sample } from './report';

export interface MarkContext {
	run: string;
	/** ms */
	now: number;
	connectorOf: ConnectorOf;
}

export interface Lost {
	found: Sample[];
	opened: number;
}

/** Compares these clients with all their records and opens what is missing. */
export async function markLost(
	tx: StoreTransaction,
	entityIds: readonly string[],
	{ run, now, connectorOf }: MarkContext,
): Promise<Lost> {
	const done = await tx.runs.seenEntities(run, entityIds);
	const left = entityIds.filter((id) => !done.has(id));
	if (left.length === 0) return { found: [], opened: 0 };
	// Nobody may write what a person is to decide upon: such clients are compared when that is done.
	const buried = await tx.reconcile.buried(left);
	const touched = new Map(
		left.filter((id) => !buried.has(id)).map((id) => [id, { syncOrigin: run, run }]),
	);
	const before = await tx.deliveries.aliveOf([...touched.keys()]);
	const priority = PRIORITY.backfill;
	await markDeliveries(tx, touched, { connectorOf, now, priority, run });
	const after = await tx.deliveries.aliveOf([...touched.keys()]);
	const ids = (rows: readonly DeliveryRow[]) => new Set(rows.map(({ id }) => id));
	const [known, alive] = [ids(before), ids(after)];
	const opened = after.filter(({ id }) => !known.has(id));
	const withdrawn = before.filter(({ id }) => !alive.has(id));
	const found = await samplesOf(tx, opened, connectorOf);
	const waiting = [...buried].map(
		([unifiedId, { system, object, crmId }]): Sample => ({
			finding: 'deadLetter',
			system,
			object,
			crmId,
			unifiedId,
			fields: [],
			done: 'none',
		}),
	);
	return { found: [...found, ...withdrawn.map(needless), ...waiting], opened: opened.length };
}

/** It stood open although its record wants nothing, or belongs to nobody. */
function needless({ system, object, crmId, entityId: unifiedId }: DeliveryRow): Sample {
	return {
		finding: 'strayDelivery',
		system,
		object,
		crmId,
		unifiedId,
		fields: [],
		done: 'repaired',
	};
}

/** With the names of the fields that differ. */
async function samplesOf(
	tx: StoreTransaction,
	opened: readonly DeliveryRow[],
	connectorOf: ConnectorOf,
): Promise<Sample[]> {
	const registers = await tx.registers.registers([...new Set(opened.map((row) => row.entityId))]);
	const systems = new Map((await tx.systems.all()).map((system) => [system.name, system]));
	const records = opened.flatMap((row) =>
		row.crmId === null ? [] : [{ ...row, crmId: row.crmId }],
	);
	const shadows = await tx.registers.shadows(records);
	return opened.map(({ system: name, object, crmId, entityId, operation }): Sample => {
		const system = systems.get(name);
		const shadow =
			crmId === null ? undefined : shadows.get(recordKey({ system: name, object, crmId }));
		const wanted = desiredFields(registers.get(entityId) ?? {});
		const isUpdate = operation === 'update' && system !== undefined && shadow !== undefined;
		const changes = isUpdate
			? planRecord(
					connectorOf(system.connector),
					system,
					wanted,
					shadow,
					undefined,
					undefined,
					objectName(object),
				).changes
			: {};
		const fields = Object.keys(changes);
		const what = { system: name, object, crmId, unifiedId: entityId, fields };
		return { finding: 'lostDelivery', ...what, done: 'delivery' };
	});
}
