/** Which objects a system syncs: what its field map names, and what its user chose of that. Pure. */
import type { FieldMap } from '../../model/field-map';
import {
	ITEM_FIELDS,
	isItemField,
	isObjectName,
	OBJECTS,
	type ObjectName,
} from '../../model/objects';
import type { Json } from '../connector';

/** Setting of every connector: the objects that its user chose. */
const OBJECTS_SETTING = 'objects';

/** Contacts are always among them: everything else belongs to a client. */
export function chosenObjects(setting: unknown): ObjectName[] {
	const named = Array.isArray(setting) ? setting.map(String).filter(isObjectName) : [];
	return OBJECTS.filter((object) => object === 'contact' || named.includes(object));
}

/** Of a map of all objects the mappings of the chosen ones; nothing names a record that is not synced. */
export function chosenMap(fieldMap: FieldMap, chosen: readonly ObjectName[]): FieldMap {
	return fieldMap.filter(({ object = 'contact', field }) => {
		if (!chosen.includes(object)) return false;
		if (field === 'householdRole') return chosen.includes('household');
		if (!isItemField(field)) return true;
		const { kind } = ITEM_FIELDS[field];
		if (kind !== 'reference') return true;
		return ITEM_FIELDS[field].objects.some((named) => chosen.includes(named));
	});
}

/** Objects that a connector with these declarations can sync. */
export function offeredObjects(
	objects: Partial<Record<Exclude<ObjectName, 'contact'>, unknown>> | undefined,
): ObjectName[] {
	return OBJECTS.filter((object) => object === 'contact' || objects?.[object] !== undefined);
}

export function hasHouseholds(settings: Record<string, Json>): boolean {
	return chosenObjects(settings[OBJECTS_SETTING]).includes('household');
}
