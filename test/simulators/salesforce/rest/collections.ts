/** `/composite/sobjects`: up to 200 rows a call, each with its own result, in the order of the request. */
import { isObject, json, type SimResponse } from '../../framework';
import { SalesforceError } from '../errors';
import type { FieldDef, ObjectDef } from '../schema';
import { createRow, deleteRow, requireRow, updateRow } from '../writes';
import { bodyOf, objectOf, sentFields, writeOptions, type RestCall, type RestRoute } from './call';
import { fieldsNamed, keyField, showRow } from './rows';

const MAX_ROWS = 200;
/** "Get Records With a Request Body Using sObject Collections"; by the address as many as fit into it. */
const MAX_READ = 2_000;

type Input = Record<string, unknown>;

interface Done {
	id: string;
	changedAnything: boolean;
	fields: string[];
	created?: boolean;
}

/** Carries the results out of a transaction that is rolled back. */
class RolledBack extends Error {
	constructor(readonly results: Array<Done | SalesforceError>) {
		super('All or none');
	}
}

function tooMany(count: number, most = MAX_ROWS): void {
	if (count <= most) return;
	const message = `record limit reached. cannot submit more than ${most} records into this call`;
	throw new SalesforceError(400, 'EXCEEDED_ID_LIMIT', message);
}

/** One transaction over all rows; a row's error stays its own unless `allOrNone`. */
function writeEach<T>(
	call: RestCall,
	items: readonly T[],
	allOrNone: boolean,
	write: (item: T) => Done,
): SimResponse {
	tooMany(items.length);
	let results: Array<Done | SalesforceError>;
	try {
		results = call.org.store.transact(call.actor, () => {
			const all = items.map((item) => attempt(call, () => write(item)));
			const isBad = allOrNone && all.some((one) => one instanceof SalesforceError);
			if (isBad) throw new RolledBack(all);
			return all;
		});
	} catch (error) {
		if (!(error instanceof RolledBack)) throw error;
		results = error.results.map((one) => (one instanceof SalesforceError ? one : rolledBack()));
	}
	for (const result of results) note(call, result);
	return json(200, results.map(showResult));
}

function attempt(call: RestCall, write: () => Done): Done | SalesforceError {
	try {
		return write();
	} catch (error) {
		if (!(error instanceof SalesforceError)) throw error;
		const isWhole = error.errorCode === 'INVALID_FIELD' || error.errorCode === 'JSON_PARSER_ERROR';
		if (isWhole && call.org.switches.unknownFieldFailsCollection) throw error;
		return error;
	}
}

function rolledBack(): SalesforceError {
	const message =
		'Record rolled back because not all records were valid and the request was using AllOrNone header';
	return new SalesforceError(400, 'ALL_OR_NONE_OPERATION_ROLLED_BACK', message, []);
}

function note({ request }: RestCall, result: Done | SalesforceError): void {
	if (result instanceof SalesforceError) {
		request.wrote({ recordId: null, changedAnything: false, status: result.status });
		return;
	}
	const { id, fields, changedAnything } = result;
	request.wrote({ recordId: id, fields, changedAnything });
}

function showResult(result: Done | SalesforceError): Record<string, unknown> {
	if (result instanceof SalesforceError) {
		return { success: false, errors: [result.toCollectionEntry()] };
	}
	const { id, created } = result;
	return { id, success: true, errors: [], ...(created !== undefined && { created }) };
}

function recordsOf(call: RestCall): { records: Input[]; allOrNone: boolean } {
	const { records, allOrNone } = bodyOf(call);
	if (!Array.isArray(records) || !records.every(isObject)) {
		throw new SalesforceError(400, 'JSON_PARSER_ERROR', 'records must be a list of objects');
	}
	return { records, allOrNone: allOrNone === true };
}

/** The object that a record's `attributes.type` names. */
function typeOf(call: RestCall, record: Input): ObjectDef {
	const { attributes } = record;
	const type = isObject(attributes) ? String(attributes['type'] ?? '') : '';
	const object = call.org.schema.object(type);
	if (object?.writable) return object;
	throw new SalesforceError(400, 'INVALID_TYPE', `sObject type '${type}' is not supported.`);
}

function createMany(call: RestCall): SimResponse {
	const { records, allOrNone } = recordsOf(call);
	return writeEach(call, records, allOrNone, (record) => {
		const { row } = createRow(call.org, typeOf(call, record), record, writeOptions(call));
		return { id: row.id, changedAnything: true, fields: sentFields(record) };
	});
}

/** Takes a key out of a record, whatever the case of its name. */
function takeKey(record: Input, key: string): { value: string; rest: Input } {
	const entries = Object.entries(record);
	const isKey = (name: string) => name.toLowerCase() === key.toLowerCase();
	const value = entries.find(([name]) => isKey(name))?.[1];
	const rest = Object.fromEntries(entries.filter(([name]) => !isKey(name)));
	return { value: value === null || value === undefined ? '' : String(value), rest };
}

function updateMany(call: RestCall): SimResponse {
	const { records, allOrNone } = recordsOf(call);
	return writeEach(call, records, allOrNone, (record) => {
		const object = typeOf(call, record);
		const { value, rest } = takeKey(record, 'Id');
		if (value === '') {
			throw new SalesforceError(400, 'MISSING_ARGUMENT', 'Id not specified in an update call', []);
		}
		return updateOne(call, object, value, rest);
	});
}

function updateOne(call: RestCall, object: ObjectDef, id: string, values: Input): Done {
	const row = requireRow(call.org, object, id);
	const { changed } = updateRow(call.org, row, values, writeOptions(call));
	return { id: row.id, changedAnything: changed.length > 0, fields: sentFields(values) };
}

function upsertMany(call: RestCall): SimResponse {
	const object = objectOf(call);
	const name = call.request.params['field'] ?? '';
	const isId = name.toLowerCase() === 'id';
	const key = isId ? undefined : keyField(call, object, name);
	const { records, allOrNone } = recordsOf(call);
	return writeEach(call, records, allOrNone, (record) => upsertOne(call, object, key, record));
}

function upsertOne(
	call: RestCall,
	object: ObjectDef,
	key: FieldDef | undefined,
	record: Input,
): Done {
	const { value, rest } = takeKey(record, key?.name ?? 'Id');
	if (key !== undefined && value === '') {
		throw new SalesforceError(400, 'MISSING_ARGUMENT', `${key.name} not specified`, []);
	}
	const found = key === undefined ? [] : call.org.store.findByKey(object, key, value);
	if (found.length > 1) {
		const message = `${key?.name}: more than one record found for external id field`;
		throw new SalesforceError(400, 'DUPLICATE_EXTERNAL_ID', message, []);
	}
	const id = key === undefined ? value : found[0]?.id;
	if (id) return { ...updateOne(call, object, id, rest), created: false };
	const values = key === undefined ? rest : { ...rest, [key.name]: value };
	const { row } = createRow(call.org, object, values, writeOptions(call));
	return { id: row.id, changedAnything: true, fields: sentFields(values), created: true };
}

function deleteMany(call: RestCall): SimResponse {
	const { query } = call.request;
	const ids = (query.get('ids') ?? '').split(',').filter((id) => id !== '');
	return writeEach(call, ids, query.get('allOrNone') === 'true', (id) => {
		const object = call.org.schema.byKeyPrefix(id);
		if (!object?.writable) {
			throw new SalesforceError(400, 'MALFORMED_ID', `malformed id ${id}`, []);
		}
		const row = deleteRow(call.org, requireRow(call.org, object, id), writeOptions(call));
		return { id: row.id, changedAnything: true, fields: [] };
	});
}

/** Reads many rows; null stands where there is none. */
function retrieveMany(call: RestCall, ids: readonly string[], names: readonly string[]) {
	tooMany(ids.length, MAX_READ);
	const object = objectOf(call);
	const fields = fieldsNamed(call, object, names);
	const id = call.org.schema.field(object, 'Id');
	const shown = id === undefined || fields.includes(id) ? fields : [id, ...fields];
	const rows = ids.map((text) => call.org.store.live(object, text));
	return json(
		200,
		rows.map((row) => (row === undefined ? null : showRow(call.version, row, shown))),
	);
}

function retrieveByBody(call: RestCall): SimResponse {
	const { ids, fields } = bodyOf(call);
	if (!Array.isArray(ids) || !Array.isArray(fields)) {
		throw new SalesforceError(400, 'JSON_PARSER_ERROR', 'ids and fields must be lists');
	}
	return retrieveMany(call, ids.map(String), fields.map(String));
}

function retrieveByQuery(call: RestCall): SimResponse {
	const list = (name: string) => (call.request.query.get(name) ?? '').split(',').filter(Boolean);
	return retrieveMany(call, list('ids'), list('fields'));
}

const base = '/composite/sobjects';

export const collectionRoutes: RestRoute[] = [
	{ method: 'POST', path: base, handle: createMany, isCollection: true },
	{ method: 'PATCH', path: base, handle: updateMany, isCollection: true },
	{ method: 'DELETE', path: base, handle: deleteMany, isCollection: true },
	{ method: 'POST', path: `${base}/:object`, handle: retrieveByBody, write: false },
	{ method: 'GET', path: `${base}/:object`, handle: retrieveByQuery },
	{ method: 'PATCH', path: `${base}/:object/:field`, handle: upsertMany, isCollection: true },
];
