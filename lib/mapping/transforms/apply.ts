/**
 * The one place where transforms are applied: connectors call {@link fromCrm} with what they read and
 * {@link toCrm} with what they are about to write, field by field. Nothing said stays nothing. Pure.
 */
import { isEmpty } from '../../model/canonical';
import type { FieldMapping } from '../../model/field-map';
import type { ListField, ListItem, PhoneItem, ScalarValue } from '../../model/fields';
import type { Transform } from '../../model/transform';
import type { Said } from './codec';
import { dates } from './dates';
import { money, numbers } from './numbers';
import { booleans, names, phones, picklist, texts } from './words';

type Mapping = Pick<FieldMapping, 'transform'>;

/** The CRM's value in canonical form; undefined: the CRM does not say. */
export function fromCrm(mapping: Mapping, value: ScalarValue): ScalarValue | undefined {
	if (mapping.transform === undefined || value === null || isEmpty(value)) return value;
	return run('read', mapping.transform, value);
}

/** What the CRM shall hold; undefined: the field is not written. */
export function toCrm(mapping: Mapping, value: ScalarValue): ScalarValue | undefined {
	if (mapping.transform === undefined || value === null || isEmpty(value)) return value;
	return run('write', mapping.transform, value);
}

/** What a CRM that was given the value would be read as; undefined: the value is not written. */
export function throughCrm(mapping: Mapping, value: ScalarValue): ScalarValue | undefined {
	if (mapping.transform === undefined) return value;
	const held = toCrm(mapping, value);
	return held === undefined ? undefined : fromCrm(mapping, held);
}

/**
 * Entries of a list that a CRM keeps in one place: a phone transform gives the form in which numbers
 * are written. They are compared as E.164, so nothing is to be done when they are read.
 */
export function listToCrm<T extends ListItem>(mapping: Mapping, field: ListField, items: T[]): T[] {
	const { transform } = mapping;
	if (field !== 'phones' || transform?.kind !== 'phone') return items;
	return items.map((item) => ({
		...item,
		number: String(phones.write((item as PhoneItem).number, transform) ?? ''),
	}));
}

function run(way: 'read' | 'write', transform: Transform, value: Said): ScalarValue | undefined {
	switch (transform.kind) {
		case 'date':
			return dates[way](value, transform);
		case 'money':
			return money[way](value, transform);
		case 'picklist':
			return picklist[way](value, transform);
		case 'name':
			return names[way](value, transform);
		case 'phone':
			return phones[way](value, transform);
		case 'boolean':
			return booleans[way](value, transform);
		case 'text':
			return texts[way](value, transform);
		case 'number':
			return numbers[way](value, transform);
	}
}
