/** What marking and claiming must know of some entities: read in a fixed number of store calls. */
import type { Connector, ObjectCapability } from '../connectors/connector';
import { recordKey, type RecordAddress } from '../model/event';
import type { CanonicalFields } from '../model/fields';
import { objectName, type ObjectName } from '../model/objects';
import { byEntity, type DeliveryRow, type Link, type SystemRow } from '../model/rows';
import type { Cause } from '../merge/cause';
import { desiredFields, type Registers } from '../merge/register';
import type { Shadow } from '../merge/shadow';
import { References } from '../references/outbound';
import { stands, type Departure } from '../removal/departure';
import { endRemoval } from '../removal/flight';
import type { Refusals } from '../store/entities';
import type { StoreTransaction } from '../store/store';
import { departingClients, type DepartingClient } from './departing-clients';

export type ConnectorOf = (kind: string) => Connector;

/** One entity, its records and what stands about it. */
export interface EntityScene {
	entityId: string;
	object: ObjectName;
	/** Nothing else has changed since its records were last compared; undefined: anything may have. */
	compared: ReadonlySet<string> | undefined;
	/** What it wants its records to hold: everything, or only these fields and its type. */
	desired: (only?: ReadonlySet<string>) => CanonicalFields;
	links: Link[];
	alive: DeliveryRow[];
	/** Why it departs; undefined if no departure stands. */
	departure: Departure | undefined;
	/** Its client departs from the same system: what a person says of that counts here, too. */
	client: DepartingClient | undefined;
	/** A departure is kept that stands no more: a record is back. */
	returned: Departure | undefined;
	refused: Refusals;
	/** Did anybody refuse anything? */
	isRefused: boolean;
	/** Fields whose value a person is about to decide: they are written nowhere. */
	asked: Set<string>;
	/** Systems in which a person is about to say whether a record is this client. */
	awaited: Set<string>;
}

/** These fields and the client's type. */
function partOf(registers: Registers, only: ReadonlySet<string>): Registers {
	const part: Registers = {};
	for (const [field, register] of Object.entries(registers)) {
		if (field === 'type' || only.has(field)) part[field] = register;
	}
	return part;
}

/** Worked out when it is asked for: most entities are only asked for what has just changed. */
function desires(registers: Registers, isPart: boolean): EntityScene['desired'] {
	let everything: CanonicalFields | undefined;
	let part: { of: ReadonlySet<string>; fields: CanonicalFields } | undefined;
	return (only) => {
		if (only === undefined && isPart) throw new Error('Only what has changed was loaded.');
		if (only === undefined) return (everything ??= desiredFields(registers));
		if (part?.of !== only) part = { of: only, fields: desiredFields(partOf(registers, only)) };
		return part.fields;
	};
}

/** It has a record in use in every system that would have one made, and no other: nothing is to be created. */
function isLinked(systems: readonly SystemRow[], links: readonly Link[] = []): boolean {
	const isIn = ({ name }: SystemRow) => links.some(({ system }) => system === name);
	const isInUse = links.every(({ state }) => state === 'active');
	return isInUse && systems.every((system) => !system.creates || isIn(system));
}

/** All registers of an entity, or those of its type and of the fields that are compared. */
async function registersFor(
	tx: StoreTransaction,
	ids: readonly string[],
	compared: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<Map<string, Registers>> {
	const whole = await tx.registers.registers(ids.filter((id) => !compared.has(id)));
	const parts = [...compared].map(([id, fields]) => [id, new Set([...fields, 'type'])] as const);
	return new Map([...whole, ...(await tx.registers.registersOf(new Map(parts)))]);
}

/** All that is known of the entities' records, or of the fields that are compared. */
async function shadowsFor(
	tx: StoreTransaction,
	links: readonly Link[],
	compared: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<Map<string, Shadow>> {
	const parts = links.flatMap((link) => {
		const fields = compared.get(link.entityId);
		return fields === undefined ? [] : [{ ...link, fields }];
	});
	const others = links.filter(({ entityId }) => !compared.has(entityId));
	const whole = await tx.registers.shadows(others);
	return new Map([...whole, ...(await tx.registers.partsOfShadows(parts))]);
}

export class Scene {
	private constructor(
		readonly systems: SystemRow[],
		private readonly entities: Map<string, EntityScene>,
		private readonly shadows: Map<string, Shadow>,
		readonly references: References,
	) {}

	/**
	 * `causes`: of entities about which nothing stands, nothing else than what has changed is read. `assumed`:
	 * records that may be named as if they were there.
	 */
	static async load(
		tx: StoreTransaction,
		ids: readonly string[],
		causes?: ReadonlyMap<string, Cause>,
		assumed?: readonly Link[],
	): Promise<Scene> {
		const systems = await tx.systems.all();
		const allLinks = await tx.identity.linksOf(ids);
		const links = byEntity(allLinks);
		const alive = byEntity(await tx.deliveries.aliveOf(ids));
		const standing = await tx.entities.standing(ids);
		const awaited = new Map<string, Set<string>>();
		for (const { system, entityId } of await tx.reviews.awaited(ids)) {
			awaited.set(entityId, (awaited.get(entityId) ?? new Set()).add(system));
		}
		const { fields: asked, doubted } = await tx.reviews.asked(ids);
		for (const entityId of doubted) {
			awaited.set(entityId, new Set(systems.map(({ name }) => name)));
		}
		const compared = new Map<string, ReadonlySet<string>>();
		for (const id of ids) {
			const fields = causes?.get(id)?.fields;
			const isQuiet = !alive.has(id) && !standing.has(id) && isLinked(systems, links.get(id));
			if (fields !== undefined && isQuiet) compared.set(id, fields);
		}
		const shadows = await shadowsFor(tx, allLinks, compared);
		const registers = await registersFor(tx, ids, compared);
		const references = await References.load(tx, registers.values(), shadows.values(), assumed);
		const clients = await departingClients(tx, { standing, registers, references });
		const entities = ids.map((entityId): [string, EntityScene] => {
			const own = links.get(entityId) ?? [];
			const { departure, refused = {} } = standing.get(entityId) ?? {};
			const isStanding = stands(departure, own);
			return [
				entityId,
				{
					entityId,
					object: objectName(own[0]?.object ?? 'contact'),
					compared: compared.get(entityId),
					desired: desires(registers.get(entityId) ?? {}, compared.has(entityId)),
					links: own,
					alive: alive.get(entityId) ?? [],
					departure: isStanding ? departure : undefined,
					client: isStanding ? clients.get(entityId) : undefined,
					returned: isStanding ? undefined : departure,
					refused,
					isRefused: Object.keys(refused).length > 0,
					awaited: awaited.get(entityId) ?? new Set(),
					asked: asked.get(entityId) ?? new Set(),
				},
			];
		});
		return new Scene(systems, new Map(entities), shadows, references);
	}

	entity(entityId: string): EntityScene {
		const entity = this.entities.get(entityId);
		if (entity === undefined) throw new Error(`Entity ${entityId} was not loaded.`);
		return entity;
	}

	/** The records of these deliveries, which nobody tries any more: a removal may have been done. */
	endedRemovals(
		rows: readonly DeliveryRow[],
		now: number,
	): Array<RecordAddress & { shadow: Shadow }> {
		return rows.flatMap(({ system, object, crmId }) => {
			const address = { system, object, crmId: crmId ?? '' };
			const shadow = this.shadows.get(recordKey(address));
			if (crmId === null || shadow?.removal === undefined) return [];
			return [{ ...address, shadow: endRemoval(shadow, now) }];
		});
	}

	/** What a record of the entity should hold in this system; without a shadow: one that is to be made. */
	wantedIn(
		entity: EntityScene,
		system: string,
		{ clients }: ObjectCapability,
		shadow?: Shadow,
	): CanonicalFields {
		const desired = entity.desired(entity.compared);
		return this.references.wantedIn(system, desired, shadow, clients);
	}

	/** The object of its client, if that is to come into the system before it (References.clientMissingIn). */
	clientMissingIn(entity: EntityScene, system: string): ObjectName | undefined {
		return this.references.clientMissingIn(system, entity.desired(entity.compared));
	}

	/** Undefined: nothing is known of the record yet. */
	shadow(link: Link): Shadow | undefined {
		return this.shadows.get(recordKey(link));
	}
}
