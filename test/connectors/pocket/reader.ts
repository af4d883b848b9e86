/** Reads of whole records: by page, the deleted ones, and one by its id. */
import type { CallPriority } from '../../../lib/connectors/budget';
import type { ConnectorContext, CrmRecord } from '../../../lib/connectors/connector';
import { isRecordGone, type GoneCheck } from '../../../lib/connectors/gone';
import { itemToCanonical } from '../../../lib/connectors/objects/crm-object';
import type { PolledRecord } from '../../../lib/connectors/poll-events';
import type { PageQuery, PollPage } from '../../../lib/connectors/poll-reader';
import type { RecordReader } from '../../../lib/connectors/read-all';
import { isGone } from '../../../lib/connectors/rest';
import { mapOfObject, type FieldMap } from '../../../lib/model/field-map';
import { pocketClient, type PocketClient, type PocketObject } from './client';
import { toCanonical } from './fields';
import { note } from './objects/note';
import { pocketSettings } from './settings';

const SECOND_MS = 1_000;

/** Edit times come in whole seconds since the epoch. */
export function timeOf(seconds: unknown): number | null {
	return typeof seconds === 'number' ? seconds * SECOND_MS : null;
}

export function pocketReader(
	context: ConnectorContext,
	fieldMap: FieldMap,
	object: PocketObject,
): RecordReader {
	const { pageSize } = pocketSettings(context.settings);
	const clientOf = (signal: AbortSignal, priority: CallPriority = 'backfill') =>
		pocketClient(context, { priority, signal });
	const polled = (row: CrmRecord, deleted: boolean): PolledRecord => ({
		object,
		crmId: String(row.id),
		updatedAt: timeOf(row.updated_at),
		deleted,
		fields: deleted ? {} : fieldsOf(context, fieldMap, object, row),
		externalKeys: typeof row.ref === 'string' && row.ref !== '' ? { fabric: row.ref } : {},
	});
	const read = async (query: PageQuery, deleted: boolean): Promise<PollPage> => {
		const { page, since, signal, priority } = query;
		const filter = since === null ? {} : { updated_since: Math.floor(since / SECOND_MS) };
		const sent = { page, deleted, ...filter };
		const { rows, ...rest } = await clientOf(signal, priority).page(object, sent, pageSize);
		return { ...rest, records: rows.map((row) => polled(row, deleted)) };
	};
	const isRecordGoneNow = (crmId: string, signal: AbortSignal) =>
		isRecordGone(goneCheck(clientOf(signal), object, crmId));
	return {
		readPage: (query) => read(query, false),
		readDeleted: (query) => read(query, true),
		readOne: async (crmId, signal, priority) => {
			try {
				return polled(await clientOf(signal, priority).get(object, crmId), false);
			} catch (error) {
				if (isGone(error) && (await isRecordGoneNow(crmId, signal))) return null;
				throw error;
			}
		},
		isGone: isRecordGoneNow,
	};
}

function fieldsOf(
	{ settings }: ConnectorContext,
	fieldMap: FieldMap,
	object: PocketObject,
	row: CrmRecord,
) {
	return object === 'contact'
		? toCanonical(row, mapOfObject(fieldMap, object))
		: itemToCanonical(note, row, fieldMap, settings);
}

export function goneCheck(client: PocketClient, object: PocketObject, crmId: string): GoneCheck {
	const isThere = async () => {
		await client.get(object, crmId);
		return true;
	};
	return { isThere, probe: () => client.me() };
}
