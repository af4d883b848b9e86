/** What a simulator remembers of the calls it got. */
import type { SimRequest, WriteNote } from './http';
import { isObject, parseJson } from './http';
import type { WriteLogEntry } from '../simulator';

export interface RequestLogEntry {
	at: number;
	method: string;
	path: string;
	query: string;
	/** `dropped` when the connection was closed without an answer. */
	status: number | 'dropped';
}

/**
 * The write log never forgets in a usual run; the limit only keeps a runaway client from eating
 * the memory.
 */
const MAX_WRITES = 1_000_000;
const MAX_REQUESTS = 5_000;

export class CallLogs {
	private readonly counts = new Map<string, number>();
	private readonly writeLog: WriteLogEntry[] = [];
	private readonly requestLog: RequestLogEntry[] = [];

	request(entry: RequestLogEntry): void {
		const status = String(entry.status);
		this.counts.set(status, (this.counts.get(status) ?? 0) + 1);
		this.requestLog.push(entry);
		if (this.requestLog.length > 2 * MAX_REQUESTS) this.requestLog.splice(0, MAX_REQUESTS);
	}

	writes(entries: WriteLogEntry[]): void {
		if (this.writeLog.length + entries.length > MAX_WRITES) {
			throw new Error(`The simulator's write log holds at most ${MAX_WRITES} entries`);
		}
		this.writeLog.push(...entries);
	}

	allWrites(): WriteLogEntry[] {
		return [...this.writeLog];
	}

	/** The newest requests, oldest first. */
	requests(): RequestLogEntry[] {
		return this.requestLog.slice(-MAX_REQUESTS);
	}

	callCounts(): Record<string, number> {
		return Object.fromEntries(this.counts);
	}
}

const headerText = (value: string | string[] | undefined): string | null =>
	Array.isArray(value) ? (value[0] ?? null) : (value ?? null);

function bodyFields(request: SimRequest): string[] {
	try {
		const body = parseJson(request.text);
		return isObject(body) ? Object.keys(body) : [];
	} catch {
		return [];
	}
}

/** The log entries of one writing call: one a note, or one for the bare attempt. */
export function writeEntries(
	request: SimRequest,
	notes: readonly WriteNote[],
	at: number,
	status: number,
): WriteLogEntry[] {
	const all = notes.length > 0 ? notes : [{ recordId: null, changedAnything: false }];
	return all.map((note) => ({
		at,
		method: note.method ?? request.method,
		path: note.path ?? request.path,
		status: note.status ?? status,
		recordId: note.recordId,
		fields: note.fields ?? bodyFields(request),
		changedAnything: note.changedAnything,
		idempotencyKey: headerText(request.headers['idempotency-key']),
		syncOrigin: headerText(request.headers['x-sync-origin']),
	}));
}
