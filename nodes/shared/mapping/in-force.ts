/** Of mappings that the store keeps: what panels show of them. */
import {
	baseField,
	mapOfObject,
	type MappingVersion,
	type ObjectName,
	type SystemRow,
} from '../../../lib';

/** Custom fields of an object that any system maps. */
export function customFieldsOf(systems: readonly SystemRow[], object: ObjectName): string[] {
	const fields = systems.flatMap(({ fieldMap }) =>
		mapOfObject(fieldMap, object).map(({ field }) => baseField(field)),
	);
	return [...new Set(fields)].filter((field) => field.startsWith('custom.')).sort();
}

/** `version 3, Robin, 2026-11-22`. */
export function versionLabel({ version, savedBy, savedAt }: MappingVersion): string {
	const day = new Date(savedAt).toISOString().slice(0, 10);
	return [`version ${version}`, ...(savedBy === null ? [] : [savedBy]), day].join(', ');
}
