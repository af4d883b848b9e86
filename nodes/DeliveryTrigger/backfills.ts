/** Carries backfills on that a person has started: wherever they stopped, in whatever process they began. */
import type { ITriggerFunctions } from 'n8n-workflow';
import type { Fabric } from '../../lib';
import { sleep } from '../shared/connector-context';
import { STORE_BACKOFF, untilDone } from '../shared/trigger/retrying';

const LOOK_AGAIN_MS = 1_000;

/** Runs until `stop` aborts. Never rejects. */
export async function carryBackfillsOn(
	context: ITriggerFunctions,
	fabric: Fabric,
	stop: AbortSignal,
): Promise<void> {
	const onFailure = (error: unknown) =>
		context.logger.warn('A backfill could not go on; trying again', {
			reason: error instanceof Error ? error.message : String(error),
		});
	const retry = { stop, backoff: STORE_BACKOFF, onFailure };
	while (!stop.aborted) {
		const moved = await untilDone(async () => await fabric.backfill.advance(), retry);
		// Live changes come between two pages.
		await sleep(moved === true ? 0 : LOOK_AGAIN_MS, stop);
	}
}
