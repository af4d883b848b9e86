/**
 * Redtail's calls for one delivery of a note. Notes cannot be changed (reference/redtail.md, section 8); with the
 * setting `noteChanges: append` a change is written as a further note, whose last line says which one it changes.
 */
import { CrmError, type CrmRecord } from '../connector';
import { htmlOfText } from '../objects/rich-text';
import type { ItemPort } from '../objects/item-port';
import type { RedtailClient } from './client';
import { isRecent, portBase, resolved, type ItemDesk } from './item-desk';
import { contactIdOf } from './objects/links';
import { noteAddress, noteId, notesOf, ownedNote } from './objects/note';
import { readText } from './objects/values';

const MARKER = /\[crm-fabric: changes note (\S+)\]\s*$/;

/** The note that this one changes, if the fabric made it to say so. */
export function changedNote({ body }: CrmRecord): string | undefined {
	return MARKER.exec(readText(body) ?? '')?.[1];
}

/** One note of a contact; rejects with CrmError 404. */
export async function readNote(client: RedtailClient, crmId: string): Promise<CrmRecord> {
	const address = noteAddress(crmId);
	if (address !== undefined) {
		const rows = await client.items.all(notesOf(address.contactId));
		const row = rows.find(({ id }) => String(id) === address.id);
		if (row !== undefined) return ownedNote(address.contactId, row);
	}
	throw new CrmError('Redtail has no such note', 404, '404');
}

export function notePort(desk: ItemDesk): ItemPort {
	const { client, settings } = desk;
	return {
		...portBase(desk),
		get: (crmId) => readNote(client, crmId),
		create: async (texts) => {
			const { contact_id: contactId, ...rest } = texts;
			if (typeof contactId !== 'string') throw withoutContact();
			const { body, refused } = await resolved(desk, rest);
			const made = await client.items.create(notesOf(contactId), { note_type: 1, ...body });
			const crmId = noteId(contactId, made.crmId);
			const record = made.record && ownedNote(contactId, made.record);
			return { crmId, record, ...(refused && { refused }) };
		},
		update: async (crmId, texts, current) => {
			await append(desk, crmId, texts, current);
			// The note itself is as it was.
			return { record: current ?? (await readNote(client, crmId)) };
		},
		remove: async (crmId) => {
			const { contactId, id } = addressOf(crmId);
			if (settings.noteChanges === 'append') await removeAppended(client, contactId, id);
			await client.items.remove(notesOf(contactId), id);
		},
		candidates: async (desired) => {
			const contactId = contactIdOf(desired.client);
			if (contactId === undefined) return [];
			const rows = await client.items.all(notesOf(contactId));
			return rows
				.filter((row) => isRecent(desk, row) && changedNote(row) === undefined)
				.sort((a, b) => Number(a.id) - Number(b.id))
				.map((row) => ({
					crmId: noteId(contactId, row.id),
					record: ownedNote(contactId, row),
				}));
		},
		goneCheck: (crmId) => ({
			isThere: () => readNote(client, crmId).then(() => true),
			probe: client.check,
		}),
		withJob: (job) => notePort({ ...desk, job }),
	};
}

async function append(
	desk: ItemDesk,
	crmId: string,
	texts: CrmRecord,
	current: CrmRecord | null,
): Promise<void> {
	const { client, job } = desk;
	const { contactId, id } = addressOf(crmId);
	const { body } = await resolved(desk, texts);
	const said = typeof body.body === 'string' ? body.body : String(current?.body ?? '');
	const whole = `${said}<br><br>${htmlOfText(`[crm-fabric: changes note ${id}]`)}`;
	const notes = notesOf(contactId);
	if (job.attempt > 1) {
		const rows = await client.items.all(notes);
		if (rows.some((row) => changedNote(row) === id && readText(row.body) === readText(whole)))
			return;
	}
	const { category_id } = body;
	await client.items.create(notes, {
		note_type: 1,
		body: whole,
		...(category_id === undefined ? {} : { category_id }),
	});
}

async function removeAppended(client: RedtailClient, contactId: string, id: string): Promise<void> {
	const notes = notesOf(contactId);
	for (const row of await client.items.all(notes))
		if (changedNote(row) === id) await client.items.remove(notes, String(row.id));
}

function addressOf(crmId: string): { contactId: string; id: string } {
	const address = noteAddress(crmId);
	if (address !== undefined) return address;
	throw new CrmError('A note of Redtail is addressed as <contact ID>-<note ID>', 400, 'no-note', {
		retryable: false,
		hint: 'Discard the delivery.',
	});
}

function withoutContact(): CrmError {
	return new CrmError('Redtail keeps a note only with a contact', 422, 'no-contact', {
		retryable: false,
		hint: 'Notes of households and of clients that are not in Redtail stay where they are; discard the delivery.',
		field: 'client',
	});
}
