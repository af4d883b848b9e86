/**
 * Bulk API 2.0 jobs (reference/salesforce.md, section 9): a small client of our own. jsforce's bulk2
 * deletes a job whose polling times out, takes its CSV columns from the first record alone, breaks on
 * the second page of a query's result, takes six delimiters at once when it reads results, and never
 * ends where `Sforce-Locator` is missing; none of that can be closed from outside.
 *
 * A job is never deleted here: what it wrote stays to be asked about for seven days.
 */
import { z } from 'zod';
import { CrmError, type ConnectorContext } from '../connector';
import { header, HttpFailure, type HttpRequest, type HttpResponse } from '../http';
import { unexpectedAnswer } from '../rest';
import { CSV_FORMAT, readCsv, type CsvTable } from './bulk-csv';
import { callSalesforce, CRM, type CallScope } from './client';
import { settingsOf, type SalesforceSettings } from './settings';

export type JobKind = 'ingest' | 'query';
export type JobRequest = Record<string, string>;

const jobSchema = z.object({
	id: z.string().regex(/^[A-Za-z0-9]{15,18}$/),
	state: z.enum(['Open', 'UploadComplete', 'InProgress', 'JobComplete', 'Failed', 'Aborted']),
	apiVersion: z.number(),
	numberRecordsProcessed: z.number().optional(),
	numberRecordsFailed: z.number().optional(),
	errorMessage: z.string().nullish(),
});
export type BulkJob = z.infer<typeof jobSchema>;

const ENDED = new Set<BulkJob['state']>(['JobComplete', 'Failed', 'Aborted']);

export interface Waiting {
	/** How long to wait, if not as long as the settings say. */
	maxWaitMs?: number;
	/** Called every few seconds while it waits. */
	meanwhile?: () => Promise<void>;
}

export interface ResultPage extends CsvTable {
	/** Where the next page is; null on the last one, undefined if Salesforce does not say. */
	locator: string | null | undefined;
	/** Rows that Salesforce says the page has; undefined if it does not say. */
	count: number | undefined;
}

const TRANSFER_TIMEOUT_MS = 600_000;
const MAX_POLL_MS = 30_000;
const POLL_GROWTH = 1.5;
const MEANWHILE_MS = 10_000;
/** Tries of a call that may be repeated, and the first wait between them. */
const MAX_TRIES = 5;
const FIRST_WAIT_MS = 1_000;

export class BulkClient {
	private readonly settings: SalesforceSettings;

	constructor(
		private readonly context: ConnectorContext,
		private readonly scope: CallScope,
	) {
		this.settings = settingsOf(context);
	}

	/** A job that was opened twice holds no data, and so writes nothing: creating may be repeated. */
	async open(kind: JobKind, job: JobRequest): Promise<BulkJob> {
		const json = { ...job, ...CSV_FORMAT };
		return asJob(await this.patiently({ method: 'POST', url: this.address(kind), json }));
	}

	/** May not be repeated on the same job: whether it holds the data is then unknown. */
	async upload({ id }: BulkJob, text: string): Promise<void> {
		await this.call({
			method: 'PUT',
			url: this.address('ingest', `/${id}/batches`),
			text,
			headers: { 'content-type': 'text/csv; charset=UTF-8' },
			timeoutMs: TRANSFER_TIMEOUT_MS,
		});
	}

	async setState(kind: JobKind, id: string, state: 'UploadComplete' | 'Aborted'): Promise<BulkJob> {
		const url = this.address(kind, `/${id}`);
		return asJob(await this.call({ method: 'PATCH', url, json: { state } }));
	}

	async job(kind: JobKind, id: string): Promise<BulkJob> {
		return asJob(await this.patiently({ method: 'GET', url: this.address(kind, `/${id}`) }));
	}

	/** Looks at the job until it has ended. Resolves with it as it is when the time is over. */
	async ended(
		kind: JobKind,
		id: string,
		{ maxWaitMs = Infinity, meanwhile }: Waiting = {},
	): Promise<BulkJob> {
		const { bulkPollMs, bulkWaitMs } = this.settings;
		const until = this.context.now() + Math.min(bulkWaitMs, maxWaitMs);
		let pauseMs = bulkPollMs;
		for (;;) {
			const job = await this.job(kind, id);
			if (hasEnded(job) || this.context.now() >= until) return job;
			await this.wait(pauseMs, meanwhile);
			pauseMs = Math.min(pauseMs * POLL_GROWTH, MAX_POLL_MS);
		}
	}

	private async wait(ms: number, meanwhile: Waiting['meanwhile']): Promise<void> {
		if (meanwhile === undefined) return this.pause(ms);
		for (let left = ms; left > 0; left -= MEANWHILE_MS) {
			await this.pause(Math.min(left, MEANWHILE_MS));
			await meanwhile();
		}
	}

	/** `path` after the job's address, query included. Asked for in the version the job was made with. */
	async results(kind: JobKind, { id, apiVersion }: BulkJob, path: string): Promise<ResultPage> {
		const response = await this.patiently({
			method: 'GET',
			url: this.address(kind, `/${id}/${path}`, apiVersion.toFixed(1)),
			headers: { accept: 'text/csv' },
			timeoutMs: TRANSFER_TIMEOUT_MS,
		});
		const locator = header(response, 'sforce-locator');
		const count = Number(header(response, 'sforce-numberofrecords') ?? Number.NaN);
		return {
			...tableOf(response),
			locator: locator === 'null' ? null : locator,
			count: Number.isNaN(count) ? undefined : count,
		};
	}

	private address(kind: JobKind, path = '', version = this.settings.apiVersion): string {
		return `/services/data/v${version}/jobs/${kind}${path}`;
	}

	/** For calls that may be repeated: waits out what passes by itself. */
	private async patiently(request: HttpRequest): Promise<HttpResponse> {
		for (let tries = 1; ; tries += 1) {
			try {
				return await this.call(request);
			} catch (error) {
				if (tries >= MAX_TRIES || !maypass(error)) throw error;
				const asked = error instanceof CrmError ? error.options.retryAfterMs : undefined;
				await this.pause(asked ?? Math.min(FIRST_WAIT_MS * 2 ** (tries - 1), MAX_POLL_MS));
			}
		}
	}

	/** Rejects with HttpFailure (`aborted`) when the signal aborts. */
	async pause(ms: number): Promise<void> {
		await this.context.sleep(ms, this.scope.signal);
		if (this.scope.signal?.aborted) throw new HttpFailure('the call was stopped', 'aborted');
	}

	private call(request: HttpRequest): Promise<HttpResponse> {
		const { signal } = this.scope;
		const headers = {
			'sforce-call-options': `client=${this.settings.clientId}`,
			...request.headers,
		};
		return callSalesforce(this.context, this.scope, {
			...request,
			headers,
			signal,
			responseType: 'text',
		});
	}
}

export function hasEnded({ state }: BulkJob): boolean {
	return ENDED.has(state);
}

function maypass(error: unknown): boolean {
	if (error instanceof HttpFailure) return error.code !== 'aborted';
	return error instanceof CrmError && error.options.retryable;
}

function asJob(response: HttpResponse): BulkJob {
	const job = jobSchema.safeParse(parsed(response));
	if (job.success) return job.data;
	throw unexpectedAnswer(CRM, response, "a bulk job's state");
}

function parsed({ body }: HttpResponse): unknown {
	try {
		return JSON.parse(String(body)) as unknown;
	} catch {
		return undefined;
	}
}

function tableOf(response: HttpResponse): CsvTable {
	try {
		return readCsv(String(response.body));
	} catch {
		throw unexpectedAnswer(CRM, response, 'CSV of the agreed form');
	}
}

const NOT_CURABLE = /^(InvalidBatch|InvalidJob|FeatureNotEnabled|INVALID_|MALFORMED)/i;

/** The failure of a job that ended otherwise than complete, or has not ended in time. */
export function jobFailure({ state, errorMessage }: BulkJob): CrmError {
	if (state === 'Aborted') {
		return new CrmError('Somebody aborted the bulk job in Salesforce', 0, 'bulk-aborted', {
			retryable: true,
			hint: 'Start it again, or ask who aborted it (Setup > Bulk Data Load Jobs).',
		});
	}
	if (state !== 'Failed') {
		return new CrmError(`Salesforce has not finished the bulk job (${state})`, 0, 'bulk-timeout', {
			retryable: true,
			hint: 'It goes on there; look again later, or allow it more time in the settings.',
		});
	}
	// The message may repeat values; its first word does not.
	const cause = /^\w+/.exec(errorMessage ?? '')?.[0] ?? 'no reason given';
	const column = /Field name not found : ([A-Za-z][\w.]{0,100})$/.exec(errorMessage ?? '')?.[1];
	const what = column === undefined ? cause : `${cause}: it does not know the field ${column}`;
	return new CrmError(`Salesforce gave up the bulk job (${what})`, 0, 'bulk-failed', {
		retryable: !NOT_CURABLE.test(cause),
		...(column === undefined ? {} : { field: column }),
		hint: 'Setup > Bulk Data Load Jobs shows the job.',
	});
}
