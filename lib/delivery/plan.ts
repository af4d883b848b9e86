/**
 * Which records of an entity differ from what it wants, and in what? Level-triggered: compared from
 * registers and shadows whenever it is asked, never remembered. Pure.
 */
import type { Connector } from '../connectors/connector';
import { isHeldValue } from '../mapping/holds';
import { isEmpty, sameValue } from '../model/canonical';
import { baseField, mapOfObject, readsIn, writesOut, type FieldMap } from '../model/field-map';
import type { ObjectName } from '../model/objects';
import { isListField, type CanonicalFields, type FieldValue, type ListItem } from '../model/fields';
import { diffList, isEmptyDiff } from '../model/list-diff';
import type { SystemRow } from '../model/rows';
import type { Shadow, ShadowField } from '../merge/shadow';

export interface RecordPlan {
	/** Fields to write; empty if the record agrees. */
	changes: CanonicalFields;
	/** What the record should hold, as this CRM can hold it. */
	desired: CanonicalFields;
}

const NONE: ReadonlySet<string> = new Set();
/** Sets of fields that are remembered of one map. */
const MAX_PARTS = 500;

/**
 * What the record of an entity in `system` should be changed to. Without a shadow: a create. `asked`:
 * fields whose value a person is about to decide; they are left alone. `only`: the plan is wanted of
 * these fields alone.
 */
export function planRecord(
	connector: Connector,
	system: SystemRow,
	wanted: CanonicalFields,
	shadow: Shadow | undefined,
	asked: ReadonlySet<string> = NONE,
	only?: ReadonlySet<string>,
	object: ObjectName = 'contact',
): RecordPlan {
	const map = mapOf(mapOfObject(system.fieldMap, object));
	const { fields, isRead } = map;
	const desired: CanonicalFields = {};
	const changes: CanonicalFields = {};
	const writable = writableOf(map, only);
	if (writable.length === 0) return { changes, desired };
	const projected = connector.project(parts(wanted, only), writable, system.settings, object);
	for (const [field, value] of Object.entries(projected)) {
		const isPlanned = fields.has(field) && !asked.has(field) && (only?.has(field) ?? true);
		if (!isPlanned || isHeldValue(system.holds, writable, { object, field, value })) continue;
		desired[field] = value;
		const known = shadow?.fields[field];
		if (known === undefined) {
			// A record that exists may hold something there that was not read yet: it is not written blindly.
			// A field that only goes out never is read.
			const isUnread = shadow !== undefined && isRead.has(field);
			if (!isUnread && !isEmpty(value)) changes[field] = value;
			continue;
		}
		if (isUncertain(field, known, value) || !isSettled(field, known, value)) changes[field] = value;
	}
	// Who joins a household has a role there at once: the CRM's own choice of one is no person's edit.
	const { householdRole: role } = desired;
	const isKnown = shadow === undefined || shadow.fields['householdRole'] !== undefined;
	if (!isEmpty(changes['household'] ?? null) && !isEmpty(role ?? null) && isKnown)
		changes['householdRole'] = role ?? null;
	return { changes, desired };
}

interface SystemMap {
	writable: FieldMap;
	/** Fields that are written, and fields that are read. */
	fields: Set<string>;
	isRead: Set<string>;
	/** Fields -> what is written of them, with the client's type. */
	parts: Map<string, FieldMap>;
}

const maps = new WeakMap<FieldMap, SystemMap>();

/** What does not change from record to record. */
function mapOf(fieldMap: FieldMap): SystemMap {
	const known = maps.get(fieldMap);
	if (known !== undefined) return known;
	const baseFields = (map: FieldMap) => new Set(map.map(({ field }) => baseField(field)));
	const writable = fieldMap.filter(writesOut);
	const map = {
		writable,
		fields: baseFields(writable),
		isRead: baseFields(fieldMap.filter(readsIn)),
		parts: new Map<string, FieldMap>(),
	};
	maps.set(fieldMap, map);
	return map;
}

/** The part of the map that these fields need; empty if none of them is written. */
function writableOf(map: SystemMap, only: ReadonlySet<string> | undefined): FieldMap {
	if (only === undefined) return map.writable;
	const named = [...only].filter((field) => map.fields.has(field));
	if (named.length === 0) return [];
	const name = named.sort().join(' ');
	const known = map.parts.get(name);
	if (known !== undefined) return known;
	const part = map.writable.filter(({ field }) => {
		const base = baseField(field);
		return base === 'type' || named.includes(base);
	});
	if (map.parts.size >= MAX_PARTS) map.parts.clear();
	map.parts.set(name, part);
	return part;
}

/** What a CRM makes of a field depends on the field and on the client's type (see Connector.project). */
function parts(wanted: CanonicalFields, only: ReadonlySet<string> | undefined): CanonicalFields {
	if (only === undefined) return wanted;
	const part: CanonicalFields = {};
	for (const [field, value] of Object.entries(wanted)) {
		if (field === 'type' || only.has(field)) part[field] = value;
	}
	return part;
}

/** A write of another value is out and may have been done: only a confirmed one tells. */
function isUncertain(field: string, known: ShadowField, wanted: FieldValue): boolean {
	return known.inFlight?.some(({ value }) => !agrees(field, value, wanted)) ?? false;
}

/** The record holds the value, or what this CRM makes of it. */
function isSettled(field: string, known: ShadowField, wanted: FieldValue): boolean {
	if (agrees(field, known.value, wanted)) return true;
	return known.settledFor !== undefined && sameValue(field, known.settledFor, wanted);
}

function agrees(field: string, known: FieldValue, wanted: FieldValue): boolean {
	if (!isListField(field)) return sameValue(field, known, wanted);
	return isEmptyDiff(diffList(field, (known ?? []) as ListItem[], (wanted ?? []) as ListItem[]));
}
