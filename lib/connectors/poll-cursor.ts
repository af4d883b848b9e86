/** Where a polling change source stands: kept with the inbox, changed only together with it. Pure. */
import { z } from 'zod';
import { ConfigurationFailure, type Json } from './connector';

/** Records whose listing is remembered; beyond it deletes are learned only where the CRM names them. */
export const MAX_LISTED = 50_000;
const MAX_DELETED = 1_000;
const MAX_BASELINE = 5_000;

const cursorSchema = z.object({
	version: z.literal(1),
	/** Newest edit time read, in the vendor's clock (ms since the epoch). */
	newest: z.number(),
	/** When the last complete poll began (our clock). */
	polledAt: z.number().nullable(),
	/** When the last read of the vendor's deleted records began (our clock). */
	deletedReadAt: z.number(),
	/** When the last complete full listing began (our clock). */
	scannedAt: z.number().nullable(),
	/** False until everything there was before the first run has been read once. */
	loaded: z.boolean(),
	/** Ids of the last full listing and of the records read since, packed; null: not known, or too many. */
	listed: z.string().nullable(),
	/** Records already reported as deleted, oldest first. */
	deleted: z.array(z.string()),
	/** Edits by hour of the week: see poll-pace.ts. */
	traffic: z.record(z.tuple([z.number(), z.number()])).default({}),
	/** Observations that were there before a start with "only changes from now": event id -> edit time. */
	baseline: z.record(z.number()),
});

export type PollCursor = z.infer<typeof cursorSchema>;

/** Where a source begins that has never read: `newest` in the past by the clock's tolerance. */
export function firstCursor(began: number, clockToleranceMs: number, loaded: boolean): PollCursor {
	return {
		version: 1,
		newest: began - clockToleranceMs,
		polledAt: null,
		deletedReadAt: began,
		scannedAt: null,
		loaded,
		listed: null,
		deleted: [],
		traffic: {},
		baseline: {},
	};
}

export function parseCursor(cursor: Json): PollCursor {
	const result = cursorSchema.safeParse(cursor);
	if (result.success) return result.data;
	throw new ConfigurationFailure(
		'The stored reading position of this system cannot be understood',
		'Reset the position of this system, then start the trigger again with "everything".',
	);
}

/** The newest reports of deletion; older ones would at worst be reported twice. */
export function withDeleted(
	cursor: PollCursor,
	add: string[],
	remove: ReadonlySet<string>,
): PollCursor {
	if (add.length === 0 && !cursor.deleted.some((id) => remove.has(id))) return cursor;
	const kept = cursor.deleted.filter((id) => !remove.has(id) && !add.includes(id));
	return { ...cursor, deleted: [...kept, ...add].slice(-MAX_DELETED) };
}

/** Baseline entries that a poll from `since` can still meet. */
export function prunedBaseline(
	baseline: Record<string, number>,
	since: number,
): Record<string, number> {
	const entries = Object.entries(baseline).filter(([, editedAt]) => editedAt >= since);
	return Object.fromEntries(entries.sort(([, a], [, b]) => b - a).slice(0, MAX_BASELINE));
}

const NUMERIC_ID = /^(0|[1-9]\d{0,14})$/;

/** Numeric ids as the differences of their sorted order in base 36 (about three characters each). */
export function packIds(ids: Iterable<string>): string | null {
	const all = [...new Set(ids)];
	if (all.length > MAX_LISTED) return null;
	if (!all.every((id) => NUMERIC_ID.test(id))) return JSON.stringify(all.sort());
	let before = 0;
	const sorted = all.map(Number).sort((a, b) => a - b);
	return sorted
		.map((id) => {
			const step = (id - before).toString(36);
			before = id;
			return step;
		})
		.join(' ');
}

function unpackIds(packed: string | null): Set<string> {
	if (packed === null || packed === '') return new Set();
	if (packed.startsWith('[')) return new Set(z.array(z.string()).parse(JSON.parse(packed)));
	let sum = 0;
	return new Set(
		packed.split(' ').map((step) => {
			sum += parseInt(step, 36);
			return String(sum);
		}),
	);
}

/** The ids read so far; packed again only after a change. */
export class SeenIds {
	private readonly ids: Set<string>;
	private packed: string | null;
	private changed = false;

	constructor(packed: string | null) {
		this.ids = unpackIds(packed);
		this.packed = packed;
	}

	add(id: string): void {
		if (this.ids.has(id)) return;
		this.ids.add(id);
		this.changed = true;
	}

	delete(id: string): void {
		if (this.ids.delete(id)) this.changed = true;
	}

	values(): string[] {
		return [...this.ids];
	}

	pack(): string | null {
		if (this.changed) this.packed = packIds(this.ids);
		this.changed = false;
		return this.packed;
	}
}
