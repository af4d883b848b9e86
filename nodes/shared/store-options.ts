/** Choices for panels that come from the store: the systems and fields that it knows. */
import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';
import {
	ANY_FIELD,
	baseField,
	connectors,
	fieldLabel,
	isFieldName,
	isItemField,
	isReferenceField,
	ITEM_FIELDS,
	LIST_FIELDS,
	SCALAR_FIELDS,
} from '../../lib';
import { fabricOf } from './store';

/** Connected systems; before any trigger has run, the names that triggers take by default. */
export async function getSystems(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const fabric = await fabricOf(this);
	const systems = await fabric.systems();
	if (systems.length === 0) {
		return [...connectors.values()].map(({ kind, displayName }) => ({
			name: displayName,
			value: kind,
		}));
	}
	return systems.map(({ name, connector }) => ({
		name: connector === name ? (connectors.get(connector)?.displayName ?? name) : name,
		value: name,
	}));
}

/** The standard fields, those of other objects that are synced, then the custom ones that are mapped. */
export async function getFields(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const fabric = await fabricOf(this);
	const systems = await fabric.systems();
	const mapped = systems.flatMap(({ fieldMap }) => fieldMap.map(({ field }) => baseField(field)));
	const custom = mapped.filter((field) => field.startsWith('custom.') && isFieldName(field));
	const items = mapped.filter(isItemField).sort();
	const names = new Set<string>([...SCALAR_FIELDS, ...LIST_FIELDS, ...items, ...custom.sort()]);
	return [...names].map((field) => ({
		name: field.startsWith('custom.') ? `${fieldLabel(field)} (Custom)` : fieldLabel(field),
		value: field,
	}));
}

/** The same, and all fields together, as a rule of one object may name them. */
export async function getRuleFields(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	return [{ name: 'All Fields', value: ANY_FIELD }, ...(await getFields.call(this))];
}

/** The same with the fields that households, notes, ... have beside. */
export async function getFilterFields(
	this: ILoadOptionsFunctions,
): Promise<INodePropertyOptions[]> {
	const all = await getFields.call(this);
	const ofContacts = all.filter(({ value }) => !isReferenceField(String(value)));
	const known = new Set(ofContacts.map(({ value }) => value));
	const others = Object.entries(ITEM_FIELDS).flatMap(([value, { kind }]) =>
		kind === 'reference' || known.has(value) ? [] : [{ name: fieldLabel(value), value }],
	);
	return [...ofContacts, ...others].sort((a, b) => a.name.localeCompare(b.name));
}
