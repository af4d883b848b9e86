/** Redtail's calls and envelopes (reference/redtail.md, sections 4, 5, 6). */
import { header, type HttpRequest, type HttpResponse } from '../http';
import type { ConnectorContext, CrmRecord } from '../connector';
import { createRest, isObject, unexpectedAnswer, type Rest, type RestOptions } from '../rest';

export const CRM = 'Redtail';

/** Sub-records come only if this header names them. */
export const INCLUDE = 'addresses,phones,emails,tag_memberships';
const MAX_LIST_PAGES = 50;
const DEFAULT_PAGE_SIZE = 50;

export interface Page {
	rows: CrmRecord[];
	more: boolean;
	total: number | undefined;
	/** The server's Date header, ms since the epoch. */
	serverTime: number | undefined;
}

export interface RedtailClient {
	/** With its sub-records; a deleted contact may come with `deleted: true`. */
	get: (crmId: string) => Promise<CrmRecord>;
	page: (path: string, query: NonNullable<HttpRequest['query']>, pageSize: number) => Promise<Page>;
	/** The new contact's id, and the contact itself where the answer holds it. */
	create: (body: CrmRecord) => Promise<{ crmId: string; record: CrmRecord | null }>;
	/** The contact where the answer holds it (204 does not). */
	update: (crmId: string, body: CrmRecord) => Promise<CrmRecord | null>;
	remove: (crmId: string) => Promise<void>;
	/** Rows of `/lists/{name}`, all pages. */
	list: (name: string) => Promise<CrmRecord[]>;
	udfs: (crmId: string) => Promise<CrmRecord[]>;
	sub: SubClient;
	check: () => Promise<void>;
	calls: () => number;
}

/** `/contacts/{id}/{part}`: phones, emails, addresses, udfs. */
export interface SubClient {
	/** Id of the new sub-record. */
	add: (crmId: string, part: string, body: CrmRecord) => Promise<string>;
	change: (crmId: string, part: string, id: string, body: CrmRecord) => Promise<void>;
	remove: (crmId: string, part: string, id: string) => Promise<void>;
}

export function redtailClient(
	context: ConnectorContext,
	options: Omit<RestOptions, 'crm'> = {},
): RedtailClient {
	const rest = createRest(context, { ...options, crm: CRM });
	const one = (crmId: string) => `/contacts/${encodeURIComponent(crmId)}`;
	return {
		get: async (crmId) => {
			const response = await rest.call({
				method: 'GET',
				path: one(crmId),
				headers: { include: INCLUDE },
			});
			const record = contactIn(response);
			if (record === null) throw unexpectedAnswer(CRM, response, 'a contact');
			return record;
		},
		page: async (path, query, pageSize) => {
			const headers = { include: INCLUDE, pagesize: String(Math.max(1, Math.floor(pageSize))) };
			const response = await rest.call({ method: 'GET', path, query, headers });
			return pageIn(response, 'contacts', Number(query.page ?? 1), pageSize);
		},
		create: async (json) => {
			const headers = { include: INCLUDE };
			const response = await rest.call({ method: 'POST', path: '/contacts', json, headers });
			const record = contactIn(response);
			return { crmId: String(record?.id ?? newId(response)), record };
		},
		update: async (crmId, json) => {
			const headers = { include: INCLUDE };
			return contactIn(await rest.call({ method: 'PUT', path: one(crmId), json, headers }));
		},
		remove: async (crmId) => {
			await rest.call({ method: 'DELETE', path: one(crmId) });
		},
		list: (name) => listRows(rest, `/lists/${name}`, name),
		udfs: (crmId) => listRows(rest, `${one(crmId)}/udfs`, 'contact_udfs'),
		sub: subClient(rest, one),
		check: async () => {
			const headers = { pagesize: '1' };
			const response = await rest.call({
				method: 'GET',
				path: '/contacts',
				query: { page: 1 },
				headers,
			});
			pageIn(response, 'contacts', 1, 1);
		},
		calls: rest.calls,
	};
}

function subClient(rest: Rest, one: (crmId: string) => string): SubClient {
	const path = (crmId: string, part: string, id: string) =>
		`${one(crmId)}/${part}/${encodeURIComponent(id)}`;
	return {
		add: async (crmId, part, json) =>
			newId(await rest.call({ method: 'POST', path: `${one(crmId)}/${part}`, json })),
		change: async (crmId, part, id, json) => {
			await rest.call({ method: 'PUT', path: path(crmId, part, id), json });
		},
		remove: async (crmId, part, id) => {
			await rest.call({ method: 'DELETE', path: path(crmId, part, id) });
		},
	};
}

/** `{"contact": {...}}`; null when the answer holds no contact. */
function contactIn({ body }: HttpResponse): CrmRecord | null {
	const contact = isObject(body) ? body.contact : undefined;
	return isObject(contact) && contact.id !== undefined ? contact : null;
}

/** `{"success": true, "id": 7}` or `{"phone": {"id": 7, ...}}` (section 4). */
function newId(response: HttpResponse): string {
	const { body } = response;
	if (isObject(body)) {
		const wrapped = Object.values(body).find((value) => isObject(value) && value.id !== undefined);
		const id = body.id ?? (isObject(wrapped) ? wrapped.id : undefined);
		if (typeof id === 'number' || typeof id === 'string') return String(id);
	}
	throw unexpectedAnswer(CRM, response, 'the id of what was created');
}

function pageIn(response: HttpResponse, key: string, page: number, pageSize: number): Page {
	const { body } = response;
	const rows = isObject(body) ? body[key] : undefined;
	if (!isObject(body) || !Array.isArray(rows))
		throw unexpectedAnswer(CRM, response, `a list of ${key}`);
	const meta = isObject(body.meta) ? body.meta : {};
	// Whether `pagesize` was heeded is not sure: without meta a page of the default size may not be the last.
	const full = Math.min(pageSize, DEFAULT_PAGE_SIZE);
	const more = typeof meta.total_pages === 'number' ? page < meta.total_pages : rows.length >= full;
	const date = Date.parse(header(response, 'date') ?? '');
	return {
		rows: rows.filter(isObject),
		more: more && rows.length > 0,
		total: typeof meta.total_records === 'number' ? meta.total_records : undefined,
		serverTime: Number.isNaN(date) ? undefined : date,
	};
}

async function listRows(rest: Rest, path: string, key: string): Promise<CrmRecord[]> {
	const all: CrmRecord[] = [];
	for (let page = 1; page <= MAX_LIST_PAGES; page += 1) {
		const response = await rest.call({ method: 'GET', path, query: { page } });
		const { rows, more } = pageIn(response, key, page, DEFAULT_PAGE_SIZE);
		all.push(...rows);
		if (!more) break;
	}
	return all.filter(({ deleted }) => deleted !== true);
}
