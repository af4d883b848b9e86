/** Which kinds of canonical values a CRM's field can hold. Pure. */
import type { CrmField } from '../connectors/connector';
import { baseField, type FieldMapping } from '../model/field-map';
import { isListField, LIST_FIELDS, SCALAR_FIELDS } from '../model/fields';
import { isItemField, ITEM_FIELDS, OBJECT_FIELDS, type ObjectName } from '../model/objects';

type Kind = 'text' | 'number' | 'boolean' | 'date' | 'dateTime' | 'reference' | 'list' | 'any';

export function kindOf(field: string): Kind {
	const base = baseField(field);
	if (base.startsWith('custom.')) return 'any';
	if (isListField(base)) return 'list';
	if (base === 'birthDate') return 'date';
	return isItemField(base) ? ITEM_FIELDS[base].kind : 'text';
}

/** Canonical fields of an object, custom ones left out. */
export function canonicalFields(object: ObjectName): readonly string[] {
	return object === 'contact' ? [...SCALAR_FIELDS, ...LIST_FIELDS] : OBJECT_FIELDS[object];
}

const HOLDS: Record<CrmField['type'], readonly Kind[]> = {
	string: ['text', 'date', 'dateTime', 'reference', 'list'],
	options: ['text'],
	email: ['text', 'list'],
	phone: ['text', 'list'],
	number: ['number', 'reference', 'text'],
	boolean: ['boolean'],
	date: ['date'],
	datetime: ['dateTime'],
	list: ['list', 'text'],
};

/** Can the field hold the canonical values as they are, or through the mapping's transform? */
export function fits(
	mapping: Pick<FieldMapping, 'field' | 'transform'>,
	crm: Pick<CrmField, 'type'>,
): boolean {
	const kind = kindOf(mapping.field);
	if (kind === 'any' || HOLDS[crm.type].includes(kind)) return true;
	switch (mapping.transform?.kind) {
		case 'date':
			return kind === 'date' && ['string', 'datetime', 'date'].includes(crm.type);
		case 'boolean':
			return kind === 'boolean' && ['string', 'options'].includes(crm.type);
		case 'money':
		case 'number':
			return kind === 'number' && ['string', 'number'].includes(crm.type);
		case 'picklist':
			return kind === 'text' && ['options', 'string', 'boolean', 'number'].includes(crm.type);
		default:
			return false;
	}
}
