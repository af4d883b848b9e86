/** What became of the rows of an ingest job. */
import { CrmError } from '../connector';
import type { HttpFailure } from '../http';
import { jobFailure, type BulkClient, type BulkJob } from './bulk-job';
import { tagOf, type OpenRows } from './bulk-rows';
import { restFailure } from './errors';

export type BulkOutcome =
	| { status: 'written'; crmId: string; created: boolean }
	/**
	 * Surely not written; `error.options.retryable` says whether sending it again may help. `isOfRow`: Salesforce
	 * refused this very row; else its job failed, or the row was not sent.
	 */
	| { status: 'refused'; error: CrmError | HttpFailure; isOfRow?: true }
	/** May have been written: look again (by the job's id, or by the record's key) before sending it again. */
	| { status: 'unknown'; error: CrmError | HttpFailure };

export interface RowResult {
	key: string;
	outcome: BulkOutcome;
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
			const error = rowError(cells[1] ?? '');
			const outcome: BulkOutcome = { status: 'refused', error, isOfRow: true };
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
