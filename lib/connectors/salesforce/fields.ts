/**
 * Contact fields <-> canonical fields, pure. Salesforce keeps e-mails, phones and addresses in fields
 * of their own: slots (lib/mapping/slots.ts) say which entry stands where, and the CRM field's
 * name is the entry's `ref`. An address is several fields under one compound name.
 *
 * A Contact is always a person. Households, organizations and trusts have no place among Contacts:
 * their projection is empty, and the fabric writes nothing here for them.
 */
import type { CrmRecord, Json } from '../connector';
import { guarded } from '../field-codec';
import {
	householdFields,
	householdValues,
	isHouseholdAccount,
	isRole,
	readHousehold,
	withHouseholds,
} from './household-account';
import { ROLE_MARK } from './marks';
import { itemSettings } from './settings';
import { slotAttributes, placeInSlots, type Slot } from '../../mapping/slots';
import { fromCrm, throughCrm, toCrm } from '../../mapping/transforms';
import { canonicalText, listItemKey } from '../../model/canonical';
import {
	isListField,
	type AddressItem,
	type CanonicalFields,
	type EmailItem,
	type FieldValue,
	type ListField,
	type ListItem,
	type PhoneItem,
	type ScalarValue,
	type TagItem,
} from '../../model/fields';
import {
	baseField,
	mapOfObject,
	readsIn,
	writesOut,
	type FieldMap,
	type FieldMapping,
} from '../../model/field-map';
import {
	addressFields,
	addressItem,
	addressValues,
	joinExtension,
	isAddressField,
	readScalar,
	splitExtension,
	type CrmValues,
} from './values';

export const ACCOUNT_NAME = 'Account.Name';

/** `MiddleName` and `Suffix` exist only in orgs that enabled them, so they are off until chosen. */
export const defaultFieldMap: FieldMap = [
	{ field: 'prefix', crmField: 'Salutation', direction: 'both' },
	{ field: 'firstName', crmField: 'FirstName', direction: 'both' },
	{ field: 'middleName', crmField: 'MiddleName', direction: 'off' },
	{ field: 'lastName', crmField: 'LastName', direction: 'both' },
	{ field: 'suffix', crmField: 'Suffix', direction: 'off' },
	{ field: 'companyName', crmField: ACCOUNT_NAME, direction: 'off' },
	{ field: 'jobTitle', crmField: 'Title', direction: 'both' },
	{ field: 'birthDate', crmField: 'Birthdate', direction: 'both' },
	{ field: 'background', crmField: 'Description', direction: 'both' },
	{ field: 'emails.primary', crmField: 'Email', direction: 'both' },
	{ field: 'phones.work', crmField: 'Phone', direction: 'both' },
	{ field: 'phones.mobile', crmField: 'MobilePhone', direction: 'both' },
	{ field: 'phones.home', crmField: 'HomePhone', direction: 'both' },
	{ field: 'phones.other', crmField: 'OtherPhone', direction: 'both' },
	{ field: 'phones.fax', crmField: 'Fax', direction: 'both' },
	{ field: 'addresses.primary', crmField: 'MailingAddress', direction: 'both' },
	{ field: 'addresses.other', crmField: 'OtherAddress', direction: 'both' },
];

/**
 * The map as it works: an account's name is only ever read (writing it would mean choosing or
 * creating an account), and the setting `companyFromAccount` switches that reading on.
 */
export function effectiveMap(fieldMap: FieldMap, settings: Record<string, Json>): FieldMap {
	const { householdField, householdValue } = itemSettings(settings);
	return mapOfObject(fieldMap, 'contact').map((mapping) => {
		if (isHouseholdAccount(mapping)) return withHouseholds(mapping, householdField, householdValue);
		if (mapping.crmField !== ACCOUNT_NAME) return mapping;
		const read = readsIn(mapping) || settings['companyFromAccount'] === true;
		return { ...mapping, direction: read ? 'in' : 'off' };
	});
}

/** The fields that the API reads and writes for one mapping. */
export function crmFieldsOf(mapping: FieldMapping): string[] {
	if (isHouseholdAccount(mapping)) return householdFields(mapping);
	if (isRole(mapping)) return [ROLE_MARK];
	return isAddress(mapping) ? addressFields(mapping.crmField) : [mapping.crmField];
}

function isAddress(mapping: FieldMapping): boolean {
	return baseField(mapping.field) === 'addresses' || isAddressField(mapping.crmField);
}

/** Canonical fields of a whole record; mapped CRM fields that the record lacks are not said. */
export function toCanonical(
	record: CrmRecord,
	fieldMap: FieldMap,
	settings: Record<string, Json>,
): CanonicalFields {
	const readable = effectiveMap(fieldMap, settings).filter(readsIn);
	return guarded({ type: 'person', ...readFields(record, readable) });
}

/** As {@link toCanonical}, through the given mappings whatever their direction, and without `type`. */
export function readFields(record: CrmRecord, mappings: FieldMap): CanonicalFields {
	const fields: CanonicalFields = {};
	for (const [field, group] of byBaseField(mappings)) {
		const known = group.filter((mapping) => crmFieldsOf(mapping).some((name) => has(record, name)));
		const [first] = known;
		if (first === undefined) continue;
		const value = isListField(field)
			? readList(record, field, known)
			: readMapped(field, record, first);
		if (value !== undefined) fields[field] = value;
	}
	return fields;
}

/** undefined: the record does not say. */
function readMapped(
	field: string,
	record: CrmRecord,
	mapping: FieldMapping,
): ScalarValue | undefined {
	if (isHouseholdAccount(mapping)) return readHousehold(record, mapping);
	const name = isRole(mapping) ? ROLE_MARK : mapping.crmField;
	return fromCrm(mapping, readScalar(formOf(field, mapping), valueAt(record, name)));
}

/** A transform says how its CRM holds the value: a date in its own format is no canonical date yet. */
function formOf(field: string, { transform }: FieldMapping): string {
	return transform === undefined ? field : '';
}

export function byBaseField(mappings: FieldMap): Map<string, FieldMap> {
	const groups = new Map<string, FieldMap>();
	for (const mapping of mappings) {
		const field = baseField(mapping.field);
		groups.set(field, [...(groups.get(field) ?? []), mapping]);
	}
	return groups;
}

function readList(record: CrmRecord, field: ListField, mappings: FieldMap): ListItem[] {
	if (field === 'tags') return mappings.flatMap((mapping) => readTags(record, mapping));
	const items = mappings.map((mapping) => readItem(record, field, mapping));
	return items.filter((item) => item !== undefined);
}

function readItem(
	record: CrmRecord,
	field: ListField,
	mapping: FieldMapping,
): ListItem | undefined {
	const common = { ref: mapping.crmField, ...slotAttributes(slotOf(mapping)) };
	if (field === 'addresses') {
		const address = addressItem(record, mapping.crmField);
		return address && { ...address, ...common };
	}
	const text = readMapped(field, record, mapping);
	if (typeof text !== 'string') return undefined;
	return field === 'emails' ? { address: text, ...common } : { ...splitExtension(text), ...common };
}

/** A multi-select picklist: values joined by semicolons. */
function readTags(record: CrmRecord, mapping: FieldMapping): TagItem[] {
	const text = valueAt(record, mapping.crmField);
	if (typeof text !== 'string') return [];
	const names = text.split(';').map(canonicalText);
	return names.filter((name) => name !== '').map((name) => ({ name }));
}

function slotOf(mapping: FieldMapping): string {
	return mapping.field.split('.')[1] ?? 'primary';
}

/**
 * CRM values of every canonical field in `fields`. All slots of a list are given, the empty ones as
 * null, so that what has left a slot is cleared.
 */
export function toCrmValues(fields: CanonicalFields, mappings: FieldMap): CrmValues {
	const values: CrmValues = {};
	for (const [field, group] of byBaseField(mappings)) {
		const value = fields[field];
		if (value === undefined) continue;
		if (isListField(field))
			Object.assign(values, listValues(field, (value ?? []) as ListItem[], group));
		else for (const mapping of group) Object.assign(values, scalarValues(field, mapping, value));
	}
	return values;
}

/** Nothing for a value that is not written. */
function scalarValues(field: string, mapping: FieldMapping, wanted: FieldValue): CrmValues {
	if (isHouseholdAccount(mapping)) return householdValues(wanted);
	if (isRole(mapping)) return {};
	const value = Array.isArray(wanted) ? null : toCrm(mapping, wanted);
	return value === undefined
		? {}
		: { [mapping.crmField]: readScalar(formOf(field, mapping), value) };
}

function listValues(field: ListField, items: ListItem[], mappings: FieldMap): CrmValues {
	if (field === 'tags') return tagValues(items as TagItem[], mappings);
	const filled = items.filter((item) => isFilled(field, item));
	const slots: Slot[] = mappings.map((m) => ({ slot: slotOf(m), crmField: m.crmField }));
	const placed = placeInSlots(filled, slots);
	const values: CrmValues = {};
	for (const mapping of mappings) {
		Object.assign(values, itemValues(field, mapping, placed.get(mapping.crmField)));
	}
	return values;
}

function isFilled(field: ListField, item: ListItem): boolean {
	return listItemKey(field, item).replaceAll('|', '') !== '';
}

function itemValues(
	field: ListField,
	mapping: FieldMapping,
	item: ListItem | undefined,
): CrmValues {
	const { crmField } = mapping;
	if (field === 'addresses') return addressValues(crmField, item as AddressItem | undefined);
	if (item === undefined) return { [crmField]: null };
	const text = field === 'emails' ? (item as EmailItem).address : joinExtension(item as PhoneItem);
	const held = toCrm(mapping, text);
	return held === undefined ? {} : { [crmField]: readScalar(field, held) };
}

function tagValues(items: TagItem[], mappings: FieldMap): CrmValues {
	const names = items.map(({ name }) => canonicalText(name.replaceAll(';', ' ')));
	const text = [...new Set(names)].filter((name) => name !== '').join(';');
	const [first, ...rest] = mappings;
	const cleared = Object.fromEntries(rest.map(({ crmField }) => [crmField, null]));
	return first === undefined ? {} : { [first.crmField]: text === '' ? null : text, ...cleared };
}

/** What a Contact would hold after `desired` is written: it is written and read in thought. */
export function project(
	desired: CanonicalFields,
	fieldMap: FieldMap,
	settings: Record<string, Json>,
): CanonicalFields {
	const { type } = desired;
	if (type !== undefined && type !== null && type !== 'person') return {};
	const writable = effectiveMap(fieldMap, settings).filter(writesOut);
	const fields = readFields(toCrmValues(desired, writable), writable);
	// Whom it names is the same in every system.
	const { household } = desired;
	if (household !== undefined && 'household' in fields) fields['household'] = household;
	const role = writable.find(isRole);
	const { householdRole } = desired;
	if (role !== undefined && householdRole !== undefined && !Array.isArray(householdRole))
		fields['householdRole'] = throughCrm(role, householdRole) ?? null;
	return type === undefined ? fields : { type: 'person', ...fields };
}

/** What a Contact holds that is made of `desired`: it is a person, even if nobody has said so. */
export function projectNew(
	desired: CanonicalFields,
	fieldMap: FieldMap,
	settings: Record<string, Json>,
): CanonicalFields {
	return { type: 'person', ...project(desired, fieldMap, settings) };
}

function has(record: CrmRecord, name: string): boolean {
	return valueAt(record, name) !== undefined;
}

/** The value under a name that may lead through a relationship (`Account.Name`). */
export function valueAt(record: CrmRecord, name: string): unknown {
	const [head = '', ...rest] = name.split('.');
	const value = record[head];
	if (rest.length === 0 || value === undefined) return value;
	if (value === null) return null;
	return typeof value === 'object' ? valueAt(value as CrmRecord, rest.join('.')) : undefined;
}
