/** Redtail contact <-> canonical contact (reference/redtail.md, section 7). Pure. */
import { throughCrm, toCrm } from '../../mapping/transforms';
import type { FieldMap, FieldMapping } from '../../model/field-map';
import type { FieldValue, ScalarValue } from '../../model/fields';
import type { CrmField, CrmRecord } from '../connector';
import { ContactCodec } from '../contact-codec';
import { mapped } from '../field-codec';
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

/** The record's entry for one user defined field. */
export function udfEntry(record: CrmRecord, udf: string): CrmRecord | undefined {
	const entries = Array.isArray(record.contact_udfs) ? record.contact_udfs.filter(isObject) : [];
	return entries.find((one) => String(one.contact_udf_field_id) === udf && one.deleted !== true);
}

/** undefined: the record was read without its user defined fields. */
function udfValue(record: CrmRecord, udf: string): unknown {
	if (!Array.isArray(record.contact_udfs)) return undefined;
	return udfEntry(record, udf)?.field_value ?? null;
}

function canonicalType({ type }: CrmRecord, settings: RedtailSettings): string | null {
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

/** Written only where the setting `familyWrites` allows it. */
function holdMapped(
	mapping: FieldMapping,
	value: ScalarValue,
	{ familyWrites }: RedtailSettings,
): FieldValue | undefined {
	const wanted = familyWrites ? throughCrm(mapping, value) : undefined;
	return wanted === undefined ? undefined : holdMembership(wanted, mapping.crmField);
}

/** What is sent of a scalar: user defined fields hold texts. undefined: it is not written. */
export function heldBy(mapping: FieldMapping, wanted: ScalarValue): ScalarValue | undefined {
	const value = toCrm(mapping, wanted);
	const isText = udfId(mapping.crmField) !== undefined;
	return isText && value !== undefined && value !== null ? String(value) : value;
}

/** Picklists are still texts here (picklists.ts); user defined fields are written by calls of their own. */
function bodyPart(
	crmField: string,
	value: ScalarValue,
	settings: RedtailSettings,
): CrmRecord | undefined {
	if (udfId(crmField) !== undefined) return undefined;
	if (crmField === 'type') return { type: `Crm::Contact::${ownType(value, settings) ?? ''}` };
	return { [crmField]: value === '' ? null : value };
}

export const { knownOf, toCanonical, project, scalarBody, createBody } = new ContactCodec({
	settings: redtailSettings,
	isReadOnly: (crmField) => READ_ONLY_FIELDS.has(crmField),
	isDate: (crmField) => DATE_FIELDS.has(crmField),
	typeOf: canonicalType,
	toCrm: heldBy,
	bodyPart,
	lists: {
		names: NESTED,
		isWritten: isSubList,
		// Sub-records come only if they were asked for.
		read: (field, held) => (Array.isArray(held) ? readNested(field, held) : undefined),
		hold: projectNested,
		newEntry: bodyOf,
	},
	custom: { idOf: udfId, read: udfValue },
	membership: { has: isMembership, read: readMembership, hold: holdMapped },
});

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
