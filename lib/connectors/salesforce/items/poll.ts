/**
 * The change source of what is no contact: read by the time of the last change. Change Data Capture is
 * left to the contacts: an org may select five objects for it without paying for more, classic notes have
 * none, and for tasks and events it takes the right to see everything.
 */
import type { FieldMap } from '../../../model/field-map';
import { localReference } from '../../../model/objects';
import type { ConnectorContext, CrmRecord, KnowsRecord } from '../../connector';
import { header, type HttpPort } from '../../http';
import { itemToCanonical, type ItemObject } from '../../objects/crm-object';
import type { PolledRecord } from '../../poll-events';
import type { PolledObjects } from '../../poll-objects';
import type { PageQuery, PollingSettings, PollPage, PollReader } from '../../poll-reader';
import { soqlInstant, soqlText } from '../client';
import { itemOf } from '../objects';
import { visible } from '../org-memory';
import { itemSettings } from '../settings';
import { BulkListing } from './bulk-listing';
import type { ItemReads } from './item-reads';
import { memberReader } from './members';
import { byIds, fieldsOf, isItemGone, membersOf, PAGE, select, stampOf } from './read';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

export function polledItems(
	context: ConnectorContext,
	fieldMap: FieldMap,
	objects: readonly ItemObject[],
	knowsRecord: KnowsRecord,
): PolledObjects[] {
	const settings = pollingSettings(context);
	const lists: PolledObjects[] = objects.map((object) => ({
		...{ objects: [object], settings },
		reader: itemReader(context, fieldMap, object),
	}));
	const reader = objects.includes('household')
		? memberReader(context, fieldMap, knowsRecord)
		: undefined;
	// Behind the households: a member names one.
	const members: PolledObjects[] = reader ? [{ objects: ['contact'], settings, reader }] : [];
	return lists.flatMap((list) => (list.objects[0] === 'household' ? [list, ...members] : [list]));
}

function pollingSettings({ settings }: ConnectorContext): PollingSettings {
	const { itemPollSeconds, itemPollMaxSeconds, itemScanHours } = itemSettings(settings);
	return {
		minPollMs: itemPollSeconds * SECOND,
		maxPollMs: Math.max(itemPollSeconds, itemPollMaxSeconds) * SECOND,
		// A row may be committed a while after the second that it bears.
		overlapMs: MINUTE,
		deepOverlapMs: 10 * MINUTE,
		listLagMs: 0,
		clockToleranceMs: 5 * MINUTE,
		fullScanMs: itemScanHours * HOUR,
		deletedEveryPolls: 2,
		editsAlwaysTouch: true,
	};
}

/** The org's clock, as the last answer told it (Date header); undefined: it did not. */
class AnswerClock {
	time: number | undefined;

	listening(http: HttpPort): HttpPort {
		return async (request) => {
			const response = await http(request);
			this.time = timeOf(header(response, 'date')) ?? this.time;
			return response;
		};
	}
}

export function itemReader(
	context: ConnectorContext,
	fieldMap: FieldMap,
	object: ItemObject,
): PollReader {
	const item = itemOf(object, context.settings);
	const fields = fieldsOf(item, fieldMap);
	/** Where the next page begins: pages go on from the last row, so that none is left out. */
	let after: CrmRecord | undefined;
	const bulk = new BulkListing();
	const clock = new AnswerClock();
	const heard = { ...context, http: clock.listening(context.http) };
	const reads = ({ priority, signal }: Pick<PageQuery, 'priority' | 'signal'>): ItemReads => {
		return { context: heard, item, fields, priority, signal };
	};
	const toPage = async (query: PageQuery, rows: CrmRecord[]): Promise<PollPage> => {
		after = rows.at(-1);
		return {
			records: await polled(heard, fieldMap, object, rows, query),
			more: rows.length === PAGE,
			serverTime: clock.time,
		};
	};
	return {
		async readPage(query) {
			clock.time = undefined;
			const inBulk = query.since === null ? await bulk.page(reads(query), query) : undefined;
			if (inBulk !== undefined) {
				after = undefined;
				const { rows, readAt, more } = inBulk;
				const records = await polled(heard, fieldMap, object, rows, query);
				return { records, more, readAt, serverTime: clock.time };
			}
			const last = query.page === 1 ? undefined : after;
			return toPage(query, await page(reads(query), query.since, last));
		},
		async readDeleted(query) {
			if (query.page > 1) return { records: [], more: false };
			const stamp = stampOf(item);
			const since = query.since === null ? [] : [`${stamp} >= ${soqlInstant(query.since)}`];
			const scope = { ...reads(query), fields: ['Id', stamp] };
			const MOST_DELETED = 2_000;
			const found = () =>
				select(scope, ['IsDeleted = true', ...since], {
					...{ order: stamp, limit: MOST_DELETED, withDeleted: true },
				});
			// Where the recycle bin does not show them (ContentNote), the listing finds them.
			const rows = item.isContent ? ((await visible(found)) ?? []) : await found();
			const records = rows.map(({ Id, [stamp]: at }) => ({
				...{ object, crmId: String(Id), updatedAt: timeOf(at) },
				...{ deleted: true, fields: {} },
			}));
			return { records, more: false };
		},
		async readOne(crmId, signal, priority = 'live') {
			const query = { priority, signal };
			const rows = await byIds(reads(query), [crmId]);
			return (await polled(context, fieldMap, object, rows, query))[0] ?? null;
		},
		isGone: (crmId, signal) => isItemGone(reads({ priority: 'backfill', signal }), crmId),
	};
}

/** In the order of changes, or (without a time) of ids. */
function page(reads: ItemReads, since: number | null, after: CrmRecord | undefined) {
	const id = soqlText(String(after?.['Id'] ?? ''));
	if (since === null) return select(reads, after === undefined ? [] : [`Id > ${id}`]);
	const stamp = stampOf(reads.item);
	const order = `${stamp}, Id`;
	if (after === undefined) return select(reads, [`${stamp} >= ${soqlInstant(since)}`], { order });
	const at = soqlInstant(timeOf(after[stamp]) ?? since);
	const beyond = `(${stamp} > ${at} OR (${stamp} = ${at} AND Id > ${id}))`;
	return select(reads, [beyond], { order });
}

/** Rows as polled records; a household with its members. */
export async function polled(
	context: ConnectorContext,
	fieldMap: FieldMap,
	object: ItemObject,
	rows: readonly CrmRecord[],
	scope: Pick<PageQuery, 'priority'> & { signal?: AbortSignal },
): Promise<PolledRecord[]> {
	const item = itemOf(object, context.settings);
	const ids = rows.map(({ Id }) => String(Id));
	const members =
		object === 'household' && ids.length > 0 ? await membersOf(context, ids, scope) : undefined;
	return rows.map((row) => {
		const crmId = String(row['Id']);
		const own = members?.get(crmId)?.map((id) => localReference('contact', id));
		return {
			object,
			crmId,
			updatedAt: timeOf(row['LastModifiedDate']),
			deleted: false,
			fields: itemToCanonical(item, row, fieldMap, context.settings),
			...(own === undefined ? {} : { members: own }),
		};
	});
}

function timeOf(raw: unknown): number | null {
	const at = typeof raw === 'string' ? Date.parse(raw) : Number.NaN;
	return Number.isNaN(at) ? null : at;
}
