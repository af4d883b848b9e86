/** Wealthbox's change source: polling, as there are no webhooks (reference/wealthbox.md, section 17). */
import type { ChangeSourceOptions, ConnectorContext, CrmRecord } from '../connector';
import type { PolledRecord } from '../poll-events';
import { withPollShare, type PageQuery, type PollPage, type PollReader } from '../poll-reader';
import { runPolling } from '../polling';
import { isGone } from '../rest';
import { wealthboxClient, type Page, type WealthboxClient } from './client';
import { toCanonical } from './fields';
import { wealthboxSettings, type WealthboxSettings } from './settings';
import { parseTime } from './time';

/** Unified ids, as creates write them into `external_unique_id`. */
const UNIFIED_ID = /^U\d+$/;

export async function runChangeSource(
	context: ConnectorContext,
	options: ChangeSourceOptions,
	random?: () => number,
): Promise<void> {
	const settings = wealthboxSettings(context.settings);
	const paced = withPollShare(context, {
		calls: settings.callsPerWindow,
		windowMs: settings.windowSeconds * 1_000,
		share: settings.pollShare,
	});
	await runPolling({
		context,
		options,
		reader: reader(paced, options, settings),
		settings: {
			minPollMs: settings.minPollSeconds * 1_000,
			maxPollMs: settings.maxPollSeconds * 1_000,
			overlapMs: settings.overlapSeconds * 1_000,
			clockToleranceMs: settings.clockToleranceMinutes * 60_000,
			fullScanMs: settings.fullScanMinutes * 60_000,
			deletedEveryPolls: settings.deletedEveryPolls,
			editsAlwaysTouch: settings.nestedEditsTouchContact,
		},
		random,
	});
}

function reader(
	context: ConnectorContext,
	options: ChangeSourceOptions,
	settings: WealthboxSettings,
): PollReader {
	const toPolled = (row: CrmRecord, deleted: boolean): PolledRecord => ({
		crmId: String(row.id),
		updatedAt: parseTime(row.updated_at),
		deleted,
		fields: deleted ? {} : toCanonical(row, options.fieldMap, context.settings),
		externalKeys: externalKeys(row, settings),
	});
	const read = async (query: PageQuery, filters: Record<string, string>): Promise<PollPage> => {
		const client = clientFor(context, query);
		// Ordered by creation, an edit made while the pages are read does not move rows between them.
		const sent = { order: 'created', page: query.page, ...filters };
		return pollPage(await client.page(sent, settings.pageSize), (row) =>
			toPolled(row, filters.deleted === 'true'),
		);
	};
	return {
		readPage: (query) => read(query, sinceFilter('updated_since', query)),
		readDeleted: (query) =>
			read(query, { deleted: 'true', ...sinceFilter('deleted_since', query) }),
		isGone: async (crmId, signal) => {
			try {
				await wealthboxClient(context, { priority: 'backfill', signal }).get(crmId);
				return false;
			} catch (error) {
				if (isGone(error)) return true;
				throw error;
			}
		},
	};
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
