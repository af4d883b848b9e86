/**
 * Redtail's change source: polling of the search, and a regular full comparison, since editing a
 * phone may leave the contact's edit time as it was and no list of deleted contacts is known
 * (reference/redtail.md, section 5).
 */
import type { ChangeSourceOptions, ConnectorContext, CrmRecord } from '../connector';
import { readable } from '../field-codec';
import type { PolledRecord } from '../poll-events';
import { withPollShare, type PageQuery, type PollPage, type PollReader } from '../poll-reader';
import { runPolling } from '../polling';
import { isGone } from '../rest';
import { redtailClient } from './client';
import { toCanonical, udfMappings } from './fields';
import { redtailSettings, type RedtailSettings } from './settings';

export async function runChangeSource(
	context: ConnectorContext,
	options: ChangeSourceOptions,
	random?: () => number,
): Promise<void> {
	const settings = redtailSettings(context.settings);
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
			deletedEveryPolls: 1,
			editsAlwaysTouch: settings.subRecordEditsTouchContact,
		},
		random,
	});
}

function reader(
	context: ConnectorContext,
	options: ChangeSourceOptions,
	settings: RedtailSettings,
): PollReader {
	const hasUdfs = udfMappings(readable(options.fieldMap)).length > 0;
	const udfReads = new UdfReads();
	return {
		readPage: async (query) => {
			const page = await readRows(context, settings, query);
			if (hasUdfs && (query.inDepth || settings.udfsInFullScan)) {
				const due =
					query.since === null ? page.rows : page.rows.filter((row) => udfReads.isDue(row));
				await addUdfs(context, query, due);
			}
			const { more, total, serverTime } = page;
			const records = page.rows.map((row) => toPolled(context, options, row));
			return { records, more, total, serverTime } satisfies PollPage;
		},
		isGone: async (crmId, signal) => {
			try {
				const record = await redtailClient(context, { priority: 'backfill', signal }).get(crmId);
				return record.deleted === true;
			} catch (error) {
				if (isGone(error)) return true;
				throw error;
			}
		},
	};
}

function readRows(context: ConnectorContext, settings: RedtailSettings, query: PageQuery) {
	const { since, page, priority, signal } = query;
	const client = redtailClient(context, { priority, signal });
	if (since === null) return client.page(settings.listPath, { page }, settings.pageSize);
	const filter = { updated_since: new Date(since).toISOString(), page };
	return client.page(settings.searchPath, filter, settings.pageSize);
}

/**
 * The overlap brings the same rows again and again; their user defined fields are read a few times
 * only (a first read may be ignored as older than a write). Not read means not said.
 */
class UdfReads {
	private readonly reads = new Map<string, { edited: unknown; count: number }>();

	isDue(row: CrmRecord): boolean {
		const MAX_READS = 3;
		const MAX_ROWS = 1_000;
		const id = String(row.id);
		const last = this.reads.get(id);
		const count = last?.edited === row.updated_at ? (last?.count ?? 0) + 1 : 1;
		this.reads.delete(id);
		this.reads.set(id, { edited: row.updated_at, count });
		const oldest = this.reads.size > MAX_ROWS ? this.reads.keys().next().value : undefined;
		if (oldest !== undefined) this.reads.delete(oldest);
		return count <= MAX_READS;
	}
}

async function addUdfs(
	context: ConnectorContext,
	query: PageQuery,
	rows: CrmRecord[],
): Promise<void> {
	const client = redtailClient(context, { priority: query.priority, signal: query.signal });
	for (const row of rows) {
		if (row.deleted !== true) row.contact_udfs = await client.udfs(String(row.id));
	}
}

function toPolled(
	context: ConnectorContext,
	options: ChangeSourceOptions,
	row: CrmRecord,
): PolledRecord {
	const updatedAt = Date.parse(String(row.updated_at));
	const deleted = row.deleted === true;
	return {
		crmId: String(row.id),
		updatedAt: Number.isNaN(updatedAt) ? null : updatedAt,
		deleted,
		fields: deleted ? {} : toCanonical(row, options.fieldMap, context.settings),
	};
}
