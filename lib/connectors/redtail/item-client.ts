/** Calls of Redtail's other resources: families, notes, activities, opportunities (reference/redtail.md, section 6). */
import type { HttpRequest } from '../http';
import type { CrmRecord } from '../connector';
import { unexpectedAnswer, type Rest } from '../rest';
import { CRM, listRows, newId, pageIn, recordIn, type Page } from './envelopes';

type Query = NonNullable<HttpRequest['query']>;

/** One resource: where it is, and how its answers are wrapped. */
export interface Resource {
	/** `/opportunities` */
	path: string;
	/** `opportunities` */
	plural: string;
	/** `opportunity` */
	singular: string;
	/** Of the `include` header. */
	include?: string;
	/** What every read of the list asks for. */
	query?: Query;
}

export interface ItemClient {
	page: (resource: Resource, query: Query) => Promise<Page>;
	/** Rows of all pages, without deleted ones. */
	all: (resource: Resource, query?: Query) => Promise<CrmRecord[]>;
	get: (resource: Resource, id: string) => Promise<CrmRecord>;
	/** The new record's id, and the record itself where the answer holds it. */
	create: (
		resource: Resource,
		body: CrmRecord,
	) => Promise<{ crmId: string; record: CrmRecord | null }>;
	/** The record where the answer holds it (204 does not). */
	update: (resource: Resource, id: string, body: CrmRecord) => Promise<CrmRecord | null>;
	remove: (resource: Resource, id: string) => Promise<void>;
}

const DEFAULT_PAGE_SIZE = 50;

export function itemClient(rest: Rest): ItemClient {
	const headersOf = ({ include }: Resource): Record<string, string> =>
		include === undefined ? {} : { include };
	const one = ({ path }: Resource, id: string) => `${path}/${encodeURIComponent(id)}`;
	return {
		page: async (resource, query) => {
			const { path, plural } = resource;
			const whole = { ...resource.query, ...query };
			const headers = headersOf(resource);
			const response = await rest.call({ method: 'GET', path, query: whole, headers });
			return pageIn(response, plural, Number(query.page ?? 1), DEFAULT_PAGE_SIZE);
		},
		all: (resource, query) =>
			listRows(rest, resource.path, resource.plural, {
				query: { ...resource.query, ...query },
				headers: headersOf(resource),
			}),
		get: async (resource, id) => {
			const headers = headersOf(resource);
			const response = await rest.call({ method: 'GET', path: one(resource, id), headers });
			const record = recordIn(response, resource.singular);
			if (record === null) throw unexpectedAnswer(CRM, response, `a record: ${resource.singular}`);
			return record;
		},
		create: async (resource, json) => {
			const headers = headersOf(resource);
			const response = await rest.call({ method: 'POST', path: resource.path, json, headers });
			const record = recordIn(response, resource.singular);
			return { crmId: String(record?.id ?? newId(response)), record };
		},
		update: async (resource, id, json) => {
			const headers = headersOf(resource);
			const response = await rest.call({ method: 'PUT', path: one(resource, id), json, headers });
			return recordIn(response, resource.singular);
		},
		remove: async (resource, id) => {
			await rest.call({ method: 'DELETE', path: one(resource, id) });
		},
	};
}
