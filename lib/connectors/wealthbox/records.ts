/** The node's own operations on households, notes, tasks, events and opportunities. */
import type { ConnectorContext, CrmRecord, ListOptions, RecordClient } from '../connector';
import { idOf } from '../field-codec';
import { CrmError } from '../connector';
import { asCrmError, isObject } from '../rest';
import { accountOf } from './account';
import { CRM, wealthboxClient, type WealthboxClient } from './client';
import { contacts } from './contacts';
import { ITEMS } from './objects';
import { household } from './objects/household';
import { HOUSEHOLD, type WealthboxItem } from './objects/wealthbox-object';
import { hasHouseholds } from '../objects/chosen';
import { wealthboxSettings } from './settings';

const REPEATS = 2;
const MAX_PAGES = 2_000;
const DEFAULT_LIMIT = 50;

function clientOf(context: ConnectorContext): WealthboxClient {
	return wealthboxClient(context, { repeats: REPEATS });
}

const households: RecordClient = {
	...contacts,
	list: (context, { filters = {}, ...options }) =>
		contacts.list(context, { ...options, filters: { ...filters, type: 'household' } }),
	create: (context, values) => contacts.create(context, { ...values, type: HOUSEHOLD }),
	findBy: async (context, matchField, value) => {
		const found = await contacts.findBy(context, matchField, value);
		return found.filter(({ type }) => type === HOUSEHOLD);
	},
	listFilters: household.listFilters,
	matchFields: household.matchFields,
};

function itemClient(item: WealthboxItem): RecordClient {
	const completed = async (context: ConnectorContext, rows: CrmRecord[]) =>
		accountOf(context).completed(item, rows, {
			client: clientOf(context),
			now: context.now(),
			households: hasHouseholds(context.settings),
		});
	const one = async (context: ConnectorContext, row: CrmRecord) =>
		(await completed(context, [row]))[0] ?? row;
	const calls = (context: ConnectorContext) => clientOf(context).at(item);
	return {
		get: (context, crmId) =>
			asCrmError(CRM, async () => one(context, await calls(context).get(crmId))),
		list: (context, options) =>
			asCrmError(CRM, async () => completed(context, await list(context, item, options))),
		create: (context, values) =>
			asCrmError(CRM, async () => {
				const body = await bodyOf(context, item, values, null);
				return one(context, await calls(context).create(body));
			}),
		update: (context, crmId, values) =>
			asCrmError(CRM, async () => {
				const current = item.assemble === undefined ? {} : await calls(context).get(crmId);
				const body = await bodyOf(context, item, values, current);
				return one(context, await calls(context).update(crmId, body));
			}),
		delete: (context, crmId) =>
			asCrmError(CRM, async () => {
				if (!item.capability.delete) throw cannotDelete(item);
				await calls(context).remove(crmId);
			}),
		findBy: () => Promise.resolve([]),
		matchFields: item.matchFields,
		listFilters: item.listFilters,
		idOf: (record) => String(record.id),
	};
}

export const records = {
	household: households,
	...Object.fromEntries(ITEMS.map((item) => [item.object, itemClient(item)])),
};

async function list(
	context: ConnectorContext,
	item: WealthboxItem,
	{ limit = DEFAULT_LIMIT, filters = {} }: ListOptions,
): Promise<CrmRecord[]> {
	const calls = clientOf(context).at(item);
	const { pageSize } = wealthboxSettings(context.settings);
	const given = Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== ''));
	// The type is compared letter by letter (section 9).
	if (given.resource_id !== undefined) given.resource_type ??= 'Contact';
	const rows = new Map<string, CrmRecord>();
	for (let page = 1; page <= MAX_PAGES && rows.size < limit; page += 1) {
		const read = await calls.page({ ...given, page }, Math.min(pageSize, Math.max(limit, 1)));
		for (const row of read.rows) if (isWanted(item, row, given)) rows.set(String(row.id), row);
		if (!read.more) break;
	}
	return [...rows.values()].slice(0, limit);
}

/** Opportunities ignore the filter by contact (section 12). */
function isWanted(item: WealthboxItem, row: CrmRecord, { resource_id: id }: CrmRecord): boolean {
	if (item.byResource || id === undefined) return true;
	const links = Array.isArray(row.linked_to) ? row.linked_to.filter(isObject) : [];
	return links.some((link) => String(link.id) === id);
}

async function bodyOf(
	context: ConnectorContext,
	item: WealthboxItem,
	values: Record<string, unknown>,
	current: CrmRecord | null,
): Promise<CrmRecord> {
	const body: CrmRecord = {};
	const custom: CrmRecord[] = [];
	for (const [name, value] of Object.entries(values)) {
		const id = /^custom_fields\.(.+)$/.exec(name)?.[1];
		const named = item.named.find(({ field }) => field === name);
		if (value === undefined) continue;
		if (id !== undefined) custom.push({ id: idOf(id), value });
		else if (name === 'linked_to') body[name] = linksIn(value);
		else if (name === 'tags') body[name] = textsIn(value);
		else if (named !== undefined) body[name] = await rowId(context, named, value);
		else body[name] = value;
	}
	if (custom.length > 0) body.custom_fields = custom;
	return item.assemble?.(body, { settings: context.settings, current }) ?? body;
}

/** An id as it is, or the name of a row. */
async function rowId(
	context: ConnectorContext,
	named: WealthboxItem['named'][number],
	value: unknown,
): Promise<unknown> {
	if (typeof value !== 'string' || value === '' || /^\d+$/.test(value)) return value;
	const id = await accountOf(context).idOf(named, value, clientOf(context), context.now());
	if (id !== undefined) return id;
	throw new CrmError(`Wealthbox has no such value for the field ${named.field}`, 422, '422', {
		retryable: false,
		field: named.field,
		hint: `Choose one of the list, or add the value in Wealthbox under Settings.`,
	});
}

/** Ids of contacts, one or many, or links as Wealthbox shows them. */
function linksIn(value: unknown): CrmRecord[] {
	const all: unknown[] = typeof value === 'string' ? value.split(',') : [value].flat();
	return all.flatMap((one): CrmRecord[] => {
		if (isObject(one)) return [{ id: one.id, type: one.type ?? 'Contact' }];
		const id = String(one ?? '').trim();
		return id === '' ? [] : [{ id: idOf(id), type: 'Contact' }];
	});
}

function textsIn(value: unknown): string[] {
	const all: unknown[] = typeof value === 'string' ? value.split(',') : [value].flat();
	return all
		.map((one) => String(isObject(one) ? (one.name ?? '') : (one ?? '')).trim())
		.filter((name) => name !== '');
}

function cannotDelete({ object }: WealthboxItem): CrmError {
	return new CrmError(`Wealthbox lets nobody delete a ${object}`, 404, '404', {
		retryable: false,
		hint: 'Change its text instead; it goes when its contact is deleted.',
	});
}
