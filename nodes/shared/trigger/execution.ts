/** One n8n execution for one batch: started, awaited, and read for how it ended. */
import type { INodeExecutionData, IRun, ITriggerFunctions } from 'n8n-workflow';
import type { ExecutionEnd } from '../../../lib';
import { sleep } from '../connector-context';

export interface ExecutionLimits {
	/** An execution that has not ended after this counts as failed. */
	timeoutMs: number;
	/** The trigger closes: a running execution gets a short while to end, so that its batch is not sent again. */
	stop: AbortSignal;
	graceMs?: number;
}

export type EndOfExecution = ExecutionEnd | 'abandoned';

const GRACE_MS = 4_000;

/** Never throws. `abandoned`: the trigger closed before n8n said how the execution ended. */
export async function runExecution(
	context: ITriggerFunctions,
	items: INodeExecutionData[],
	{ timeoutMs, stop, graceMs = GRACE_MS }: ExecutionLimits,
): Promise<EndOfExecution> {
	const done = new AbortController();
	const started = context.helpers.createDeferredPromise<IRun | undefined>();
	const ended = started.promise.then(readRun, notStarted);
	const late = async (): Promise<EndOfExecution> => {
		await sleep(timeoutMs, done.signal, stop);
		if (!stop.aborted) return { ok: false, reason: `${tooLong(timeoutMs)} ${LOOK}` };
		await sleep(graceMs, done.signal);
		return 'abandoned';
	};
	try {
		// n8n resolves with undefined where it started no execution, though its type does not say so.
		context.emit([items], undefined, started as Parameters<ITriggerFunctions['emit']>[2]);
		return await Promise.race([ended, late()]);
	} catch {
		return notStarted();
	} finally {
		done.abort();
	}
}

const LOOK = "See the workflow's executions in n8n.";

function readRun(run: IRun | undefined): ExecutionEnd {
	if (run === undefined) return notStarted();
	if (run.status === 'success') return { ok: true };
	if (run.status === 'waiting') return { ok: false, reason: WAITING };
	const node = run.data.resultData.lastNodeExecuted;
	const where = node === undefined ? '' : ` at the node "${node}"`;
	return { ok: false, reason: `The execution ended with "${run.status}"${where}. ${LOOK}` };
}

const WAITING =
	'The execution was put to wait. Take Wait nodes and forms out of the workflow: a batch must run through in one go.';

function notStarted(): ExecutionEnd {
	return { ok: false, reason: `n8n did not run the execution. ${LOOK}` };
}

function tooLong(timeoutMs: number): string {
	return `The execution had not ended after ${Math.round(timeoutMs / 60_000)} minutes.`;
}
