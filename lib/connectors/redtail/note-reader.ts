/**
 * Reads of notes: Redtail lists them contact by contact only. A poll reads those of contacts that were edited,
 * the full listing those of all contacts, a call each (reference/redtail.md, section 8).
 */
import type { FieldMap } from '../../model/field-map';
import type { CallPriority } from '../budget';
import type { ConnectorContext, CrmRecord } from '../connector';
import { isRecordGone } from '../gone';
import { itemToCanonical } from '../objects/crm-object';
import type { PolledRecord } from '../poll-events';
import type { PageQuery } from '../poll-reader';
import type { RecordReader } from '../read-all';
import { isGone } from '../rest';
import { redtailClient, type RedtailClient } from './client';
import { changedNote, readNote } from './note-port';
import { NOTE, noteId, notesOf, ownedNote } from './objects/note';
import { ReadCounts } from './read-counts';
import type { RedtailSettings } from './settings';

export interface NoteReaderParts {
	/** Paced. */
	context: ConnectorContext;
	fieldMap: FieldMap;
	settings: RedtailSettings;
}

/** Contacts a page of a full listing: each costs a call. */
const CONTACTS_A_PAGE = 20;

export function noteReader(parts: NoteReaderParts): RecordReader {
	const { context } = parts;
	const reads = new ReadCounts();
	const clientOf = (signal: AbortSignal, priority: CallPriority = 'backfill') =>
		redtailClient(context, { priority, signal });
	const isNoteGone = (crmId: string, signal: AbortSignal) =>
		isRecordGone(noteGoneCheck(clientOf(signal), crmId));
	return {
		readPage: async (query) => {
			const client = clientOf(query.signal, query.priority);
			const { rows, more, serverTime } = await contactRows(parts, client, query);
			const living = rows.filter(({ deleted }) => deleted !== true);
			const due = query.since === null ? living : living.filter((row) => reads.isDue(row));
			const records: PolledRecord[] = [];
			for (const { id } of due) records.push(...(await notesOn(parts, client, String(id))));
			return { records, more, serverTime };
		},
		readOne: async (crmId, signal, priority) => {
			try {
				return toPolled(parts, crmId, await readNote(clientOf(signal, priority), crmId));
			} catch (error) {
				if (isGone(error) && (await isNoteGone(crmId, signal))) return null;
				throw error;
			}
		},
		isGone: isNoteGone,
	};
}

function noteGoneCheck(client: RedtailClient, crmId: string) {
	const isThere = async () => {
		await readNote(client, crmId);
		return true;
	};
	return { isThere, probe: client.check };
}

function contactRows(
	{ settings }: NoteReaderParts,
	client: RedtailClient,
	{ since, page }: PageQuery,
) {
	if (since === null) return client.page(settings.listPath, { page }, CONTACTS_A_PAGE);
	const filter = { updated_since: new Date(since).toISOString(), page };
	return client.page(settings.searchPath, filter, settings.pageSize);
}

/** A contact that was deleted meanwhile has none. */
async function notesOn(
	parts: NoteReaderParts,
	client: RedtailClient,
	contactId: string,
): Promise<PolledRecord[]> {
	try {
		const rows = await client.items.all(notesOf(contactId));
		return rows
			.filter((row) => changedNote(row) === undefined)
			.map((row) => toPolled(parts, noteId(contactId, row.id), ownedNote(contactId, row)));
	} catch (error) {
		if (!isGone(error)) throw error;
		return [];
	}
}

function toPolled(
	{ context, fieldMap }: NoteReaderParts,
	crmId: string,
	row: CrmRecord,
): PolledRecord {
	const updatedAt = Date.parse(String(row.updated_at));
	return {
		object: 'note',
		crmId,
		updatedAt: Number.isNaN(updatedAt) ? null : updatedAt,
		deleted: false,
		fields: itemToCanonical(NOTE, row, fieldMap, context.settings),
	};
}
