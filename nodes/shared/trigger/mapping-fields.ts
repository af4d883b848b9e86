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
	SCALAR_FIELDS,
	type Connector,
	type CrmField,
	type Direction,
	type FieldMap,
} from '../../../lib';
import { FIELD_MARK, rowValue } from './field-map';

interface RowDefault {
	/** One, or several joined. */
	target: string;
	base: string;
	direction: Direction;
}

/** What a field of the CRM may stand for, as far as names, types and values tell. */
export interface MappingHint {
	field: string;
	/** 0 to 1. */
	confidence: number;
	/** It takes the place of a mapped field that is gone. */
	succeeds?: boolean;
}

/**
 * `otherCustomFields`: custom fields that other systems map already (`custom.riskTolerance`). `hints`: by
 * CRM field.
 */
export function mappingFields(
	connector: Pick<Connector, 'defaultFieldMap'>,
	crmFields: readonly CrmField[],
	otherCustomFields: readonly string[],
	hints: ReadonlyMap<string, MappingHint> = new Map(),
): ResourceMapperField[] {
	const defaults = rowDefaults(connector.defaultFieldMap);
	const described = new Set(crmFields.map(({ name }) => name));
	// Compound fields (Salesforce: MailingAddress) need not be among the described ones.
	const others = [...defaults]
		.filter(([crmField]) => !described.has(crmField))
		.map(([crmField, row]) => plainField(crmField, row));
	const rows = [...crmFields, ...others].map((field) =>
		mappingRow(field, defaults.get(field.name), otherCustomFields, hints.get(field.name)),
	);
	return [...rows.filter(({ removed }) => !removed), ...rows.filter(({ removed }) => removed)];
}

function rowDefaults(map: FieldMap): Map<string, RowDefault> {
	const rows = new Map<string, RowDefault>();
	for (const { crmField, field, direction } of map) {
		const known = rows.get(crmField);
		const target = known === undefined ? field : `${known.target}${FIELD_MARK}${field}`;
		rows.set(crmField, { target, base: baseField(field), direction });
	}
	return rows;
}

function plainField(crmField: string, { target, direction }: RowDefault): CrmField {
	const isList = (LIST_FIELDS as readonly string[]).includes(target);
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
	byDefault: RowDefault | undefined,
	otherCustomFields: readonly string[],
	hint: MappingHint | undefined,
): ResourceMapperField {
	const direction: Direction = field.readOnly || byDefault?.direction === 'in' ? 'in' : 'both';
	const hinted = hint === undefined ? [] : [hint.field];
	const known = targetsOf(field, byDefault, otherCustomFields);
	const targets = [...new Set([...hinted, ...known])];
	const mapped = byDefault !== undefined && byDefault.direction !== 'off';
	const preset = mapped ? byDefault.target : hint?.field;
	return {
		id: field.name,
		displayName: direction === 'in' ? `${field.label} (read only)` : field.label,
		required: false,
		defaultMatch: false,
		canBeUsedToMatch: false,
		display: true,
		type: 'options',
		options: targets.map((target) => ({
			name: hintedLabel(target, hint),
			value: rowValue(target, direction),
		})),
		removed: !mapped && hint?.succeeds !== true,
		...(preset !== undefined && { defaultValue: rowValue(preset, direction) }),
	};
}

/** `Custom: tier (suggested, 87 %)`. */
function hintedLabel(target: string, hint: MappingHint | undefined): string {
	const label = targetLabel(target);
	if (hint?.field !== target) return label;
	return `${label} (suggested, ${Math.round(hint.confidence * 100)} %)`;
}

function targetsOf(
	field: CrmField,
	byDefault: RowDefault | undefined,
	otherCustomFields: readonly string[],
): string[] {
	const given = byDefault === undefined ? [] : [byDefault.target];
	const suggested = field.suggestedField === undefined ? [] : [field.suggestedField];
	const fitting = fittingTargets(field, byDefault);
	if (field.type === 'list') return [...new Set([...given, ...suggested, ...fitting])];
	const custom = [`custom.${customKey(field.label)}`, ...otherCustomFields];
	const choices = field.custom ? [...custom, ...fitting] : [...fitting, ...custom];
	return [...new Set([...given, ...suggested, ...choices])];
}

/** Only what fits the field's type: n8n keeps every choice of every row in the workflow. */
function fittingTargets({ type }: CrmField, byDefault?: RowDefault): readonly string[] {
	if (byDefault?.base === 'addresses' && type !== 'list') return slots('addresses', ADDRESS_KINDS);
	switch (type) {
		case 'list':
			return LIST_FIELDS;
		case 'email':
			return slots('emails', EMAIL_KINDS);
		case 'phone':
			return slots('phones', PHONE_KINDS);
		case 'date':
			return ['birthDate'];
		case 'string':
		case 'options':
			return SCALAR_FIELDS;
		case 'number':
		case 'boolean':
		case 'datetime':
			return [];
	}
}

/** Where a CRM keeps the entries of a list in fields of their own. */
function slots(list: string, kinds: readonly string[]): string[] {
	return ['primary', ...kinds].map((slot) => `${list}.${slot}`);
}

/** "Risk Tolerance" -> `riskTolerance`: fields with one label in two CRMs meet in one custom field. */
export function customKey(label: string): string {
	const words = label.normalize('NFKD').match(/[A-Za-z0-9]+/g) ?? ['field'];
	const [first = 'field', ...rest] = words.map((word) => word.toLowerCase());
	const key = [first, ...rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1))].join('');
	const MAX_LENGTH = 100;
	return key.slice(0, MAX_LENGTH);
}

/** `phones.work#2` -> "Phones: Work 2"; `custom.riskTolerance` -> "Custom: riskTolerance"; two -> "A and B". */
export function targetLabel(target: string): string {
	return target.split(FIELD_MARK).map(fabricFieldLabel).join(' and ');
}

function fabricFieldLabel(field: string): string {
	if (field.startsWith('custom.')) return `Custom: ${fieldLabel(field)}`;
	const base = baseField(field);
	const slot = field.slice(base.length + 1).replace('#', ' ');
	if (slot === '') return fieldLabel(base);
	return `${fieldLabel(base)}: ${slot.charAt(0).toUpperCase()}${slot.slice(1)}`;
}

export function crmFieldOptions(crmFields: readonly CrmField[]): INodePropertyOptions[] {
	return crmFields.map(({ name, label }) => ({ name: label, value: name, description: name }));
}
