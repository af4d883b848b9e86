/** The field map as the panel gives it: each object's default or the user's rows, directions, forms of values. */
import { NodeOperationError, type ITriggerFunctions } from 'n8n-workflow';
import {
	baseField,
	chosenMap,
	isReferenceField,
	mapOfObject,
	OBJECT_LABELS,
	type Connector,
	type FieldMap,
	type ObjectName,
} from '../../../lib';
import { withDirections, type DirectionChoice } from '../mapping/directions';
import { withForms, type FormChoice } from '../mapping/forms';
import { readRows } from '../mapping/row-values';

export interface FieldMapChoice {
	connector: Connector;
	/** What is synced; contacts always are. */
	objects: readonly ObjectName[];
	/** Values of the resource mappers of objects that are mapped field by field; the others have the default map. */
	rows: ReadonlyMap<ObjectName, unknown>;
	directions: readonly DirectionChoice[];
	forms: readonly FormChoice[];
}

export function mapperLabel(object: ObjectName): string {
	return object === 'contact' ? 'Custom Field Mapping' : `${OBJECT_LABELS[object]} Mapping`;
}

/** `contact` has the parameter's first name. */
export function mapperParameter(object: ObjectName): string {
	return object === 'contact' ? 'customFieldMap' : `${object}FieldMap`;
}

/** Throws NodeOperationError naming the row that cannot be used. */
export function chosenFieldMap(context: ITriggerFunctions, choice: FieldMapChoice): FieldMap {
	const { objects, directions, forms } = choice;
	const map = objects.flatMap((object) => objectMap(context, choice, object));
	return withForms(withDirections(map, directions), forms);
}

function objectMap(
	context: ITriggerFunctions,
	{ connector, objects, rows }: FieldMapChoice,
	object: ObjectName,
): FieldMap {
	const links = linksOf(connector, objects);
	const byDefault = defaultMap(connector, object, objects);
	if (!rows.has(object)) return object === 'contact' ? [...byDefault, ...links] : byDefault;
	const read = readRows({
		...{ node: context.getNode(), object, rows: rows.get(object), label: mapperLabel(object) },
		advice: "Choose a fabric field for at least one CRM field, or set 'Field Mapping' to Default.",
	});
	requireLinks(context, object, byDefault, read);
	if (object !== 'contact') return read;
	const linked = new Set(links.map(({ crmField }) => crmField));
	return [...read.filter(({ crmField }) => !linked.has(crmField)), ...links];
}

/** Contacts: without what links them to other objects. */
export function defaultMap(
	{ defaultFieldMap, objectFieldMap = [] }: Pick<Connector, 'defaultFieldMap' | 'objectFieldMap'>,
	object: ObjectName,
	objects: readonly ObjectName[],
): FieldMap {
	if (object === 'contact') return defaultFieldMap;
	return mapOfObject(chosenMap(objectFieldMap, objects), object);
}

/** Mappings of contacts that come with the other objects: their household. They are not chosen field by field. */
export function linksOf(
	{ objectFieldMap = [] }: Pick<Connector, 'objectFieldMap'>,
	objects: readonly ObjectName[],
): FieldMap {
	return mapOfObject(chosenMap(objectFieldMap, objects), 'contact');
}

/** A task that does not name its client would wait for one for ever. */
function requireLinks(
	context: ITriggerFunctions,
	object: ObjectName,
	byDefault: FieldMap,
	read: FieldMap,
): void {
	if (object === 'contact') return;
	const fields = new Set(read.map(({ field }) => baseField(field)));
	const missing = byDefault.find(({ field }) => isReferenceField(field) && !fields.has(field));
	if (missing === undefined) return;
	throw new NodeOperationError(
		context.getNode(),
		`'${mapperLabel(object)}' does not say whose each ${object} is`,
		{ description: `Add the row "${missing.crmField}" again, and choose Client for it.` },
	);
}
