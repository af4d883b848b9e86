/**
 * Writing rows as the API does: field names in any case, unknown and read-only fields refused,
 * required fields, references, unique keys and the duplicate rule checked.
 */
import { duplicateCheck } from './duplicates';
import { notFound, rowError, SalesforceError } from './errors';
import type { Org } from './org';
import type { FieldDef, ObjectDef, Value } from './schema';
import type { Row } from './store';
import { coerce } from './values';

export interface WriteOptions {
	/** `Sforce-Duplicate-Rule-Header: allowSave=true` */
	allowDuplicate: boolean;
	/** What the faults `rowLock` and `validationRule` are matched against; absent for people's edits. */
	label?: string;
}

export interface Written {
	row: Row;
	/** Canonical names of the fields that now differ; for a create, those that were set. */
	changed: string[];
}

type Input = Record<string, unknown>;

export function createRow(
	org: Org,
	object: ObjectDef,
	input: Input,
	options: WriteOptions,
): Written {
	playFaults(org, options);
	const values = { ...defaultsOf(object), ...readInput(org, object, input) };
	const missing = object.fields.filter(
		(def) => def.required && (values[def.name] ?? null) === null,
	);
	if (missing.length > 0) throw requiredMissing(missing);
	checkReferences(org, object, values);
	checkUnique(org, object, values);
	duplicateCheck(org, object, values, options.allowDuplicate);
	const set = Object.entries(values).filter(([, value]) => value !== null);
	const row = org.store.insert(object, Object.fromEntries(set));
	return { row, changed: set.map(([name]) => name) };
}

export function updateRow(org: Org, row: Row, input: Input, options: WriteOptions): Written {
	playFaults(org, options);
	const { object } = row;
	const values = readInput(org, object, input);
	const fixed = object.fields.filter((def) => def.createOnly && def.name in values);
	if (fixed.length > 0) throw notWritable(fixed);
	const missing = object.fields.filter((def) => def.required && values[def.name] === null);
	if (missing.length > 0) throw requiredMissing(missing);
	checkReferences(org, object, values);
	checkUnique(org, object, values, row.id);
	duplicateCheck(org, object, values, options.allowDuplicate, row.id);
	const isNoOp = Object.keys(values).every((name) => isSame(row, name, values[name]));
	if (isNoOp && !org.switches.noOpUpdateEvents) return { row, changed: [] };
	return org.store.update(row, values);
}

function isSame(row: Row, name: string, value: Value | undefined): boolean {
	return (row.values[name] ?? null) === (value ?? null);
}

/** An account takes its contacts and opportunities with it. */
export function deleteRow(org: Org, row: Row, options: WriteOptions): Row {
	playFaults(org, options);
	for (const name of row.object.name === 'Account' ? ['Contact', 'Opportunity'] : []) {
		const rows = org.store.all(org.schema.known(name));
		const own = rows.filter((one) => one.deletedAt === null && one.values['AccountId'] === row.id);
		for (const one of own) org.store.remove(one);
	}
	return org.store.remove(row);
}

/** The live row with this id, or the 404 (400 for what is no id) that Salesforce answers. */
export function requireRow(org: Org, object: ObjectDef, id: string): Row {
	const row = org.store.find(object, id);
	if (row === undefined) throw noSuchRow(object, id);
	if (row.deletedAt !== null) {
		throw new SalesforceError(404, 'ENTITY_IS_DELETED', 'entity is deleted', []);
	}
	return row;
}

function noSuchRow(object: ObjectDef, id: string): SalesforceError {
	if (!/^[0-9A-Za-z]{15}([0-9A-Za-z]{3})?$/.test(id)) {
		return notFound(`Provided external ID field does not exist or is not accessible: ${id}`);
	}
	if (!id.startsWith(object.keyPrefix)) {
		return new SalesforceError(400, 'MALFORMED_ID', `malformed id ${id}`);
	}
	return notFound();
}

function playFaults(org: Org, { label }: WriteOptions): void {
	if (label === undefined) return;
	const fault = org.faults.take(['rowLock', 'validationRule'], label);
	if (fault?.kind === 'rowLock') {
		const message = 'unable to obtain exclusive access to this record or 1 records';
		throw rowError('UNABLE_TO_LOCK_ROW', message);
	}
	if (fault?.kind === 'validationRule') {
		const message = typeof fault.body === 'string' ? fault.body : 'A validation rule said no.';
		throw rowError('FIELD_CUSTOM_VALIDATION_EXCEPTION', message);
	}
}

function readInput(org: Org, object: ObjectDef, input: Input): Record<string, Value> {
	const values: Record<string, Value> = {};
	const refused: FieldDef[] = [];
	for (const [name, given] of Object.entries(input)) {
		if (name === 'attributes') continue;
		const def = org.schema.field(object, name);
		if (def === undefined) throw unknownField(object, name);
		if (def.writable) values[def.name] = coerce(def, given);
		else refused.push(def);
	}
	if (refused.length > 0) throw notWritable(refused);
	return values;
}

function defaultsOf({ fields }: ObjectDef): Record<string, Value> {
	return Object.fromEntries(
		fields.flatMap(({ name, byDefault }) => (byDefault === undefined ? [] : [[name, byDefault]])),
	);
}

function notWritable(refused: FieldDef[]): SalesforceError {
	const names = refused.map(({ name }) => name);
	return rowError(
		'INVALID_FIELD_FOR_INSERT_UPDATE',
		`Unable to create/update fields: ${names.join(', ')}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.`,
		names,
	);
}

function unknownField(object: ObjectDef, name: string): SalesforceError {
	const message = `No such column '${name}' on sobject of type ${object.name}`;
	return new SalesforceError(400, 'INVALID_FIELD', message);
}

function requiredMissing(missing: FieldDef[]): SalesforceError {
	const names = missing.map(({ name }) => name);
	return rowError(
		'REQUIRED_FIELD_MISSING',
		`Required fields are missing: [${names.join(', ')}]`,
		names,
	);
}

function checkReferences(org: Org, object: ObjectDef, values: Record<string, Value>): void {
	for (const def of object.fields) {
		const id = values[def.name];
		if (def.referenceTo === undefined || typeof id !== 'string') continue;
		const targets = [def.referenceTo, ...(def.alsoTo ?? [])].map((name) => org.schema.known(name));
		const target = targets.find(({ keyPrefix }) => id.startsWith(keyPrefix));
		if (target === undefined) {
			const message = `${def.label}: id value of incorrect type: ${id}`;
			throw rowError('MALFORMED_ID', message, [def.name]);
		}
		if (org.store.live(target, id) === undefined) {
			throw rowError('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', [def.name]);
		}
	}
}

function checkUnique(
	org: Org,
	object: ObjectDef,
	values: Record<string, Value>,
	ownId?: string,
): void {
	for (const def of object.fields) {
		const key = values[def.name];
		if (!def.unique || typeof key !== 'string') continue;
		const other = org.store.findByKey(object, def, key).find(({ id }) => id !== ownId);
		if (other === undefined) continue;
		const message = `duplicate value found: ${def.name} duplicates value on record with id: ${other.id}`;
		throw rowError('DUPLICATE_VALUE', message, []);
	}
}
