/**
 * Brings what is held into line with a system's mappings and its CRM's fields, whenever one of them
 * has changed: computed anew from both, so that it does not matter what changed, or how often. Audited.
 */
import type { Connector } from '../connectors/connector';
import { baseField, mapOfObject, type FieldMap } from '../model/field-map';
import { DEFAULT_DRIFT, type Drift, type FieldHold } from '../model/mapping';
import { OBJECTS, type ObjectName } from '../model/objects';
import type { AuditRow, SystemRow } from '../model/rows';
import type { SchemaRow } from '../store/mappings';
import type { StoreTransaction } from '../store/store';
import { driftsOf, holdsOf, withoutDropped } from './drift';
import { lifted } from './holds';

export interface Standing {
	/** What drifted since it was last looked at, what stands, and what has ended. */
	appeared: Drift[];
	standing: Drift[];
	ended: Drift[];
	/** What is held, or no longer held, has changed: whoever reads with the map should begin anew. */
	changed: boolean;
}

export function storedMapOf({ storedMap, fieldMap }: SystemRow): FieldMap {
	return storedMap ?? fieldMap;
}

export async function settleDrift(
	tx: StoreTransaction,
	name: string,
	now: number,
): Promise<Standing> {
	const system = await tx.systems.get(name);
	const rows = await tx.mappings.schemas(name);
	const result: Standing = { appeared: [], standing: [], ended: [], changed: false };
	if (system === undefined || rows.length === 0) return result;
	const holds: FieldHold[] = [];
	const settled: SchemaRow[] = [];
	for (const row of rows) {
		const drifts = await driftsNow(tx, system, row, now);
		const keys = new Set(row.drifts.map(keyOf));
		const left = new Set(drifts.standing.map(keyOf));
		result.appeared.push(
			...drifts.standing.filter((drift) => !keys.has(keyOf(drift))),
			...drifts.dropped,
		);
		result.ended.push(...row.drifts.filter((drift) => !left.has(keyOf(drift))));
		result.standing.push(...drifts.standing);
		result.changed ||= drifts.dropped.length > 0;
		holds.push(...holdsOf(drifts.standing));
		settled.push({ ...row, drifts: drifts.standing });
	}
	const before = system.holds ?? [];
	const freed = lifted(before, holds);
	result.changed ||= freed.length > 0 || lifted(holds, before).length > 0;
	if (result.changed) await tx.mappings.saveHolds(name, holds);
	for (const row of settled) {
		const own = freed.filter(({ object }) => object === row.object);
		const [unread, read] = [own.filter(wasUnread), own.filter((hold) => !wasUnread(hold))];
		await tx.mappings.saveSchema(withPending(row, fieldsOf(read), fieldsOf(unread)));
	}
	await tx.audit.append(auditRows(result, now));
	return result;
}

/**
 * What people wrote there meanwhile is not known: a stream told it without this field, and will not tell
 * it again. So the CRM is read once before clients are compared.
 */
function wasUnread({ side, values }: FieldHold): boolean {
	return side === 'both' && values === undefined;
}

function fieldsOf(holds: readonly FieldHold[]): string[] {
	return holds.map(({ field }) => field);
}

/** What stands; fields that the policy gives up are switched off here, in a version of its own. */
async function driftsNow(
	tx: StoreTransaction,
	system: SystemRow,
	{ object, schema }: SchemaRow,
	now: number,
): Promise<{ standing: Drift[]; dropped: Drift[] }> {
	const scope = { system: system.name, object, settings: system.drift ?? DEFAULT_DRIFT };
	const map = mapOfObject(storedMapOf(system), object);
	const found = driftsOf(map, schema, scope);
	const dropped = found.filter(({ policy }) => policy === 'drop');
	if (dropped.length === 0) return { standing: found, dropped };
	const note = dropped.map(({ sentence }) => sentence).join(' ');
	await saveVersion(
		tx,
		system,
		{ object, map: withoutDropped(map, dropped), origin: 'drift', note },
		now,
	);
	return { standing: found.filter(({ policy }) => policy !== 'drop'), dropped };
}

/** Saves a version of one object's mappings and puts those of all objects in force. */
export async function saveVersion(
	tx: StoreTransaction,
	system: SystemRow,
	version: Omit<Parameters<StoreTransaction['mappings']['add']>[0], 'system'>,
	now: number,
) {
	const saved = await tx.mappings.add({ ...version, system: system.name }, now);
	const current = (await tx.systems.get(system.name)) ?? system;
	const whole = OBJECTS.flatMap((object) =>
		object === version.object ? version.map : mapOfObject(storedMapOf(current), object),
	);
	await tx.mappings.putInForce(system.name, whole);
	return saved;
}

export function withPending(
	row: SchemaRow,
	compare: readonly string[],
	read: readonly string[] = [],
): SchemaRow {
	const { pending } = row;
	return {
		...row,
		pending: {
			compare: [...new Set([...pending.compare, ...compare])],
			read: [...new Set([...pending.read, ...read])],
		},
	};
}

function keyOf({ object, crmField, kind, fields, values = [] }: Drift): string {
	return JSON.stringify([object, crmField, kind, fields, values]);
}

function auditRows({ appeared, ended }: Standing, now: number): AuditRow[] {
	const row = (kind: string, { system, object, crmField, fields, sentence, ...drift }: Drift) => ({
		at: now,
		kind,
		system,
		object,
		...(fields[0] !== undefined && { field: fields[0] }),
		detail: { crmField, drift: drift.kind, policy: drift.policy, reason: sentence },
	});
	return [
		...appeared.map((drift) => row('drift', drift)),
		...ended.map((drift) => row('driftEnd', drift)),
	];
}

/** Canonical fields whose mappings differ between two maps of one object. */
export function changedFields(before: FieldMap, after: FieldMap): string[] {
	const of = (map: FieldMap) => {
		const groups = new Map<string, string>();
		for (const mapping of map) {
			const field = baseField(mapping.field);
			groups.set(field, `${groups.get(field) ?? ''}\n${JSON.stringify(mapping)}`);
		}
		return groups;
	};
	const [was, is] = [of(before), of(after)];
	return [...new Set([...was.keys(), ...is.keys()])].filter(
		(name) => was.get(name) !== is.get(name),
	);
}

/** Fields whose values stand elsewhere now, or were not read before: what records hold there is not known. */
export function unreadFields(
	before: FieldMap,
	after: FieldMap,
	drifts: readonly Drift[],
): { moved: string[]; added: string[] } {
	const placesOf = (map: FieldMap, name: string, isFollowed: boolean) =>
		map.flatMap(({ field, crmField, direction }) => {
			if (baseField(field) !== name || direction === 'off' || direction === 'out') return [];
			return [`${field} ${isFollowed ? successorOf(crmField, after, drifts) : crmField}`];
		});
	const moved: string[] = [];
	const added: string[] = [];
	for (const name of changedFields(before, after)) {
		const was = new Set(placesOf(before, name, true));
		const fresh = placesOf(after, name, false).filter((place) => !was.has(place));
		if (fresh.length === 0) continue;
		(was.size > 0 ? moved : added).push(name);
	}
	return { moved, added };
}

/** A field that was renamed goes on under its new name: what is known of it stands. */
function successorOf(crmField: string, after: FieldMap, drifts: readonly Drift[]): string {
	const renamed = drifts.find((drift) => drift.crmField === crmField && drift.kind === 'renamed');
	const names = new Set(renamed?.suggestions?.map((suggestion) => suggestion.crmField));
	return after.find((mapping) => names.has(mapping.crmField))?.crmField ?? crmField;
}

export function objectsDescribed(
	objects: readonly ObjectName[],
	described: Partial<Record<ObjectName, unknown>> | undefined,
): ObjectName[] {
	return objects.filter((object) => object === 'contact' || described?.[object] !== undefined);
}

/** For those who only hold a connector: can it describe the object? */
export function describes(connector: Connector, object: ObjectName): boolean {
	return objectsDescribed([object], connector.capabilities.objects).length > 0;
}
