/** Wealthbox contact <-> canonical contact (reference/wealthbox.md, section 8). Pure. */
import { fromCrm, listToCrm, throughCrm, toCrm } from '../../mapping/transforms';
import type { FieldMap, FieldMapping } from '../../model/field-map';
import {
	isListField,
	type CanonicalFields,
	type FieldValue,
	type ListItem,
	type ScalarValue,
} from '../../model/fields';
import type { CrmField, CrmRecord, Json } from '../connector';
import {
	allowedBy,
	dateOf,
	fitsType,
	forField,
	guarded,
	idOf,
	mapped,
	readable,
	scalarOf,
	writable,
} from '../field-codec';
import { isObject } from '../rest';
import { CONTACT_FIELDS, DATE_FIELDS, READ_ONLY_FIELDS } from './catalog';
import { holdMembership, isMembership, readMembership } from './membership';
import { NESTED, newEntry, projectNested, readNested } from './nested';
import { wealthboxSettings, type WealthboxSettings } from './settings';

export const DEFAULT_FIELD_MAP: FieldMap = CONTACT_FIELDS.flatMap(({ name, suggestedField }) =>
	suggestedField === undefined
		? []
		: [{ field: suggestedField, crmField: name, direction: 'both' as const }],
);

const CUSTOM = /^custom_fields\.(.+)$/;

export function customFieldId(crmField: string): string | undefined {
	return CUSTOM.exec(crmField)?.[1];
}

function isReadOnly(crmField: string): boolean {
	return READ_ONLY_FIELDS.has(crmField) && !isMembership(crmField);
}

/** Every field mapped in any direction, also those that only go out: what may be known of a record. */
export function knownOf(
	record: CrmRecord,
	fieldMap: FieldMap,
	settings: Record<string, Json>,
): CanonicalFields {
	return read(record, mapped(fieldMap), wealthboxSettings(settings));
}

export function toCanonical(
	record: CrmRecord,
	fieldMap: FieldMap,
	settings: Record<string, Json>,
): CanonicalFields {
	return read(record, readable(fieldMap), wealthboxSettings(settings));
}

function read(record: CrmRecord, fieldMap: FieldMap, settings: WealthboxSettings): CanonicalFields {
	const type = canonicalType(record.type);
	const fields: CanonicalFields = {};
	for (const mapping of fieldMap) {
		if (!fitsType(mapping.field, type)) continue;
		const value = readField(record, mapping, settings);
		if (value !== undefined) fields[mapping.field] = value;
	}
	return guarded(fields);
}

/** undefined: the record does not say. */
function readField(
	record: CrmRecord,
	mapping: FieldMapping,
	settings: WealthboxSettings,
): FieldValue | undefined {
	const { field, crmField } = mapping;
	if (isMembership(crmField)) {
		const held = readMembership(record, crmField);
		return held === undefined ? undefined : fromCrm(mapping, held);
	}
	if (isListField(field)) {
		const isThere = NESTED[field] === crmField && crmField in record;
		return isThere ? readNested(field, record[crmField], settings) : undefined;
	}
	const custom = customFieldId(crmField);
	if (custom !== undefined) {
		if (!Array.isArray(record.custom_fields)) return undefined;
		const entry = record.custom_fields.find((one) => isObject(one) && String(one.id) === custom) as
			| CrmRecord
			| undefined;
		return scalarFor(mapping, entry?.value);
	}
	if (!(crmField in record)) return undefined;
	if (crmField === 'type') return canonicalType(record.type);
	const value = scalarFor(mapping, record[crmField]);
	return value !== undefined && DATE_FIELDS.has(crmField) ? dateOf(value) : value;
}

function scalarFor(mapping: FieldMapping, raw: unknown): ScalarValue | undefined {
	const held = scalarOf(raw);
	const value = held === undefined ? undefined : fromCrm(mapping, held);
	return value === undefined ? undefined : forField(mapping.field, value);
}

function canonicalType(type: unknown): string | null {
	return typeof type === 'string' ? type.toLowerCase() : null;
}

export function project(
	desired: CanonicalFields,
	fieldMap: FieldMap,
	settings: Record<string, Json>,
): CanonicalFields {
	const own = wealthboxSettings(settings);
	const fields: CanonicalFields = {};
	for (const mapping of writable(fieldMap, isReadOnly)) {
		const { field, crmField } = mapping;
		const value = desired[field];
		if (value === undefined || !fitsType(field, desired.type)) continue;
		if (field === 'type' && value === null) continue;
		if (!allowedBy(own.picklists, field, value)) continue;
		if (isListField(field)) {
			const items = listToCrm(mapping, field, (value ?? []) as ListItem[]);
			if (NESTED[field] === crmField) fields[field] = projectNested(field, items, own);
		} else if (isMembership(crmField)) {
			const sent = Array.isArray(value) ? undefined : toCrm(mapping, value);
			const held = sent === undefined ? undefined : holdMembership(sent, crmField);
			const told = held === undefined ? undefined : fromCrm(mapping, held);
			if (told !== undefined) fields[field] = told;
		} else if (!Array.isArray(value)) {
			const held = throughCrm(mapping, value);
			if (held !== undefined) fields[field] = DATE_FIELDS.has(crmField) ? dateOf(held) : held;
		}
	}
	return fields;
}

/** The scalar part of a POST or PUT body. Lists are written by their plan (nested.ts). */
export function scalarBody(fields: CanonicalFields, fieldMap: FieldMap): CrmRecord {
	const body: CrmRecord = {};
	const custom: CrmRecord[] = [];
	for (const mapping of writable(fieldMap, isReadOnly)) {
		const { crmField } = mapping;
		const wanted = fields[mapping.field];
		// Memberships are calls of their own: see membership.ts.
		if (wanted === undefined || Array.isArray(wanted) || isMembership(crmField)) continue;
		const value = toCrm(mapping, wanted);
		if (value === undefined) continue;
		const id = customFieldId(crmField);
		if (id !== undefined) custom.push({ id: idOf(id), value });
		else if (crmField === 'type') body.type = ownType(value);
		else body[crmField] = DATE_FIELDS.has(crmField) && value === '' ? null : value;
	}
	return custom.length > 0 ? { ...body, custom_fields: custom } : body;
}

function ownType(value: ScalarValue): string {
	const word = String(value ?? 'person');
	return word.charAt(0).toUpperCase() + word.slice(1);
}

/** What a create sends: everything desired that says something. */
export function createBody(
	desired: CanonicalFields,
	fieldMap: FieldMap,
	settings: Record<string, Json>,
): CrmRecord {
	const own = wealthboxSettings(settings);
	const said = Object.fromEntries(
		Object.entries(desired).filter(([, value]) => value !== null && value !== ''),
	);
	const body = scalarBody({ type: 'person', ...said }, fieldMap);
	for (const { field, crmField } of writable(fieldMap, isReadOnly)) {
		const items = said[field];
		if (!isListField(field) || NESTED[field] !== crmField || !Array.isArray(items)) continue;
		if (items.length > 0) body[crmField] = items.map((item) => newEntry(field, item, own));
	}
	return body;
}

const CUSTOM_TYPES: Record<string, CrmField['type']> = {
	single_select: 'options',
	number: 'number',
	percent: 'number',
	currency: 'number',
	date: 'date',
	checkbox: 'boolean',
};

/** A custom field of `/categories/custom_fields` as a describable field. */
export function customFieldOf(definition: CrmRecord): CrmField {
	const labels = Array.isArray(definition.options)
		? definition.options.filter(isObject).map(({ label }) => String(label))
		: [];
	const type = CUSTOM_TYPES[String(definition.field_type)] ?? 'string';
	return {
		name: `custom_fields.${String(definition.id)}`,
		label: String(definition.name ?? definition.id),
		type,
		...(type === 'options' ? { options: labels.map((label) => ({ value: label, label })) } : {}),
		readOnly: false,
		required: false,
		custom: true,
	};
}
