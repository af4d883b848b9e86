/**
 * A write that was refused for what its CRM says of a field may only show that the CRM's fields have
 * changed since they were last looked at. It waits for that look before it is given up: if the field has
 * drifted, the next try goes without it. Pure.
 */
import type { DeliveryOutcome } from '../model/delivery';
import type { DeliveryRow } from '../model/rows';

/** Time for the trigger to ask the CRM for its fields. */
export const LOOK_MS = 15_000;
/** A refusal after this many tries stands. */
const LAST_DOUBTED_TRY = 2;

/** What CRMs answer when a field, or a value of its list, is not there. */
const OF_FIELDS =
	/^(4(00|04|22)|INVALID_FIELD.*|.*PICKLIST.*|custom-field-gone|unknown-picklist-value)$/i;
/** Refusals of our own that no field of the CRM is to blame for. */
const NOT_OF_FIELDS = new Set(['unsupported-type']);

/** `isWatched`: somebody asks this system for its fields again and again. */
export function doubted(
	outcome: DeliveryOutcome,
	{ attempts, operation }: Pick<DeliveryRow, 'attempts' | 'operation'>,
	isWatched: boolean,
): DeliveryOutcome {
	if (outcome.status !== 'rejected' || !isWatched || attempts > LAST_DOUBTED_TRY) return outcome;
	if (operation !== 'create' && operation !== 'update') return outcome;
	const { field, code } = outcome;
	const isOfField = field !== undefined || OF_FIELDS.test(code);
	if (!isOfField || NOT_OF_FIELDS.has(code)) return outcome;
	const { known, crmId, reason } = outcome;
	return {
		status: 'retry',
		reason,
		code,
		retryAfterMs: LOOK_MS,
		outcomeUnknown: false,
		...(known !== undefined && { known }),
		...(crmId !== undefined && { crmId }),
	};
}
