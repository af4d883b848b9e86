/**
 * What the stream alone cannot give: the first load, and the reading of everything that changed
 * while events were lost (reference/salesforce.md, section 7).
 */
import { CrmError, type ConnectorContext } from '../connector';
import type { ChangeEventInput } from '../../model/event';
import { asMerge, deleteEvent, modifiedAt, snapshotEvent, type EventMaker } from './change-events';
import { isBulkRefused } from './bulk-contacts';
import type { BulkPlace } from './bulk-read';
import type { RecordRead } from './contact-reads';
import { batches } from './queries';
import { minute, type ContactReader } from './reader';
import { knownUntil, type StreamCursor } from './replay';
import type { SeenRecords } from './seen';
import type { SalesforceSettings } from './settings';

const DAY = 24 * 60 * 60_000;
/** `updated` reaches 30 days back, `deleted` 15; one day less for clocks that differ. */
export const UPDATED_REACH = 29 * DAY;
export const DELETED_REACH = 14 * DAY;

export interface GapTools {
	context: ConnectorContext;
	settings: SalesforceSettings;
	maker: EventMaker;
	reader: ContactReader;
	seen: SeenRecords;
	/** Commits events and the cursor's new parts. */
	commit: (
		events: ChangeEventInput[],
		cursor: Partial<StreamCursor>,
		complete: boolean,
	) => Promise<void>;
	/** Between pages: keeps the streaming session alive, and takes its events. */
	keepAlive: () => Promise<void>;
	cursor: () => StreamCursor;
}

/** Where a recovery begins: a little before the last change that is surely known. */
export function recoveryStart(cursor: StreamCursor, settings: SalesforceSettings): number | null {
	const known = knownUntil(cursor);
	const from = known === null ? null : known - settings.overlapMs;
	if (cursor.recoverFrom === null) return from;
	return from === null ? cursor.recoverFrom : Math.min(from, cursor.recoverFrom);
}

/** Reads all contacts from where an earlier load stopped: many by a bulk job, else page by page in the order of ids. */
export async function loadEverything(tools: GapTools): Promise<void> {
	if (!(await loadedInBulk(tools))) await loadPages(tools);
	await tools.commit([], { loadAfter: null, loadJob: null }, tools.cursor().recoverFrom === null);
}

/** Commits of a bulk job's page, which may hold more than a transaction should. */
const MOST_IN_A_COMMIT = 2_000;

/** False: they are few, the org does not read them in bulk, or the job was of no use. */
async function loadedInBulk(tools: GapTools): Promise<boolean> {
	const { context, reader, commit } = tools;
	const { loadJob: from, loadAfter } = tools.cursor();
	// What began page by page ends so.
	if (from === null && (loadAfter !== '' || !(await reader.isLarge()))) return false;
	try {
		let place: BulkPlace | null = from;
		const onPlace = async (next: BulkPlace) => {
			// A job that was just made is kept at once: a restart waits for it and makes no other one.
			if (place === null) await commit([], { loadJob: next }, false);
			place = next;
		};
		const options = { ...(from && { from }), onPlace, meanwhile: tools.keepAlive };
		for await (const page of reader.inBulk(options)) {
			const parts = batches(snapshots(tools, page), MOST_IN_A_COMMIT);
			for (const [count, events] of parts.entries()) {
				const isLast = count === parts.length - 1;
				await commit(events, isLast ? { loadJob: place } : {}, false);
				await tools.keepAlive();
			}
		}
		return true;
	} catch (error) {
		if (!isBulkRefused(error) && !isOfJob(error)) throw error;
		context.log('warn', 'Salesforce does not read in bulk; the contacts are read page by page.', {
			code: error.code,
		});
		await commit([], { loadJob: null }, false);
		return false;
	}
}

/** The job came to nothing, or is not known any more: what it gave so far does no harm. */
function isOfJob(error: unknown): error is CrmError {
	return error instanceof CrmError && /^(bulk|listing)-/.test(error.code);
}

async function loadPages(tools: GapTools): Promise<void> {
	for (;;) {
		// Ids only grow, and each turn moves on by a page: the number of contacts is the limit.
		const page = await tools.reader.page(tools.cursor().loadAfter ?? '');
		const last = page.at(-1);
		if (last === undefined) break;
		const events = snapshots(tools, page);
		await tools.commit(events, { loadAfter: String(last.record['Id']) }, false);
		await tools.keepAlive();
	}
}

/**
 * Reads what changed since `cursor.recoverFrom`. Leaves `recoverFrom` set as far as Salesforce has not
 * covered the time until now yet: seconds are truncated, and long transactions hold it back.
 */
export async function recover(tools: GapTools): Promise<void> {
	const { recoverFrom } = tools.cursor();
	if (recoverFrom === null) return;
	const now = tools.context.now();
	if (recoverFrom < now - UPDATED_REACH) return reload(tools, now);
	try {
		await recoverSince(tools, recoverFrom, now);
	} catch (error) {
		if (!(error instanceof CrmError)) throw error;
		// The window is too old or too full for a list of ids: read all contacts instead.
		if (error.code !== 'INVALID_REPLICATION_DATE' && error.code !== 'EXCEEDED_ID_LIMIT')
			throw error;
		await reload(tools, now);
	}
}

async function reload(tools: GapTools, now: number): Promise<void> {
	tools.context.log(
		'warn',
		'Too much changed, or too long ago, to read changes alone: all contacts are read.',
	);
	const recoverFrom = now - tools.settings.overlapMs;
	await tools.commit([], { loadAfter: '', loadJob: null, recoverFrom }, false);
	await loadEverything(tools);
}

async function recoverSince(tools: GapTools, from: number, now: number): Promise<void> {
	const { reader } = tools;
	const { recoverUntil } = tools.cursor();
	const updated = await reader.updated(from, now);
	const deleted = await reader.deleted(Math.max(from, now - DELETED_REACH), now);
	warnOfLostDeletes(tools, from, deleted?.availableFrom ?? null);
	const readAt = tools.context.now();
	for (const ids of batches([...new Set(updated?.ids)])) {
		const reads = await reader.readBatch(ids, 'live');
		await tools.commit(snapshots(tools, [...reads.values()]), {}, false);
		await tools.keepAlive();
	}
	const covered = Math.min(updated?.coveredUntil ?? from, deleted?.coveredUntil ?? from);
	const tail = await reader.modifiedSince(Math.max(from, updated?.coveredUntil ?? from));
	const gone = (deleted?.deleted ?? []).filter(({ deletedAt }) => isWanted(tools, deletedAt));
	const masters = await reader.masters(gone.map(({ id }) => id));
	const deletes = gone.map((entry) =>
		asMerge(deleteEvent(tools.maker, entry, readAt, tools.context.now()), masters),
	);
	// An overflow that came meanwhile begins the recovery anew.
	const isSame = tools.cursor().recoverUntil === recoverUntil;
	const rest = covered >= (recoverUntil ?? now) ? null : Math.max(from, covered);
	const done = { recoverFrom: rest, checkedUntil: Math.max(from, covered) };
	await tools.commit([...snapshots(tools, tail), ...deletes], isSame ? done : {}, isSame);
}

function warnOfLostDeletes(tools: GapTools, from: number, availableFrom: number | null): void {
	const oldest = Math.max(availableFrom ?? 0, tools.context.now() - DELETED_REACH);
	if (minute(oldest) <= from) return;
	tools.context.log(
		'warn',
		'Salesforce no longer lists all contacts deleted while the stream was away.',
		{
			from: new Date(from).toISOString(),
			availableFrom: new Date(oldest).toISOString(),
		},
	);
}

/** "Only changes from now" leaves out what the overlap brings in from before. */
function isWanted(tools: GapTools, at: number): boolean {
	const { startedAt } = tools.cursor();
	return startedAt === null || at + 999 >= startedAt;
}

function snapshots(tools: GapTools, reads: RecordRead[]): ChangeEventInput[] {
	const events: ChangeEventInput[] = [];
	for (const read of reads) {
		const at = modifiedAt(read.record) ?? read.readAt;
		if (!isWanted(tools, at)) continue;
		tools.seen.snapshot(String(read.record['Id']), at);
		events.push(snapshotEvent(tools.maker, read, tools.context.now()));
	}
	return events;
}
