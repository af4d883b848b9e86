/** Which fields of the unified client or object a field of a CRM may stand for, and what they are called. */
import {
	ADDRESS_KINDS,
	baseField,
	canonicalFields,
	EMAIL_KINDS,
	fieldLabel,
	fits,
	isListField,
	isReferenceField,
	kindOf,
	LIST_FIELDS,
	PHONE_KINDS,
	SCALAR_FIELDS,
	type CrmField,
	type ObjectName,
} from '../../../lib';
import { FIELD_MARK } from './row-values';

export interface TargetsAsked {
	object: ObjectName;
	field: CrmField;
	/** What it stands for already; one field, or several joined. */
	given?: string;
	/** Custom fields that other systems map already (`custom.riskTolerance`). */
	otherCustomFields: readonly string[];
}

/** The likeliest first. Only what fits the field's type: n8n keeps every choice of every row in the workflow. */
export function targetsOf({ object, field, given, otherCustomFields }: TargetsAsked): string[] {
	const known = given === undefined ? [] : [given];
	const suggested = field.suggestedField === undefined ? [] : [field.suggestedField];
	const fitting = object === 'contact' ? ofContacts(field, given) : ofItems(object, field);
	if (field.type === 'list') return [...new Set([...known, ...suggested, ...fitting])];
	const custom = [`custom.${customKey(field.label)}`, ...otherCustomFields];
	const choices = field.custom ? [...custom, ...fitting] : [...fitting, ...custom];
	return [...new Set([...known, ...suggested, ...choices])];
}

function ofContacts({ type }: CrmField, given: string | undefined): readonly string[] {
	const isAddress = given !== undefined && baseField(given) === 'addresses';
	if (isAddress && type !== 'list') return slots('addresses', ADDRESS_KINDS);
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

const KINDS: Partial<Record<CrmField['type'], string>> = {
	boolean: 'boolean',
	date: 'date',
	datetime: 'dateTime',
	number: 'number',
};

/** A text may hold what else would need a type of its own. */
function isText({ type }: CrmField, name: string): boolean {
	const isPlain = type === 'string' || type === 'options';
	return isPlain && fits({ field: name }, { type });
}

/** Links to other records come with the default map alone: what they name is not chosen. */
function ofItems(object: ObjectName, field: CrmField): readonly string[] {
	const own = canonicalFields(object).filter((name) => !isReferenceField(name));
	if (field.type === 'list') return own.filter(isListField);
	if (field.type === 'email' && own.includes('emails')) return slots('emails', EMAIL_KINDS);
	if (field.type === 'phone' && own.includes('phones')) return slots('phones', PHONE_KINDS);
	const isOfType = (name: string) => field.type in KINDS && kindOf(name) === KINDS[field.type];
	return own.filter((name) => !isListField(name) && (isOfType(name) || isText(field, name)));
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
