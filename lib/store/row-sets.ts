/** The values of several rows for one statement, which runs once a row: SQLite takes them so at their best. */
export class RowSets extends Array<readonly unknown[]> {
	/** What they write is in the cache already (record-cache.ts). */
	isNoted = false;
}

/** Of kysely's adapter: a database that is called within the process, not over a network. */
export interface RowByRow {
	readonly isRowByRow: true;
}

export function isRowByRow(adapter: object): adapter is RowByRow {
	return 'isRowByRow' in adapter;
}
