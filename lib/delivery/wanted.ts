/** What an entity wants done in each system, record by record: level-triggered, never remembered. Pure. */
import { capabilityOf } from '../connectors/capability';
import type { Connector, ObjectCapability } from '../connectors/connector';
import { isEmpty } from '../model/canonical';
import type { Operation } from '../model/delivery';
import { mapOfObject, writesOut } from '../model/field-map';
import type { CanonicalFields } from '../model/fields';
import type { ObjectName } from '../model/objects';
import type { DeliveryRow, Link, SystemRow } from '../model/rows';
import { answeredWith, fateOf, isPutAway, termsOf, type Fate } from '../removal/fate';
import { planRecord } from './plan';
import type { EntityScene, Scene } from './scene';

export interface Target {
	system: SystemRow;
	/** Absent: the entity has no record there. */
	link?: Link;
}

export interface Want {
	/** null: nothing is to be done. */
	operation: Operation | null;
	/** Fields in which the record differs. */
	changes: CanonicalFields;
	/** A person is to be asked whether this may be done. */
	ask?: 'archive' | 'delete';
	/** The record differs, and its CRM lets nobody change it. */
	isBarred?: boolean;
	/** It should be removed, and its CRM lets nobody do that. */
	isUnremovable?: boolean;
}

/** Every linked record, and every system in which the entity should be created. */
export function targetsOf(scene: Scene, entity: EntityScene, allReady: boolean): Target[] {
	const result: Target[] = [];
	const lives = isAlive(entity);
	for (const system of scene.systems) {
		const own = entity.links.filter((link) => link.system === system.name);
		result.push(...own.map((link) => ({ system, link })));
		// Before every system has been read once, a client that seems to be missing may only be unread.
		const isWanted = system.creates && allReady && lives && mayCreate(entity, system);
		const isReturning = entity.departure === undefined;
		const isLacking = own.every((link) => isReturning && isOurRemoval(scene, link));
		if (isWanted && isLacking) result.push({ system });
	}
	return result;
}

/** A record of it is active somewhere. */
export function isAlive({ links }: EntityScene): boolean {
	return links.some(({ state }) => state === 'active');
}

/** While a client departs it is made anew nowhere but where removals are ignored. */
export function mayCreate({ departure }: EntityScene, system: SystemRow): boolean {
	return departure === undefined || system.deletePolicy === 'ignore';
}

function isOurRemoval(scene: Scene, link: Link): boolean {
	return link.state === 'unlinked' && scene.shadow(link)?.removedBy === 'fabric';
}

export function wantOf(
	scene: Scene,
	entity: EntityScene,
	{ system, link }: Target,
	connector: Connector,
): Want {
	const shadow = link && (scene.shadow(link) ?? { fields: {} });
	const { compared, object, asked } = entity;
	const can = capabilityOf(connector, object, system.settings);
	const wanted = scene.wantedIn(entity, system.name, can, shadow);
	const { changes } = planRecord(connector, system, wanted, shadow, asked, compared, object);
	const differs = Object.keys(changes).length > 0;
	if (link === undefined) {
		const isReady = differs && isMakeable(scene, entity, system, connector, wanted);
		return { operation: isReady ? 'create' : null, changes };
	}
	const update = differs && can.change !== false ? 'update' : null;
	const isBarred = differs && can.change === false;
	const fate = fateIn(scene, entity, link, system, connector);
	switch (fate.want) {
		case 'live':
			return { operation: update, changes, isBarred, isUnremovable: isKept(entity, system, can) };
		case 'ask':
			// With the client goes what is the client's: one question is enough.
			if (sharesQuestion(entity, system)) return { operation: update, changes, isBarred };
			return { operation: update, changes, isBarred, ask: fate.operation };
		case 'rest':
			return { operation: null, changes };
		default:
			return { operation: fate.want, changes };
	}
}

/**
 * Can a record be made of it there now? Some CRMs keep no note without a client; and where its client is about to
 * be made, that comes first: some let nobody say afterwards whom a record is about.
 */
export function isMakeable(
	scene: Scene,
	entity: EntityScene,
	system: SystemRow,
	connector: Connector,
	wanted: CanonicalFields,
): boolean {
	const can = capabilityOf(connector, entity.object, system.settings);
	if (!can.create || !(can.needs ?? []).every((field) => !isEmpty(wanted[field]))) return false;
	const missing = scene.clientMissingIn(entity, system.name);
	const isNameable = missing !== undefined && (can.clients?.includes(missing) ?? true);
	return !isNameable || !makes(system, connector, missing);
}

/** Would a record of it be made there, were its client there? */
export function awaitsClient(
	scene: Scene,
	entity: EntityScene,
	system: SystemRow,
	connector: Connector,
): boolean {
	const isThere = entity.links.some((link) => link.system === system.name);
	if (isThere || !isAlive(entity) || !mayCreate(entity, system)) return false;
	const missing = scene.clientMissingIn(entity, system.name);
	const { clients } = capabilityOf(connector, entity.object, system.settings);
	const isNameable = missing !== undefined && (clients?.includes(missing) ?? true);
	return isNameable && makes(system, connector, entity.object) && makes(system, connector, missing);
}

/** Does the system get records of this object from us? */
function makes(system: SystemRow, connector: Connector, object: ObjectName): boolean {
	const isSynced = mapOfObject(system.fieldMap, object).some(writesOut);
	return system.creates && isSynced && capabilityOf(connector, object, system.settings).create;
}

function isKept({ departure }: EntityScene, system: SystemRow, can: ObjectCapability): boolean {
	return (
		departure !== undefined && system.deletePolicy !== 'ignore' && !can.delete && !isPutAway(can)
	);
}

function fateIn(
	scene: Scene,
	entity: EntityScene,
	link: Link,
	system: SystemRow,
	connector: Connector,
): Fate {
	// Asked for only while it departs.
	const own = entity.departure && entity.links.filter((one) => one.system === link.system);
	const inSystem = (own ?? []).flatMap((one) => scene.shadow(one) ?? []);
	const terms = termsOf(system, connector, entity.object);
	const departure =
		entity.departure && answeredWith(entity.departure, entity.client?.departure, terms, inSystem);
	return fateOf({ link, shadow: scene.shadow(link), departure, terms, inSystem });
}

/** A person is about to say whether the client may be removed there. */
function sharesQuestion({ client }: EntityScene, { name, deletePolicy }: SystemRow): boolean {
	if (client === undefined || deletePolicy !== 'ask') return false;
	const isThere = client.links.some(({ system, state }) => system === name && state === 'active');
	return isThere && client.departure.answers[name] === undefined;
}

/** A record that was to be created turned up by itself: its create must not be tried again. */
export function isFound(
	delivery: Pick<DeliveryRow, 'operation' | 'system'>,
	links: readonly Link[],
): boolean {
	const isHere = ({ system, state }: Link) => system === delivery.system && state === 'active';
	return delivery.operation === 'create' && links.some(isHere);
}

const NEW = 'new:';

export function createTarget(entityId: string): string {
	return `${NEW}${entityId}`;
}

/** Does the delivery concern this target? A create made under an alias is the same create. */
export function concerns(row: DeliveryRow, { system, link }: Target): boolean {
	if (row.system !== system.name) return false;
	return link === undefined ? row.target.startsWith(NEW) : row.target === link.crmId;
}
