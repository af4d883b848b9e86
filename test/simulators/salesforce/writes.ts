/**
 * Writing rows as the API does: field names in any case, unknown and read-only fields refused,
 * required fields, references, unique keys and the duplicate rule checked.
 */
import { removeWithChildren } from './cascade';
import { duplicateCheck } from './duplicates';
import { notFound, rowError, SalesforceError } from './errors';
import type { Org } from './org';
import type { FieldDef, ObjectDef, Value } from './schema';
import type { Row } from './store';
import { contactValues, insertPerson, isPerson, updatePerson } from './persons';
import { isPersonType } from './record-types';
import { checkRelation, keepDirect, refuseDirectDelete } from './relations';
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
	const isNewPerson = object.name === 'Account' && isPersonType(org.store, values['RecordTypeId']);
	refuseNames(object, values, isNewPerson);
	const missing = requiredFields(object, isNewPerson).filter(
		(def) => (values[def.name] ?? null) === null,
	);
	if (missing.length > 0) throw requiredMissing(missing);
	checkReferences(org, object, values);
	checkUnique(org, object, values);
	duplicateCheck(org, object, values, options.allowDuplicate);
	if (isNewPerson) checkUnique(org, org.schema.known('Contact'), contactValues(org, values));
	const set = Object.entries(values).filter(([, value]) => value !== null);
	checkRelation(org, object, values);
	const insert = isNewPerson ? insertPerson(org, object, Object.fromEntries(set)) : null;
	const row = insert ?? org.store.insert(object, Object.fromEntries(set));
	keepDirect(org, row);
	return { row, changed: set.map(([name]) => name) };
}

export function updateRow(org: Org, row: Row, input: Input, options: WriteOptions): Written {
	playFaults(org, options);
	const { object } = row;
	refusePersonContact(row);
	const values = readInput(org, object, input);
	refuseNames(object, values, isPerson(row));
	const fixed = object.fields.filter((def) => def.createOnly && def.name in values);
	if (fixed.length > 0) throw notWritable(fixed);
	const required = requiredFields(object, isPerson(row));
	const missing = required.filter((def) => values[def.name] === null);
	if (missing.length > 0) throw requiredMissing(missing);
	followStage(row, values);
	checkReferences(org, object, values);
	checkUnique(org, object, values, row.id);
	duplicateCheck(org, object, values, options.allowDuplicate, row.id);
	const isNoOp = Object.keys(values).every((name) => isSame(row, name, values[name]));
	if (isNoOp && !org.switches.noOpUpdateEvents) return { row, changed: [] };
	checkRelation(org, object, values, row);
	if (isPerson(row)) return updatePerson(org, row, values);
	const written = org.store.update(row, values);
	keepDirect(org, written.row);
	return written;
}

/** A person has a last name, another account a name; neither takes the other's. */
function refuseNames(object: ObjectDef, values: Record<string, Value>, isOfPerson: boolean): void {
	if (object.name !== 'Account') return;
	const wrong = isOfPerson
		? ['Name']
		: Object.keys(values).filter((name) =>
				/^(Person[A-Z]\w*|\w+__pc|LastName|FirstName)$/.test(name),
			);
	const refused = object.fields.filter(({ name }) => wrong.includes(name) && name in values);
	if (refused.length > 0) throw notWritable(refused);
}

function requiredFields(object: ObjectDef, isOfPerson: boolean): FieldDef[] {
	if (object.name !== 'Account' || !isOfPerson) return object.fields.filter((def) => def.required);
	return object.fields.filter(({ name }) => name === 'LastName');
}

/** The contact side of a person account is written through the account. */
function refusePersonContact(row: Row): void {
	if (row.object.name !== 'Contact' || !isPerson(row)) return;
	const message = `insufficient access rights on object id: [${row.id}]`;
	throw rowError('INSUFFICIENT_ACCESS_OR_READONLY', message);
}

/** A new stage brings its own probability, unless the same write says another one. */
function followStage({ object, values: before }: Row, values: Record<string, Value>): void {
	const { StageName: stage } = values;
	const isNew = stage !== undefined && stage !== before['StageName'] && !('Probability' in values);
	if (object.name !== 'Opportunity' || !isNew) return;
	const CLOSED: Record<string, number> = { 'Closed Won': 100, 'Closed Lost': 0 };
	const probability = CLOSED[String(stage)];
	if (probability !== undefined) values['Probability'] = probability;
}

function isSame(row: Row, name: string, value: Value | undefined): boolean {
	return (row.values[name] ?? null) === (value ?? null);
}

export function deleteRow(org: Org, row: Row, options: WriteOptions): Row {
	playFaults(org, options);
	refusePersonContact(row);
	refuseDirectDelete(row);
	return removeWithChildren(org, row);
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
		const live = org.store.live(target, id);
		if (object.name === 'Contact' && def.name === 'AccountId' && live && isPerson(live)) {
			const message = 'a person account has no contacts but its own';
			throw rowError('FIELD_INTEGRITY_EXCEPTION', message, [def.name]);
		}
		if (live === undefined) {
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
