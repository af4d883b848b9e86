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
	const kept = Object.entries(event.fields).filter(([field]) => !barred.has(field));
	if (kept.length === Object.keys(event.fields).length) return event;
	return { ...event, fields: Object.fromEntries(kept) };
}

/** Fields that the map names and none of whose places is read in. */
function barredFields(fieldMap: FieldMap): Set<string> {
	const read = new Set(fieldMap.filter(readsIn).map(({ field }) => baseField(field)));
	const named = fieldMap.map(({ field }) => baseField(field));
	return new Set(named.filter((field) => !read.has(field)));
}
