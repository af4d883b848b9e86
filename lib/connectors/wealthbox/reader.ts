/** Reads of whole contacts: by page, the deleted ones, and one by its id (reference/wealthbox.md, section 8). */
import { mapOfObject, type FieldMap } from '../../model/field-map';
import { isPutAway } from '../archive';
import type { CallPriority } from '../budget';
import type { ConnectorContext, CrmRecord } from '../connector';
import { isRecordGone } from '../gone';
import type { PolledRecord } from '../poll-events';
import type { PageQuery, PollPage } from '../poll-reader';
import type { RecordReader } from '../read-all';
import { isGone } from '../rest';
import type { Account } from './account';
import { wealthboxClient, type Page, type WealthboxClient } from './client';
import { knownOf, toCanonical } from './fields';
import { HouseholdMembers } from './household-members';
import { isMembership } from './membership';
import { isHousehold, membersOf } from './objects/household';
import type { WealthboxSettings } from './settings';
import { parseTime } from './time';

/** Unified ids, as creates write them into `external_unique_id`. */
const UNIFIED_ID = /^U\d+$/;

export function wealthboxReader(
	context: ConnectorContext,
	fieldMap: FieldMap,
	settings: WealthboxSettings,
	account?: Account,
): RecordReader {
	const households = mapOfObject(fieldMap, 'household');
	const toPolled = polledBy(context, fieldMap, settings, account);
	const members = new HouseholdMembers();
	const memberships = mapOfObject(fieldMap, 'contact').filter(({ crmField }) =>
		isMembership(crmField),
	);
	const tools = {
		membership: (row: CrmRecord) => toCanonical(row, memberships, context.settings),
		toPolled: (row: CrmRecord) => toPolled(row, false),
	};
	const read = async (query: PageQuery, filters: Record<string, string>): Promise<PollPage> => {
		const client = clientFor(context, query);
		// Ordered by creation, an edit made while the pages are read does not move rows between them.
		const sent = { order: 'created', page: query.page, ...filters };
		const page = await client.page(sent, settings.pageSize);
		const isDeleted = filters.deleted === 'true';
		const polled = pollPage(page, (row) => toPolled(row, isDeleted));
		if (households.length === 0 || isDeleted) return polled;
		if (query.since === null) for (const row of page.rows) members.note(row);
		else polled.records.push(...(await members.told(page.rows, { ...tools, client })));
		return polled;
	};
	const clientOf = (signal?: AbortSignal, priority: CallPriority = 'backfill') =>
		wealthboxClient(context, { priority, signal });
	const isContactGone = (crmId: string, signal?: AbortSignal) =>
		isRecordGone(goneCheck(clientOf(signal), crmId));
	return {
		readPage: (query) => read(query, sinceFilter('updated_since', query)),
		readDeleted: (query) =>
			read(query, { deleted: 'true', ...sinceFilter('deleted_since', query) }),
		readOne: async (crmId, signal, priority) => {
			try {
				return toPolled(await clientOf(signal, priority).get(crmId), false);
			} catch (error) {
				if (isGone(error) && (await isContactGone(crmId, signal))) return null;
				throw error;
			}
		},
		isGone: isContactGone,
	};
}

/** A row of `/contacts`: a contact, or (where they are synced as such) a household. */
function polledBy(
	context: ConnectorContext,
	fieldMap: FieldMap,
	settings: WealthboxSettings,
	account: Account | undefined,
) {
	const contacts = mapOfObject(fieldMap, 'contact');
	const households = mapOfObject(fieldMap, 'household');
	return (row: CrmRecord, deleted: boolean): PolledRecord => {
		account?.note(row);
		// Where households are not synced as such, they are contacts like any other.
		const isOwn = households.length > 0 && isHousehold(row);
		const members = isOwn && !deleted ? membersOf(row) : undefined;
		return {
			crmId: String(row.id),
			updatedAt: parseTime(row.updated_at),
			deleted,
			fields: deleted ? {} : toCanonical(row, isOwn ? households : contacts, context.settings),
			externalKeys: externalKeys(row, settings),
			archived: isPutAway(settings, (map) => knownOf(row, map, context.settings)),
			...(isOwn ? { object: 'household' as const } : {}),
			...(members === undefined ? {} : { members }),
		};
	};
}

export function goneCheck(client: WealthboxClient, crmId: string) {
	const isThere = async () => {
		await client.get(crmId);
		return true;
	};
	return { isThere, probe: () => client.me() };
}

function clientFor(context: ConnectorContext, { priority, signal }: PageQuery): WealthboxClient {
	return wealthboxClient(context, { priority, signal });
}

function sinceFilter(name: string, { since }: PageQuery): Record<string, string> {
	return since === null ? {} : { [name]: new Date(since).toISOString() };
}

function pollPage(page: Page, toPolled: (row: CrmRecord) => PolledRecord): PollPage {
	const { rows, more, total, serverTime } = page;
	return { records: rows.map(toPolled), more, total, serverTime };
}

/** A unified id names the fabric's own entity; other ids count only under a named issuer. */
function externalKeys(row: CrmRecord, settings: WealthboxSettings): Record<string, string> {
	const id = row.external_unique_id;
	if (typeof id !== 'string' || id === '' || id.length > 200) return {};
	if (UNIFIED_ID.test(id)) return { fabric: id };
	return settings.externalIdIssuer === '' ? {} : { [settings.externalIdIssuer]: id };
}
