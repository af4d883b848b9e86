/** Choices for panels that come from the store: the systems and fields that it knows. */
import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';
import {
	baseField,
	connectors,
	fieldLabel,
	isFieldName,
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

/** The standard fields, then the custom fields that some system's field map names. */
export async function getFields(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
	const fabric = await fabricOf(this);
	const systems = await fabric.systems();
	const mapped = systems.flatMap(({ fieldMap }) => fieldMap.map(({ field }) => baseField(field)));
	const custom = mapped.filter((field) => field.startsWith('custom.') && isFieldName(field));
	const names = new Set<string>([...SCALAR_FIELDS, ...LIST_FIELDS, ...custom.sort()]);
	return [...names].map((field) => ({
		name: field.startsWith('custom.') ? `${fieldLabel(field)} (Custom)` : fieldLabel(field),
		value: field,
	}));
}
