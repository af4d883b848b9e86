/**
 * The field map of one system: which canonical field stands in which CRM field, and which way it
 * travels. Connectors ship a default; users change it in the trigger's panel.
 */
import { z } from 'zod';
import { OBJECTS, type ObjectName } from './objects';
import { transformSchema } from './transform';

export const DIRECTIONS = ['both', 'in', 'out', 'off'] as const;
export type Direction = (typeof DIRECTIONS)[number];

const fieldMappingSchema = z.object({
	/** The object whose field it is; absent: contact. A system syncs the objects that its map names. */
	object: z.enum(OBJECTS).optional(),
	/**
	 * Canonical field, or one slot of a list field where the CRM keeps entries in fields of their own:
	 * `emails.primary`, `phones.mobile`, `phones.work#2`, `addresses.primary`, `addresses.other`.
	 */
	field: z.string().min(1),
	/** The CRM's name of the field (`job_title`, `MailingAddress`, `custom_fields.41`). */
	crmField: z.string().min(1),
	direction: z.enum(DIRECTIONS).default('both'),
	/** Between the CRM's form of the value and the canonical one. Absent: they are the same. */
	transform: transformSchema.optional(),
});

export const fieldMapSchema = z.array(fieldMappingSchema).max(500);

export type FieldMapping = z.infer<typeof fieldMappingSchema>;
export type FieldMap = FieldMapping[];

export function readsIn(mapping: FieldMapping): boolean {
	return mapping.direction === 'both' || mapping.direction === 'in';
}

export function writesOut(mapping: FieldMapping): boolean {
	return mapping.direction === 'both' || mapping.direction === 'out';
}

/** `phones.mobile` -> `phones`; other names as they are. */
export function baseField(field: string): string {
	return field.startsWith('custom.') ? field : (field.split('.')[0] ?? field);
}

const parts = new WeakMap<FieldMap, Map<ObjectName, FieldMap>>();

/** The mappings of one object; the same array for the same map. */
export function mapOfObject(fieldMap: FieldMap, object: ObjectName): FieldMap {
	const known = parts.get(fieldMap) ?? new Map<ObjectName, FieldMap>();
	parts.set(fieldMap, known);
	const made =
		known.get(object) ?? fieldMap.filter((mapping) => (mapping.object ?? 'contact') === object);
	known.set(object, made);
	return made;
}

/** The objects of which anything is mapped, in the order in which they are read and made. */
export function objectsOf(fieldMap: FieldMap): ObjectName[] {
	return OBJECTS.filter((object) =>
		mapOfObject(fieldMap, object).some(({ direction }) => direction !== 'off'),
	);
}
