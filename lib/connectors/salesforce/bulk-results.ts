/** What became of the rows of an ingest job. */
import { CrmError } from '../connector';
import { confirmedOutcome } from '../deliver-common';
import { HttpFailure } from '../http';
import { failureOutcome, goneOutcome } from '../outcomes';
import type { DeliveryOutcome } from '../../model/delivery';
import type { CanonicalFields } from '../../model/fields';
import { jobFailure, type BulkClient, type BulkJob } from './bulk-job';
import { tagOf, type OpenRows } from './bulk-rows';
import { CRM } from './client';
import { isGone, restFailure } from './errors';

export type BulkOutcome =
	| { status: 'written'; crmId: string; created: boolean }
	/** Surely not written; `error.options.retryable` says whether sending it again may help. */
	| { status: 'refused'; error: CrmError | HttpFailure }
	/** May have been written: look again (by the job's id, or by the record's key) before sending it again. */
	| { status: 'unknown'; error: CrmError | HttpFailure };

export interface RowResult {
	key: string;
	outcome: BulkOutcome;
}

/**
 * The same as a delivery's outcome. `known`: what was written, as `toCanonical` of the record would give
 * it; `at`: now, ms; `isCreate`: a record that was there already was made by an earlier try.
 */
export function bulkDelivery(
	outcome: BulkOutcome,
	{ known, at, isCreate }: { known: CanonicalFields; at: number; isCreate: boolean },
): DeliveryOutcome {
	if (outcome.status === 'written') {
		const { crmId, created } = outcome;
		return confirmedOutcome({ crmId, known, at, calls: 0, found: isCreate && !created });
	}
	const { error, status } = outcome;
	if (status === 'refused' && error instanceof CrmError && isGone(error)) return goneOutcome(CRM);
	const failure = failureOutcome(error, CRM);
	if (failure.status !== 'retry') return failure;
	return { ...failure, outcomeUnknown: status === 'unknown' };
}

const ROW_REFUSED = 400;

/** The results of an ended job, of the rows in `open` that it had. */
export async function* rowResults(
	client: BulkClient,
	job: BulkJob,
	open: OpenRows,
	keyColumn: string | undefined,
): AsyncGenerator<RowResult> {
	const isWhole = job.state === 'JobComplete';
	const rest = open.rest();
	const isPlain = isWhole && job.numberRecordsFailed === 0;
	if (isPlain && keyColumn === 'Id' && job.numberRecordsProcessed === rest.length) {
		// Everything was written, and the ids are known: there is nothing to ask.
		for (const { tag } of rest) {
			const outcome: BulkOutcome = { status: 'written', crmId: tag, created: false };
			yield* resultOf(open, [keyColumn], [tag], keyColumn, outcome);
		}
		return;
	}
	const { rows, columns } = await client.results('ingest', job, 'successfulResults/');
	for (const cells of rows) {
		const [crmId = '', created] = cells;
		const outcome: BulkOutcome = { status: 'written', crmId, created: created === 'true' };
		yield* resultOf(open, columns.slice(2), cells.slice(2), keyColumn, outcome);
	}
	if (!isPlain) {
		const failed = await client.results('ingest', job, 'failedResults/');
		for (const cells of failed.rows) {
			const outcome: BulkOutcome = { status: 'refused', error: rowError(cells[1] ?? '') };
			yield* resultOf(open, failed.columns.slice(2), cells.slice(2), keyColumn, outcome);
		}
	}
	if (isWhole) return;
	const left = await client.results('ingest', job, 'unprocessedrecords/');
	for (const cells of left.rows) {
		const outcome: BulkOutcome = { status: 'refused', error: jobFailure(job) };
		yield* resultOf(open, left.columns, cells, keyColumn, outcome);
	}
}

function* resultOf(
	open: OpenRows,
	columns: readonly string[],
	cells: readonly string[],
	keyColumn: string | undefined,
	outcome: BulkOutcome,
): Generator<RowResult> {
	const told = new Map(columns.map((name, place) => [name, cells[place] ?? '']));
	const row = open.take(tagOf(told, keyColumn));
	if (row !== undefined) yield { key: row.key, outcome };
}

/** `REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --` */
export function rowError(text: string): CrmError {
	const found = /^([A-Z][A-Z_]+):(.*?)(?::([\w., ]*) --)?$/s.exec(text);
	const [, errorCode = 'UNKNOWN_EXCEPTION', message = '', names = ''] = found ?? [];
	const fields = names.split(',').map((name) => name.trim());
	const error = { errorCode, message, fields: fields.filter((name) => name !== '') };
	return restFailure(ROW_REFUSED, JSON.stringify([error]));
}
