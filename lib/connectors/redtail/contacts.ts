/** The node's own operations on contacts; values carry Redtail's own field names. */
import { canonicalEmail, canonicalPhone, canonicalText } from '../../model/canonical';
import type { CanonicalFields, EmailItem, ListItem, PhoneItem } from '../../model/fields';
import {
	CrmError,
	type Connector,
	type ConnectorContext,
	type CrmRecord,
	type ListOptions,
} from '../connector';
import { isObject, asCrmError } from '../rest';
import { planUpdate } from '../update-plan';
import { CRM, redtailClient, type RedtailClient } from './client';
import { udfEntry, udfId } from './fields';
import {
	bodyOf,
	isSubList,
	NESTED,
	readEntry,
	readNested,
	SUB_LISTS,
	type SubList,
} from './nested';
import { LIST_FILTERS, MATCH_FIELDS } from './filters';
import { FAMILY_FIELD, ROLE_FIELD } from './membership';
import { withIds } from './picklists';
import { redtailSettings } from './settings';
import { SubRecordGone, writeList } from './sub-records';

type Contacts = Connector['contacts'];

const REPEATS = 2;
const MAX_PAGES = 2_000;
const DEFAULT_LIMIT = 50;

const FRIENDLY: Record<string, SubList> = { email: 'emails', phone: 'phones' };

function clientOf(context: ConnectorContext): RedtailClient {
	return redtailClient(context, { repeats: REPEATS });
}

async function list(
	context: ConnectorContext,
	{ limit = DEFAULT_LIMIT, filters = {} }: ListOptions,
) {
	const client = clientOf(context);
	const { pageSize, listPath, searchPath } = redtailSettings(context.settings);
	const query = Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== ''));
	const path = Object.keys(query).length > 0 ? searchPath : listPath;
	const rows = new Map<string, CrmRecord>();
	for (let page = 1; page <= MAX_PAGES && rows.size < limit; page += 1) {
		const read = await client.page(path, { ...query, page }, Math.min(pageSize, limit));
		for (const row of read.rows) rows.set(String(row.id), row);
		if (!read.more) break;
	}
	return [...rows.values()].slice(0, limit);
}

/** The values by where they are written. */
interface Parts {
	scalars: CrmRecord;
	lists: Map<SubList, CrmRecord[]>;
	/** Address or number of the primary entry. */
	primary: Map<SubList, string>;
	udfs: Array<{ id: string; value: unknown }>;
}

function partsOf(values: Record<string, unknown>): Parts {
	const parts: Parts = { scalars: {}, lists: new Map(), primary: new Map(), udfs: [] };
	for (const [name, value] of Object.entries(values)) {
		const udf = udfId(name);
		const friendly = FRIENDLY[name];
		if (value === undefined) continue;
		if (udf !== undefined) parts.udfs.push({ id: udf, value });
		else if (isSubList(name))
			parts.lists.set(name, Array.isArray(value) ? value.filter(isObject) : []);
		else if (friendly !== undefined) {
			if (typeof value === 'string' && value !== '') parts.primary.set(friendly, value);
		} else parts.scalars[name] = value;
	}
	return parts;
}

/** Short and long forms of the type are taken; texts of lists become ids. */
async function scalarsOf(
	context: ConnectorContext,
	client: RedtailClient,
	given: CrmRecord,
): Promise<CrmRecord> {
	const { body, unknown } = await withIds(context, client, given);
	const [field] = unknown;
	if (field !== undefined) {
		const hint = `Choose a value of Redtail's own list for ${field}, or give ${field}_id.`;
		const options = { retryable: false, hint, field };
		throw new CrmError(
			`Redtail has no such value in its list for ${field}`,
			422,
			'unknown-picklist-value',
			options,
		);
	}
	const { type } = body;
	const isShort = typeof type === 'string' && type !== '' && !type.includes('::');
	return isShort
		? { ...body, type: `Crm::Contact::${type.charAt(0).toUpperCase()}${type.slice(1)}` }
		: body;
}

function primaryItem(list: SubList, value: string): ListItem {
	const item = list === 'emails' ? { address: value } : { number: value };
	return { ...item, primary: true } as EmailItem | PhoneItem;
}

async function create(
	context: ConnectorContext,
	values: Record<string, unknown>,
): Promise<CrmRecord> {
	const client = clientOf(context);
	const settings = redtailSettings(context.settings);
	const parts = partsOf(values);
	const body = await scalarsOf(context, client, { type: 'Individual', ...parts.scalars });
	for (const list of SUB_LISTS) {
		const primary = parts.primary.get(list);
		const added = primary === undefined ? [] : [bodyOf(list, primaryItem(list, primary), settings)];
		const all = [...added, ...(parts.lists.get(list) ?? [])];
		if (all.length > 0) body[list] = all;
	}
	const { crmId } = await client.create(body);
	await setUdfs(client, crmId, parts.udfs);
	return client.get(crmId);
}

async function update(
	context: ConnectorContext,
	crmId: string,
	values: Record<string, unknown>,
): Promise<CrmRecord> {
	const client = clientOf(context);
	const parts = partsOf(values);
	const body = await scalarsOf(context, client, parts.scalars);
	if (Object.keys(body).length > 0) await client.update(crmId, body);
	if (parts.lists.size + parts.primary.size > 0) await updateLists(context, client, crmId, parts);
	await setUdfs(client, crmId, parts.udfs);
	return client.get(crmId);
}

/** Lists are compared with what the contact holds now; entries left out are removed. */
async function updateLists(
	context: ConnectorContext,
	client: RedtailClient,
	crmId: string,
	parts: Parts,
): Promise<void> {
	const settings = redtailSettings(context.settings);
	const record = await client.get(crmId);
	const fresh: CanonicalFields = {};
	const wanted: CanonicalFields = {};
	for (const field of SUB_LISTS) {
		const given = parts.lists.get(field);
		const primary = parts.primary.get(field);
		if (given === undefined && primary === undefined) continue;
		const held = readNested(field, record[NESTED[field]]);
		fresh[field] = held;
		const base = given === undefined ? held : given.flatMap((row) => readEntry(field, row) ?? []);
		wanted[field] = primary === undefined ? base : withPrimary(field, base, primary);
	}
	const planned = planUpdate(wanted, fresh, fresh);
	if (planned.status !== 'plan') throw changedNow();
	for (const [field, plan] of planned.plan.lists) {
		if (!isSubList(field)) continue;
		await writeList({ client, settings, crmId, field, plan, current: [...plan.before] });
	}
}

/** The primary entry gets the new address; without one it is added. */
function withPrimary(field: SubList, items: ListItem[], value: string): ListItem[] {
	const flagged = items.findIndex((item) => (item as EmailItem).primary === true);
	const index = flagged < 0 && items.length > 0 ? 0 : flagged;
	if (index < 0) return [primaryItem(field, value)];
	return items.map((item, at) =>
		at === index ? ({ ...item, ...primaryItem(field, value) } as ListItem) : item,
	);
}

function changedNow(): CrmError {
	return new CrmError(
		'The contact was changed in Redtail at the same moment',
		409,
		'changed-meanwhile',
		{
			retryable: true,
			hint: 'Run the operation again.',
		},
	);
}

async function setUdfs(client: RedtailClient, crmId: string, udfs: Parts['udfs']): Promise<void> {
	if (udfs.length === 0) return;
	const record = { contact_udfs: await client.udfs(crmId) };
	for (const { id, value } of udfs) {
		const entry = udfEntry(record, id);
		const body = { field_value: value };
		if (entry !== undefined) await client.sub.change(crmId, 'udfs', String(entry.id), body);
		else await client.sub.add(crmId, 'udfs', { contact_udf_field_id: Number(id), ...body });
	}
}

/** Searches find parts and may ignore what they do not know: only whole matches count. */
function isMatch(row: CrmRecord, matchField: string, value: string): boolean {
	switch (matchField) {
		case 'email':
			return (readNested('emails', row.emails) as EmailItem[]).some(
				({ address }) => canonicalEmail(address) === canonicalEmail(value),
			);
		case 'phone_number':
			return (readNested('phones', row.phones) as PhoneItem[]).some(
				({ number }) => canonicalPhone(number) === canonicalPhone(value),
			);
		case 'name':
			return [row.full_name, row.company_name].some((name) => sameText(name, value));
		default:
			return sameText(row[matchField], value);
	}
}

function sameText(a: unknown, b: string): boolean {
	return canonicalText(String(a ?? '')).toLowerCase() === canonicalText(b).toLowerCase();
}

/** The phone search wants the national number without country code. */
function searchText(context: ConnectorContext, matchField: string, value: string): string {
	if (matchField !== 'phone_number') return value;
	return String(bodyOf('phones', { number: value }, redtailSettings(context.settings)).number);
}

export const contacts: Contacts = {
	get: (context, crmId) => asCrmError(CRM, () => clientOf(context).get(crmId)),
	list: (context, options) => asCrmError(CRM, () => list(context, options)),
	create: (context, values) => asCrmError(CRM, () => create(context, values)),
	update: (context, crmId, values) =>
		asCrmError(CRM, async () => {
			try {
				return await update(context, crmId, values);
			} catch (error) {
				throw error instanceof SubRecordGone ? changedNow() : error;
			}
		}),
	delete: (context, crmId) => asCrmError(CRM, () => clientOf(context).remove(crmId)),
	findBy: (context, matchField, value) =>
		asCrmError(CRM, async () => {
			const filters = { [matchField]: searchText(context, matchField, value) };
			const rows = await list(context, { limit: 200, filters });
			return rows.filter((row) => isMatch(row, matchField, value));
		}),
	matchFields: MATCH_FIELDS,
	listFilters: LIST_FILTERS,
	idOf: (record) => String(record.id),
	notWritten: [FAMILY_FIELD, ROLE_FIELD],
};
