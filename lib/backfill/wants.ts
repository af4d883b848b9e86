/**
 * What the entities of a page want written, once everybody who is missing is really missing: in the order in which
 * records are made, each as if those that it names were there already.
 */
import type { ConnectorOf } from '../delivery/mark';
import { Scene, type EntityScene } from '../delivery/scene';
import { createTarget, targetsOf, wantOf, type Target } from '../delivery/wanted';
import type { Operation } from '../model/delivery';
import type { CanonicalFields } from '../model/fields';
import { objectName, type ObjectName } from '../model/objects';
import { byEntity, type Link } from '../model/rows';
import { targetKey } from '../removal/refusal';
import type { StoreTransaction } from '../store/store';
import { MAKING_ORDER } from './report';

/** What is to be written of an entity in one system. */
export interface Wanted {
	entityId: string;
	object: ObjectName;
	system: string;
	crmId: string | null;
	operation: Operation;
	changes: CanonicalFields;
	/** Everything that the entity wants held. */
	desired: CanonicalFields;
}

export interface WantedContext {
	connectorOf: ConnectorOf;
	/** False: the record is not to be made, so that nothing can name it. Default: all are. */
	allows?: (wanted: Wanted) => boolean;
}

export interface WantedOfPage {
	/** Entities in the order in which they are made -> their records in use. */
	links: Map<string, Link[]>;
	wanted: Wanted[];
}

/** `objects`: entities of the page -> what they are. */
export async function wantedOf(
	tx: StoreTransaction,
	objects: ReadonlyMap<string, ObjectName>,
	context: WantedContext,
): Promise<WantedOfPage> {
	const named = await namedBeside(tx, objects);
	const assumed: Link[] = [];
	const page: WantedOfPage = { links: new Map(), wanted: [] };
	for (const stage of MAKING_ORDER) {
		const isOfStage = ([, object]: readonly [string, ObjectName]) => object === stage;
		const own = [...objects].filter(isOfStage).map(([id]) => id);
		const others = [...named].filter(isOfStage).map(([id]) => id);
		if (own.length + others.length === 0) continue;
		const scene = await Scene.load(tx, [...own, ...others], undefined, assumed);
		for (const id of own) {
			const entity = scene.entity(id);
			page.links.set(
				id,
				entity.links.filter(({ state }) => state === 'active'),
			);
			const wanted = wantsOf(scene, entity, context.connectorOf);
			page.wanted.push(...wanted);
			assumed.push(...wanted.filter((one) => isMade(one, context)).map(linkOf));
		}
		for (const id of others) assumed.push(...madeBefore(scene, scene.entity(id), context));
	}
	return page;
}

/** Whom these name, and who is not on the page: its own page has seen to it. */
async function namedBeside(
	tx: StoreTransaction,
	objects: ReadonlyMap<string, ObjectName>,
): Promise<Map<string, ObjectName>> {
	const targets = await tx.references.targets([...objects.keys()]);
	const beside = targets.filter((id) => !objects.has(id));
	const links = byEntity(await tx.identity.linksOf(beside));
	return new Map(
		beside.flatMap((id) => {
			const object = links.get(id)?.[0]?.object;
			return object === undefined ? [] : [[id, objectName(object)] as const];
		}),
	);
}

function wantsOf(scene: Scene, entity: EntityScene, connectorOf: ConnectorOf): Wanted[] {
	return targetsOf(scene, entity, true).flatMap((target: Target): Wanted[] => {
		const { system, link } = target;
		if (link === undefined && entity.awaited.has(system.name)) return [];
		const { operation, changes } = wantOf(scene, entity, target, connectorOf(system.connector));
		if (operation === null) return [];
		const { entityId, object } = entity;
		const crmId = link?.crmId ?? null;
		const desired = entity.desired();
		return [{ entityId, object, system: system.name, crmId, operation, changes, desired }];
	});
}

function isMade(wanted: Wanted, { allows = () => true }: WantedContext): boolean {
	return wanted.operation === 'create' && allows(wanted);
}

/** What a person did not allow stays out. */
function madeBefore(scene: Scene, entity: EntityScene, { connectorOf }: WantedContext): Link[] {
	return wantsOf(scene, entity, connectorOf)
		.filter(({ operation, system }) => {
			return operation === 'create' && !(targetKey(system, null) in entity.refused);
		})
		.map(linkOf);
}

function linkOf({ entityId, object, system }: Wanted): Link {
	const crmId = createTarget(entityId);
	const evidence = { by: 'own-create', score: 1, fields: [] };
	return { system, object, crmId, entityId, state: 'active', evidence, recreated: 0 };
}
