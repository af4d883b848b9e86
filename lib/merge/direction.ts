/**
 * Which fields of an event may be merged: those that the system's field map reads in (`both`, `in`).
 * Connectors read no others, but on the canvas people may add fields to an event: one that the map
 * gives only out, or switches off, is left out there; one that the map does not name may be added.
 */
import { baseField, readsIn, type FieldMap } from '../model/field-map';
import type { ChangeEvent } from '../model/event';

export function readableEvent(event: ChangeEvent, fieldMap: FieldMap | undefined): ChangeEvent {
	if (fieldMap === undefined) return event;
	const barred = barredFields(fieldMap);
	if (!Object.keys(event.fields).some((field) => barred.has(field))) return event;
	const kept = Object.entries(event.fields).filter(([field]) => !barred.has(field));
	return { ...event, fields: Object.fromEntries(kept) };
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
