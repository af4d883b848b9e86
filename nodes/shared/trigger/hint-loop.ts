/** Hands what push calls hinted at to the change source that reads. */
import type { ITriggerFunctions } from 'n8n-workflow';
import { hintSignal, type ChangeHints, type Fabric } from '../../../lib';
import { STORE_BACKOFF, untilDone } from './retrying';
import { createWaker } from './waker';

export interface HintLoopOptions {
	context: ITriggerFunctions;
	fabric: Fabric;
	system: string;
	hints: ChangeHints;
	stop: AbortSignal;
}

/** A call taken by another process gives no signal where the store is a file. */
const LOOK_AGAIN_MS = 5_000;

/** Runs until `stop` aborts. Never rejects. */
export async function runHints({
	context,
	fabric,
	system,
	hints,
	stop,
}: HintLoopOptions): Promise<void> {
	const waker = createWaker(fabric.signals, hintSignal(system));
	const onFailure = (error: unknown) =>
		context.logger.warn(`The store did not answer for pushes to ${system}; trying again`, {
			reason: error instanceof Error ? error.message : String(error),
		});
	try {
		while (!stop.aborted) {
			const take = async () => await fabric.pushes.take(system);
			const hint = await untilDone(take, { stop, backoff: STORE_BACKOFF, onFailure });
			if (hint === undefined || hint === null) await waker.wait(LOOK_AGAIN_MS, stop);
			else hints.tell(hint);
		}
	} finally {
		waker.close();
	}
}
