/**
 * A lane of one system: claims due deliveries and carries them through one execution at a time,
 * keeping the claims alive meanwhile. Lanes run side by side, so that a CRM that is down holds up
 * nobody else; and what can wait has a lane of its own, so that a person's edit never stands behind
 * a batch of a backfill that goes as slowly as the vendor's limit.
 */
import type { IDataObject, INodeExecutionData, ITriggerFunctions } from 'n8n-workflow';
import type { DeliveryJob, Fabric, Urgency } from '../../lib';
import { sleep } from '../shared/connector-context';
import { runExecution, type EndOfExecution } from '../shared/trigger/execution';
import { STORE_BACKOFF, untilDone, type RetryOptions } from '../shared/trigger/retrying';
import { createWaker } from '../shared/trigger/waker';

export interface LaneOptions {
	context: ITriggerFunctions;
	fabric: Fabric;
	system: string;
	/** Only deliveries that are so urgent; absent: all. */
	urgencies?: readonly Urgency[];
	/** Deliveries an execution at most, as the system's settings are now. */
	batchSize: () => number;
	executionTimeoutMs: number;
	stop: AbortSignal;
	/** Claims are prolonged this often; a claim runs out after 45 s. */
	extendEveryMs?: number;
}

/** Retries come due, and claims of a process that is gone run out, without a signal. */
const LOOK_AGAIN_MS = 1_000;
const EXTEND_EVERY_MS = 10_000;

/** Runs until `stop` aborts. Never rejects. */
export async function runLane(options: LaneOptions): Promise<void> {
	const { fabric, system, urgencies, batchSize, stop } = options;
	const waker = createWaker(fabric.signals, 'deliveries');
	try {
		while (!stop.aborted) {
			const claim = async () => await fabric.claim(system, batchSize(), urgencies);
			const jobs = await untilDone(claim, retryOptions(options));
			if (jobs === undefined || jobs.length === 0) await waker.wait(LOOK_AGAIN_MS, stop);
			else await deliverBatch(options, jobs);
		}
	} finally {
		waker.close();
	}
}

/** One execution for claimed jobs. What it leaves unanswered is due again after a pause. */
export async function deliverBatch(
	options: Omit<LaneOptions, 'batchSize'>,
	jobs: DeliveryJob[],
): Promise<void> {
	const { context, fabric, system, stop, executionTimeoutMs: timeoutMs } = options;
	const tokens = jobs.map(({ claimToken }) => claimToken);
	const over = new AbortController();
	const kept = keepClaims(options, tokens, over.signal);
	const end = await runExecution(context, jobs.map(toItem), { timeoutMs, stop });
	over.abort();
	await kept;
	// The execution may still be writing: its results count until the claims run out.
	if (end === 'abandoned') return;
	const reason = reasonOf(end);
	const finish = async () => await fabric.finishClaims(tokens, reason);
	const left = stop.aborted
		? await finish().catch(() => 0)
		: ((await untilDone(finish, retryOptions(options))) ?? 0);
	if (left > 0) {
		context.logger.warn(`Deliveries to ${system} will be tried again. ${reason}`, {
			deliveries: left,
		});
	}
}

function reasonOf(end: Exclude<EndOfExecution, 'abandoned'>): string {
	if (!end.ok) return end.reason;
	return 'The execution ended without a result for this delivery. Connect every output of the CRM nodes to a CRM Fabric node with the operation Delivery Result.';
}

function toItem(job: DeliveryJob): INodeExecutionData {
	const json: IDataObject = { ...job };
	return { json };
}

async function keepClaims(
	{ context, fabric, system, extendEveryMs = EXTEND_EVERY_MS }: Omit<LaneOptions, 'batchSize'>,
	tokens: string[],
	over: AbortSignal,
): Promise<void> {
	for (;;) {
		await sleep(extendEveryMs, over);
		if (over.aborted) return;
		await fabric.extendClaims(tokens).catch((error: unknown) =>
			context.logger.warn(`The claims of ${system} could not be prolonged; trying again`, {
				reason: error instanceof Error ? error.message : String(error),
			}),
		);
	}
}

function retryOptions({ context, system, stop }: Omit<LaneOptions, 'batchSize'>): RetryOptions {
	const onFailure = (error: unknown) =>
		context.logger.warn(`The store did not answer for deliveries to ${system}; trying again`, {
			reason: error instanceof Error ? error.message : String(error),
		});
	return { stop, backoff: STORE_BACKOFF, onFailure };
}
