/** The node's own operations on families, notes, tasks, events and opportunities; values carry Redtail's names. */
import {
	CrmError,
	type Connector,
	type ConnectorContext,
	type CrmRecord,
	type ListOptions,
	type RecordClient,
} from '../connector';
import type { ItemObject } from '../objects/crm-object';
import { asCrmError, isObject } from '../rest';
import { activityDefaults } from './activity-defaults';
import { CRM, redtailClient, type RedtailClient } from './client';
import { readItem, RESOURCES, withTexts } from './items';
import { readNote } from './note-port';
import { OBJECT_PICKLISTS, REDTAIL_OBJECTS } from './objects';
import { isTask } from './objects/activity';
import { noteAddress, noteId, notesOf, ownedNote } from './objects/note';
import { withIds } from './picklists';
import { redtailSettings } from './settings';

const REPEATS = 2;
const MAX_PAGES = 2_000;
const DEFAULT_LIMIT = 50;

type Listed = Exclude<ItemObject, 'note'>;

function clientOf(context: ConnectorContext): RedtailClient {
	return redtailClient(context, { repeats: REPEATS });
}

function itemRecords(object: Listed): RecordClient {
	const resource = RESOURCES[object];
	const { matchFields, listFilters } = REDTAIL_OBJECTS[object];
	const get = (context: ConnectorContext, crmId: string) =>
		readItem(context, clientOf(context), object, crmId);
	return {
		get: (context, crmId) => asCrmError(CRM, () => get(context, crmId)),
		list: (context, options) => asCrmError(CRM, () => list(context, object, options)),
		create: (context, values) =>
			asCrmError(CRM, async () => {
				const client = clientOf(context);
				const body = await bodyOf(context, client, object, values);
				const more = await defaultsOf(context, client, object, body);
				const { crmId } = await client.items.create(resource, { ...more, ...body });
				return get(context, crmId);
			}),
		update: (context, crmId, values) =>
			asCrmError(CRM, async () => {
				const client = clientOf(context);
				const body = await bodyOf(context, client, object, values);
				if (Object.keys(body).length > 0) await client.items.update(resource, crmId, body);
				return get(context, crmId);
			}),
		delete: (context, crmId) =>
			asCrmError(CRM, () => clientOf(context).items.remove(resource, crmId)),
		findBy: (context, matchField, value) =>
			asCrmError(CRM, async () => {
				const rows = await list(context, object, { limit: Infinity });
				const wanted = value.trim().toLowerCase();
				return rows.filter((row) => textOf(row[matchField]).toLowerCase() === wanted);
			}),
		...{ matchFields: [...matchFields], listFilters: [...listFilters] },
		idOf: (record) => String(record.id),
	};
}

function textOf(value: unknown): string {
	return typeof value === 'string' ? value.trim() : '';
}

async function list(
	context: ConnectorContext,
	object: Listed,
	{ limit = DEFAULT_LIMIT, filters = {} }: ListOptions,
): Promise<CrmRecord[]> {
	const client = clientOf(context);
	const settings = redtailSettings(context.settings);
	const isActivity = object === 'task' || object === 'event';
	// What Redtail shows without dates is not known: they are always sent.
	const dates = { start_date: settings.activityFrom, end_date: settings.activityUntil };
	const given = Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== ''));
	const query = isActivity ? { ...dates, ...given } : given;
	const found = new Map<string, CrmRecord>();
	for (let page = 1; page <= MAX_PAGES && found.size < limit; page += 1) {
		const read = await client.items.page(RESOURCES[object], { ...query, page });
		for (const row of read.rows) {
			const whole = await withTexts(context, client, object, row);
			const isOwn = !isActivity || isTask(whole, settings) === (object === 'task');
			if (isOwn && row.deleted !== true) found.set(String(row.id), whole);
		}
		if (!read.more) break;
	}
	return [...found.values()].slice(0, limit);
}

/** Texts of Redtail's lists become ids; one client or several may be given by their ids. */
async function bodyOf(
	context: ConnectorContext,
	client: RedtailClient,
	object: ItemObject,
	values: Record<string, unknown>,
): Promise<CrmRecord> {
	const given = Object.fromEntries(
		Object.entries(values).filter(([, value]) => value !== undefined),
	);
	const { body, unknown } = await withIds(context, client, given, OBJECT_PICKLISTS[object]);
	const [field] = unknown;
	if (field !== undefined) {
		const hint = `Choose a value of Redtail's own list for ${field}.`;
		const what = `Redtail has no such value in its list for ${field}`;
		throw new CrmError(what, 422, 'unknown-picklist-value', { retryable: false, hint, field });
	}
	if (body.linked_contacts !== undefined) body.linked_contacts = linksOf(body.linked_contacts);
	return body;
}

function linksOf(value: unknown): CrmRecord[] {
	const all: unknown[] = typeof value === 'string' ? value.split(',') : [value].flat();
	return all.flatMap((one): CrmRecord[] => {
		if (isObject(one)) return [{ contact_id: one.contact_id }];
		const id = String((one as string | number | null) ?? '').trim();
		return id === '' ? [] : [{ contact_id: Number(id) }];
	});
}

function defaultsOf(
	context: ConnectorContext,
	client: RedtailClient,
	object: Listed,
	body: CrmRecord,
): Promise<CrmRecord> {
	const isActivity = object === 'task' || object === 'event';
	return isActivity ? activityDefaults(context, client, object, body) : Promise.resolve({});
}

const notes: RecordClient = {
	get: (context, crmId) => asCrmError(CRM, () => withOwnId(context, crmId)),
	list: (context, options) => asCrmError(CRM, () => listNotes(context, options)),
	create: (context, values) =>
		asCrmError(CRM, async () => {
			const client = clientOf(context);
			const { contact_id, ...rest } = await bodyOf(context, client, 'note', values);
			const contactId = String((contact_id as string | number | null) ?? '').trim();
			if (contactId === '') throw noContact();
			const { crmId } = await client.items.create(notesOf(contactId), { note_type: 1, ...rest });
			return withOwnId(context, noteId(contactId, crmId));
		}),
	update: () => Promise.reject(cannotChange()),
	delete: (context, crmId) =>
		asCrmError(CRM, async () => {
			const address = noteAddress(crmId);
			if (address === undefined) throw noNote();
			await clientOf(context).items.remove(notesOf(address.contactId), address.id);
		}),
	findBy: () => Promise.resolve([]),
	matchFields: [],
	listFilters: [...REDTAIL_OBJECTS.note.listFilters],
	idOf: ({ contact_id, id }) => noteId(String(contact_id), id),
};

async function withOwnId(context: ConnectorContext, crmId: string): Promise<CrmRecord> {
	return readNote(clientOf(context), crmId);
}

async function listNotes(
	context: ConnectorContext,
	{ limit = DEFAULT_LIMIT, filters = {} }: ListOptions,
): Promise<CrmRecord[]> {
	const client = clientOf(context);
	const { listPath } = redtailSettings(context.settings);
	const given = filters.contact_id ?? '';
	const found: CrmRecord[] = [];
	const take = async (contactId: string) => {
		const rows = await client.items.all(notesOf(contactId));
		found.push(...rows.map((row) => ownedNote(contactId, row)));
	};
	if (given !== '') await take(given);
	for (let page = 1; given === '' && page <= MAX_PAGES && found.length < limit; page += 1) {
		const read = await client.page(listPath, { page }, DEFAULT_LIMIT);
		for (const { id } of read.rows) if (found.length < limit) await take(String(id));
		if (!read.more) break;
	}
	return found.slice(0, limit);
}

function noContact(): CrmError {
	return new CrmError('Redtail keeps a note only with a contact', 422, 'no-contact', {
		retryable: false,
		hint: 'Give the ID of the contact.',
		field: 'contact_id',
	});
}

function noNote(): CrmError {
	const hint = 'A note is addressed as <contact ID>-<note ID>.';
	return new CrmError('Redtail has no such note', 404, '404', { retryable: false, hint });
}

function cannotChange(): CrmError {
	const hint = 'Create a further note instead.';
	return new CrmError('Redtail lets nobody change a note', 405, '405', { retryable: false, hint });
}

export const records: NonNullable<Connector['records']> = {
	household: itemRecords('household'),
	opportunity: itemRecords('opportunity'),
	note: notes,
	task: itemRecords('task'),
	event: itemRecords('event'),
};
