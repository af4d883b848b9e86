/** What an sObject Collections call says of its records, and what is done when it is refused as a whole. */
import { CrmError } from '../connector';
import { failureOutcome, goneOutcome } from '../outcomes';
import type { DeliveryJob, DeliveryOutcome } from '../../model/delivery';
import { CRM } from './client';
import { isGone, restFailure } from './errors';
import { personField } from './person-accounts';
import type { CrmValues } from './values';

/** One record of a call. */
export interface Written {
	job: DeliveryJob;
	/** Empty for a new record. */
	crmId: string;
	/** CRM fields that the call names for it. */
	names: string[];
	values: CrmValues;
}

export type RowOutcome =
	| { status: 'written'; crmId: string; created: boolean | undefined }
	/** `isUnsure`: whether the record is there at all has to be asked. */
	| { status: 'failed'; outcome: DeliveryOutcome; isUnsure?: boolean };

interface SaveResult {
	id?: unknown;
	success?: unknown;
	created?: unknown;
	errors?: unknown;
}

const BAD_REQUEST = 400;

function unexpected(what: string): CrmError {
	return new CrmError(what, 500, 'unexpected-answer', { retryable: true });
}

/** Of a record that the answer says nothing about: it may have been written. */
export const UNSAID: Extract<RowOutcome, { status: 'failed' }> = {
	status: 'failed',
	outcome: failureOutcome(unexpected('Salesforce confirmed the contact without its id'), CRM),
};

/** `results`: the answer, one entry a record, in the order of the records. Throws if it is not. */
export function rowOutcomes(
	rows: readonly Written[],
	results: unknown,
): Map<DeliveryJob, RowOutcome> {
	if (!Array.isArray(results) || results.length !== rows.length) {
		throw unexpected('Salesforce answered for another number of records');
	}
	return new Map(rows.map(({ job, crmId }, place) => [job, outcomeOf(results[place], crmId)]));
}

function outcomeOf(result: unknown, crmId: string): RowOutcome {
	const saved = savedRow(result);
	if (saved instanceof CrmError) return failedRow(saved, crmId);
	const { id, created } = saved;
	const told = id === '' ? crmId : id;
	return told === '' ? UNSAID : { status: 'written', crmId: told, created };
}

/** One entry of the answer; `id` is empty if it does not name one. */
export function savedRow(result: unknown): { id: string; created: boolean | undefined } | CrmError {
	const { id, success, created, errors } = (result ?? {}) as SaveResult;
	if (success !== true) return restFailure(BAD_REQUEST, JSON.stringify(restErrors(errors)));
	return {
		id: typeof id === 'string' ? id : '',
		created: typeof created === 'boolean' ? created : undefined,
	};
}

/** What Salesforce said of one row that it did not write; `crmId` is empty for a new record. */
export function failedRow(error: CrmError, crmId: string): RowOutcome {
	const outcome = failureOutcome(error, CRM);
	if (crmId === '') return { status: 'failed', outcome };
	if (error.code === 'ENTITY_IS_DELETED') return { status: 'failed', outcome: goneOutcome(CRM) };
	const { field } = error.options;
	const isMissing = error.code === 'INVALID_CROSS_REFERENCE_KEY' && field === undefined;
	return { status: 'failed', outcome, isUnsure: isGone(error) || isMissing };
}

/** Collections say `statusCode` where rows say `errorCode`. */
function restErrors(errors: unknown): unknown[] {
	if (!Array.isArray(errors)) return [];
	return errors.map((error: unknown) => {
		const entry = (error ?? {}) as Record<string, unknown>;
		return { ...entry, errorCode: entry['statusCode'] ?? entry['errorCode'] };
	});
}

/**
 * Runs `write` for all. If Salesforce refuses the call as a whole because of what it says (400), nothing
 * was written: the records that name the field at fault are rejected, and the others go without
 * them; if no field is named, the halves go by themselves. Every other failure is that of all.
 */
export async function together<Row extends Written>(
	rows: Row[],
	write: (rows: Row[]) => Promise<Map<DeliveryJob, DeliveryOutcome>>,
): Promise<Map<DeliveryJob, DeliveryOutcome>> {
	if (rows.length === 0) return new Map();
	try {
		return await write(rows);
	} catch (error) {
		const guilty = rows.filter(({ names }) => mayBeGuilty(error, names, rows.length));
		if (guilty.length === rows.length) {
			return new Map(rows.map(({ job }) => [job, failureOutcome(error, CRM)]));
		}
		const rest = rows.filter((row) => !guilty.includes(row));
		const middle = guilty.length > 0 ? rest.length : Math.ceil(rest.length / 2);
		const rejected = guilty.map(({ job }) => [job, failureOutcome(error, CRM)] as const);
		const first = await together(rest.slice(0, middle), write);
		return new Map([...rejected, ...first, ...(await together(rest.slice(middle), write))]);
	}
}

/** A call that was refused as a whole for what one of its rows says. */
export function isOfOneRow({ status, options }: CrmError): boolean {
	return status === BAD_REQUEST && !options.retryable;
}

function mayBeGuilty(error: unknown, names: readonly string[], count: number): boolean {
	if (!(error instanceof CrmError) || !isOfOneRow(error) || count === 1) return true;
	const { field } = error.options;
	return names.some((name) => name === field || personField(name) === field);
}
