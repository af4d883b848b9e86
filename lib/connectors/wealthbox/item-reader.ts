/** Reads of notes, tasks, events and opportunities, by page and one by its id. */
import type { FieldMap } from '../../model/field-map';
import type { CallPriority } from '../budget';
import type { ConnectorContext, CrmRecord } from '../connector';
import { isRecordGone } from '../gone';
import { itemToCanonical } from '../objects/crm-object';
import type { PolledRecord } from '../poll-events';
import type { PageQuery, PollPage } from '../poll-reader';
import type { RecordReader } from '../read-all';
import { isGone } from '../rest';
import type { Account } from './account';
import { wealthboxClient, type WealthboxClient } from './client';
import type { WealthboxItem } from './objects/wealthbox-object';
import type { WealthboxSettings } from './settings';
import { parseTime } from './time';

export interface ItemReaderParts {
	/** Paced. */
	context: ConnectorContext;
	account: Account;
	item: WealthboxItem;
	fieldMap: FieldMap;
	settings: WealthboxSettings;
	/** Households are synced as such: links name them. */
	households: boolean;
}

export function itemReader(parts: ItemReaderParts): RecordReader {
	const { context, account, item, households } = parts;
	const ended = new EndedLists(item.lists.length);
	const polled = async (rows: CrmRecord[], client: WealthboxClient) => {
		const completed = await account.completed(item, rows, {
			...{ client, households },
			now: context.now(),
		});
		return completed.map((row) => toPolled(parts, row));
	};
	const clientOf = (signal: AbortSignal, priority: CallPriority = 'backfill') =>
		wealthboxClient(context, { priority, signal });
	const isItemGone = (crmId: string, signal: AbortSignal) =>
		isRecordGone(itemGoneCheck(clientOf(signal), item, crmId));
	return {
		readPage: async (query) => {
			const client = clientOf(query.signal, query.priority);
			const { rows, ...page } = await readRows(parts, ended, client, query);
			return { ...page, records: await polled(rows, client) };
		},
		readOne: async (crmId, signal, priority) => {
			const client = clientOf(signal, priority);
			try {
				const [record] = await polled([await client.at(item).get(crmId)], client);
				return record ?? null;
			} catch (error) {
				if (isGone(error) && (await isItemGone(crmId, signal))) return null;
				throw error;
			}
		},
		isGone: isItemGone,
	};
}

export function itemGoneCheck(client: WealthboxClient, item: WealthboxItem, crmId: string) {
	const isThere = async () => {
		await client.at(item).get(crmId);
		return true;
	};
	return { isThere, probe: () => client.me() };
}

function toPolled({ context, item, fieldMap }: ItemReaderParts, row: CrmRecord): PolledRecord {
	return {
		object: item.object,
		crmId: String(row.id),
		updatedAt: parseTime(row.updated_at),
		deleted: false,
		fields: itemToCanonical(item, row, fieldMap, context.settings),
	};
}

type RawPage = Omit<PollPage, 'records'> & { rows: CrmRecord[] };

/** The lists of an object take turns, page by page: 1, 3, 5 are of the first of two, 2, 4, 6 of the second. */
async function readRows(
	{ item, settings }: ItemReaderParts,
	ended: EndedLists,
	client: WealthboxClient,
	{ since, page }: PageQuery,
): Promise<RawPage> {
	const count = item.lists.length;
	const list = (page - 1) % count;
	const walk = since === null ? 'all' : 'poll';
	ended.begin(walk, page);
	if (ended.has(walk, list)) return { rows: [], more: !ended.areAll(walk) };
	const sinceFilter: Record<string, string> =
		since === null ? {} : { updated_since: new Date(since).toISOString() };
	const query = { ...item.lists[list], ...sinceFilter, page: Math.ceil(page / count) };
	const read = await client.at(item).page(query, settings.pageSize);
	if (!read.more) ended.add(walk, list);
	const { rows, total, serverTime } = read;
	// Lists that may show the same records have no total together.
	const sum = count === 1 ? { total } : {};
	return { rows, more: !ended.areAll(walk), serverTime, ...sum };
}

/** Lists that a walk has come to the end of: no call is made for pages that they do not have. */
class EndedLists {
	private readonly ended = { all: new Set<number>(), poll: new Set<number>() };

	constructor(private readonly count: number) {}

	begin(walk: 'all' | 'poll', page: number): void {
		if (page === 1) this.ended[walk].clear();
	}

	add(walk: 'all' | 'poll', list: number): void {
		this.ended[walk].add(list);
	}

	has(walk: 'all' | 'poll', list: number): boolean {
		return this.ended[walk].has(list);
	}

	areAll(walk: 'all' | 'poll'): boolean {
		return this.ended[walk].size >= this.count;
	}
}
