/** Wealthbox's calls and envelopes (reference/wealthbox.md, sections 4, 5, 7). */
import type { HttpRequest, HttpResponse } from '../http';
import { header } from '../http';
import type { ConnectorContext, CrmRecord } from '../connector';
import { idOf } from '../field-codec';
import { createRest, isObject, unexpectedAnswer, type Rest, type RestOptions } from '../rest';

export const CRM = 'Wealthbox';

const MAX_CATEGORY_PAGES = 50;
const PER_PAGE = 100;

export interface Page {
	rows: CrmRecord[];
	more: boolean;
	total: number | undefined;
	/** The server's Date header, ms since the epoch. */
	serverTime: number | undefined;
}

/** The calls on one kind of record. */
export interface RecordCalls {
	get: (crmId: string) => Promise<CrmRecord>;
	/** One page of the list; `perPage` as sent, at most 100. */
	page: (query: NonNullable<HttpRequest['query']>, perPage: number) => Promise<Page>;
	create: (body: CrmRecord) => Promise<CrmRecord>;
	update: (crmId: string, body: CrmRecord) => Promise<CrmRecord>;
	remove: (crmId: string) => Promise<void>;
}

/** Where records of one kind are: path under the API's base, name of the list in its envelope. */
export interface RecordPlace {
	path: string;
	key: string;
}

/** On contacts, unless another place is named. */
export interface WealthboxClient extends RecordCalls {
	at: (place: RecordPlace) => RecordCalls;
	/** Makes the contact a member, or changes its title; answers the household. */
	addMember: (householdId: string, contactId: string, title: string) => Promise<CrmRecord>;
	removeMember: (householdId: string, contactId: string) => Promise<void>;
	/** Rows of `/categories/{type}`, all pages. */
	category: (type: string, query?: Record<string, string>) => Promise<CrmRecord[]>;
	/** One cheap call that fails if the credential or its base address is wrong. */
	me: () => Promise<void>;
	calls: () => number;
}

export function wealthboxClient(
	context: ConnectorContext,
	options: Omit<RestOptions, 'crm'> = {},
): WealthboxClient {
	const rest = createRest(context, { ...options, crm: CRM });
	const members = (id: string) => `/households/${encodeURIComponent(id)}/members`;
	return {
		...recordCalls(rest, CONTACTS),
		at: (place) => recordCalls(rest, place),
		addMember: async (householdId, contactId, title) => {
			const json = { id: idOf(contactId), title };
			return recordIn(await rest.call({ method: 'POST', path: members(householdId), json }));
		},
		removeMember: async (householdId, contactId) => {
			const path = `${members(householdId)}/${encodeURIComponent(contactId)}`;
			await rest.call({ method: 'DELETE', path });
		},
		category: (type, query = {}) => categoryRows(rest, type, query),
		me: async () => {
			const response = await rest.call({ method: 'GET', path: '/me' });
			if (!isObject(response.body)) throw unexpectedAnswer(CRM, response, 'the connected user');
		},
		calls: rest.calls,
	};
}

const CONTACTS: RecordPlace = { path: '/contacts', key: 'contacts' };

function recordCalls(rest: Rest, { path, key }: RecordPlace): RecordCalls {
	const one = (crmId: string) => `${path}/${encodeURIComponent(crmId)}`;
	return {
		get: async (crmId) => recordIn(await rest.call({ method: 'GET', path: one(crmId) })),
		page: async (query, perPage) => {
			const size = Math.max(1, Math.min(PER_PAGE, Math.floor(perPage)));
			const sent = { ...query, per_page: size };
			return pageIn(await rest.call({ method: 'GET', path, query: sent }), key, sent);
		},
		create: async (json) => recordIn(await rest.call({ method: 'POST', path, json })),
		update: async (crmId, json) =>
			recordIn(await rest.call({ method: 'PUT', path: one(crmId), json })),
		remove: async (crmId) => {
			await rest.call({ method: 'DELETE', path: one(crmId) });
		},
	};
}

function recordIn(response: HttpResponse): CrmRecord {
	const { body } = response;
	if (isObject(body) && body.id !== undefined && body.id !== null) return body;
	throw unexpectedAnswer(CRM, response, 'a record');
}

/** `meta.total_pages` where it is sent, else a page that is not full is the last one (section 5). */
function pageIn(
	response: HttpResponse,
	key: string,
	query: { page?: unknown; per_page: number },
): Page {
	const { body } = response;
	const rows = isObject(body) ? body[key] : undefined;
	if (!isObject(body) || !Array.isArray(rows))
		throw unexpectedAnswer(CRM, response, `a list of ${key}`);
	const meta = isObject(body.meta) ? body.meta : {};
	const page = Number(query.page ?? 1);
	const more =
		typeof meta.total_pages === 'number' ? page < meta.total_pages : rows.length >= query.per_page;
	const date = Date.parse(header(response, 'date') ?? '');
	return {
		rows: rows.filter(isObject),
		more: more && rows.length > 0,
		total: typeof meta.total_count === 'number' ? meta.total_count : undefined,
		serverTime: Number.isNaN(date) ? undefined : date,
	};
}

async function categoryRows(
	rest: Rest,
	type: string,
	query: Record<string, string>,
): Promise<CrmRecord[]> {
	const all: CrmRecord[] = [];
	for (let page = 1; page <= MAX_CATEGORY_PAGES; page += 1) {
		const sent = { ...query, page, per_page: PER_PAGE };
		const response = await rest.call({ method: 'GET', path: `/categories/${type}`, query: sent });
		const { rows, more } = pageIn(response, type, sent);
		all.push(...rows);
		if (!more) break;
	}
	return all;
}
