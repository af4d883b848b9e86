/** Tries that do not count: nobody is to blame for a CRM that is down, or for a budget that is used up. */
import type { DeliveryOutcome } from '../model/delivery';
import type { DeliveryRow } from '../model/rows';
import { CIRCUIT_OPEN } from '../connectors/circuit';
import { STILL_UNDER_WAY } from '../connectors/outcomes';

type Retry = Extract<DeliveryOutcome, { status: 'retry' }>;

/** The call was not made. */
const NOT_TRIED = [CIRCUIT_OPEN, 'budget', STILL_UNDER_WAY];
/** The CRM did not answer, or not sensibly. */
const NO_ANSWER = ['refused', 'timeout', 'reset', 'network', '500', '502', '503', '504'];

/**
 * How many tries the delivery is to have made after this one; undefined: the try counts. A write that may
 * have been carried out stays tried: the next try looks for it first.
 */
export function refunded(
	{ attempts }: Pick<DeliveryRow, 'attempts'>,
	{ code, outcomeUnknown, crmId }: Retry,
	isDown: boolean,
): number | undefined {
	if (!NOT_TRIED.includes(code) && !(isDown && NO_ANSWER.includes(code))) return undefined;
	const least = outcomeUnknown || crmId !== undefined ? 1 : 0;
	return Math.max(least, attempts - 1);
}
