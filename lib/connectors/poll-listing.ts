/**
 * The full listing of a polled system, one page at a time: the first load, and the comparison that
 * finds what no edit time shows. A delete is inferred only from one complete, error-free listing in
 * which a known record is missing, and only if a read of that record says that it is gone.
 */
import type { ChangeEventInput } from '../model/event';
import { withDeleted, type PollCursor, type SeenIds } from './poll-cursor';
import {
	deleteEvent,
	lateSighting,
	missingEvent,
	snapshotEvent,
	type PolledRecord,
	type Sighting,
} from './poll-events';
import type { PollingParts, PollPage } from './poll-reader';

const MAX_PAGES = 2_000;
/** Missing records read one by one in one listing; the others come with the next. */
const MAX_CONFIRMED = 200;
const MAX_TRIES = 3;
const RETRY_MS = 60_000;

interface Walk {
	began: number;
	page: number;
	ids: Set<string>;
	errorFree: boolean;
}

export interface ListingStep {
	events: ChangeEventInput[];
	cursor: PollCursor;
	complete: boolean;
	/** Listing over: forget these ids. Null: there are more pages. */
	forget: string[] | null;
}

export class FullListing {
	/** When the next step is due (ms); Infinity: never. */
	dueAt: number;
	private walk: Walk | null = null;
	private tries = 0;

	/** `seen`: ids read so far, shared with the polls. */
	constructor(
		private readonly parts: PollingParts,
		cursor: PollCursor,
		private readonly seen: SeenIds,
	) {
		this.dueAt =
			cursor.scannedAt === null || !cursor.loaded
				? parts.context.now()
				: this.after(cursor.scannedAt);
		if (cursor.loaded && parts.settings.fullScanMs <= 0) this.dueAt = Infinity;
	}

	private after(began: number): number {
		const { fullScanMs } = this.parts.settings;
		return fullScanMs > 0 ? began + fullScanMs : Infinity;
	}

	/** Reads one page; nothing is taken as done before {@link committed}. */
	async step(cursor: PollCursor): Promise<ListingStep> {
		const { context, options, reader } = this.parts;
		const readAt = context.now();
		this.walk ??= { began: readAt, page: 1, ids: new Set(), errorFree: true };
		const { walk } = this;
		const read = await this.readPage(walk, () =>
			reader.readPage({
				since: null,
				page: walk.page,
				priority: 'backfill',
				inDepth: !cursor.loaded,
				signal: options.signal,
			}),
		);
		for (const record of read.records) if (!record.deleted) walk.ids.add(record.crmId);
		const deleted = read.records.filter(
			({ crmId, deleted: gone }) => gone && !cursor.deleted.includes(crmId),
		);
		const asOf = Math.min(readAt, read.readAt ?? readAt);
		const events = await this.eventsOf(read.records, cursor, asOf);
		const revived = new Set(
			events.filter(({ change }) => change !== 'delete').map(({ crmId }) => crmId),
		);
		const next = withDeleted(
			cursor,
			deleted.map(({ crmId }) => crmId),
			revived,
		);
		if (read.more && walk.page < MAX_PAGES)
			return { events, cursor: next, complete: false, forget: null };
		return this.finish(walk, read, events, next);
	}

	/** A page that failed is read again, but a listing with a failure proves no delete. */
	private async readPage(walk: Walk, read: () => Promise<PollPage>): Promise<PollPage> {
		try {
			return await read();
		} catch (error) {
			walk.errorFree = false;
			throw error;
		}
	}

	/** A start with "only changes from now" takes from listings only what the fabric knows already. */
	private async eventsOf(
		records: PolledRecord[],
		cursor: PollCursor,
		readAt: number,
	): Promise<ChangeEventInput[]> {
		const { context, options, settings } = this.parts;
		const known =
			options.start === 'everything'
				? null
				: await options.knowsRecord(records.map(({ crmId }) => crmId));
		const sighting: Sighting = {
			system: context.system,
			readAt,
			receivedAt: context.now(),
			unchangedUntil: cursor.scannedAt,
		};
		return records.flatMap((record) => {
			if (known !== null && !known.has(record.crmId)) return [];
			const reported = cursor.deleted.includes(record.crmId);
			const seen = lateSighting(sighting, record, settings.listLagMs);
			if (record.deleted) return reported ? [] : [deleteEvent(record, seen)];
			return [snapshotEvent(record, seen, reported)];
		});
	}

	private async finish(
		walk: Walk,
		last: PollPage,
		events: ChangeEventInput[],
		cursor: PollCursor,
	): Promise<ListingStep> {
		const { context } = this.parts;
		const total = last.total ?? 0;
		const complete = !last.more && walk.ids.size >= total;
		const accepted = complete || this.tries + 1 >= MAX_TRIES;
		const missing =
			complete && walk.errorFree ? await this.missing(walk, cursor) : { gone: [], unknown: [] };
		const sighting: Sighting = {
			system: context.system,
			readAt: context.now(),
			receivedAt: context.now(),
			unchangedUntil: cursor.scannedAt,
		};
		const next: PollCursor = {
			...withDeleted(cursor, missing.gone, new Set()),
			loaded: cursor.loaded || accepted,
			scannedAt: complete ? walk.began : cursor.scannedAt,
		};
		return {
			events: [...events, ...missing.gone.map((crmId) => missingEvent(crmId, sighting))],
			cursor: next,
			complete: complete && next.loaded,
			forget: [...missing.gone, ...missing.unknown],
		};
	}

	private async missing(
		walk: Walk,
		cursor: PollCursor,
	): Promise<{ gone: string[]; unknown: string[] }> {
		const { options, reader } = this.parts;
		const absent = this.seen
			.values()
			.filter((id) => !walk.ids.has(id) && !cursor.deleted.includes(id));
		if (absent.length === 0) return { gone: [], unknown: [] };
		const known = await options.knowsRecord(absent);
		const gone: string[] = [];
		for (const crmId of absent.filter((id) => known.has(id)).slice(0, MAX_CONFIRMED)) {
			if (await reader.isGone(crmId, options.signal)) gone.push(crmId);
		}
		return { gone, unknown: absent.filter((id) => !known.has(id)) };
	}

	/** The step's events and cursor are stored: go on. */
	committed(step: ListingStep): void {
		const { walk } = this;
		if (walk === null) return;
		if (step.forget === null) {
			walk.page += 1;
			return;
		}
		for (const crmId of walk.ids) this.seen.add(crmId);
		for (const crmId of step.forget) this.seen.delete(crmId);
		const done = step.cursor.scannedAt === walk.began;
		this.tries = done ? 0 : this.tries + 1;
		const again = Math.min(this.after(walk.began), this.parts.context.now() + RETRY_MS);
		this.dueAt = done || this.tries >= MAX_TRIES ? this.after(walk.began) : again;
		if (done || this.tries >= MAX_TRIES) this.tries = 0;
		this.walk = null;
	}

	/** Something failed: come back with the next turn (the source waits by itself). */
	failed(): void {
		if (this.walk !== null) this.dueAt = Math.min(this.dueAt, this.parts.context.now());
	}
}
