/** Open query cursors: results that did not fit one page, kept for two days. */
import { SalesforceError } from '../errors';
import { makeId } from '../ids';
import type { QueryRecord } from '../soql/run';

const LIFETIME_MS = 2 * 24 * 3_600_000;
const MAX_OPEN = 500;
const KEY_PREFIX = '0r8';

interface Cursor {
	records: QueryRecord[];
	batchSize: number;
	openedAt: number;
}

export interface Page {
	records: QueryRecord[];
	totalSize: number;
	/** Locator of the next page; absent on the last one. */
	next?: string;
}

export class QueryCursors {
	private readonly cursors = new Map<string, Cursor>();
	private counter = 62 ** 4;

	constructor(private readonly now: () => number) {}

	/** The sequence of the ids alone; a restart closes the cursors. */
	save(): number {
		return this.counter;
	}

	restore(counter: number): void {
		this.counter = counter;
	}

	/** The first page of a result; opens a cursor if there are more. */
	open(records: QueryRecord[], batchSize: number): Page {
		if (records.length <= batchSize) return { records, totalSize: records.length };
		this.counter += 1;
		const id = makeId(KEY_PREFIX, this.counter);
		this.cursors.set(id, { records, batchSize, openedAt: this.now() });
		const oldest = this.cursors.keys().next().value;
		if (this.cursors.size > MAX_OPEN && oldest !== undefined) this.cursors.delete(oldest);
		return this.page(`${id}-0`);
	}

	page(locator: string): Page {
		const [id = '', position = ''] = locator.split('-');
		const cursor = this.cursors.get(id);
		const from = Number(position);
		const isOpen = cursor !== undefined && this.now() - cursor.openedAt <= LIFETIME_MS;
		if (!isOpen || !/^\d+$/.test(position) || from >= cursor.records.length) {
			throw new SalesforceError(400, 'INVALID_QUERY_LOCATOR', 'invalid query locator');
		}
		const { records, batchSize } = cursor;
		const end = from + batchSize;
		const page: Page = { records: records.slice(from, end), totalSize: records.length };
		return end < records.length ? { ...page, next: `${id}-${end}` } : page;
	}
}
