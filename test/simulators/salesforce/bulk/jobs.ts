/**
 * Bulk API 2.0 jobs: what they are, how they move on in time, and the org's allowances. A job waits
 * in the queue (`bulkQueueMs`, or as long as the fault `bulkQueue` says), is worked on as it leaves it,
 * and shows as InProgress for `bulkProcessMs`. Time passes when any bulk call comes. Jobs are kept
 * seven days, and not over a restart.
 */
import { notFound, SalesforceError } from '../errors';
import { makeId } from '../ids';
import type { Actor } from '../store';
import type { Switches } from '../switches';
import type { CsvFormat } from './csv';

const DAY = 24 * 3_600_000;
const KEPT_MS = 7 * DAY;
const MAX_JOBS = 10_000;

export type JobState =
	| 'Open'
	| 'UploadComplete'
	| 'InProgress'
	| 'JobComplete'
	| 'Failed'
	| 'Aborted';
export type JobKind = 'ingest' | 'query';

/** A written row: its id, and its cells as they were uploaded. */
export interface DoneRow {
	id: string;
	created: boolean;
	cells: string[];
}

export interface FailedRow {
	/** Empty if it was not found. */
	id: string;
	/** `CODE:message:fields --` */
	error: string;
	cells: string[];
}

export interface BulkJob {
	id: string;
	kind: JobKind;
	state: JobState;
	operation: string;
	object: string;
	externalIdFieldName?: string;
	/** Of a query job. */
	query?: string;
	format: CsvFormat;
	version: string;
	actor: Actor;
	createdAt: number;
	changedAt: number;
	/** When the upload was declared complete, ms. */
	queuedAt: number;
	upload?: string;
	/** Column names, then cells; of an ingest job as uploaded, of a query job its result. */
	columns: string[];
	rows: string[][];
	done: DoneRow[];
	failed: FailedRow[];
	unprocessed: string[][];
	errorMessage?: string;
}

export type NewJob = Pick<
	BulkJob,
	'kind' | 'operation' | 'object' | 'externalIdFieldName' | 'query' | 'format' | 'version' | 'actor'
>;

/** Does a job's work; sets rows, counts and, where it failed, `state` and `errorMessage`. */
export type Worker = (job: BulkJob) => void;

export function invalidState(message: string): SalesforceError {
	return new SalesforceError(400, 'INVALIDJOBSTATE', message);
}

export class BulkJobs {
	private readonly jobs = new Map<string, BulkJob>();
	private counter: number;
	private readonly queryJobs: number[] = [];
	private readonly batches: number[] = [];

	constructor(
		private readonly switches: Switches,
		private readonly now: () => number,
	) {
		// Ids of an earlier run do not come again.
		this.counter = 62 ** 4 + Math.floor(now() / 1000);
	}

	open(job: NewJob): BulkJob {
		if (job.kind === 'query')
			this.spend(this.queryJobs, this.switches.dailyBulkQueryJobs, 'bulk v2 query jobs');
		this.counter += 1;
		const at = this.now();
		const opened: BulkJob = {
			...job,
			id: makeId('750', this.counter),
			state: job.kind === 'query' ? 'UploadComplete' : 'Open',
			createdAt: at,
			changedAt: at,
			queuedAt: at,
			columns: [],
			rows: [],
			done: [],
			failed: [],
			unprocessed: [],
		};
		this.jobs.set(opened.id, opened);
		this.purge();
		return opened;
	}

	find(kind: JobKind, id: string): BulkJob {
		const job = this.jobs.get(id);
		if (job?.kind === kind) return job;
		throw notFound();
	}

	list(kind: JobKind): BulkJob[] {
		return [...this.jobs.values()].filter((job) => job.kind === kind);
	}

	remove(job: BulkJob): void {
		if (job.state === 'Open' || job.state === 'InProgress') {
			throw invalidState(`A job in the state ${job.state} cannot be deleted`);
		}
		this.jobs.delete(job.id);
	}

	enter(job: BulkJob, state: JobState): void {
		job.state = state;
		job.changedAt = this.now();
		if (state === 'UploadComplete') job.queuedAt = job.changedAt;
	}

	/** One batch of 10,000 rows. */
	spendBatches(count: number): void {
		for (let spent = 0; spent < count; spent += 1)
			this.spend(this.batches, this.switches.dailyBulkBatches, 'batches');
	}

	/** Moves every job on. `isHeld` keeps one in the queue. */
	advance(work: Worker, isHeld: (job: BulkJob) => boolean): void {
		for (const job of this.jobs.values()) {
			if (job.state === 'UploadComplete' && this.mayBegin(job) && !isHeld(job)) {
				this.enter(job, 'InProgress');
				work(job);
			}
			if (job.state !== 'InProgress') continue;
			if (this.now() >= job.changedAt + this.switches.bulkProcessMs) this.enter(job, 'JobComplete');
		}
	}

	used(kind: 'queryJobs' | 'batches'): number {
		return this.recent(this[kind]).length;
	}

	private mayBegin(job: BulkJob): boolean {
		const busy = [...this.jobs.values()].filter(({ state }) => state === 'InProgress').length;
		const isDue = this.now() >= job.queuedAt + this.switches.bulkQueueMs;
		return isDue && busy < this.switches.bulkParallelJobs;
	}

	private recent(times: number[]): number[] {
		const oldest = this.now() - DAY;
		while (times[0] !== undefined && times[0] <= oldest) times.shift();
		return times;
	}

	private spend(times: number[], max: number, what: string): void {
		if (this.recent(times).length >= max) {
			const message = `Max number of ${what} (${max}) per 24 hrs has been reached`;
			throw new SalesforceError(400, 'LIMIT_EXCEEDED', message);
		}
		times.push(this.now());
	}

	private purge(): void {
		const oldest = this.now() - KEPT_MS;
		for (const [id, { createdAt }] of this.jobs) {
			if (createdAt < oldest || this.jobs.size > MAX_JOBS) this.jobs.delete(id);
		}
	}
}
