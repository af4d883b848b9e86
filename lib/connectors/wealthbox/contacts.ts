/** The node's own operations on contacts; values carry Wealthbox's own field names. */
import { canonicalEmail, canonicalPhone, canonicalText } from '../../model/canonical';
import type { Connector, ConnectorContext, CrmRecord, ListOptions } from '../connector';
import { idOf } from '../field-codec';
import { asCrmError, isObject } from '../rest';
import { wealthboxClient, CRM, type WealthboxClient } from './client';
import { LIST_FILTERS, MATCH_FIELDS } from './filters';
import { customFieldId } from './fields';
import { TITLE_FIELD } from './membership';
import { wealthboxSettings } from './settings';

type Contacts = Connector['contacts'];

const REPEATS = 2;
const MAX_PAGES = 2_000;
const DEFAULT_LIMIT = 50;

function clientOf(context: ConnectorContext): WealthboxClient {
	return wealthboxClient(context, { repeats: REPEATS });
}

async function list(
	context: ConnectorContext,
	{ limit = DEFAULT_LIMIT, filters = {} }: ListOptions,
) {
	const client = clientOf(context);
	const query = queryOf(filters);
	const { pageSize } = wealthboxSettings(context.settings);
	const rows = new Map<string, CrmRecord>();
	for (let page = 1; page <= MAX_PAGES && rows.size < limit; page += 1) {
		const read = await client.page({ order: 'created', ...query, page }, Math.min(pageSize, limit));
		for (const row of read.rows) rows.set(String(row.id), row);
		if (!read.more) break;
	}
	return [...rows.values()].slice(0, limit);
}

/** Brackets belong to the tag filter alone: on any other Wealthbox answers 500 (section 4). */
function queryOf(filters: Record<string, string>): Record<string, string | string[]> {
	const { tags, ...rest } = filters;
	const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== ''));
	const names = (tags ?? '').split(',').map((name) => name.trim());
	return tags === undefined || tags === '' ? given : { ...given, 'tags[]': names.filter(Boolean) };
}

const FRIENDLY = { email: 'email_addresses', phone: 'phone_numbers' } as const;

/** The body for the values given: `custom_fields.41`, tag names in any form, `email` and `phone` for the primary entry. */
async function bodyOf(
	values: Record<string, unknown>,
	current: () => Promise<CrmRecord>,
): Promise<CrmRecord> {
	const body: CrmRecord = {};
	const custom: unknown[] = Array.isArray(values.custom_fields)
		? [...(values.custom_fields as unknown[])]
		: [];
	for (const [name, value] of Object.entries(values)) {
		if (value === undefined || name === 'custom_fields' || name in FRIENDLY) continue;
		const id = customFieldId(name);
		if (id !== undefined) custom.push({ id: idOf(id), value });
		else body[name] = name === 'tags' ? tagNames(value) : value;
	}
	if (custom.length > 0) body.custom_fields = custom;
	for (const [friendly, name] of Object.entries(FRIENDLY)) {
		const address = values[friendly];
		if (typeof address !== 'string' || address === '') continue;
		const primary = primaryIn((await current())[name]);
		const given = Array.isArray(body[name]) ? (body[name] as unknown[]) : [];
		body[name] = [
			...given,
			primary === undefined ? { address, principal: true } : { id: primary, address },
		];
	}
	return body;
}

function primaryIn(entries: unknown): unknown {
	const rows = Array.isArray(entries) ? entries.filter(isObject) : [];
	return (rows.find(({ principal }) => principal === true) ?? rows[0])?.id;
}

/** Wealthbox wants names; the objects of its own answers and comma-separated text are understood too. */
function tagNames(value: unknown): string[] {
	const all = typeof value === 'string' ? value.split(',') : [value].flat();
	return all
		.map((tag) => String(isObject(tag) ? (tag.name ?? '') : (tag ?? '')).trim())
		.filter((name) => name !== '');
}

/** Reads the record at most once, and only if it is needed. */
function once(read: () => Promise<CrmRecord>): () => Promise<CrmRecord> {
	let record: Promise<CrmRecord> | undefined;
	return () => (record ??= read());
}

/** Filters that Wealthbox does not know it ignores, and `name` finds parts: only whole matches count. */
function isMatch(row: CrmRecord, matchField: string, value: string): boolean {
	const addresses = (entries: unknown) =>
		(Array.isArray(entries) ? entries.filter(isObject) : []).map(({ address }) =>
			String(address ?? ''),
		);
	switch (matchField) {
		case 'email':
			return addresses(row.email_addresses).some(
				(one) => canonicalEmail(one) === canonicalEmail(value),
			);
		case 'phone':
			return addresses(row.phone_numbers).some(
				(one) => canonicalPhone(one) === canonicalPhone(value),
			);
		default:
			return (
				canonicalText(String(row[matchField] ?? '')).toLowerCase() ===
				canonicalText(value).toLowerCase()
			);
	}
}

export const contacts: Contacts = {
	get: (context, crmId) => asCrmError(CRM, () => clientOf(context).get(crmId)),
	list: (context, options) => asCrmError(CRM, () => list(context, options)),
	create: (context, values) =>
		asCrmError(CRM, async () => {
			const body = await bodyOf(values, () => Promise.resolve({}));
			return clientOf(context).create(body);
		}),
	update: (context, crmId, values) =>
		asCrmError(CRM, async () => {
			const client = clientOf(context);
			const body = await bodyOf(
				values,
				once(() => client.get(crmId)),
			);
			return client.update(crmId, body);
		}),
	delete: (context, crmId) => asCrmError(CRM, () => clientOf(context).remove(crmId)),
	findBy: (context, matchField, value) =>
		asCrmError(CRM, async () => {
			const rows = await list(context, { limit: 200, filters: { [matchField]: value } });
			return rows.filter((row) => isMatch(row, matchField, value));
		}),
	matchFields: MATCH_FIELDS,
	listFilters: LIST_FILTERS,
	idOf: (record) => String(record.id),
	notWritten: [TITLE_FIELD],
};
