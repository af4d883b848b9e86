/** Reads of whole contacts, by page and one by its id (reference/redtail.md, section 5). */
import type { FieldMap } from '../../model/field-map';
import { isPutAway } from '../archive';
import type { ConnectorContext, CrmRecord } from '../connector';
import { readable } from '../field-codec';
import { isRecordGone } from '../gone';
import type { PolledRecord } from '../poll-events';
import type { PageQuery, PollPage } from '../poll-reader';
import type { RecordReader } from '../read-all';
import { isGone } from '../rest';
import { redtailClient, type RedtailClient } from './client';
import { knownOf, toCanonical, udfMappings } from './fields';
import type { RedtailSettings } from './settings';

export function redtailReader(
	context: ConnectorContext,
	fieldMap: FieldMap,
	settings: RedtailSettings,
): RecordReader {
	const hasUdfs = udfMappings(readable(fieldMap)).length > 0;
	const udfReads = new UdfReads();
	const toPolled = (row: CrmRecord): PolledRecord => {
		const updatedAt = Date.parse(String(row.updated_at));
		const deleted = row.deleted === true;
		return {
			crmId: String(row.id),
			updatedAt: Number.isNaN(updatedAt) ? null : updatedAt,
			deleted,
			fields: deleted ? {} : toCanonical(row, fieldMap, context.settings),
			archived: isPutAway(settings, (map) => knownOf(row, map, context.settings)),
		};
	};
	const clientOf = (signal: AbortSignal) =>
		redtailClient(context, { priority: 'backfill', signal });
	const isContactGone = (crmId: string, signal: AbortSignal) =>
		isRecordGone(goneCheck(clientOf(signal), crmId));
	return {
		readPage: async (query) => {
			const page = await readRows(context, settings, query);
			if (hasUdfs && (query.inDepth || settings.udfsInFullScan)) {
				const due =
					query.since === null ? page.rows : page.rows.filter((row) => udfReads.isDue(row));
				await addUdfs(context, query, due);
			}
			const { more, total, serverTime } = page;
			const records = page.rows.map(toPolled);
			return { records, more, total, serverTime } satisfies PollPage;
		},
		readOne: async (crmId, signal) => {
			try {
				const row = await clientOf(signal).get(crmId);
				if (hasUdfs) await addUdfs(context, { priority: 'backfill', signal }, [row]);
				return row.deleted === true ? null : toPolled(row);
			} catch (error) {
				if (isGone(error) && (await isContactGone(crmId, signal))) return null;
				throw error;
			}
		},
		isGone: isContactGone,
	};
}

export function goneCheck(client: RedtailClient, crmId: string) {
	const isThere = async () => (await client.get(crmId)).deleted !== true;
	return { isThere, probe: () => client.check() };
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
	{ priority, signal }: Pick<PageQuery, 'priority' | 'signal'>,
	rows: CrmRecord[],
): Promise<void> {
	const client = redtailClient(context, { priority, signal });
	for (const row of rows) {
		if (row.deleted !== true) row.contact_udfs = await client.udfs(String(row.id));
	}
}
