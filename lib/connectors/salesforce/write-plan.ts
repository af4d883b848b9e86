/**
 * Which CRM fields an update has to write. Pure. A group is what belongs together: one field, or the
 * parts of one address. What the fabric does not want to change is left alone, whatever it holds.
 */
import type { CrmRecord } from '../connector';
import { canonicalEmail, canonicalPhone, canonicalText } from '../../model/canonical';
import { fromCrm } from '../../mapping/transforms';
import {
	isListField,
	type CanonicalFields,
	type ListItem,
	type ScalarValue,
} from '../../model/fields';
import { baseField, type FieldMap, type FieldMapping } from '../../model/field-map';
import { byBaseField, crmFieldsOf, toCrmValues } from './fields';
import { splitExtension, type CrmValues } from './values';

export type WritePlan =
	| { status: 'write'; values: CrmValues }
	/** Somebody changed this canonical field in Salesforce since it was last read. */
	| { status: 'conflict'; field: string };

/**
 * @param changes desired values of the changed fields, lists whole
 * @param known what the record was last known to hold
 * @param fresh the record as just read; null writes without looking
 */
export function planWrite(
	changes: CanonicalFields,
	known: CanonicalFields,
	fresh: CrmRecord | null,
	mappings: FieldMap,
): WritePlan {
	const target = toCrmValues(changes, mappings);
	const before = knownValues(known, mappings);
	const values: CrmValues = {};
	for (const mapping of mappings) {
		const names = crmFieldsOf(mapping).filter((name) => name in target);
		const differs = (left: CrmRecord) => (name: string) =>
			!sameCrmValue(mapping, left[name], target[name]);
		// Not in `known`: what the record holds there was never read, so it is written.
		if (!names.some((name) => !(name in before) || differs(before)(name))) continue;
		const missing = fresh === null ? names : names.filter(differs(fresh));
		const touched = (name: string) =>
			fresh !== null && name in before && !sameCrmValue(mapping, fresh[name], before[name]);
		if (missing.some(touched)) return { status: 'conflict', field: baseField(mapping.field) };
		for (const name of missing) values[name] = target[name] ?? null;
	}
	return { status: 'write', values };
}

/** A known entry stands where its `ref` says; entries without one are placed as a write would. */
function knownValues(known: CanonicalFields, mappings: FieldMap): CrmValues {
	const values = toCrmValues(known, mappings);
	for (const [field, group] of byBaseField(mappings)) {
		const items = known[field];
		if (!isListField(field) || field === 'tags' || !Array.isArray(items)) continue;
		if (!items.every(({ ref }) => group.some(({ crmField }) => crmField === ref))) continue;
		for (const mapping of group) Object.assign(values, valuesAt(field, items, mapping));
	}
	return values;
}

function valuesAt(field: string, items: ListItem[], mapping: FieldMapping): CrmValues {
	const item = items.find(({ ref }) => ref === mapping.crmField);
	return toCrmValues({ [field]: item === undefined ? [] : [item] }, [
		// The one slot takes the entry whatever its kind.
		{ ...mapping, field: `${field}.primary` },
	]);
}

function sameCrmValue(mapping: FieldMapping, a: unknown, b: unknown): boolean {
	return canonicalOf(mapping, a) === canonicalOf(mapping, b);
}

function canonicalOf(mapping: FieldMapping, value: unknown): string {
	// Two forms of one value (`Y` and `Yes`) are no difference.
	const told = isScalar(value) ? fromCrm(mapping, value) : value;
	if (told === null || told === undefined) return '';
	const text = canonicalText(String(told));
	const field = baseField(mapping.field);
	if (field === 'emails') return canonicalEmail(text);
	if (field !== 'phones' || text === '') return text;
	const { number, extension } = splitExtension(text);
	return `${canonicalPhone(number)} ${extension ?? ''}`;
}

function isScalar(value: unknown): value is ScalarValue {
	return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
