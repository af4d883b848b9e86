/** Reads of whole contacts, by page and one by its id (reference/redtail.md, section 5). */
import { mapOfObject, type FieldMap } from '../../model/field-map';
import { isPutAway } from '../archive';
import type { CallPriority } from '../budget';
import type { ConnectorContext, CrmRecord } from '../connector';
import { readable } from '../field-codec';
import { isRecordGone } from '../gone';
import type { PolledRecord } from '../poll-events';
import type { PageQuery, PollPage } from '../poll-reader';
import type { RecordReader } from '../read-all';
import { isGone } from '../rest';
import { redtailClient, type RedtailClient } from './client';
import { knownOf, toCanonical, udfMappings } from './fields';
import { hasMembership } from './membership';
import { ReadCounts } from './read-counts';
import type { RedtailSettings } from './settings';

export function redtailReader(
	context: ConnectorContext,
	fieldMap: FieldMap,
	settings: RedtailSettings,
): RecordReader {
	const contactMap = mapOfObject(fieldMap, 'contact');
	const hasUdfs = udfMappings(readable(contactMap)).length > 0;
	const families = hasMembership(readable(fieldMap));
	const udfReads = new ReadCounts();
	const toPolled = (row: CrmRecord): PolledRecord => {
		const updatedAt = Date.parse(String(row.updated_at));
		const deleted = row.deleted === true;
		return {
			crmId: String(row.id),
			updatedAt: Number.isNaN(updatedAt) ? null : updatedAt,
			deleted,
			fields: deleted ? {} : toCanonical(row, contactMap, context.settings),
			archived: isPutAway(settings, (map) => knownOf(row, map, context.settings)),
		};
	};
	const clientOf = (signal: AbortSignal, priority: CallPriority = 'backfill') =>
		redtailClient(context, { priority, signal, families });
	const isContactGone = (crmId: string, signal: AbortSignal) =>
		isRecordGone(goneCheck(clientOf(signal), crmId));
	return {
		readPage: async (query) => {
			const page = await readRows(context, settings, query, families);
			if (hasUdfs && (query.inDepth || settings.udfsInFullScan)) {
				const due =
					query.since === null ? page.rows : page.rows.filter((row) => udfReads.isDue(row));
				await addUdfs(context, query, due);
			}
			const { more, total, serverTime } = page;
			const records = page.rows.map(toPolled);
			return { records, more, total, serverTime } satisfies PollPage;
		},
		readOne: async (crmId, signal, priority = 'backfill') => {
			try {
				const row = await clientOf(signal, priority).get(crmId);
				if (hasUdfs) await addUdfs(context, { priority, signal }, [row]);
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

function readRows(
	context: ConnectorContext,
	settings: RedtailSettings,
	query: PageQuery,
	families: boolean,
) {
	const { since, page, priority, signal } = query;
	const client = redtailClient(context, { priority, signal, families });
	if (since === null) return client.page(settings.listPath, { page }, settings.pageSize);
	const filter = { updated_since: new Date(since).toISOString(), page };
	return client.page(settings.searchPath, filter, settings.pageSize);
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
