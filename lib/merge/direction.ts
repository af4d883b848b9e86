/**
 * Which fields of an event may be merged: those that the system's field map reads in (`both`, `in`).
 * Connectors read no others, but on the canvas people may add fields to an event: one that the map
 * gives only out, or switches off, is left out there; one that the map does not name may be added.
 */
import { baseField, readsIn, type FieldMap } from '../model/field-map';
import { isEmpty } from '../model/canonical';
import type { ChangeEvent } from '../model/event';
import type { FieldValue } from '../model/fields';
import type { FieldHold } from '../model/mapping';

export function readableEvent(
	event: ChangeEvent,
	fieldMap: FieldMap | undefined,
	holds: readonly FieldHold[] = [],
): ChangeEvent {
	if (fieldMap === undefined) return event;
	const barred = barredFields(fieldMap);
	const emptied = emptiedFields(holds, event.object);
	const isKept = ([field, value]: [string, FieldValue]) =>
		!barred.has(field) && !(emptied.has(field) && isEmpty(value));
	const said = Object.entries(event.fields);
	const kept = said.filter(isKept);
	return kept.length === said.length ? event : { ...event, fields: Object.fromEntries(kept) };
}

/** Fields whose list has lost values: a CRM may have emptied its records, and nobody cleared them. */
function emptiedFields(holds: readonly FieldHold[], object: string): Set<string> {
	const own = holds.filter((hold) => hold.values !== undefined && hold.object === object);
	return new Set(own.map(({ field }) => field));
}

const barredOf = new WeakMap<FieldMap, Set<string>>();

/** Fields that the map names and none of whose places is read in. */
function barredFields(fieldMap: FieldMap): Set<string> {
	const known = barredOf.get(fieldMap);
	if (known !== undefined) return known;
	const read = new Set(fieldMap.filter(readsIn).map(({ field }) => baseField(field)));
	const named = fieldMap.map(({ field }) => baseField(field));
	const barred = new Set(named.filter((field) => !read.has(field)));
	barredOf.set(fieldMap, barred);
	return barred;
}
