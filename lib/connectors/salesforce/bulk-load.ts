/** One lot of rows through Bulk API 2.0 ingest, noted in the store while it is under way. */
import type { DeliveryJob, DeliveryOutcome } from '../../model/delivery';
import { CrmError } from '../connector';
import { AuthenticationFailure, HttpFailure } from '../http';
import { failureOutcome } from '../outcomes';
import type { Batch, Plan } from './batch';
import { forgetJobs, noteJob } from './bulk-note';
import type { BulkOutcome } from './bulk-results';
import { bulkWrite, type BulkWriteOptions } from './bulk-write';
import { CRM } from './client';
import { failedRow, type RowOutcome } from './collections';

/** Within the Delivery Trigger's usual limit of an execution. */
const MOST_WAIT_MS = 8 * 60_000;
/** Of an outcome that is not known yet: the job may have come to its end by then. */
const LOOK_AGAIN_MS = 30_000;
/** Members of one account lock each other out. */
const LOCK_FIELD = 'AccountId';

export interface BulkRows<Row extends Plan> {
	sobject: string;
	operation: 'update' | 'upsert';
	externalIdField?: string;
	plans: readonly Row[];
	/** By API name, with the key. */
	rowOf: (plan: Row) => Record<string, unknown>;
}

export interface Loaded {
	told: Map<DeliveryJob, RowOutcome>;
	/** Surely not written; another way may do. */
	left: DeliveryJob[];
}

/** The record that a delivery writes: its id, or the client's where it is to be made. */
export function recordOf({ crmId, unifiedId }: DeliveryJob): string {
	return crmId ?? unifiedId;
}

/** Never throws for what Salesforce or the network did. */
export async function load<Row extends Plan>(batch: Batch, rows: BulkRows<Row>): Promise<Loaded> {
	return new Load(batch, rows).run();
}

class Load<Row extends Plan> {
	private readonly told: Loaded['told'] = new Map();
	private readonly left: DeliveryJob[] = [];
	/** Rows without an outcome, by key. */
	private readonly open: Map<string, Row>;
	/** Rows that may be written yet. */
	private readonly unsure = new Set<string>();
	private readonly noted = new Map<string, readonly string[]>();
	private readonly byKey: ReadonlyMap<string, Row>;

	constructor(
		private readonly batch: Batch,
		private readonly rows: BulkRows<Row>,
	) {
		this.byKey = new Map(rows.plans.map((plan, place) => [String(place), plan]));
		this.open = new Map(this.byKey);
	}

	async run(): Promise<Loaded> {
		try {
			for await (const { key, outcome } of bulkWrite(this.batch.context, this.options()))
				this.take(key, outcome);
		} catch (error) {
			const outcome = mayBeDone(knownFailure(error));
			for (const [key, { job }] of this.open) {
				this.unsure.add(key);
				this.told.set(job, { status: 'failed', outcome });
			}
		}
		const isOver = ([, keys]: [string, readonly string[]]) =>
			!keys.some((key) => this.unsure.has(key));
		const ended = [...this.noted].filter(isOver).map(([id]) => id);
		await forgetJobs(this.batch.context, ended);
		return { told: this.told, left: this.left };
	}

	private options(): BulkWriteOptions {
		const { sobject, operation, externalIdField, rowOf } = this.rows;
		return {
			...{ sobject, operation, externalIdField },
			rows: [...this.byKey].map(([key, plan]) => ({ key, values: rowOf(plan) })),
			lockField: LOCK_FIELD,
			maxWaitMs: MOST_WAIT_MS,
			onCall: this.batch.scope.onCall,
			onJob: (id, keys) => this.note(id, keys),
			signal: new AbortController().signal,
		};
	}

	private async note(id: string, keys: readonly string[]): Promise<void> {
		const { notes, now } = this.batch.context;
		if (notes === undefined) throw new TypeError('Nothing goes in bulk without a store');
		this.noted.set(id, keys);
		const plans = keys.map((key) => this.byKey.get(key)).filter((plan) => plan !== undefined);
		await noteJob(notes, { id, openedAt: now(), records: plans.map(({ job }) => recordOf(job)) });
	}

	private take(key: string, outcome: BulkOutcome): void {
		const plan = this.open.get(key);
		if (plan === undefined) return;
		this.open.delete(key);
		if (outcome.status === 'unknown') this.unsure.add(key);
		const told = rowTold(outcome, plan);
		if (told === undefined) this.left.push(plan.job);
		else this.told.set(plan.job, told);
	}
}

/** undefined: another way may write it. */
function rowTold(outcome: BulkOutcome, { crmId }: Plan): RowOutcome | undefined {
	if (outcome.status === 'written') return outcome;
	const { error } = outcome;
	if (outcome.status === 'unknown') return { status: 'failed', outcome: mayBeDone(error) };
	if (outcome.isOfRow === true && error instanceof CrmError) return failedRow(error, crmId);
	if (error instanceof CrmError && !error.options.retryable) return undefined;
	return { status: 'failed', outcome: tryAgain(error, false) };
}

type Failure = CrmError | HttpFailure | AuthenticationFailure;

/** The next try looks for what was written, and waits for the job if it has to. */
function mayBeDone(error: Failure): DeliveryOutcome {
	return tryAgain(error, true);
}

function tryAgain(error: Failure, outcomeUnknown: boolean): DeliveryOutcome {
	const failure = failureOutcome(error, CRM);
	const isRetry = failure.status === 'retry';
	const wait = outcomeUnknown ? { retryAfterMs: LOOK_AGAIN_MS } : {};
	if (isRetry) return { ...wait, ...failure, outcomeUnknown };
	const { message: reason } = error;
	const code = error instanceof CrmError ? error.code : 'bulk';
	return { status: 'retry', reason, code, ...wait, outcomeUnknown };
}

function knownFailure(error: unknown): Failure {
	const isKnown =
		error instanceof CrmError ||
		error instanceof HttpFailure ||
		error instanceof AuthenticationFailure;
	if (isKnown) return error;
	throw error;
}
