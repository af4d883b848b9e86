/** What to do with each delivery that is due, as its entity and its record stand now. Pure. */
import { capabilityOf } from '../connectors/capability';
import type { Connector, ObjectCapability } from '../connectors/connector';
import { recordKey } from '../model/event';
import type { CanonicalFields } from '../model/fields';
import type { DeliveryRow, SystemRow } from '../model/rows';
import type { Shadow } from '../merge/shadow';
import { archiveChanges } from '../removal/archive-field';
import { isRemoval } from '../removal/flight';
import { planRecord, type RecordPlan } from './plan';
import { DELIVERY_RETRY, isExhausted } from '../retry';
import type { EntityScene, Scene } from './scene';
import { isFound, isMakeable, mayCreate, wantOf } from './wanted';

export interface DueJob {
	row: DeliveryRow;
	plan: RecordPlan;
	/** Of the record; undefined: it is to be created. */
	shadow: Shadow | undefined;
}

export interface DueSorted {
	/** To be handed out. */
	jobs: DueJob[];
	/** A review asks whether the record is there already. */
	asked: DeliveryRow[];
	/** Nothing is to be done any more. */
	idle: DeliveryRow[];
	/** Creates whose record is there. */
	found: DeliveryRow[];
	/** Another operation is wanted now. */
	overtaken: DeliveryRow[];
	/** Removals of records of which an event waits to be merged. */
	waiting: DeliveryRow[];
	/** Contacts whose household is made first. */
	early: DeliveryRow[];
	/** Handed out often enough. */
	spent: DeliveryRow[];
}

export interface DueContext {
	scene: Scene;
	system: SystemRow;
	connector: Connector;
	/** Keys of records of which an event waits to be merged. */
	unmerged: ReadonlySet<string>;
	/** Ids of deliveries that wait for a household's: see ./household-first.ts. */
	early: ReadonlySet<number>;
}

export function sortDue(due: readonly DeliveryRow[], context: DueContext): DueSorted {
	const sorted: DueSorted = {
		jobs: [],
		asked: [],
		idle: [],
		found: [],
		overtaken: [],
		waiting: [],
		early: [],
		spent: [],
	};
	for (const row of due) {
		const entity = context.scene.entity(row.entityId);
		if (context.early.has(row.id)) sorted.early.push(row);
		else if (row.operation === 'create') sortCreate(row, entity, context, sorted);
		else sortWrite(row, entity, context, sorted);
	}
	return sorted;
}

function sortCreate(
	row: DeliveryRow,
	entity: EntityScene,
	{ scene, system, connector }: DueContext,
	sorted: DueSorted,
): void {
	const wanted = scene.wantedIn(entity, system.name, can(entity, system, connector));
	const plan = planOf(entity, system, connector, wanted, undefined);
	const canBeMade = isMakeable(scene, entity, system, connector, wanted);
	if (isFound(row, entity.links)) sorted.found.push(row);
	else if (entity.awaited.has(row.system)) sorted.asked.push(row);
	else if (Object.keys(plan.changes).length === 0 || !canBeMade || !mayCreate(entity, system))
		sorted.idle.push(row);
	else if (isExhausted(DELIVERY_RETRY, row.attempts)) sorted.spent.push(row);
	else sorted.jobs.push({ row, plan, shadow: undefined });
}

function sortWrite(
	row: DeliveryRow,
	entity: EntityScene,
	{ scene, system, connector, unmerged }: DueContext,
	sorted: DueSorted,
): void {
	const link = entity.links.find((one) => one.system === row.system && one.crmId === row.crmId);
	const wanted = link && wantOf(scene, entity, { system, link }, connector).operation;
	if (link === undefined || wanted === null) sorted.idle.push(row);
	else if (wanted !== row.operation) sorted.overtaken.push(row);
	else if (isRemoval(row.operation) && unmerged.has(recordKey(link))) sorted.waiting.push(row);
	else if (isExhausted(DELIVERY_RETRY, row.attempts)) sorted.spent.push(row);
	else {
		const shadow = scene.shadow(link) ?? { fields: {} };
		const wantedNow = scene.wantedIn(entity, system.name, can(entity, system, connector), shadow);
		const plan = planOf(entity, system, connector, wantedNow, shadow);
		const changes = isRemoval(row.operation)
			? archiveChanges(row.operation, system, connector, plan.desired, entity.object)
			: plan.changes;
		sorted.jobs.push({ row, plan: { ...plan, changes }, shadow });
	}
}

function can({ object }: EntityScene, system: SystemRow, connector: Connector): ObjectCapability {
	return capabilityOf(connector, object, system.settings);
}

function planOf(
	{ asked, object }: EntityScene,
	system: SystemRow,
	connector: Connector,
	wanted: CanonicalFields,
	shadow: Shadow | undefined,
): RecordPlan {
	return planRecord(connector, system, wanted, shadow, asked, undefined, object);
}
