/** What a failed delivery reports: the one place where errors become outcomes. */
import type { DeliveryOutcome } from '../model/delivery';
import type { CanonicalFields } from '../model/fields';
import { BudgetFull } from './budget';
import { CrmError } from './connector';
import { AuthenticationFailure, HttpFailure } from './http';
import { mayHaveBeenDone } from './rest';

/** How long a delivery waits when the credentials are refused: a person has to act. */
const AUTH_RETRY_MS = 300_000;
const BUDGET_RETRY_MS = 60_000;

/** What was written before it broke off. */
export interface Partial {
	known?: CanonicalFields;
	crmId?: string;
}

/** The outcome of a delivery that failed with `error`. Rethrows what neither the CRM nor the network did. */
export function failureOutcome(
	error: unknown,
	crm: string,
	partial: Partial = {},
): DeliveryOutcome {
	const done = cleaned(partial);
	if (error instanceof AuthenticationFailure) {
		const reason = `${crm} refused the credentials. Reconnect the credential of this node.`;
		return {
			status: 'retry',
			reason,
			code: 'auth',
			retryAfterMs: AUTH_RETRY_MS,
			outcomeUnknown: false,
			...done,
		};
	}
	if (error instanceof BudgetFull) {
		const reason = `Too many calls to ${crm} are waiting already.`;
		return {
			status: 'retry',
			reason,
			code: 'budget',
			retryAfterMs: BUDGET_RETRY_MS,
			outcomeUnknown: false,
			...done,
		};
	}
	if (error instanceof HttpFailure) {
		const reason = `${crm}: ${error.message}.`;
		return {
			status: 'retry',
			reason,
			code: error.code,
			outcomeUnknown: error.mayHaveArrived,
			...done,
		};
	}
	if (error instanceof CrmError) return crmOutcome(error, done);
	throw error;
}

function cleaned(partial: Partial): Partial {
	const { known, crmId } = partial;
	return {
		...(known !== undefined && Object.keys(known).length > 0 ? { known } : {}),
		...(crmId === undefined ? {} : { crmId }),
	};
}

function crmOutcome(error: CrmError, done: Partial): DeliveryOutcome {
	const { retryable, retryAfterMs, hint, field } = error.options;
	const reason = [error.message, hint].filter(Boolean).join('. ');
	const { code } = error;
	if (!retryable) return { status: 'rejected', reason, code, ...(field ? { field } : {}), ...done };
	return {
		status: 'retry',
		reason,
		code,
		...(retryAfterMs === undefined ? {} : { retryAfterMs }),
		outcomeUnknown: mayHaveBeenDone(error),
		...done,
	};
}

export function goneOutcome(crm: string): DeliveryOutcome {
	return { status: 'gone', reason: `The record no longer exists in ${crm}.`, code: '404' };
}

/** Code of the outcome below. */
export const CHANGED_MEANWHILE = 'changed-meanwhile';

/** Somebody changed the field at the CRM since it was last read: the change source has to bring that first. */
export function changedMeanwhile(crm: string, field: string): DeliveryOutcome {
	return {
		status: 'retry',
		reason: `The field ${field} was changed in ${crm} since it was last read; waiting for that change to come in.`,
		code: CHANGED_MEANWHILE,
		outcomeUnknown: false,
	};
}

/** Code of the outcome below. */
export const STILL_UNDER_WAY = 'still-under-way';

/** An earlier write of the record may still be carried out by the CRM: a newer one would be written over. */
export function stillUnderWay(crm: string, retryAfterMs: number): DeliveryOutcome {
	return {
		status: 'retry',
		reason: `${crm} is still working on an earlier write of the record; waiting for its end.`,
		code: STILL_UNDER_WAY,
		retryAfterMs,
		outcomeUnknown: false,
	};
}

type Rejected = Extract<DeliveryOutcome, { status: 'rejected' }>;

/** A text that the CRM's own list does not have. */
export function unknownValue(crm: string, field: string): Rejected {
	return {
		status: 'rejected',
		reason:
			`${crm} has no such value in its list for the field ${field}; the other fields were written. ` +
			`Add the value to the list in ${crm}, or change how the field is mapped in the trigger's Field Mapping.`,
		code: 'unknown-picklist-value',
		field,
	};
}

/** A mapped custom field that the CRM no longer has. */
export function customFieldGone(crm: string, field: string, crmField: string): Rejected {
	return {
		status: 'rejected',
		reason:
			`The custom field ${crmField} (mapped to ${field}) no longer exists in ${crm}; the other fields were written. ` +
			"Open the trigger's Field Mapping and map it to an existing field, or remove it.",
		code: 'custom-field-gone',
		field,
	};
}
