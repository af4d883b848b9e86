/**
 * Rows and choices of the resource mapper: the CRM's own fields on the left, the fabric's fields to
 * choose from on the right, the default map chosen already.
 */
import type { INodePropertyOptions, ResourceMapperField } from 'n8n-workflow';
import {
	ADDRESS_KINDS,
	baseField,
	EMAIL_KINDS,
	fieldLabel,
	LIST_FIELDS,
	PHONE_KINDS,
	readsIn,
	SCALAR_FIELDS,
	type Connector,
	type CrmField,
	type Direction,
	type FieldMapping,
} from '../../../lib';
import { rowValue } from './field-map';

/** `otherCustomFields`: custom fields that other systems map already (`custom.riskTolerance`). */
export function mappingFields(
	connector: Pick<Connector, 'defaultFieldMap'>,
	crmFields: readonly CrmField[],
	otherCustomFields: readonly string[],
): ResourceMapperField[] {
	const defaults = new Map(connector.defaultFieldMap.map((row) => [row.crmField, row]));
	const described = new Set(crmFields.map(({ name }) => name));
	// Compound fields (Salesforce: MailingAddress) need not be among the described ones.
	const others = connector.defaultFieldMap
		.filter(({ crmField }) => !described.has(crmField))
		.map((row) => plainField(row));
	const rows = [...crmFields, ...others].map((field) =>
		mappingRow(field, defaults.get(field.name), otherCustomFields),
	);
	return [...rows.filter(({ removed }) => !removed), ...rows.filter(({ removed }) => removed)];
}

function plainField({ crmField, field, direction }: FieldMapping): CrmField {
	const isList = (LIST_FIELDS as readonly string[]).includes(field);
	return {
		name: crmField,
		label: crmField,
		type: isList ? 'list' : 'string',
		readOnly: direction === 'in',
		required: false,
		custom: false,
	};
}

function mappingRow(
	field: CrmField,
	byDefault: FieldMapping | undefined,
	otherCustomFields: readonly string[],
): ResourceMapperField {
	const direction: Direction = field.readOnly ? 'in' : 'both';
	const targets = targetsOf(field, byDefault, otherCustomFields);
	const mapped = byDefault !== undefined && readsIn(byDefault);
	const preset = mapped ? rowValue({ field: byDefault.field, direction }) : undefined;
	return {
		id: field.name,
		displayName: field.readOnly ? `${field.label} (read only)` : field.label,
		required: false,
		defaultMatch: false,
		canBeUsedToMatch: false,
		display: true,
		type: 'options',
		options: targets.map((target) => ({
			name: targetLabel(target),
			value: rowValue({ field: target, direction }),
		})),
		removed: !mapped,
		...(preset !== undefined && { defaultValue: preset }),
	};
}

function targetsOf(
	field: CrmField,
	byDefault: FieldMapping | undefined,
	otherCustomFields: readonly string[],
): string[] {
	const given = byDefault === undefined ? [] : [byDefault.field];
	const suggested = field.suggestedField === undefined ? [] : [field.suggestedField];
	if (field.type === 'list') return [...new Set([...given, ...suggested, ...LIST_FIELDS])];
	const own = `custom.${customKey(field.label)}`;
	const custom = [own, ...otherCustomFields];
	const first = field.custom ? custom : [];
	return [...new Set([...given, ...suggested, ...first, ...SCALAR_FIELDS, ...SLOTS, ...custom])];
}

/** Where a CRM keeps the entries of a list in fields of their own. */
const SLOTS = [
	...['primary', ...EMAIL_KINDS].map((slot) => `emails.${slot}`),
	...['primary', ...PHONE_KINDS].map((slot) => `phones.${slot}`),
	...['primary', ...ADDRESS_KINDS].map((slot) => `addresses.${slot}`),
];

/** "Risk Tolerance" -> `riskTolerance`: fields with one label in two CRMs meet in one custom field. */
export function customKey(label: string): string {
	const words = label.normalize('NFKD').match(/[A-Za-z0-9]+/g) ?? ['field'];
	const [first = 'field', ...rest] = words.map((word) => word.toLowerCase());
	const key = [first, ...rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1))].join('');
	const MAX_LENGTH = 100;
	return key.slice(0, MAX_LENGTH);
}

/** `phones.work#2` -> "Phones: Work 2"; `custom.riskTolerance` -> "Custom: riskTolerance". */
export function targetLabel(target: string): string {
	if (target.startsWith('custom.')) return `Custom: ${fieldLabel(target)}`;
	const base = baseField(target);
	const slot = target.slice(base.length + 1).replace('#', ' ');
	if (slot === '') return fieldLabel(base);
	return `${fieldLabel(base)}: ${slot.charAt(0).toUpperCase()}${slot.slice(1)}`;
}

export function crmFieldOptions(crmFields: readonly CrmField[]): INodePropertyOptions[] {
	return crmFields.map(({ name, label }) => ({ name: label, value: name, description: name }));
}
