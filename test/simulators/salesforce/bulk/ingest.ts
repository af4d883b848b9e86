/** Writes the rows of an ingest job: in transactions of 200, each row with its own success or error. */
import type { SimRequest } from '../../framework';
import { rowError, SalesforceError } from '../errors';
import type { Org } from '../org';
import type { FieldDef, ObjectDef, Value } from '../schema';
import { createRow, deleteRow, requireRow, updateRow, type WriteOptions } from '../writes';
import { parseCsv } from './csv';
import type { BulkJob } from './jobs';

const ROWS_A_TRANSACTION = 200;
const ROWS_A_BATCH = 10_000;
const CLEARED = '#N/A';

/** What one column of the upload stands for. */
type Column =
	| { kind: 'id' }
	| { kind: 'field'; def: FieldDef }
	/** `Account.Fabric_Id__c`: the parent, found by its external id. */
	| { kind: 'parent'; def: FieldDef; parent: ObjectDef; key: FieldDef };

type Input = Record<string, unknown>;

/** Notes what was written at the call during which it happened. */
export function runIngest(org: Org, job: BulkJob, request: SimRequest): void {
	try {
		const [columns = [], ...rows] = parseCsv(job.upload ?? '', job.format);
		job.columns = columns;
		job.unprocessed = rows;
		const object = org.schema.known(job.object);
		const plan = columns.map((name) => columnOf(org, object, name));
		org.bulk.spendBatches(Math.ceil(rows.length / ROWS_A_BATCH));
		const broken = org.faults.take(['bulkFail', 'bulkFailMidway'], labelOf(job));
		const end = broken?.kind === 'bulkFail' ? 0 : broken ? rows.length >> 1 : rows.length;
		for (let from = 0; from < end; from += ROWS_A_TRANSACTION) {
			const some = rows.slice(from, Math.min(end, from + ROWS_A_TRANSACTION));
			org.store.transact(job.actor, () => {
				for (const cells of some) writeRow(org, job, { object, plan, cells }, request);
			});
		}
		job.unprocessed = rows.slice(end);
		if (broken) fail(org, job, broken.body ?? 'InternalServerError : Unknown Exception');
	} catch (error) {
		if (!(error instanceof SalesforceError)) throw error;
		fail(org, job, `${error.errorCode} : ${error.message}`);
	}
}

function fail(org: Org, job: BulkJob, message: unknown): void {
	org.bulk.enter(job, 'Failed');
	job.errorMessage = String(message);
}

/** What the row faults (`rowLock`, `validationRule`) and the job faults are matched against. */
export function labelOf({ kind, object, operation }: BulkJob): string {
	return `BULK ${kind} ${object} ${operation}`;
}

function columnOf(org: Org, object: ObjectDef, name: string): Column {
	if (name.toLowerCase() === 'id') return { kind: 'id' };
	const [relationship = '', keyName] = name.split('.');
	const unknown = new SalesforceError(400, 'InvalidBatch', `Field name not found : ${name}`);
	if (keyName === undefined) {
		const def = org.schema.field(object, name);
		if (def === undefined) throw unknown;
		return { kind: 'field', def };
	}
	const def = org.schema.relationship(object, relationship);
	const parent = org.schema.object(def?.referenceTo ?? '');
	const key = parent && org.schema.field(parent, keyName);
	if (def === undefined || parent === undefined || !key?.externalId) throw unknown;
	return { kind: 'parent', def, parent, key };
}

interface RowToWrite {
	object: ObjectDef;
	plan: Column[];
	cells: string[];
}

function writeRow(org: Org, job: BulkJob, row: RowToWrite, request: SimRequest): void {
	const { cells } = row;
	let id = '';
	try {
		const given = readCells(org, row);
		id = given.id;
		const written = carryOut(org, job, row.object, given);
		job.done.push({ id: written.id, created: written.created, cells });
		const { changedAnything, fields } = written;
		request.wrote({ recordId: written.id, fields, changedAnything, ...route(job, 200) });
	} catch (error) {
		if (!(error instanceof SalesforceError)) throw error;
		const { errorCode, message, fields = [] } = error;
		job.failed.push({ id, error: `${errorCode}:${message}:${fields.join(', ')} --`, cells });
		request.wrote({ recordId: null, changedAnything: false, ...route(job, error.status) });
	}
}

function route(job: BulkJob, status: number) {
	return { method: 'BULK', path: `/jobs/ingest/${job.id} ${job.operation}`, status };
}

interface Given {
	id: string;
	values: Record<string, Value>;
}

/** An empty cell says nothing, `#N/A` clears. */
function readCells(org: Org, { plan, cells }: RowToWrite): Given {
	const given: Given = { id: '', values: {} };
	for (const [place, column] of plan.entries()) {
		const cell = cells[place] ?? '';
		if (cell === '') continue;
		if (column.kind === 'id') given.id = cell;
		else if (cell === CLEARED) given.values[column.def.name] = null;
		else if (column.kind === 'field') given.values[column.def.name] = cell;
		else given.values[column.def.name] = parentId(org, column, cell);
	}
	return given;
}

function parentId(org: Org, { def, parent, key }: Column & { kind: 'parent' }, cell: string) {
	const [found] = org.store.findByKey(parent, key, cell);
	if (found !== undefined) return found.id;
	const message = `Foreign key external ID: ${cell} not found for field ${key.name} in entity ${parent.name}`;
	throw rowError('INVALID_FIELD', message, [def.name]);
}

interface Written {
	id: string;
	created: boolean;
	changedAnything: boolean;
	fields: string[];
}

function carryOut(org: Org, job: BulkJob, object: ObjectDef, { id, values }: Given): Written {
	const options: WriteOptions = { label: labelOf(job), allowDuplicate: false };
	if (job.operation === 'insert') return create(org, object, values, options);
	if (job.operation === 'upsert') return upsert(org, job, object, { id, values }, options);
	if (id === '') throw rowError('MISSING_ARGUMENT', `Id not specified in an ${job.operation} call`);
	if (job.operation === 'update') return update(org, object, { id, values }, options);
	const row = deleteRow(org, requireRow(org, object, id), options);
	return { id: row.id, created: false, changedAnything: true, fields: [] };
}

function create(org: Org, object: ObjectDef, values: Input, options: WriteOptions): Written {
	const { row } = createRow(org, object, values, options);
	return { id: row.id, created: true, changedAnything: true, fields: Object.keys(values) };
}

function update(org: Org, object: ObjectDef, { id, values }: Given, options: WriteOptions) {
	const { row, changed } = updateRow(org, requireRow(org, object, id), values, options);
	const fields = Object.keys(values);
	return { id: row.id, created: false, changedAnything: changed.length > 0, fields };
}

function upsert(
	org: Org,
	job: BulkJob,
	object: ObjectDef,
	given: Given,
	options: WriteOptions,
): Written {
	const name = job.externalIdFieldName ?? 'Id';
	if (name.toLowerCase() === 'id') {
		return given.id === ''
			? create(org, object, given.values, options)
			: update(org, object, given, options);
	}
	const key = org.schema.field(object, name);
	const value = key && given.values[key.name];
	if (key === undefined || typeof value !== 'string') {
		throw rowError('MISSING_ARGUMENT', `${name} not specified`);
	}
	const found = org.store.findByKey(object, key, value);
	if (found.length > 1) {
		const message = `${key.name}: more than one record found for external id field`;
		throw rowError('DUPLICATE_EXTERNAL_ID', message);
	}
	const rest = Object.entries(given.values).filter(([field]) => field !== key.name);
	const values = Object.fromEntries(rest);
	const [row] = found;
	return row === undefined
		? create(org, object, given.values, options)
		: update(org, object, { id: row.id, values }, options);
}
