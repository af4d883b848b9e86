/** `/jobs/ingest` and `/jobs/query`: Bulk API 2.0 (reference/salesforce.md, section 9). */
import { json, text, type SimResponse } from '../../framework';
import { SalesforceError } from '../errors';
import { bodyOf, bulkOrigin, type RestCall, type RestHandler, type RestRoute } from '../rest/call';
import { restTime } from '../values';
import { DELIMITERS, formatCsv, LINE_ENDINGS, type CsvFormat } from './csv';
import { labelOf, runIngest } from './ingest';
import { invalidState, type BulkJob, type JobKind } from './jobs';
import { checkQuery, runQueryJob } from './query';

const OPERATIONS = ['insert', 'update', 'upsert', 'delete'];
const ENDED = ['JobComplete', 'Failed', 'Aborted'];
const MAX_ROWS_A_PAGE = 50_000;

/** Every call to a job lets time pass for all of them. */
function advance({ org, request }: RestCall): void {
	org.bulk.advance(
		(job) => (job.kind === 'ingest' ? runIngest(org, job, request) : runQueryJob(org, job)),
		(job) => org.faults.take(['bulkQueue'], labelOf(job)) !== undefined,
	);
}

function jobOf(call: RestCall, kind: JobKind): BulkJob {
	advance(call);
	return call.org.bulk.find(kind, call.request.params['id'] ?? '');
}

function badRequest(errorCode: string, message: string): SalesforceError {
	return new SalesforceError(400, errorCode, message);
}

function formatOf({ columnDelimiter, lineEnding }: Record<string, unknown>): CsvFormat {
	const delimiter = String(columnDelimiter ?? 'COMMA');
	const ending = String(lineEnding ?? 'LF');
	if (!(delimiter in DELIMITERS) || !(ending in LINE_ENDINGS)) {
		throw badRequest('INVALIDJOB', 'columnDelimiter or lineEnding is not valid');
	}
	return { columnDelimiter: delimiter, lineEnding: ending } as CsvFormat;
}

function actorOf(call: RestCall) {
	return { userId: call.actor.userId, origin: bulkOrigin(call) };
}

function createIngest(call: RestCall): SimResponse {
	const body = bodyOf(call);
	const object = call.org.schema.object(String(body['object'] ?? ''));
	const operation = String(body['operation'] ?? '');
	if (object?.writable !== true) throw badRequest('INVALIDENTITY', 'Unable to find object');
	if (!OPERATIONS.includes(operation)) {
		// `hardDelete` needs a permission that this org's user lacks.
		throw badRequest('FEATURENOTENABLED', `The operation ${operation} is not enabled`);
	}
	const key = body['externalIdFieldName'];
	if (operation === 'upsert' && typeof key !== 'string') {
		throw badRequest('INVALIDJOB', 'External ID field name is required for upsert');
	}
	if (typeof key === 'string' && key.toLowerCase() !== 'id') {
		const def = call.org.schema.field(object, key);
		if (!def?.externalId) {
			throw badRequest('INVALIDJOB', `Field is not an external ID: ${key}`);
		}
	}
	const job = call.org.bulk.open({
		kind: 'ingest',
		operation,
		object: object.name,
		...(typeof key === 'string' && { externalIdFieldName: key }),
		format: formatOf(body),
		version: call.version,
		actor: actorOf(call),
	});
	return json(200, shown(job));
}

function upload(call: RestCall): SimResponse {
	const job = jobOf(call, 'ingest');
	if (job.state !== 'Open' || job.upload !== undefined) {
		throw invalidState('The data of this job have been uploaded already');
	}
	job.upload = call.request.text;
	return { status: 201 };
}

function changeState(kind: JobKind): RestHandler {
	return (call) => {
		const job = jobOf(call, kind);
		const state = bodyOf(call)['state'];
		if (state === 'Aborted' && !ENDED.includes(job.state)) {
			call.org.bulk.enter(job, 'Aborted');
			return json(200, shown(job));
		}
		if (state !== 'UploadComplete' || kind === 'query' || job.state !== 'Open') {
			throw invalidState(`The state cannot change from ${job.state} to ${String(state)}`);
		}
		call.org.bulk.enter(job, 'UploadComplete');
		return json(200, shown(job));
	};
}

function read(kind: JobKind): RestHandler {
	return (call) => {
		const job = jobOf(call, kind);
		return json(200, { ...shown(job), ...progress(job) });
	};
}

function list(kind: JobKind): RestHandler {
	return (call) => {
		advance(call);
		const records = call.org.bulk.list(kind).map(shown);
		return json(200, { done: true, records, nextRecordsUrl: null });
	};
}

function remove(kind: JobKind): RestHandler {
	return (call) => {
		call.org.bulk.remove(jobOf(call, kind));
		return { status: 204 };
	};
}

/** Job information; the time of a state is `systemModstamp`. */
function shown(job: BulkJob): Record<string, unknown> {
	const { id, kind, operation, object, externalIdFieldName, query, format, version } = job;
	const isIngest = kind === 'ingest';
	return {
		id,
		operation,
		object,
		createdById: job.actor.userId,
		createdDate: restTime(job.createdAt),
		systemModstamp: restTime(job.changedAt),
		state: job.state,
		...(externalIdFieldName !== undefined && { externalIdFieldName }),
		...(query !== undefined && { query }),
		concurrencyMode: 'Parallel',
		contentType: 'CSV',
		apiVersion: Number(version),
		...(isIngest && { contentUrl: `services/data/v${version}/jobs/ingest/${id}/batches` }),
		...format,
	};
}

function progress(job: BulkJob): Record<string, unknown> {
	const isIngest = job.kind === 'ingest';
	const processed = isIngest ? job.done.length + job.failed.length : job.rows.length;
	return {
		jobType: isIngest ? 'V2Ingest' : 'V2Query',
		numberRecordsProcessed: processed,
		...(isIngest && { numberRecordsFailed: job.failed.length, apexProcessingTime: 0 }),
		retries: 0,
		totalProcessingTime: 0,
		apiActiveProcessingTime: 0,
		...(job.errorMessage !== undefined && { errorMessage: job.errorMessage }),
	};
}

function csv(job: BulkJob, rows: string[][], headers: Record<string, string> = {}): SimResponse {
	return text(200, formatCsv(rows, job.format), { 'Content-Type': 'text/csv', ...headers });
}

type RowsOf = (job: BulkJob) => { columns: string[]; rows: string[][] };

const RESULTS: Record<string, RowsOf> = {
	successfulResults: ({ columns, done }) => ({
		columns: ['sf__Id', 'sf__Created', ...columns],
		rows: done.map(({ id, created, cells }) => [id, String(created), ...cells]),
	}),
	failedResults: ({ columns, failed }) => ({
		columns: ['sf__Id', 'sf__Error', ...columns],
		rows: failed.map(({ id, error, cells }) => [id, error, ...cells]),
	}),
	unprocessedrecords: ({ columns, unprocessed }) => ({ columns, rows: unprocessed }),
};

function ingestResults(name: string): RestHandler {
	return (call) => {
		const job = jobOf(call, 'ingest');
		if (!ENDED.includes(job.state)) throw invalidState(`The job is ${job.state}`);
		const { columns, rows } = (RESULTS[name] as RowsOf)(job);
		const ordered = call.org.switches.bulkResultsInOrder ? rows : shuffled(rows);
		return csv(job, [columns, ...ordered]);
	};
}

/** Every third row first, then the next ones: not the order of the upload, and the same every time. */
function shuffled<T>(rows: readonly T[]): T[] {
	const STEP = 3;
	const places = [...rows.keys()].sort((a, b) => (b % STEP) - (a % STEP) || b - a);
	return places.map((place) => rows[place] as T);
}

function createQuery(call: RestCall): SimResponse {
	const body = bodyOf(call);
	const operation = String(body['operation'] ?? '');
	if (operation !== 'query' && operation !== 'queryAll') {
		throw badRequest('INVALIDJOB', `Unknown operation ${operation}`);
	}
	const query = String(body['query'] ?? '');
	const { object } = checkQuery(call.org, query);
	const job = call.org.bulk.open({
		kind: 'query',
		operation,
		object: call.org.schema.known(object).name,
		query,
		format: formatOf(body),
		version: call.version,
		actor: actorOf(call),
	});
	return json(200, shown(job));
}

/** A locator is opaque to clients; here it is the place in the result. */
function queryResults(call: RestCall): SimResponse {
	const job = jobOf(call, 'query');
	const { org, request, version, label } = call;
	if (job.state !== 'JobComplete') throw invalidState(`The job is ${job.state}`);
	if (version !== job.version) {
		const message = `The job was created with API version ${job.version}`;
		throw new SalesforceError(409, 'INVALID_VERSION', message);
	}
	const from = placeOf(request.query.get('locator'), job);
	const asked = Number(request.query.get('maxRecords') ?? MAX_ROWS_A_PAGE);
	const size = Math.min(asked, org.switches.bulkQueryPage, MAX_ROWS_A_PAGE);
	const rows = job.rows.slice(from, from + size);
	const next = from + rows.length;
	const locator =
		next >= job.rows.length ? 'null' : Buffer.from(`${job.id}-${next}`).toString('base64url');
	const isLost = org.faults.take(['bulkNoLocator'], label) !== undefined;
	return csv(job, [job.columns, ...rows], {
		'Sforce-NumberOfRecords': String(rows.length),
		...(isLost ? {} : { 'Sforce-Locator': locator }),
	});
}

function placeOf(locator: string | null, { id, rows }: BulkJob): number {
	if (locator === null) return 0;
	const [jobId, place] = Buffer.from(locator, 'base64url').toString().split('-');
	const from = Number(place);
	if (jobId === id && Number.isInteger(from) && from < rows.length) return from;
	throw badRequest('INVALID_QUERY_LOCATOR', 'invalid query locator');
}

const [ingest, query] = ['/jobs/ingest', '/jobs/query'];

/** What a job writes is noted while it runs; the calls to a job write nothing themselves. */
export const bulkRoutes: RestRoute[] = [
	{ method: 'POST', path: ingest, handle: createIngest, write: false },
	{ method: 'GET', path: ingest, handle: list('ingest') },
	{ method: 'PUT', path: `${ingest}/:id/batches`, handle: upload, write: false },
	{ method: 'PATCH', path: `${ingest}/:id`, handle: changeState('ingest'), write: false },
	{ method: 'GET', path: `${ingest}/:id`, handle: read('ingest') },
	{ method: 'DELETE', path: `${ingest}/:id`, handle: remove('ingest'), write: false },
	...Object.keys(RESULTS).map((name) => ({
		method: 'GET',
		path: `${ingest}/:id/${name}`,
		handle: ingestResults(name),
	})),
	{ method: 'POST', path: query, handle: createQuery, write: false },
	{ method: 'GET', path: query, handle: list('query') },
	{ method: 'PATCH', path: `${query}/:id`, handle: changeState('query'), write: false },
	{ method: 'GET', path: `${query}/:id`, handle: read('query') },
	{ method: 'DELETE', path: `${query}/:id`, handle: remove('query'), write: false },
	{ method: 'GET', path: `${query}/:id/results`, handle: queryResults },
];
