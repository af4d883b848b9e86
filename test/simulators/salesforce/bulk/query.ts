/** Runs a query job: its result as CSV cells. */
import { SalesforceError } from '../errors';
import type { Org } from '../org';
import { parseSoql } from '../soql/parse';
import { runSoql, type QueryRecord } from '../soql/run';
import type { BulkJob } from './jobs';
import { labelOf } from './ingest';

/** Throws what the creation of the job answers for a query that Bulk API 2.0 does not take. */
export function checkQuery(org: Org, soql: string): { object: string; columns: string[] } {
	const query = parseSoql(soql);
	const object = org.schema.object(query.from);
	if (query.count !== undefined || query.offset > 0) {
		const message = 'Aggregate Relationships not supported in Bulk Query';
		throw new SalesforceError(400, 'FEATURENOTENABLED', message);
	}
	const isCompound = (name: string) =>
		object !== undefined && org.schema.field(object, name)?.type === 'address';
	if (query.select.some((name) => isCompound(name) || name.startsWith('FIELDS('))) {
		const message = 'Selecting compound data not supported in Bulk Query';
		throw new SalesforceError(400, 'FEATURENOTENABLED', message);
	}
	// The names are looked up now; the rows are read when the job's turn comes.
	runSoql(org.store, `${soql.replace(/\s+LIMIT\s+\d+\s*$/i, '')} LIMIT 1`, optionsOf(false));
	return { object: query.from, columns: query.select };
}

const optionsOf = (includeDeleted: boolean) => ({ includeDeleted, urlOf: () => '' });

export function runQueryJob(org: Org, job: BulkJob): void {
	const broken = org.faults.take(['bulkFail'], labelOf(job));
	if (broken) {
		org.bulk.enter(job, 'Failed');
		job.errorMessage = String(broken.body ?? 'InternalServerError : Retried more than 15 times');
		return;
	}
	const { columns } = checkQuery(org, job.query ?? '');
	const { records } = runSoql(org.store, job.query ?? '', optionsOf(job.operation === 'queryAll'));
	job.columns = columns;
	job.rows = records.map((record) => columns.map((path) => cellOf(record, path)));
}

/** Date-times end in `Z` here, where REST has `+0000`. */
function cellOf(record: QueryRecord, path: string): string {
	let value: unknown = record;
	for (const name of path.split('.')) {
		const entries = Object.entries((value ?? {}) as QueryRecord);
		value = entries.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
	}
	const isPlain = ['string', 'number', 'boolean'].includes(typeof value);
	return isPlain ? String(value).replace(/^(\d{4}-.*T.*)\+0000$/, '$1Z') : '';
}
