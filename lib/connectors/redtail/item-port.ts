/** Redtail's calls for one delivery of a family, activity or opportunity; those of notes stand in note-port.ts. */
import type { DeliveryJob, DeliveryOutcome } from '../../model/delivery';
import type { CanonicalFields } from '../../model/fields';
import { CrmError, type ConnectorContext, type CrmRecord } from '../connector';
import { deliverItem } from '../objects/deliver-item';
import type { ItemPort, SentItem } from '../objects/item-port';
import type { ItemObject } from '../objects/crm-object';
import { activityDefaults } from './activity-defaults';
import type { RedtailClient } from './client';
import { isRecent, portBase, resolved, type ItemDesk } from './item-desk';
import { readItem, RESOURCES, withTexts } from './items';
import { notePort } from './note-port';
import { capabilityIn } from './objects';
import { contactIdOf, linkedIds } from './objects/links';
import { redtailSettings } from './settings';

const DAY_MS = 86_400_000;

export async function deliverRecord(
	context: ConnectorContext,
	job: DeliveryJob,
	object: ItemObject,
	client: RedtailClient,
): Promise<DeliveryOutcome> {
	const settings = redtailSettings(context.settings);
	const desk = { context, job, object, client, settings };
	const can = capabilityIn(object, context.settings);
	if (object === 'household' && can?.create !== true) return familiesAreRead();
	return deliverItem(context, job, object === 'note' ? notePort(desk) : itemPort(desk, object));
}

function familiesAreRead(): DeliveryOutcome {
	return {
		status: 'rejected',
		reason:
			'Families in Redtail are read only until the setting familyWrites allows it: how they are written is not documented.',
		code: 'read-only-object',
	};
}

function itemPort(desk: ItemDesk, object: Exclude<ItemObject, 'note'>): ItemPort {
	const { context, client } = desk;
	const resource = RESOURCES[object];
	const get = async (crmId: string) => {
		const row = await readItem(context, client, object, crmId);
		if (row.deleted === true) throw new CrmError('The record is deleted', 404, '404');
		return row;
	};
	return {
		...portBase(desk),
		get,
		create: async (texts) => {
			const { body, refused } = await resolved(desk, texts);
			const whole = object === 'household' ? body : await completed(desk, object, body);
			const { crmId, record } = await client.items.create(resource, whole);
			const isTold = record !== null && (object === 'household' || linkedIds(record) !== undefined);
			const now = isTold ? await withTexts(context, client, object, record) : await get(crmId);
			return { crmId, record: now, ...(refused && { refused }) };
		},
		update: async (crmId, texts): Promise<SentItem> => {
			const { body, refused } = await resolved(desk, texts);
			const answer =
				Object.keys(body).length > 0 ? await client.items.update(resource, crmId, body) : null;
			// Whether links take the place of others or are added is not sure: what became of them is read.
			const isUnsure = 'linked_contacts' in body && linkedIds(answer ?? {}) === undefined;
			const record = isUnsure
				? await get(crmId)
				: answer && (await withTexts(context, client, object, answer));
			return { record, ...(refused && { refused }) };
		},
		remove: (crmId) => client.items.remove(resource, crmId),
		candidates: async (desired) => madeSince(desk, await rowsLike(desk, object, desired)),
		goneCheck: (crmId) => ({ isThere: () => get(crmId).then(() => true), probe: client.check }),
		withJob: (job) => itemPort({ ...desk, job }, object),
	};
}

async function completed(
	desk: ItemDesk,
	object: Exclude<ItemObject, 'note' | 'household'>,
	body: CrmRecord,
): Promise<CrmRecord> {
	if (object === 'opportunity') return body;
	return { ...(await activityDefaults(desk.context, desk.client, object, body)), ...body };
}

/** Rows that may be what an earlier try made. */
async function rowsLike(
	{ client, context }: ItemDesk,
	object: Exclude<ItemObject, 'note'>,
	desired: CanonicalFields,
): Promise<CrmRecord[]> {
	const resource = RESOURCES[object];
	if (object === 'household') return client.items.all(resource);
	const contactId = contactIdOf(desired.client);
	if (object === 'opportunity')
		return client.items.all(resource, contactId === undefined ? {} : { contact_id: contactId });
	const around = Date.parse(String(desired.startsAt ?? desired.dueDate ?? ''));
	const day = Number.isNaN(around) ? context.now() : around;
	const dates = { start_date: dateOf(day - DAY_MS), end_date: dateOf(day + DAY_MS) };
	return client.items.all(resource, dates);
}

function dateOf(ms: number): string {
	return new Date(ms).toISOString().slice(0, 10);
}

/** With their texts and links, oldest first. */
async function madeSince(desk: ItemDesk, rows: readonly CrmRecord[]) {
	const { context, client, object } = desk;
	const recent = rows
		.filter((row) => isRecent(desk, row))
		.sort((a, b) => Number(a.id) - Number(b.id));
	const found = [];
	for (const row of recent) {
		const crmId = String(row.id);
		const isLinked = object === 'household' || linkedIds(row) !== undefined;
		const record =
			isLinked || object === 'note'
				? await withTexts(context, client, object, row)
				: await readItem(context, client, object, crmId);
		found.push({ crmId, record });
	}
	return found;
}
