/** Wealthbox contact <-> canonical contact (reference/wealthbox.md, section 8). Pure. */
import { fromCrm, toCrm } from '../../mapping/transforms';
import type { FieldMap, FieldMapping } from '../../model/field-map';
import { isListField, type ScalarValue } from '../../model/fields';
import type { CrmField, CrmRecord } from '../connector';
import { ContactCodec } from '../contact-codec';
import { idOf } from '../field-codec';
import { isObject } from '../rest';
import { CONTACT_FIELDS, DATE_FIELDS, READ_ONLY_FIELDS } from './catalog';
import { holdMembership, isMembership, readMembership } from './membership';
import { NESTED, newEntry, projectNested, readNested } from './nested';
import { wealthboxSettings } from './settings';

export const DEFAULT_FIELD_MAP: FieldMap = CONTACT_FIELDS.flatMap(({ name, suggestedField }) =>
	suggestedField === undefined
		? []
		: [{ field: suggestedField, crmField: name, direction: 'both' as const }],
);

const CUSTOM = /^custom_fields\.(.+)$/;

export function customFieldId(crmField: string): string | undefined {
	return CUSTOM.exec(crmField)?.[1];
}

/** undefined: the record was read without its custom fields. */
function customValue({ custom_fields: held }: CrmRecord, id: string): unknown {
	if (!Array.isArray(held)) return undefined;
	const entry = held.filter(isObject).find((one) => String(one.id) === id);
	return entry?.value ?? null;
}

/** What is sent of a household's title has to be one of its words. */
function holdMapped(mapping: FieldMapping, value: ScalarValue): ScalarValue | undefined {
	const sent = toCrm(mapping, value);
	const held = sent === undefined ? undefined : holdMembership(sent, mapping.crmField);
	return held === undefined ? undefined : fromCrm(mapping, held);
}

function bodyPart(crmField: string, value: ScalarValue): CrmRecord {
	const id = customFieldId(crmField);
	if (id !== undefined) return { custom_fields: [{ id: idOf(id), value }] };
	if (crmField === 'type') return { type: ownType(value) };
	return { [crmField]: DATE_FIELDS.has(crmField) && value === '' ? null : value };
}

function ownType(value: ScalarValue): string {
	const word = String(value ?? 'person');
	return word.charAt(0).toUpperCase() + word.slice(1);
}

export const { knownOf, toCanonical, project, scalarBody, createBody } = new ContactCodec({
	settings: wealthboxSettings,
	isReadOnly: (crmField) => READ_ONLY_FIELDS.has(crmField) && !isMembership(crmField),
	isDate: (crmField) => DATE_FIELDS.has(crmField),
	typeOf: ({ type }) => (typeof type === 'string' ? type.toLowerCase() : null),
	bodyPart,
	lists: {
		names: NESTED,
		isWritten: isListField,
		read: (field, held, settings) =>
			held === undefined ? undefined : readNested(field, held, settings),
		hold: projectNested,
		newEntry,
	},
	custom: { idOf: customFieldId, read: customValue },
	membership: { has: isMembership, read: readMembership, hold: holdMapped },
});

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
