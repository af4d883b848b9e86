/**
 * Rows for an ingest job: cells, jobs of a fair size, and which result belongs to which row. Pure.
 * Salesforce gives results in any order, each with the cells that were uploaded.
 */
import { CrmError } from '../connector';
import { csvLine } from './bulk-csv';

export type BulkOperation = 'insert' | 'update' | 'upsert' | 'delete';

export interface BulkRow {
	/** The caller's own name for the row; given back with its outcome. */
	key: string;
	/**
	 * By API name; null and the empty text clear a field, absent and undefined leave it. A parent by its
	 * external id: `{ Account: { Ext__c: 'A1' } }` or `'Account.Ext__c'`. `Id` for update and delete.
	 */
	values: Record<string, unknown>;
}

/** A row of which the cells are known to be sendable. */
export interface CellRow {
	key: string;
	cells: ReadonlyMap<string, string>;
	/** Tells it from the other rows of its job; two rows with one tag are alike in all cells. */
	tag: string;
}

/** What one job uploads. */
export interface JobRows {
	columns: string[];
	rows: CellRow[];
	text: string;
}

const CLEARED = '#N/A';
/** Salesforce's limits of a cell; its own batches have 10,000 rows. */
const MAX_CELL = 32_000;
const MAX_ROWS = 10_000;
/** Salesforce takes 100 MB; this is what we like to hold in memory. */
const MAX_BYTES = 20_000_000;

/** A value that CSV has no form for is the row's own refusal: REST may take it. */
export function cellsOf(
	{ values }: BulkRow,
	operation: BulkOperation,
): Map<string, string> | CrmError {
	const cells = new Map<string, string>();
	for (const [name, value] of flattened(values)) {
		if (value === undefined) continue;
		const cell = cellOf(value, operation);
		if (cell === undefined) return notInBulk(name);
		cells.set(name, cell);
	}
	return cells;
}

function flattened(values: Record<string, unknown>): Array<[string, unknown]> {
	return Object.entries(values).flatMap(([name, value]): Array<[string, unknown]> => {
		if (!isParent(value)) return [[name, value]];
		return Object.entries(value).map(([field, inner]) => [`${name}.${field}`, inner]);
	});
}

function isParent(value: unknown): value is Record<string, unknown> {
	const isObject = typeof value === 'object' && value !== null;
	return isObject && !Array.isArray(value) && !(value instanceof Date);
}

/** An empty cell leaves the field as it is; a new record has nothing to clear. */
function cellOf(value: unknown, operation: BulkOperation): string | undefined {
	if (value === null || value === '') return operation === 'insert' ? '' : CLEARED;
	if (value instanceof Date) return Number.isNaN(+value) ? undefined : value.toISOString();
	if (typeof value === 'boolean' || typeof value === 'number') return String(value);
	if (typeof value !== 'string') return undefined;
	// There is no way to write the text that stands for "cleared".
	return value === CLEARED || value.length > MAX_CELL ? undefined : value;
}

function notInBulk(field: string): CrmError {
	return new CrmError(
		`The value of the field ${field} cannot be sent by Bulk API 2.0`,
		0,
		'not-in-bulk',
		{ retryable: false, field, hint: 'Write this record by itself.' },
	);
}

/** @param keyColumn what tells the rows apart; undefined: all of their cells. */
export function tagOf(cells: ReadonlyMap<string, string>, keyColumn: string | undefined): string {
	if (keyColumn !== undefined) return cells.get(keyColumn) ?? '';
	// The result names empty cells, too.
	const said = [...cells].filter(([, cell]) => cell !== '').sort(([a], [b]) => (a < b ? -1 : 1));
	return JSON.stringify(said);
}

/**
 * Rows of one record never share a job: Salesforce works on a job's rows in any order. What comes later
 * in `rows` goes later. Rows of one `lockField` (a parent) stand together, so that Salesforce does not
 * work on them side by side and lock them out of each other.
 */
export function jobsOf(
	rows: readonly CellRow[],
	keyColumn: string | undefined,
	lockField: string | undefined,
): JobRows[] {
	const waves: CellRow[][] = [];
	const times = new Map<string, number>();
	for (const row of rows) {
		const wave = keyColumn === undefined ? 0 : (times.get(row.tag) ?? 0);
		times.set(row.tag, wave + 1);
		(waves[wave] ??= []).push(row);
	}
	return waves.flatMap((wave) => jobsOfWave(byLock(wave, lockField)));
}

function byLock(rows: CellRow[], lockField: string | undefined): CellRow[] {
	if (lockField === undefined) return rows;
	const lock = ({ cells }: CellRow) => cells.get(lockField) ?? '';
	return [...rows].sort((a, b) => (lock(a) < lock(b) ? -1 : lock(a) > lock(b) ? 1 : 0));
}

function jobsOfWave(rows: CellRow[]): JobRows[] {
	// Columns that only later rows have count as much as the first row's.
	const columns = [...new Set(rows.flatMap(({ cells }) => [...cells.keys()]))].sort();
	const header = csvLine(columns);
	const jobs: JobRows[] = [];
	let job: JobRows | undefined;
	let bytes = 0;
	for (const row of rows) {
		const line = csvLine(columns.map((name) => row.cells.get(name) ?? ''));
		const size = Buffer.byteLength(line);
		if (job === undefined || job.rows.length >= MAX_ROWS || bytes + size > MAX_BYTES) {
			job = { columns, rows: [], text: header };
			jobs.push(job);
			bytes = Buffer.byteLength(header);
		}
		job.rows.push(row);
		job.text += line;
		bytes += size;
	}
	return jobs;
}

/** Hands out the rows that are still without a result, by their tags. */
export class OpenRows {
	private readonly byTag = new Map<string, CellRow[]>();

	constructor(rows: readonly CellRow[]) {
		for (const row of rows) {
			const alike = this.byTag.get(row.tag) ?? [];
			alike.push(row);
			this.byTag.set(row.tag, alike);
		}
	}

	/** The row that a result tells of; of several alike it does not matter which. */
	take(tag: string): CellRow | undefined {
		return this.byTag.get(tag)?.shift();
	}

	rest(): CellRow[] {
		return [...this.byTag.values()].flat();
	}
}
