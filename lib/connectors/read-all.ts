/** Every record of a polled CRM, or some of them, as snapshots. */
import { z } from 'zod';
import type { ChangeEventInput } from '../model/event';
import type { CallPriority } from './budget';
import { CrmError, type ConnectorContext, type ReadAllOptions } from './connector';
import { lateSighting, snapshotEvent, type PolledRecord } from './poll-events';
import type { PollPage, PollReader } from './poll-reader';

export interface RecordReader extends PollReader {
	/** One record by its id, with backfill priority unless said otherwise; null if the CRM says that it is gone. */
	readOne: (
		crmId: string,
		signal: AbortSignal,
		priority?: CallPriority,
	) => Promise<PolledRecord | null>;
}

const MAX_PAGES = 2_000;
/** Records read one by one that make up one batch. */
const BATCH = 50;
const MAX_TRIES = 3;

/** See `Connector.readAll`. `listLagMs`: as in PollingSettings; a record read by its id is as it is now. */
export function readAllWith(
	context: ConnectorContext,
	reader: RecordReader,
	options: ReadAllOptions,
	listLagMs = 0,
): AsyncGenerator<ChangeEventInput[]> {
	const { crmIds, signal } = options;
	return crmIds === undefined
		? readPages(context, reader, options, listLagMs)
		: readSome(context, reader, crmIds, signal);
}

/** Pages that were read, and how many records stood on them. */
const positionSchema = z.object({ pages: z.number().int().min(1), records: z.number().int() });

async function* readPages(
	context: ConnectorContext,
	reader: RecordReader,
	{ signal, from, onPage }: ReadAllOptions,
	listLagMs: number,
): AsyncGenerator<ChangeEventInput[]> {
	const ids = new Set<string>();
	const before = positionSchema.safeParse(from).data ?? { pages: 0, records: 0 };
	let total = 0;
	for (let page = before.pages + 1; page <= MAX_PAGES; page += 1) {
		const readAt = context.now();
		const read = await patiently(() =>
			reader.readPage({ since: null, page, priority: 'backfill', inDepth: true, signal }),
		);
		// Lists that overlap show a record twice.
		const fresh = read.records.filter(({ crmId }) => !ids.has(crmId));
		for (const { crmId } of fresh) ids.add(crmId);
		// With one record less, the following pages begin one record later: one was never shown.
		if ((read.total ?? total) < total) throw incomplete('records were deleted meanwhile');
		total = read.total ?? total;
		const records = before.records + ids.size;
		onPage?.({ pages: page, records });
		yield snapshots(context, fresh, readAt, listLagMs);
		if (read.more) continue;
		if (records < total) throw incomplete('fewer records came than there are');
		return;
	}
	throw incomplete(`there are more than ${MAX_PAGES} pages`);
}

async function* readSome(
	context: ConnectorContext,
	reader: RecordReader,
	crmIds: readonly string[],
	signal: AbortSignal,
): AsyncGenerator<ChangeEventInput[]> {
	let batch: ChangeEventInput[] = [];
	for (const crmId of new Set(crmIds)) {
		const readAt = context.now();
		const record = await patiently(() => reader.readOne(crmId, signal));
		if (record !== null) batch.push(...snapshots(context, [record], readAt));
		if (batch.length < BATCH) continue;
		yield batch;
		batch = [];
	}
	if (batch.length > 0) yield batch;
}

/** A call that was refused for its frequency has read nothing: it is no error of the listing. */
async function patiently<T extends PollPage | PolledRecord | null>(
	read: () => Promise<T>,
): Promise<T> {
	for (let attempt = 1; ; attempt += 1) {
		try {
			return await read();
		} catch (error) {
			const throttled = error instanceof CrmError && error.status === 429;
			if (!throttled || attempt >= MAX_TRIES) throw error;
		}
	}
}

function snapshots(
	context: ConnectorContext,
	records: readonly PolledRecord[],
	readAt: number,
	listLagMs = 0,
): ChangeEventInput[] {
	const sighting = {
		system: context.system,
		readAt,
		receivedAt: context.now(),
		unchangedUntil: null,
	};
	return records
		.filter(({ deleted }) => !deleted)
		.map((record) => snapshotEvent(record, lateSighting(sighting, record, listLagMs), false));
}

function incomplete(why: string): CrmError {
	return new CrmError(`The listing is not complete: ${why}`, 0, 'listing-incomplete', {
		retryable: true,
		hint: 'Start it again; nothing is taken as deleted because of this one.',
	});
}
