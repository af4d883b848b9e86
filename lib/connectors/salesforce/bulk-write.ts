/**
 * Writes many records of one object by Bulk API 2.0 ingest jobs, and says of each what became of it.
 *
 * No row is written twice: a job's data are uploaded once, a job whose upload may have failed is aborted
 * before it is begun anew (an open job writes nothing), and a job that was let go is never begun
 * anew, but asked about. `onJob` is told of a job before it may write: who keeps its id can, after a
 * crash, hand it in again (`jobIds`), and what it did is taken from its results.
 */
import { CrmError, type ConnectorContext } from '../connector';
import { AuthenticationFailure, HttpFailure } from '../http';
import { BulkClient, hasEnded, jobFailure, type BulkJob, type JobRequest } from './bulk-job';
import { rowResults, type RowResult } from './bulk-results';
import {
	cellsOf,
	jobsOf,
	OpenRows,
	tagOf,
	type BulkOperation,
	type BulkRow,
	type CellRow,
	type JobRows,
} from './bulk-rows';
import { checkedId, type CallScope } from './client';
import { isGone } from './errors';

export interface BulkWriteOptions {
	sobject: string;
	operation: BulkOperation;
	/** For upsert: the field that says which record it is. For insert: one that tells the rows apart. */
	externalIdField?: string;
	rows: readonly BulkRow[];
	/** A field that names a parent; see `jobsOf`. */
	lockField?: string;
	/** Default `backfill`. */
	priority?: CallScope['priority'];
	/** The job and the keys of its rows, before it may write. It does not begin if this rejects. */
	onJob?: (jobId: string, keys: readonly string[]) => Promise<void>;
	/** Jobs of an earlier run over these very rows: looked at first. */
	jobIds?: readonly string[];
	/** How long to wait for the end of a job, if not as long as the settings say. */
	maxWaitMs?: number;
	/** Told of every call that is sent. */
	onCall?: () => void;
	signal: AbortSignal;
}

/**
 * One result a row, in any order. Throws AuthenticationFailure, what `onJob` throws, and HttpFailure
 * (`aborted`) when the signal aborts; every other failure is an outcome. After a job that could not be
 * begun or did not end no further one is begun: the rows left are refused with its error.
 */
export async function* bulkWrite(
	context: ConnectorContext,
	options: BulkWriteOptions,
): AsyncGenerator<RowResult> {
	const { priority = 'backfill', signal, lockField, onCall } = options;
	const client = new BulkClient(context, { priority, signal, onCall });
	const { ready, refused, keyColumn } = prepared(options);
	yield* refused;
	const work: Work = { client, options, keyColumn };
	const open = yield* lookAgain(work, ready);
	let stopped: Stopped;
	for (const job of jobsOf(open, keyColumn, lockField)) {
		stopped = stopped === undefined ? yield* load(work, job) : yield* refuse(job.rows, stopped);
	}
}

interface Work {
	client: BulkClient;
	options: BulkWriteOptions;
	/** What tells the rows apart; undefined: all of their cells. */
	keyColumn: string | undefined;
}

/** What cannot be sent is refused before anything is. */
function prepared({ operation, externalIdField, rows }: BulkWriteOptions) {
	const own = operation === 'update' || operation === 'delete' ? 'Id' : externalIdField;
	if (operation === 'upsert' && own === undefined)
		throw new TypeError('An upsert needs the name of its external-id field');
	const refused: RowResult[] = [];
	const sendable: Array<{ key: string; cells: Map<string, string> }> = [];
	for (const row of rows) {
		const cells = cellsOf(row, operation);
		const hasKey = own === undefined || isNamed(cells, own);
		const error = cells instanceof CrmError ? cells : missingKey(own);
		if (cells instanceof CrmError || (!hasKey && operation !== 'insert'))
			refused.push({ key: row.key, outcome: { status: 'refused', error } });
		else sendable.push({ key: row.key, cells });
	}
	// A new record need not have the external id.
	const areNamed = own !== undefined && sendable.every(({ cells }) => isNamed(cells, own));
	const keyColumn = areNamed ? own : undefined;
	const ready = sendable.map((row): CellRow => ({ ...row, tag: tagOf(row.cells, keyColumn) }));
	return { ready, refused, keyColumn };
}

function isNamed(cells: Map<string, string> | CrmError, column: string): boolean {
	return !(cells instanceof CrmError) && (cells.get(column) ?? '') !== '';
}

function missingKey(column = 'Id'): CrmError {
	const text = `The record says nothing in ${column}, by which Salesforce would find it`;
	return new CrmError(text, 0, 'MISSING_ARGUMENT', { retryable: false, field: column });
}

type Stopped = CrmError | HttpFailure | undefined;

function* refuse(
	rows: readonly CellRow[],
	error: CrmError | HttpFailure,
): Generator<RowResult, Stopped> {
	for (const { key } of rows) yield { key, outcome: { status: 'refused', error } };
	return error;
}

function* leaveOpen(
	rows: readonly CellRow[],
	error: CrmError | HttpFailure,
): Generator<RowResult, Stopped> {
	for (const { key } of rows) yield { key, outcome: { status: 'unknown', error } };
	return error;
}

/** A new job for these rows, to its end. Gives the error after which no further one is begun. */
async function* load(work: Work, rows: JobRows): AsyncGenerator<RowResult, Stopped> {
	let job: BulkJob;
	try {
		job = await uploaded(work, rows.text);
	} catch (error) {
		return yield* refuse(rows.rows, passing(error));
	}
	await work.options.onJob?.(
		job.id,
		rows.rows.map(({ key }) => key),
	);
	const open = new OpenRows(rows.rows);
	try {
		const ended = await letGo(work, job);
		if (wroteNothing(ended)) return yield* refuse(open.rest(), jobFailure(ended));
		if (!hasEnded(ended)) return yield* leaveOpen(open.rest(), jobFailure(ended));
		yield* rowResults(work.client, ended, open, work.keyColumn);
		return yield* unsaid(open, ended);
	} catch (error) {
		return yield* leaveOpen(open.rest(), passing(error));
	}
}

/** Rows of which no result tells: a job that did its work may have written them. */
function* unsaid(open: OpenRows, job: BulkJob): Generator<RowResult, Stopped> {
	const error =
		job.state === 'JobComplete'
			? new CrmError('The results of the bulk job do not name the record', 0, 'bulk-unsaid', {
					retryable: true,
				})
			: jobFailure(job);
	yield* leaveOpen(open.rest(), error);
	// A job that failed for one reason fails the next one, too.
	return job.state === 'JobComplete' ? undefined : error;
}

const MAX_UPLOADS = 3;

/** An open job that holds the data. Nothing is written before it is let go. */
async function uploaded({ client, options }: Work, text: string): Promise<BulkJob> {
	const { sobject, operation, externalIdField } = options;
	const request: JobRequest = { object: sobject, operation };
	if (operation === 'upsert') request['externalIdFieldName'] = externalIdField ?? '';
	for (let tries = 1; ; tries += 1) {
		const job = await client.open('ingest', request);
		try {
			await client.upload(job, text);
			return job;
		} catch (error) {
			// Whether it holds the data is unknown: it is put away, and another one takes its place.
			await client.setState('ingest', job.id, 'Aborted').catch(() => undefined);
			const mayPass = error instanceof HttpFailure ? error.code !== 'aborted' : isPassing(error);
			if (tries >= MAX_UPLOADS || !mayPass) throw error;
		}
	}
}

function isPassing(error: unknown): boolean {
	return error instanceof CrmError && error.options.retryable;
}

const MAX_LETTING_GO = 4;
const LETTING_GO_WAIT_MS = 2_000;

/**
 * Lets the job begin and waits for its end. If the answer got lost, the job itself says how it stands;
 * one that cannot be let go is put away, so that it does not begin behind our back.
 */
async function letGo({ client, options }: Work, { id }: BulkJob): Promise<BulkJob> {
	for (let tries = 1; ; tries += 1) {
		try {
			await client.setState('ingest', id, 'UploadComplete');
		} catch (error) {
			if (error instanceof AuthenticationFailure || isAborted(error)) throw error;
			const job = await client.job('ingest', id);
			if (job.state === 'Open') {
				if (tries >= MAX_LETTING_GO) return client.setState('ingest', id, 'Aborted');
				await client.pause(LETTING_GO_WAIT_MS * tries);
				continue;
			}
		}
		return client.ended('ingest', id, { maxWaitMs: options.maxWaitMs });
	}
}

/** Put away before it began, by us or by a person. */
function wroteNothing({ state, numberRecordsProcessed = 0 }: BulkJob): boolean {
	return state === 'Aborted' && numberRecordsProcessed === 0;
}

/** What the jobs of an earlier run did. Gives the rows that none of them had, to be sent now. */
async function* lookAgain(work: Work, rows: CellRow[]): AsyncGenerator<RowResult, CellRow[]> {
	const { client, options, keyColumn } = work;
	const open = new OpenRows(rows);
	for (const id of options.jobIds ?? []) {
		try {
			const job = await earlier(client, checkedId(id));
			if (!hasEnded(job)) return yield* giveUp(open, jobFailure(job));
			if (wroteNothing(job)) continue;
			yield* rowResults(client, job, open, keyColumn);
		} catch (error) {
			const isForgotten = error instanceof CrmError && isGone(error);
			// Repeating it changes nothing, but an insert would be made twice.
			if (isForgotten && options.operation !== 'insert') continue;
			return yield* giveUp(open, isForgotten ? forgotten() : passing(error));
		}
	}
	return open.rest();
}

function* giveUp(open: OpenRows, error: CrmError | HttpFailure): Generator<RowResult, CellRow[]> {
	yield* leaveOpen(open.rest(), error);
	return [];
}

/** An open job of an earlier run may hold only a part of its data, and is put away. */
async function earlier(client: BulkClient, id: string): Promise<BulkJob> {
	const job = await client.job('ingest', id);
	if (job.state !== 'Open') return client.ended('ingest', id);
	return client.setState('ingest', id, 'Aborted');
}

function forgotten(): CrmError {
	return new CrmError('Salesforce no longer knows the bulk job', 404, 'bulk-forgotten', {
		retryable: false,
		hint: 'Salesforce keeps jobs for seven days. Look whether the records were made before making them again.',
	});
}

function isAborted(error: unknown): boolean {
	return error instanceof HttpFailure && error.code === 'aborted';
}

/** Failures of the CRM and the network become outcomes; the rest is thrown. */
function passing(error: unknown): CrmError | HttpFailure {
	if (error instanceof CrmError || (error instanceof HttpFailure && !isAborted(error)))
		return error;
	throw error;
}

export type { BulkOutcome, RowResult } from './bulk-results';
export type { BulkOperation, BulkRow } from './bulk-rows';
