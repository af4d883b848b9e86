/**
 * The map in force: the stored one without what is held. A field that is held is neither wanted nor
 * read, so nothing that knows the map needs to know of holds; when the hold ends, comparing registers
 * and shadows finds what is to be written. Pure.
 */
import { baseField, readsIn, type FieldMap, type FieldMapping } from '../model/field-map';
import type { FieldValue, ScalarValue, TagItem } from '../model/fields';
import type { FieldHold } from '../model/mapping';
import type { ObjectName } from '../model/objects';
import { toCrm, wordKey } from './transforms';

export function mapInForce(map: FieldMap, holds: readonly FieldHold[]): FieldMap {
	const whole = holds.filter(({ values }) => values === undefined);
	if (whole.length === 0) return map;
	return map.map((mapping) => {
		const own = whole.filter((hold) => concerns(hold, mapping));
		if (own.length === 0 || mapping.direction === 'off') return mapping;
		const isRead = readsIn(mapping) && own.every(({ side }) => side === 'out');
		return { ...mapping, direction: isRead ? 'in' : 'off' };
	});
}

function concerns(hold: FieldHold, mapping: FieldMapping): boolean {
	return hold.object === (mapping.object ?? 'contact') && hold.field === baseField(mapping.field);
}

/** Would the field be written with a value that its CRM's list has lost? */
export function isHeldValue(
	holds: readonly FieldHold[] | undefined,
	map: FieldMap,
	{ object, field, value }: { object: ObjectName; field: string; value: FieldValue },
): boolean {
	const own = (holds ?? []).filter(
		(hold) => hold.values !== undefined && hold.field === field && hold.object === object,
	);
	return own.some(({ values = [], crmField }) => {
		const mapping = map.find((one) => one.crmField === crmField && baseField(one.field) === field);
		const lost = new Set(values.map(wordKey));
		return textsOf(value).some((one) => {
			const written = mapping === undefined ? one : toCrm(mapping, one);
			return written !== undefined && written !== null && lost.has(wordKey(written));
		});
	});
}

/** Tags are the one list whose entries may stand in a CRM's list of values. */
function textsOf(value: FieldValue): ScalarValue[] {
	return Array.isArray(value) ? value.map((item) => (item as TagItem).name ?? null) : [value];
}

/** Is the field held so that it is not read either? */
export function isUnread(holds: readonly FieldHold[], object: ObjectName, field: string): boolean {
	return holds.some(
		(hold) =>
			hold.object === object &&
			hold.field === field &&
			hold.side === 'both' &&
			hold.values === undefined,
	);
}

/** Does anything that is held stop all writes to the system? */
export function isStopped(holds: readonly FieldHold[] | undefined): boolean {
	return holds?.some(({ stops }) => stops === true) ?? false;
}

/** Fields of each object that were held before and are less held now. */
export function lifted(before: readonly FieldHold[], now: readonly FieldHold[]): FieldHold[] {
	const keyOf = (hold: FieldHold) =>
		JSON.stringify([hold.object, hold.field, hold.side, hold.values]);
	const left = new Set(now.map(keyOf));
	return before.filter((hold) => !left.has(keyOf(hold)));
}
