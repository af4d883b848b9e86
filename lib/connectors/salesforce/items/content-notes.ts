/**
 * Enhanced notes (setting `noteFormat`): ContentNote, and a ContentDocumentLink for whom it is about. To the rest they
 * look like classic ones: `Title`, `Body` and `ParentId`. The text is HTML there, base64 when it is written, and read by a
 * call of its own (Object Reference, ContentNote and ContentDocumentLink; REST API Developer Guide, "sObject Blob Get").
 */
import type { CrmRecord } from '../../connector';
import { htmlOfText, textOfHtml } from '../../objects/rich-text';
import { checkedId, connect, soqlText, type SalesforceConnection } from '../client';
import { batches, runQuery } from '../queries';
import { without } from '../without';
import type { ItemReads } from './item-reads';

export const CONTENT_NOTE = 'ContentNote';
const LINK = 'ContentDocumentLink';
const BODY = 'Body';
const PARENT = 'ParentId';
const MOST_LINKS = 20_000;
const CONTACT = '003';
const ACCOUNT = '001';

/** Names that ContentNote has itself. */
export function namesInContent(names: readonly string[]): string[] {
	return names.filter((name) => name !== BODY && name !== PARENT);
}

/** A body as it is written: whom it is about is no part of it. */
export function contentBody(body: CrmRecord): CrmRecord {
	const rest = without(body, [PARENT, BODY]);
	const text = body[BODY];
	if (text === undefined) return rest;
	const html = typeof text === 'string' ? htmlOfText(text) : '';
	return { ...rest, Content: Buffer.from(html, 'utf8').toString('base64') };
}

/** The link of a new note. Who sees the client sees the note (`V`: viewer). */
export function contentLink(parentId: unknown) {
	return {
		sobject: LINK,
		row: (noteId: string): CrmRecord => ({
			...{ ContentDocumentId: noteId, LinkedEntityId: parentId },
			...{ ShareType: 'V', Visibility: 'AllUsers' },
		}),
	};
}

/** What the text becomes on its way through HTML. */
export function textHeld(text: string): string {
	return textOfHtml(htmlOfText(text));
}

/** The notes with their texts and with whom they are about, as far as that is asked for. */
export async function asClassic(reads: ItemReads, rows: CrmRecord[]): Promise<CrmRecord[]> {
	const { context, priority, signal, onCall, fields } = reads;
	const connection = connect(context, { priority, signal, onCall });
	const parents = fields.includes(PARENT) ? await parentsOf(connection, rows) : undefined;
	const notes: CrmRecord[] = [];
	for (const row of rows) {
		const id = String(row['Id']);
		const parent = parents && { [PARENT]: parents.get(id) ?? null };
		const body = fields.includes(BODY) ? { [BODY]: await textOf(connection, id) } : {};
		notes.push({ ...row, ...parent, ...body });
	}
	return notes;
}

/** An id as enhanced notes have them; classic ones begin otherwise. Files have them, too. */
export function isContentId(crmId: string): boolean {
	return crmId.startsWith('069');
}

/** Ids of the notes, and of the files, that are linked to a record. */
export async function linkedTo(
	connection: SalesforceConnection,
	recordId: string,
): Promise<string[]> {
	const about = soqlText(checkedId(recordId));
	const soql = `SELECT ContentDocumentId FROM ${LINK} WHERE LinkedEntityId = ${about}`;
	const links = await runQuery(connection, soql, MOST_LINKS);
	return links.map((link) => String(link['ContentDocumentId']));
}

/** A contact before an account; of several the oldest link. */
async function parentsOf(
	connection: SalesforceConnection,
	rows: readonly CrmRecord[],
): Promise<Map<string, string>> {
	const parents = new Map<string, string>();
	for (const ids of batches(rows.map(({ Id }) => String(Id)))) {
		const list = ids.map(soqlText).join(',');
		const soql = `SELECT Id, ContentDocumentId, LinkedEntityId FROM ${LINK} WHERE ContentDocumentId IN (${list})`;
		const links = await runQuery(connection, soql, MOST_LINKS);
		const isOf = (prefix: string) => (link: CrmRecord) =>
			String(link['LinkedEntityId']).startsWith(prefix);
		const ordered = [...links].sort((a, b) => (String(a['Id']) < String(b['Id']) ? -1 : 1));
		for (const link of [...ordered.filter(isOf(CONTACT)), ...ordered.filter(isOf(ACCOUNT))]) {
			const noteId = String(link['ContentDocumentId']);
			if (!parents.has(noteId)) parents.set(noteId, String(link['LinkedEntityId']));
		}
	}
	return parents;
}

async function textOf(connection: SalesforceConnection, id: string): Promise<string | null> {
	const path = `/services/data/v${connection.version}/sobjects/${CONTENT_NOTE}/${checkedId(id)}/Content`;
	const html: unknown = await connection.request(path);
	const text = typeof html === 'string' ? textOfHtml(html) : '';
	return text === '' ? null : text;
}
