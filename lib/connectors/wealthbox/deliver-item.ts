/** Wealthbox's calls behind the delivery of a note, task, event or opportunity. */
import type { DeliveryJob, DeliveryOutcome } from '../../model/delivery';
import type { CanonicalFields } from '../../model/fields';
import { parseLocalReference } from '../../model/objects';
import { CrmError, type ConnectorContext, type CrmRecord } from '../connector';
import { deliverItem } from '../objects/deliver-item';
import type { ItemPort, SentItem } from '../objects/item-port';
import { customFieldGone, unknownValue } from '../outcomes';
import { accountOf } from './account';
import { CRM } from './client';
import { itemGoneCheck } from './item-reader';
import type { WealthboxItem } from './objects/wealthbox-object';
import { sendTolerantly, silentlyLost, type Sent } from './refused';
import type { Desk } from './desk';
import { hasHouseholds } from '../objects/chosen';
import { parseTime } from './time';

/** Wealthbox's times are whole minutes, and its clock is not ours. */
const CLOCK_SLACK_MS = 180_000;
const MAX_PAGES = 10;

export function deliverItemTo(desk: Desk, item: WealthboxItem): Promise<DeliveryOutcome> {
	return deliverItem(desk.context, desk.job, portOf(withItem(desk, item), item));
}

function withItem(desk: Desk, item: WealthboxItem): Desk {
	const named = item.named.map(({ field }) => field);
	const listed = new Set([...item.listed, ...named]);
	return { ...desk, documentType: item.documentType, listed, wanted: item.wanted };
}

function portOf(desk: Desk, item: WealthboxItem): ItemPort {
	const { context, client, settings } = desk;
	const calls = client.at(item);
	return {
		crm: CRM,
		object: item,
		verifyBeforeWrite: settings.verifyBeforeWrite,
		alwaysLookBeforeCreate: settings.alwaysLookBeforeCreate,
		get: async (crmId) => completed(desk, item, await calls.get(crmId)),
		create: async (body, desired) => {
			const whole = item.assemble?.(body, { settings: context.settings, current: null }) ?? body;
			const sent = await send(desk, item, whole, (part) => calls.create(part), null);
			const answer = await answered(desk, item, sent, desired);
			return { ...answer, crmId: String(sent.record?.id) };
		},
		update: async (crmId, body, current) => {
			const now = current ?? (item.assemble === undefined ? null : await calls.get(crmId));
			const scope = { settings: context.settings, current: now };
			const whole = now === null ? body : (item.assemble?.(body, scope) ?? body);
			const update = (part: CrmRecord) => calls.update(crmId, part);
			const there = async () => now ?? (await calls.get(crmId));
			const sent = await send(desk, item, whole, update, there);
			// Nothing was left that Wealthbox takes: the record stays as it is.
			const record = sent.record ?? (await there());
			return answered(desk, item, { ...sent, record }, desk.job.changes);
		},
		remove: (crmId) => calls.remove(crmId),
		candidates: (desired) => candidates(desk, item, desired),
		goneCheck: (crmId) => itemGoneCheck(client, item, crmId),
		withJob: (job) => portOf({ ...desk, job }, item),
		calls: client.calls,
	};
}

async function completed(desk: Desk, item: WealthboxItem, record: CrmRecord): Promise<CrmRecord> {
	const { context, client, job } = desk;
	const account = accountOf(context);
	noteReferences(desk);
	const households = syncsHouseholds(context, job);
	const now = context.now();
	const [whole] = await account.completed(item, [record], { client, now, households });
	return whole ?? record;
}

/** What the hub names is known to be what it says. */
function noteReferences({ context, job }: Desk): void {
	for (const { client } of [job.changes, job.desired, job.known]) {
		const named = typeof client === 'string' ? parseLocalReference(client) : undefined;
		if (named !== undefined) accountOf(context).noteKind(named.crmId, named.object === 'household');
	}
}

function syncsHouseholds(context: ConnectorContext, job: DeliveryJob): boolean {
	const names = [job.changes, job.desired, job.known].map(({ client }) => client);
	const isNamed = names.some((name) => typeof name === 'string' && name.startsWith('household:'));
	return isNamed || hasHouseholds(context.settings);
}

/** The names of the lists' rows become ids; what Wealthbox refuses by name is left out. */
async function send(
	desk: Desk,
	item: WealthboxItem,
	body: CrmRecord,
	call: (body: CrmRecord) => Promise<CrmRecord>,
	current: (() => Promise<CrmRecord>) | null,
): Promise<Sent> {
	const { sent: before, body: own } = await withIds(desk, item, body, current === null);
	const sent = await sendTolerantly({ ...desk, current: current ?? undefined }, own, call);
	return { ...sent, unknown: [...before.unknown, ...sent.unknown] };
}

async function withIds(desk: Desk, item: WealthboxItem, body: CrmRecord, isNew: boolean) {
	const { context, client, job } = desk;
	const sent: Sent = { record: null, unknown: [], lost: [] };
	const own = { ...body };
	for (const named of item.named) {
		const { field, nameField } = named;
		if (!(nameField in own)) continue;
		const name = own[nameField];
		delete own[nameField];
		const isEmpty = name === null || name === '';
		const id = isEmpty
			? null
			: await accountOf(context).idOf(named, String(name), client, context.now());
		if (id !== undefined) {
			own[field] = id;
			continue;
		}
		if (isNew && item.wanted.includes(field)) throw unknownName(field);
		sent.unknown.push(...job.fieldMap.filter(({ crmField }) => crmField === field));
	}
	return { sent, body: own };
}

/** A record cannot be made without it. */
function unknownName(field: string): CrmError {
	return new CrmError(
		`Wealthbox has no such value in its list for the field ${field}`,
		422,
		'unknown-picklist-value',
		{
			retryable: false,
			field,
			hint: `Add the value to the list in Wealthbox, or change how the field is mapped in the trigger's Field Mapping.`,
		},
	);
}

async function answered(
	desk: Desk,
	item: WealthboxItem,
	sent: Sent,
	values: CanonicalFields,
): Promise<SentItem> {
	if (sent.record === null) return { record: null };
	const record = await completed(desk, item, sent.record);
	const silent = await silentlyLost(desk, values, record);
	const [lost] = [...sent.lost, ...silent];
	const [unknown] = desk.settings.unknownPicklistValue === 'reject' ? sent.unknown : [];
	const culprit = lost ?? unknown;
	if (culprit === undefined) return { record };
	const { field, crmField } = culprit;
	const outcome = lost ? customFieldGone(CRM, field, crmField) : unknownValue(CRM, field);
	return { record, refused: outcome };
}

/**
 * What an earlier try may have made, oldest first. Wealthbox keeps no id of the fabric's with these records; its
 * own filters are not relied upon (opportunities ignore the client).
 */
async function candidates(desk: Desk, item: WealthboxItem, { client: of }: CanonicalFields) {
	const { client, job, settings } = desk;
	const since = Date.parse(job.openedAt) - CLOCK_SLACK_MS;
	const named = typeof of === 'string' ? parseLocalReference(of) : undefined;
	const byClient: Record<string, string> =
		named === undefined || !item.byResource
			? {}
			: { resource_id: named.crmId, resource_type: 'Contact' };
	const found = new Map<string, CrmRecord>();
	for (const list of item.lists) {
		for (let page = 1; page <= MAX_PAGES; page += 1) {
			const times = { updated_since: new Date(since).toISOString() };
			const query = { ...list, ...byClient, ...times, page };
			const { rows, more } = await client.at(item).page(query, settings.pageSize);
			for (const row of rows)
				if ((parseTime(row.created_at) ?? 0) >= since) found.set(String(row.id), row);
			if (!more) break;
		}
	}
	const oldest = [...found].sort(([a], [b]) => Number(a) - Number(b));
	const records: Array<{ crmId: string; record: CrmRecord }> = [];
	for (const [crmId, row] of oldest)
		records.push({ crmId, record: await completed(desk, item, row) });
	return records;
}
