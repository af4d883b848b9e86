/**
 * Pocket CRM contact <-> canonical contact. Its contacts are persons with flat fields: slots
 * (lib/mapping/slots.ts) say which e-mail and phone stand in them, and the field's name is the entry's
 * `ref`. Pure.
 */
import type { CrmField, CrmRecord } from '../../../lib/connectors/connector';
import { compact, guarded, scalarOf, textOf } from '../../../lib/connectors/field-codec';
import { placeInSlots, slotAttributes } from '../../../lib/mapping/slots';
import { fromCrm, toCrm } from '../../../lib/mapping/transforms';
import {
	baseField,
	readsIn,
	writesOut,
	type FieldMap,
	type FieldMapping,
} from '../../../lib/model/field-map';
import {
	isFieldName,
	isListField,
	type CanonicalFields,
	type EmailItem,
	type FieldValue,
	type ListItem,
	type PhoneItem,
	type ScalarValue,
} from '../../../lib/model/fields';

type Row = [name: string, label: string, type: CrmField['type'], suggestedField?: string];

const ROWS: Row[] = [
	['first_name', 'First Name', 'string', 'firstName'],
	['last_name', 'Last Name', 'string', 'lastName'],
	['title', 'Title', 'string', 'jobTitle'],
	['email', 'E-mail', 'email', 'emails.primary'],
	['phone', 'Phone', 'phone', 'phones.primary'],
	['ref', 'Reference', 'string'],
	['updated_at', 'Updated At', 'number'],
];
/** `ref` holds the fabric's own id of a contact: no map writes it. */
const READ_ONLY = new Set(['ref', 'updated_at']);

export const CONTACT_FIELDS: CrmField[] = ROWS.map(([name, label, type, suggestedField]) => ({
	...{ name, label, type, custom: false },
	readOnly: READ_ONLY.has(name),
	required: name === 'last_name',
	...(suggestedField === undefined ? {} : { suggestedField }),
}));

export const DEFAULT_FIELD_MAP: FieldMap = ROWS.flatMap(([crmField, , , field]) =>
	field === undefined ? [] : [{ field, crmField, direction: 'both' as const }],
);

/** Values by the name of their mapping's field: `jobTitle`, `emails.primary`. */
export type SlotValues = Record<string, ScalarValue>;

const isUsable = ({ field }: FieldMapping) => isFieldName(baseField(field));

export function writableMap(fieldMap: FieldMap): FieldMap {
	return fieldMap.filter((one) => writesOut(one) && isUsable(one) && !READ_ONLY.has(one.crmField));
}

/** See `Connector.toCanonical`. */
export function toCanonical(record: CrmRecord, fieldMap: FieldMap): CanonicalFields {
	return read(record, fieldMap.filter(readsIn));
}

/** Every field mapped in any direction, also those that only go out: what may be known of a record. */
export function knownOf(record: CrmRecord, fieldMap: FieldMap): CanonicalFields {
	return read(
		record,
		fieldMap.filter(({ direction }) => direction !== 'off'),
	);
}

function read(record: CrmRecord, fieldMap: FieldMap): CanonicalFields {
	const fields: CanonicalFields = {};
	for (const mapping of fieldMap.filter(isUsable)) {
		const held = mapping.crmField in record ? scalarOf(record[mapping.crmField]) : undefined;
		const value = held === undefined ? undefined : fromCrm(mapping, held);
		if (value === undefined) continue;
		const field = baseField(mapping.field);
		if (!isListField(field)) fields[field] = value;
		else fields[field] = [...((fields[field] ?? []) as ListItem[]), ...entriesOf(mapping, value)];
	}
	return guarded(fields);
}

function entriesOf({ field, crmField }: FieldMapping, value: ScalarValue): ListItem[] {
	const text = textOf(value);
	if (text === undefined) return [];
	const said = { ref: crmField, ...slotAttributes(slotOf(field)) };
	return baseField(field) === 'phones' ? [{ ...said, number: text }] : [{ ...said, address: text }];
}

function slotOf(field: string): string {
	return field.split('.')[1] ?? 'primary';
}

/** The fields as the record would hold them, each under its mapping's field; what is not said is left out. */
export function slotValues(fields: CanonicalFields, fieldMap: FieldMap): SlotValues {
	const values: SlotValues = {};
	for (const mapping of writableMap(fieldMap)) {
		const value = valueFor(mapping, fields[baseField(mapping.field)], fieldMap);
		if (value !== undefined) values[mapping.field] = value;
	}
	return values;
}

function valueFor(
	mapping: FieldMapping,
	value: FieldValue | undefined,
	fieldMap: FieldMap,
): ScalarValue | undefined {
	if (value === undefined) return undefined;
	const field = baseField(mapping.field);
	if (!isListField(field)) return Array.isArray(value) ? undefined : toCrm(mapping, value);
	const slots = fieldMap
		.filter((one) => baseField(one.field) === field)
		.map((one) => ({ slot: slotOf(one.field), crmField: one.crmField }));
	const entry = placeInSlots((value ?? []) as ListItem[], slots).get(mapping.crmField);
	if (entry === undefined) return null;
	const text = field === 'phones' ? (entry as PhoneItem).number : (entry as EmailItem).address;
	return toCrm(mapping, text);
}

/** The body that writes these values, each named as {@link slotValues} names it. */
export function bodyOf(values: Record<string, FieldValue>, fieldMap: FieldMap): CrmRecord {
	return compact(
		Object.fromEntries(
			writableMap(fieldMap).map(({ field, crmField }) => [crmField, values[field]]),
		),
	);
}

/** See `Connector.refuses`. */
export function refuses({ type }: CanonicalFields): string | undefined {
	if (type === undefined || type === null || type === 'person') return undefined;
	return 'Pocket CRM keeps persons only.';
}

/** See `Connector.project`: it is written and read in thought. */
export function project(desired: CanonicalFields, fieldMap: FieldMap): CanonicalFields {
	if (refuses(desired) !== undefined) return {};
	return read(bodyOf(slotValues(desired, fieldMap), fieldMap), writableMap(fieldMap));
}
