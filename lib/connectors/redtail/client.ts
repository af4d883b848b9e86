/** Redtail's calls and envelopes (reference/redtail.md, sections 4, 5, 6). */
import type { HttpRequest } from '../http';
import type { ConnectorContext, CrmRecord } from '../connector';
import { createRest, unexpectedAnswer, type Rest, type RestOptions } from '../rest';
import { CRM, listRows, newId, pageIn, recordIn, type Page } from './envelopes';
import { itemClient, type ItemClient } from './item-client';

export { CRM } from './envelopes';

/** Sub-records come only if this header names them. */
const INCLUDE = 'addresses,phones,emails,tag_memberships';
const WITH_FAMILY = `${INCLUDE},family,family.members`;

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
	items: ItemClient;
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

/** `families`: contacts come with the family that they belong to (`family: null`: none). */
export interface RedtailOptions extends Omit<RestOptions, 'crm'> {
	families?: boolean;
}

export function redtailClient(
	context: ConnectorContext,
	{ families = false, ...options }: RedtailOptions = {},
): RedtailClient {
	const rest = createRest(context, { ...options, crm: CRM });
	const include = families ? WITH_FAMILY : INCLUDE;
	// Asked for and not named: there is none.
	const whole = (row: CrmRecord): CrmRecord =>
		families && row.family === undefined ? { ...row, family: null } : row;
	const one = (crmId: string) => `/contacts/${encodeURIComponent(crmId)}`;
	return {
		get: async (crmId) => {
			const response = await rest.call({
				method: 'GET',
				path: one(crmId),
				headers: { include },
			});
			const record = recordIn(response, 'contact');
			if (record === null) throw unexpectedAnswer(CRM, response, 'a contact');
			return whole(record);
		},
		page: async (path, query, pageSize) => {
			const headers = { include, pagesize: String(Math.max(1, Math.floor(pageSize))) };
			const response = await rest.call({ method: 'GET', path, query, headers });
			const page = pageIn(response, 'contacts', Number(query.page ?? 1), pageSize);
			return { ...page, rows: page.rows.map(whole) };
		},
		create: async (json) => {
			const headers = { include };
			const response = await rest.call({ method: 'POST', path: '/contacts', json, headers });
			const record = recordIn(response, 'contact');
			return { crmId: String(record?.id ?? newId(response)), record };
		},
		update: async (crmId, json) => {
			const headers = { include };
			const response = await rest.call({ method: 'PUT', path: one(crmId), json, headers });
			return recordIn(response, 'contact');
		},
		remove: async (crmId) => {
			await rest.call({ method: 'DELETE', path: one(crmId) });
		},
		list: (name) => listRows(rest, `/lists/${name}`, name),
		udfs: (crmId) => listRows(rest, `${one(crmId)}/udfs`, 'contact_udfs'),
		sub: subClient(rest, one),
		items: itemClient(rest),
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
