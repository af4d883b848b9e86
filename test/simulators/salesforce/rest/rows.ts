/** `/sobjects/X` and its rows: create, read, update, delete, and the same by external id. */
import { json, type SimResponse } from '../../framework';
import { notFound, SalesforceError } from '../errors';
import type { FieldDef, ObjectDef } from '../schema';
import type { Row } from '../store';
import { restValue } from '../values';
import { createRow, deleteRow, requireRow, updateRow } from '../writes';
import {
	bodyOf,
	headerOf,
	objectOf,
	rowUrl,
	sentFields,
	writableObject,
	writeOptions,
	type RestCall,
	type RestRoute,
} from './call';

/** A row as REST shows it: all fields, or the named ones in canonical case. */
export function showRow(version: string, row: Row, fields?: readonly FieldDef[]) {
	const { object, id } = row;
	const attributes = { type: object.name, url: rowUrl(version, object.name, id) };
	const shown = (fields ?? object.fields).map((def) => [def.name, restValue(row, def)] as const);
	return { attributes, ...Object.fromEntries(shown) };
}

export function fieldsNamed(call: RestCall, object: ObjectDef, names: readonly string[]) {
	return names.map((name) => {
		const def = call.org.schema.field(object, name.trim());
		if (def !== undefined) return def;
		const message = `No such column '${name}' on sobject of type ${object.name}`;
		throw new SalesforceError(400, 'INVALID_FIELD', message);
	});
}

function create(call: RestCall): SimResponse {
	const { org, actor, request } = call;
	const [object, body] = [writableObject(call), bodyOf(call)];
	const options = writeOptions(call);
	const { row } = org.store.transact(actor, () => createRow(org, object, body, options));
	request.wrote({ recordId: row.id, fields: sentFields(body), changedAnything: true });
	return json(201, { id: row.id, success: true, errors: [] });
}

function read(call: RestCall): SimResponse {
	const object = objectOf(call);
	const row = requireRow(call.org, object, call.request.params['id'] ?? '');
	return show(call, row);
}

function show(call: RestCall, row: Row): SimResponse {
	const names = call.request.query.get('fields');
	const fields = names === null ? undefined : fieldsNamed(call, row.object, names.split(','));
	const since = headerTime(call, 'if-modified-since');
	if (since !== undefined && !isNewer(row, since)) return { status: 304 };
	return json(200, showRow(call.version, row, fields));
}

function headerTime(call: RestCall, name: string): number | undefined {
	const time = Date.parse(headerOf(call.request, name) ?? '');
	return Number.isNaN(time) ? undefined : time;
}

/** HTTP dates have whole seconds, and so has the comparison. */
function isNewer(row: Row, time: number): boolean {
	return Math.floor(row.modifiedAt / 1000) > Math.floor(time / 1000);
}

function checkPrecondition(call: RestCall, row: Row): void {
	const time = headerTime(call, 'if-unmodified-since');
	if (time === undefined || !isNewer(row, time)) return;
	const message = 'The record was changed after the time of If-Unmodified-Since';
	throw new SalesforceError(412, 'PRECONDITION_FAILED', message);
}

function update(call: RestCall): SimResponse {
	const object = writableObject(call);
	const row = requireRow(call.org, object, call.request.params['id'] ?? '');
	const body = bodyOf(call);
	refuseKey(body, 'Id');
	change(call, row, body);
	return { status: 204 };
}

/** A key that the address names must not be in the body as well. */
function refuseKey(body: Record<string, unknown>, key: string): void {
	if (!Object.keys(body).some((name) => name.toLowerCase() === key.toLowerCase())) return;
	const message = `The ${key} field should not be specified in the sobject data.`;
	throw new SalesforceError(400, 'INVALID_FIELD', message);
}

function change(call: RestCall, row: Row, body: Record<string, unknown>): void {
	const { org, actor, request } = call;
	checkPrecondition(call, row);
	const options = writeOptions(call);
	const { changed } = org.store.transact(actor, () => updateRow(org, row, body, options));
	const fields = sentFields(body);
	request.wrote({ recordId: row.id, fields, changedAnything: changed.length > 0 });
}

function remove(call: RestCall): SimResponse {
	const object = writableObject(call);
	const row = requireRow(call.org, object, call.request.params['id'] ?? '');
	const { org, actor, request } = call;
	org.store.transact(actor, () => deleteRow(org, row, writeOptions(call)));
	request.wrote({ recordId: row.id, fields: [], changedAnything: true });
	return { status: 204 };
}

/** The external id field that an address or a collection names. */
export function keyField(call: RestCall, object: ObjectDef, name: string): FieldDef {
	const def = call.org.schema.field(object, name);
	if (def?.externalId) return def;
	throw notFound('Provided external ID field does not exist or is not accessible: ' + name);
}

function choices(call: RestCall, rows: readonly Row[]): SimResponse {
	return json(
		300,
		rows.map(({ object, id }) => rowUrl(call.version, object.name, id)),
	);
}

function rowsByKey(call: RestCall) {
	const { field = '', value = '' } = call.request.params;
	const object = objectOf(call);
	const def = keyField(call, object, field);
	return { object, def, value, rows: call.org.store.findByKey(object, def, value) };
}

function readByKey(call: RestCall): SimResponse {
	const { rows } = rowsByKey(call);
	const [row] = rows;
	if (row === undefined) throw notFound();
	return rows.length > 1 ? choices(call, rows) : show(call, row);
}

function removeByKey(call: RestCall): SimResponse {
	const { rows } = rowsByKey(call);
	const [row] = rows;
	if (row === undefined) throw notFound();
	if (rows.length > 1) return choices(call, rows);
	call.request.params['id'] = row.id;
	return remove(call);
}

const FIRST_VERSION_WITH_BODY = 46;

/** Creates or updates by external id; several matches answer 300 and write nothing. */
function upsert(call: RestCall): SimResponse {
	const object = writableObject(call);
	if ((call.request.params['field'] ?? '').toLowerCase() === 'id') {
		call.request.params['id'] = call.request.params['value'] ?? '';
		return update(call);
	}
	const { def, value, rows } = rowsByKey(call);
	const body = bodyOf(call);
	refuseKey(body, def.name);
	if (rows.length > 1) return choices(call, rows);
	const [row] = rows;
	if (row === undefined) return insertByKey(call, object, def, value, body);
	change(call, row, body);
	if (Number(call.version) < FIRST_VERSION_WITH_BODY) return { status: 204 };
	return json(200, { id: row.id, success: true, errors: [], created: false });
}

function insertByKey(
	call: RestCall,
	object: ObjectDef,
	def: FieldDef,
	value: string,
	body: Record<string, unknown>,
): SimResponse {
	const { org, actor, request } = call;
	if (request.query.get('updateOnly') === 'true') throw notFound();
	const values = { ...body, [def.name]: value };
	const options = writeOptions(call);
	const { row } = org.store.transact(actor, () => createRow(org, object, values, options));
	request.wrote({ recordId: row.id, fields: sentFields(values), changedAnything: true });
	return json(201, { id: row.id, success: true, errors: [], created: true });
}

export const rowRoutes: RestRoute[] = [
	{ method: 'POST', path: '/sobjects/:object', handle: create },
	{ method: 'POST', path: '/sobjects/:object/Id', handle: create },
	{ method: 'GET', path: '/sobjects/:object/:id', handle: read },
	{ method: 'PATCH', path: '/sobjects/:object/:id', handle: update },
	{ method: 'DELETE', path: '/sobjects/:object/:id', handle: remove },
	{ method: 'GET', path: '/sobjects/:object/:field/:value', handle: readByKey },
	{ method: 'PATCH', path: '/sobjects/:object/:field/:value', handle: upsert },
	{ method: 'DELETE', path: '/sobjects/:object/:field/:value', handle: removeByKey },
];
