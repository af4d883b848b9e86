/** Names of a query to fields of the schema, across parent relationships (`Account.Name`). */
import { SalesforceError } from '../errors';
import type { FieldDef, ObjectDef, Schema, Value } from '../schema';
import type { Row, Store } from '../store';
import { plainValue } from '../values';

const MAX_PARENTS = 5;

export interface FieldPath {
	/** Reference fields to follow, outermost first. */
	parents: FieldDef[];
	def: FieldDef;
}

export function resolvePath(schema: Schema, object: ObjectDef, path: string): FieldPath {
	const names = path.split('.');
	// `Contact.Email` may name the queried object itself.
	if (names.length > 1 && names[0]?.toLowerCase() === object.name.toLowerCase()) names.shift();
	const last = names.pop() ?? '';
	const parents: FieldDef[] = [];
	let current = object;
	for (const name of names.slice(0, MAX_PARENTS)) {
		const reference = schema.relationship(current, name);
		if (reference?.referenceTo === undefined) throw unknownRelationship(current, name);
		parents.push(reference);
		current = schema.known(reference.referenceTo);
	}
	const def = schema.field(current, last);
	if (def === undefined) throw unknownColumn(current, last);
	return { parents, def };
}

function unknownColumn(object: ObjectDef, name: string): SalesforceError {
	return new SalesforceError(
		400,
		'INVALID_FIELD',
		`No such column '${name}' on entity '${object.name}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name.`,
	);
}

function unknownRelationship(object: ObjectDef, name: string): SalesforceError {
	const message = `Didn't understand relationship '${name}' in field path of entity '${object.name}'.`;
	return new SalesforceError(400, 'INVALID_FIELD', message);
}

/** The row at the end of the references, if each of them is set. */
export function follow(store: Store, row: Row, parents: readonly FieldDef[]): Row | undefined {
	let current: Row | undefined = row;
	for (const { name, referenceTo } of parents) {
		const id: Value = current?.values[name] ?? null;
		if (typeof id !== 'string' || referenceTo === undefined) return undefined;
		current = store.find(store.schema.known(referenceTo), id);
	}
	return current;
}

export function valueAt(store: Store, row: Row, { parents, def }: FieldPath): Value {
	const target = follow(store, row, parents);
	return target === undefined ? null : plainValue(target, def);
}
