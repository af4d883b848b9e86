/** Redtail contact <-> canonical contact (reference/redtail.md, section 7). Pure. */
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
	mapped,
	readable,
	scalarOf,
	writable,
} from '../field-codec';
import { isObject } from '../rest';
import { CONTACT_FIELDS, DATE_FIELDS, READ_ONLY_FIELDS } from './catalog';
import { bodyOf, isSubList, NESTED, projectNested, readNested } from './nested';
import { holdMembership, isMembership, readMembership } from './membership';
import { redtailSettings, type RedtailSettings } from './settings';

/** A company's name stands in `company_name`, which for an individual is the company she works for. */
export const DEFAULT_FIELD_MAP: FieldMap = [
	...CONTACT_FIELDS.flatMap(({ name, suggestedField, readOnly }) => {
		if (suggestedField === undefined) return [];
		const direction = readOnly ? ('in' as const) : ('both' as const);
		return [{ field: suggestedField, crmField: name, direction }];
	}),
	{ field: 'name', crmField: 'company_name', direction: 'both' },
];

/** Canonical fields that can be read only. */
export const READ_ONLY_CANONICAL = DEFAULT_FIELD_MAP.filter(
	({ direction }) => direction === 'in',
).map(({ field }) => field);

const UDF = /^udfs\.(.+)$/;

/** `udfs.12` -> `12`, the id of the field's definition. */
export function udfId(crmField: string): string | undefined {
	return UDF.exec(crmField)?.[1];
}

export function udfMappings(fieldMap: FieldMap): FieldMap {
	return mapped(fieldMap).filter(({ crmField }) => udfId(crmField) !== undefined);
}

export function isReadOnly(crmField: string): boolean {
	return READ_ONLY_FIELDS.has(crmField);
}

/** Every field mapped in any direction, also those that only go out: what may be known of a record. */
export function knownOf(
	record: CrmRecord,
	fieldMap: FieldMap,
	settings: Record<string, Json>,
): CanonicalFields {
	return read(record, mapped(fieldMap), redtailSettings(settings));
}

export function toCanonical(
	record: CrmRecord,
	fieldMap: FieldMap,
	settings: Record<string, Json>,
): CanonicalFields {
	return read(record, readable(fieldMap), redtailSettings(settings));
}

function read(record: CrmRecord, fieldMap: FieldMap, settings: RedtailSettings): CanonicalFields {
	const type = canonicalType(record.type, settings);
	const fields: CanonicalFields = {};
	for (const mapping of fieldMap) {
		if (!fitsType(mapping.field, type)) continue;
		const value = readField(record, mapping, type);
		if (value !== undefined) fields[mapping.field] = value;
	}
	return guarded(fields);
}

/** undefined: the record does not say (sub-records come only if asked for). */
function readField(
	record: CrmRecord,
	mapping: FieldMapping,
	type: string | null,
): FieldValue | undefined {
	const { field, crmField } = mapping;
	if (isMembership(crmField)) {
		const held = readMembership(record, crmField);
		return held === undefined ? undefined : fromCrm(mapping, held);
	}
	if (isListField(field)) {
		const isThere = NESTED[field] === crmField && Array.isArray(record[crmField]);
		return isThere ? readNested(field, record[crmField]) : undefined;
	}
	const udf = udfId(crmField);
	if (udf !== undefined) {
		if (!Array.isArray(record.contact_udfs)) return undefined;
		return scalarFor(mapping, udfEntry(record, udf)?.field_value);
	}
	if (!(crmField in record)) return undefined;
	if (crmField === 'type') return type;
	const value = scalarFor(mapping, record[crmField]);
	return value !== undefined && DATE_FIELDS.has(crmField) ? dateOf(value) : value;
}

/** The record's entry for one user defined field. */
export function udfEntry(record: CrmRecord, udf: string): CrmRecord | undefined {
	const entries = Array.isArray(record.contact_udfs) ? record.contact_udfs.filter(isObject) : [];
	return entries.find((one) => String(one.contact_udf_field_id) === udf && one.deleted !== true);
}

function scalarFor(mapping: FieldMapping, raw: unknown): ScalarValue | undefined {
	const held = scalarOf(raw);
	const value = held === undefined ? undefined : fromCrm(mapping, held);
	return value === undefined ? undefined : forField(mapping.field, value);
}

function canonicalType(type: unknown, settings: RedtailSettings): string | null {
	if (typeof type !== 'string') return null;
	const short = type.replace(/^.*::/, '');
	if (settings.householdType !== '' && short === settings.householdType) return 'household';
	if (short === 'Individual') return 'person';
	return short === 'Trust' ? 'trust' : 'organization';
}

/** Redtail's type for a canonical one; undefined: it has none. */
export function ownType(
	type: FieldValue | undefined,
	settings: RedtailSettings,
): string | undefined {
	switch (type) {
		case undefined:
		case null:
		case 'person':
			return 'Individual';
		case 'organization':
			return 'Business';
		case 'trust':
			return 'Trust';
		default:
			return settings.householdType === '' ? undefined : settings.householdType;
	}
}

export function project(
	desired: CanonicalFields,
	fieldMap: FieldMap,
	settings: Record<string, Json>,
): CanonicalFields {
	const own = redtailSettings(settings);
	const fields: CanonicalFields = {};
	for (const mapping of writable(fieldMap, isReadOnly)) {
		const { field, crmField } = mapping;
		const value = desired[field];
		if (value === undefined || !fitsType(field, desired.type)) continue;
		if (field === 'type' && value === null) continue;
		if (!allowedBy(own.picklists, field, value)) continue;
		if (isListField(field)) {
			const items = listToCrm(mapping, field, (value ?? []) as ListItem[]);
			const fits = isSubList(field) && NESTED[field] === crmField;
			if (fits) fields[field] = projectNested(field, items, own);
		} else if (isMembership(crmField)) {
			const wanted = Array.isArray(value) ? undefined : throughCrm(mapping, value);
			const isHeld = own.familyWrites && wanted !== undefined;
			const held = isHeld ? holdMembership(wanted, crmField) : undefined;
			if (held !== undefined) fields[field] = held;
		} else if (!Array.isArray(value)) {
			const held = projectScalar(mapping, value);
			if (held !== undefined) fields[field] = held;
		}
	}
	return fields;
}

function projectScalar(mapping: FieldMapping, wanted: ScalarValue): ScalarValue | undefined {
	const sent = heldBy(mapping, wanted);
	const value = sent === undefined ? undefined : fromCrm(mapping, sent);
	return value !== undefined && DATE_FIELDS.has(mapping.crmField) ? dateOf(value) : value;
}

/** What is sent of a scalar: user defined fields hold texts. undefined: it is not written. */
export function heldBy(mapping: FieldMapping, wanted: ScalarValue): ScalarValue | undefined {
	const value = toCrm(mapping, wanted);
	const isText = udfId(mapping.crmField) !== undefined;
	return isText && value !== undefined && value !== null ? String(value) : value;
}

/** Scalars of a contact by Redtail's names, picklists still as text (picklists.ts), without UDFs. */
export function scalarBody(
	fields: CanonicalFields,
	fieldMap: FieldMap,
	settings: RedtailSettings,
): CrmRecord {
	const body: CrmRecord = {};
	for (const mapping of writable(fieldMap, isReadOnly)) {
		const { crmField } = mapping;
		const wanted = fields[mapping.field];
		// User defined fields and memberships are calls of their own.
		const isApart = udfId(crmField) !== undefined || isMembership(crmField);
		if (wanted === undefined || Array.isArray(wanted) || isApart) continue;
		const value = toCrm(mapping, wanted);
		if (value === undefined) continue;
		if (crmField === 'type') body.type = `Crm::Contact::${ownType(value, settings) ?? ''}`;
		else body[crmField] = value === '' ? null : value;
	}
	return body;
}

/** What a create sends (picklists as text): everything desired that says something. */
export function createBody(
	desired: CanonicalFields,
	fieldMap: FieldMap,
	settings: RedtailSettings,
): CrmRecord {
	const said = Object.fromEntries(
		Object.entries(desired).filter(([, value]) => value !== null && value !== ''),
	);
	const body = scalarBody({ type: 'person', ...said }, fieldMap, settings);
	for (const { field, crmField } of writable(fieldMap, isReadOnly)) {
		const items = said[field];
		if (!isSubList(field) || NESTED[field] !== crmField || !Array.isArray(items)) continue;
		if (items.length > 0) body[crmField] = items.map((item) => bodyOf(field, item, settings));
	}
	return body;
}

/** A user defined field of `/lists/contact_udfs` as a describable field. Its type codes are UNKNOWN: text. */
export function udfFieldOf(definition: CrmRecord): CrmField {
	return {
		name: `udfs.${String(definition.id)}`,
		label: String(definition.name ?? definition.id),
		type: 'string',
		readOnly: false,
		required: false,
		custom: true,
	};
}
