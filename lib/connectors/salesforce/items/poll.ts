/**
 * The change source of what is no contact: read by the time of the last change. Change Data Capture is
 * left to the contacts: an org may select five objects for it without paying for more, classic notes have
 * none, and for tasks and events it takes the right to see everything.
 */
import type { FieldMap } from '../../../model/field-map';
import { localReference } from '../../../model/objects';
import type { ConnectorContext, CrmRecord } from '../../connector';
import { itemToCanonical, type ItemObject } from '../../objects/crm-object';
import type { PolledRecord } from '../../poll-events';
import type { PolledObjects } from '../../poll-objects';
import type { PageQuery, PollingSettings, PollPage, PollReader } from '../../poll-reader';
import { soqlInstant, soqlText } from '../client';
import { itemOf } from '../objects';
import { itemSettings } from '../settings';
import { byIds, fieldsOf, isItemGone, membersOf, PAGE, select, type ItemReads } from './read';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

export function polledItems(
	context: ConnectorContext,
	fieldMap: FieldMap,
	objects: readonly ItemObject[],
): PolledObjects[] {
	return objects.map((object) => ({
		objects: [object],
		reader: itemReader(context, fieldMap, object),
		settings: pollingSettings(context),
	}));
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

export function itemReader(
	context: ConnectorContext,
	fieldMap: FieldMap,
	object: ItemObject,
): PollReader {
	const item = itemOf(object);
	const fields = fieldsOf(item, fieldMap);
	/** Where the next page begins: pages go on from the last row, so that none is left out. */
	let after: CrmRecord | undefined;
	const reads = ({ priority, signal }: Pick<PageQuery, 'priority' | 'signal'>): ItemReads => {
		return { context, item, fields, priority, signal };
	};
	const toPage = async (query: PageQuery, rows: CrmRecord[]): Promise<PollPage> => {
		after = rows.at(-1);
		return {
			records: await polled(context, fieldMap, object, rows, query),
			more: rows.length === PAGE,
		};
	};
	return {
		async readPage(query) {
			const last = query.page === 1 ? undefined : after;
			return toPage(query, await page(reads(query), query.since, last));
		},
		async readDeleted(query) {
			if (query.page > 1) return { records: [], more: false };
			const since = query.since === null ? [] : [`SystemModstamp >= ${soqlInstant(query.since)}`];
			const scope = { ...reads(query), fields: ['Id', 'SystemModstamp'] };
			const MOST_DELETED = 2_000;
			const rows = await select(scope, ['IsDeleted = true', ...since], {
				order: 'SystemModstamp',
				limit: MOST_DELETED,
				withDeleted: true,
			});
			const records = rows.map(({ Id, SystemModstamp }) => ({
				...{ object, crmId: String(Id), updatedAt: timeOf(SystemModstamp) },
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
	const order = 'SystemModstamp, Id';
	if (after === undefined)
		return select(reads, [`SystemModstamp >= ${soqlInstant(since)}`], { order });
	const at = soqlInstant(timeOf(after['SystemModstamp']) ?? since);
	const beyond = `(SystemModstamp > ${at} OR (SystemModstamp = ${at} AND Id > ${id}))`;
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
	const item = itemOf(object);
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
