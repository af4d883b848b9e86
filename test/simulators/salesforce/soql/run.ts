/** Runs a query over the store and shapes its records as REST shows them. */
import { SalesforceError } from '../errors';
import type { FieldDef, ObjectDef } from '../schema';
import type { Row, Store } from '../store';
import { restValue } from '../values';
import type { Query } from './ast';
import { compileCondition, compileOrder } from './filter';
import { malformed } from './lex';
import { parseSoql } from './parse';
import { follow, resolvePath, valueAt, type FieldPath } from './resolve';

const MAX_FIELDS_ALL = 200;
const MAX_OFFSET = 2_000;

export type QueryRecord = Record<string, unknown>;

export interface QueryResult {
	totalSize: number;
	records: QueryRecord[];
}

export interface RunOptions {
	/** Deleted rows too (queryAll). */
	includeDeleted: boolean;
	/** The `url` of a record's `attributes`. */
	urlOf: (object: ObjectDef, id: string) => string;
}

export function runSoql(store: Store, soql: string, options: RunOptions): QueryResult {
	const query = parseSoql(soql);
	const object = store.schema.object(query.from);
	if (object === undefined) {
		const message = `sObject type '${query.from}' is not supported.`;
		throw new SalesforceError(400, 'INVALID_TYPE', message);
	}
	requireLinkFilter(object, query);
	const rows = selectRows(store, object, query, options.includeDeleted);
	if (query.count !== undefined) return countRows(store, object, rows, query.count);
	const shape = selectShape(store, object, query, options.urlOf);
	return { totalSize: rows.length, records: rows.map(shape) };
}

/** Links of files are told of named files or records alone. */
function requireLinkFilter({ name }: ObjectDef, { where }: Query): void {
	if (name !== 'ContentDocumentLink') return;
	const isNamed =
		where !== undefined &&
		'path' in where &&
		['contentdocumentid', 'linkedentityid', 'id'].includes(where.path.toLowerCase());
	if (isNamed) return;
	throw malformed(
		'ContentDocumentLink requires a filter by a single Id on ContentDocumentId or LinkedEntityId',
	);
}

function selectRows(store: Store, object: ObjectDef, query: Query, withDeleted: boolean): Row[] {
	if (query.offset > MAX_OFFSET) {
		const message = `Maximum SOQL offset allowed is ${MAX_OFFSET}`;
		throw new SalesforceError(400, 'NUMBER_OUTSIDE_VALID_RANGE', message);
	}
	const fits = query.where ? compileCondition(store, object, query.where) : () => true;
	const rows = store
		.all(object)
		.filter((row) => (withDeleted || row.deletedAt === null) && fits(row));
	if (query.orderBy.length > 0) rows.sort(compileOrder(store, object, query.orderBy));
	const end = query.limit === undefined ? undefined : query.offset + query.limit;
	return rows.slice(query.offset, end);
}

function countRows(store: Store, object: ObjectDef, rows: Row[], count: string): QueryResult {
	if (count === 'all') return { totalSize: rows.length, records: [] };
	const path = resolvePath(store.schema, object, count);
	const counted = rows.filter((row) => valueAt(store, row, path) !== null).length;
	const record = { attributes: { type: 'AggregateResult' }, expr0: counted };
	return { totalSize: 1, records: [record] };
}

function selectShape(store: Store, object: ObjectDef, query: Query, urlOf: RunOptions['urlOf']) {
	const paths = query.select.flatMap((name) => expand(store, object, query, name));
	return (row: Row): QueryRecord => {
		const record: QueryRecord = { attributes: attributes(row, urlOf) };
		for (const path of paths) place(store, row, record, path, urlOf);
		return record;
	};
}

function expand(store: Store, object: ObjectDef, query: Query, name: string): FieldPath[] {
	const group = /^FIELDS\((\w+)\)$/.exec(name)?.[1];
	if (group === undefined) return [resolvePath(store.schema, object, name)];
	if (group !== 'STANDARD' && (query.limit ?? Infinity) > MAX_FIELDS_ALL) {
		throw malformed(`The SOQL FIELDS function must have a LIMIT of at most ${MAX_FIELDS_ALL}`);
	}
	const fits: Record<string, (def: FieldDef) => boolean> = {
		ALL: () => true,
		STANDARD: ({ custom }) => !custom,
		CUSTOM: ({ custom }) => custom,
	};
	const filter = fits[group];
	if (filter === undefined) throw malformed(`unexpected token: '${group}'`);
	return object.fields.filter(filter).map((def) => ({ parents: [], def }));
}

function attributes(row: Row, urlOf: RunOptions['urlOf']) {
	return { type: row.object.name, url: urlOf(row.object, row.id) };
}

/** Puts one selected value into the record, under its parents' names where it has any. */
function place(
	store: Store,
	row: Row,
	record: QueryRecord,
	{ parents, def }: FieldPath,
	urlOf: RunOptions['urlOf'],
): void {
	let [target, source]: [QueryRecord, Row] = [record, row];
	for (const reference of parents) {
		const name = reference.relationshipName ?? reference.name;
		const parent = follow(store, source, [reference]);
		if (parent === undefined) {
			target[name] = null;
			return;
		}
		const nested = (target[name] ?? { attributes: attributes(parent, urlOf) }) as QueryRecord;
		target[name] = nested;
		[target, source] = [nested, parent];
	}
	target[def.name] = restValue(source, def);
}
