/**
 * Rows of a resource mapper as field maps. A row's value is a fabric field, and a direction where it is
 * not the usual one: `firstName`, `status|in`. A CRM field that stands for two (Redtail's company name) has
 * both: `companyName,name`.
 */
import { NodeOperationError, type INode } from 'n8n-workflow';
import {
	baseField,
	DIRECTIONS,
	isFieldName,
	OBJECT_LABELS,
	type Direction,
	type FieldMap,
	type FieldMapping,
	type ObjectName,
} from '../../../lib';

const DIRECTION_MARK = '|';
export const FIELD_MARK = ',';

export function rowValue(field: string, direction: Direction): string {
	return direction === 'both' ? field : `${field}${DIRECTION_MARK}${direction}`;
}

/** `companyName,name|in` -> `companyName,name`. */
export function rowTarget(value: string): string {
	return value.split(DIRECTION_MARK)[0] ?? value;
}

export interface GivenRows {
	node: INode;
	object: ObjectName;
	/** Value of the resource mapper. */
	rows: unknown;
	/** The mapper as the panel calls it. */
	label: string;
	/** What to do if no field is mapped. */
	advice: string;
}

/** What stands in the mapper by CRM field; empty rows are left out. */
export function filledRows(rows: unknown): Array<[crmField: string, value: string]> {
	const value = typeof rows === 'object' && rows !== null && 'value' in rows ? rows.value : null;
	const entries = Object.entries(typeof value === 'object' && value !== null ? value : {});
	return entries.flatMap(
		([crmField, target]): Array<[string, string]> =>
			typeof target === 'string' && target !== '' ? [[crmField, target]] : [],
	);
}

/** Throws NodeOperationError naming the row that cannot be used. */
export function readRows(given: GivenRows): FieldMap {
	const { node, rows, label, advice } = given;
	const filled = filledRows(rows);
	if (filled.length === 0)
		throw new NodeOperationError(node, `'${label}' maps no field`, { description: advice });
	return filled.flatMap(([crmField, target]) => readRow(given, crmField, target));
}

function readRow(
	{ node, object, label }: GivenRows,
	crmField: string,
	target: string,
): FieldMapping[] {
	const [names = '', given = 'both'] = target.split(DIRECTION_MARK);
	const fields = names.split(FIELD_MARK).map((name) => name.trim());
	const direction = DIRECTIONS.find((known) => known === given);
	if (direction !== undefined && fields.every((field) => isFieldName(baseField(field)))) {
		return fields.map((field) => ({ ...ofObject(object), field, crmField, direction }));
	}
	throw new NodeOperationError(
		node,
		`'${label}' gives the CRM field "${crmField}" the unknown fabric field "${target}"`,
		{ description: 'Choose a field from the list, or name a custom one custom.<key>.' },
	);
}

/** Mappings of contacts do not name their object. */
export function ofObject(object: ObjectName): Pick<FieldMapping, 'object'> {
	return object === 'contact' ? {} : { object };
}

/** A CRM's field of any object as one text: `job_title`, `note:content`. */
export function fieldKey(object: ObjectName, crmField: string): string {
	return object === 'contact' ? crmField : `${object}:${crmField}`;
}

export function keyOfMapping({ object = 'contact', crmField }: FieldMapping): string {
	return fieldKey(object, crmField);
}

/** `Contact`, or nothing where no other object is meant. */
export function objectPrefix(object: ObjectName, objects: readonly ObjectName[]): string {
	return objects.length > 1 ? `${OBJECT_LABELS[object]}: ` : '';
}
