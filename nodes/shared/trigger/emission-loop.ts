/**
 * Inbox to canvas: due events of one system, one execution at a time, acknowledged when it has
 * ended. Order within a record holds because the next batch waits for the end of this one.
 */
import type { IDataObject, INodeExecutionData, ITriggerFunctions } from 'n8n-workflow';
import type { EventBatch, Fabric } from '../../../lib';
import { runExecution } from './execution';
import { STORE_BACKOFF, untilDone } from './retrying';
import { createWaker } from './waker';

export interface EmissionOptions {
	context: ITriggerFunctions;
	fabric: Fabric;
	system: string;
	/** Events an execution at most. */
	batchSize: number;
	executionTimeoutMs: number;
	stop: AbortSignal;
}

/** Retries of failed events come due without a signal. */
const LOOK_AGAIN_MS = 1_000;

/** Runs until `stop` aborts. Never rejects. */
export async function runEmission(options: EmissionOptions): Promise<void> {
	const { fabric, system, batchSize, stop } = options;
	const waker = createWaker(fabric.signals, `events:${system}`);
	const retry = retryOptions(options);
	try {
		while (!stop.aborted) {
			const batch = await untilDone(async () => await fabric.nextEvents(system, batchSize), retry);
			if (batch === undefined) await waker.wait(LOOK_AGAIN_MS, stop);
			else await emitBatch(options, batch);
		}
	} finally {
		waker.close();
	}
}

async function emitBatch(options: EmissionOptions, batch: EventBatch): Promise<void> {
	const { context, fabric, system, stop } = options;
	const limits = { timeoutMs: options.executionTimeoutMs, stop };
	const end = await runExecution(context, batch.items.map(toItem), limits);
	// Left in the inbox as emitted: the trigger's next start sets these events free.
	if (end === 'abandoned') return;
	if (!end.ok) {
		context.logger.warn(`Events of ${system} will be tried again later. ${end.reason}`, {
			events: batch.items.length,
		});
	}
	const finish = async () => await fabric.finishEvents(system, batch.id, end);
	// Not given up when the trigger closes: one more try costs nothing, a lost end costs a repetition.
	if (stop.aborted) await finish().catch(() => {});
	else await untilDone(finish, retryOptions(options));
}

function toItem({ event }: EventBatch['items'][number]): INodeExecutionData {
	const json: IDataObject = { ...event };
	return { json };
}

function retryOptions({ context, system, stop }: EmissionOptions) {
	const onFailure = (error: unknown) =>
		context.logger.warn(`The store did not answer for ${system}; trying again`, {
			reason: error instanceof Error ? error.message : String(error),
		});
	return { stop, backoff: STORE_BACKOFF, onFailure };
}
