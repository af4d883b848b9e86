/**
 * One object of one CRM beside contacts, as a declaration: its fields, what the CRM lets be done with its
 * records, and how each field's value is read, held and written. The three connectors declare theirs in
 * `<crm>/objects/`; what walks over the objects (change source, listing, deliveries, panels) knows only this.
 */
import { fromCrm, listToCrm, throughCrm, toCrm } from '../../mapping/transforms';
import {
	mapOfObject,
	type Direction,
	type FieldMap,
	type FieldMapping,
} from '../../model/field-map';
import {
	isListField,
	type CanonicalFields,
	type FieldValue,
	type ListItem,
	type ScalarValue,
} from '../../model/fields';
import { isItemField, ITEM_FIELDS, type ObjectName } from '../../model/objects';
import type { CrmField, CrmRecord, Json, ObjectCapability, RecordClient } from '../connector';
import {
	addPart,
	compact,
	dateOf,
	guarded,
	mapped,
	readable,
	scalarOf,
	tidyList,
	writable,
} from '../field-codec';
import { canonicalInstant, canonicalNumber } from './values';

export type ItemObject = Exclude<ObjectName, 'contact'>;
export type Settings = Record<string, Json>;

/** What a write works with. */
export interface WriteScope {
	settings: Settings;
	/** The record as it was just read; null: it is being made, or was not read. */
	current: CrmRecord | null;
}

/** A field of the CRM's record. Without functions it is a scalar under its own name. */
export interface CrmObjectField {
	name: string;
	label: string;
	type: CrmField['type'];
	options?: readonly string[];
	required?: boolean;
	readOnly?: boolean;
	custom?: boolean;
	/** The canonical field that the default map gives it. */
	field?: string;
	/** Of that mapping; default: both, of a field that is read only: in. */
	direction?: Direction;
	/** As the record holds it; undefined: the record does not say. */
	read?: (record: CrmRecord, settings: Settings) => FieldValue | undefined;
	/** What the CRM would hold if this were written; undefined: it has no place for it. */
	hold?: (value: FieldValue, settings: Settings) => FieldValue | undefined;
	/** Part of the body that writes the value; undefined: nothing is sent. Arrays of several parts are joined. */
	write?: (value: FieldValue, scope: WriteScope) => CrmRecord | undefined;
}

export interface CrmObject {
	object: ItemObject;
	capability: ObjectCapability;
	fields: readonly CrmObjectField[];
	/** A field that is not among these: the account's own ones. */
	customField?: (crmField: string) => CrmObjectField | undefined;
	listFilters: RecordClient['listFilters'];
	matchFields: RecordClient['matchFields'];
}

/** The default map of a CRM's objects: behind the contacts' own mappings. */
export function defaultMapOf(objects: Iterable<CrmObject>): FieldMap {
	return [...objects].flatMap(({ object, fields }) =>
		fields.flatMap(({ name, field, readOnly, direction }) => {
			if (field === undefined) return [];
			const usual: Direction = readOnly === true ? 'in' : 'both';
			return [{ object, field, crmField: name, direction: direction ?? usual }];
		}),
	);
}

/** For `Connector.capabilities.objects`. */
export function capabilitiesOf(
	objects: Iterable<CrmObject>,
): Partial<Record<ItemObject, ObjectCapability>> {
	return Object.fromEntries([...objects].map(({ object, capability }) => [object, capability]));
}

/** For `Connector.describe`; `custom`: the account's own fields. */
export function describeFields(
	{ fields }: CrmObject,
	options: ReadonlyMap<string, readonly string[]> = new Map(),
	custom: readonly CrmField[] = [],
): CrmField[] {
	const standard = fields.map((field): CrmField => {
		const { name, label, type, required = false, readOnly = false } = field;
		const words = options.get(name) ?? field.options;
		return compact({
			...{ name, label, type, required, readOnly, custom: field.custom ?? false },
			options: words?.map((value) => ({ value, label: value })),
			suggestedField: field.field,
		});
	});
	return [...standard, ...custom];
}

/** See `Connector.toCanonical`. `all`: also fields that only go out, for what is known of a record. */
export function itemToCanonical(
	object: CrmObject,
	record: CrmRecord,
	fieldMap: FieldMap,
	settings: Settings,
	all = false,
): CanonicalFields {
	const own = mapOfObject(fieldMap, object.object);
	const fields: CanonicalFields = {};
	for (const mapping of all ? mapped(own) : readable(own)) {
		const value = readMapped(object, mapping, record, settings);
		if (value !== undefined) fields[mapping.field] = value;
	}
	return guarded(fields, object.object);
}

function readMapped(
	object: CrmObject,
	mapping: FieldMapping,
	record: CrmRecord,
	settings: Settings,
): FieldValue | undefined {
	const crmField = fieldOf(object, mapping.crmField);
	if (crmField === undefined) return undefined;
	const raw = crmField.read
		? crmField.read(record, settings)
		: crmField.name in record
			? scalarOf(record[crmField.name])
			: undefined;
	if (raw === undefined || Array.isArray(raw)) return raw;
	const value = fromCrm(mapping, raw);
	return value === undefined ? undefined : canonicalItemValue(mapping.field, value);
}

/** See `Connector.project`. */
export function projectItem(
	object: CrmObject,
	desired: CanonicalFields,
	fieldMap: FieldMap,
	settings: Settings,
): CanonicalFields {
	const fields: CanonicalFields = {};
	for (const mapping of writableOf(object, fieldMap)) {
		const value = desired[mapping.field];
		if (value === undefined) continue;
		const held = heldValue(object, mapping, value, settings);
		if (held !== undefined) fields[mapping.field] = held;
	}
	return fields;
}

function heldValue(
	object: CrmObject,
	mapping: FieldMapping,
	value: FieldValue,
	settings: Settings,
): FieldValue | undefined {
	const { field } = mapping;
	const hold = fieldOf(object, mapping.crmField)?.hold ?? ((one: FieldValue) => one);
	if (isListField(field)) {
		const items = listToCrm(mapping, field, (value ?? []) as ListItem[]);
		return hold(tidyList(field, items), settings);
	}
	if (Array.isArray(value)) return undefined;
	const through = throughCrm(mapping, canonicalItemValue(field, value));
	return through === undefined ? undefined : hold(canonicalItemValue(field, through), settings);
}

/** The body that writes these values, as they were projected. */
export function itemBody(
	object: CrmObject,
	values: CanonicalFields,
	fieldMap: FieldMap,
	scope: WriteScope,
): CrmRecord {
	const body: CrmRecord = {};
	for (const mapping of writableOf(object, fieldMap)) {
		const crmField = fieldOf(object, mapping.crmField);
		const wanted = values[mapping.field];
		if (wanted === undefined || crmField === undefined) continue;
		const value = Array.isArray(wanted) ? wanted : toCrm(mapping, wanted);
		if (value === undefined) continue;
		addPart(body, crmField.write ? crmField.write(value, scope) : { [crmField.name]: value });
	}
	return body;
}

function writableOf(object: CrmObject, fieldMap: FieldMap): FieldMap {
	const isReadOnly = (crmField: string) => fieldOf(object, crmField)?.readOnly !== false;
	const own = mapOfObject(fieldMap, object.object);
	return writable(
		own,
		(crmField) => fieldOf(object, crmField) === undefined || isReadOnly(crmField),
	);
}

/** Standard, or one of the account's own. */
export function fieldOf(object: CrmObject, crmField: string): CrmObjectField | undefined {
	const standard = object.fields.find(({ name }) => name === crmField);
	const field = standard ?? object.customField?.(crmField);
	return field && { readOnly: false, ...field };
}

/** A scalar in the form of its canonical field's kind; what is none of that kind stays as it is. */
export function canonicalItemValue(field: string, value: ScalarValue): ScalarValue {
	if (value === null || field.startsWith('custom.')) return value;
	const kind = isItemField(field) ? ITEM_FIELDS[field].kind : 'text';
	switch (kind) {
		case 'number':
			return canonicalNumber(value);
		case 'boolean':
			return typeof value === 'string' ? /^(true|yes|1)$/i.test(value.trim()) : Boolean(value);
		case 'date':
			return dateOf(value);
		case 'dateTime':
			return canonicalInstant(value);
		default:
			return String(value);
	}
}
