/** Pocket CRM's calls and envelopes. The key is added by the credential, not here. */
import type { ConnectorContext, CrmRecord } from '../../../lib/connectors/connector';
import { header, type HttpRequest, type HttpResponse } from '../../../lib/connectors/http';
import {
	createRest,
	isObject,
	unexpectedAnswer,
	type RestOptions,
} from '../../../lib/connectors/rest';

export const CRM = 'Pocket CRM';

const PER_PAGE = 100;

/** Where the records of an object are. */
export const PATHS = { contact: '/contacts', note: '/notes' } as const;
export type PocketObject = keyof typeof PATHS;

export interface Page {
	rows: CrmRecord[];
	more: boolean;
	total: number | undefined;
	/** The server's Date header, ms since the epoch. */
	serverTime: number | undefined;
}

export interface PocketClient {
	get: (object: PocketObject, crmId: string) => Promise<CrmRecord>;
	/** One page of the list; `limit` as sent, at most 100. */
	page: (
		object: PocketObject,
		query: NonNullable<HttpRequest['query']>,
		limit: number,
	) => Promise<Page>;
	create: (object: PocketObject, body: CrmRecord) => Promise<CrmRecord>;
	update: (object: PocketObject, crmId: string, body: CrmRecord) => Promise<CrmRecord>;
	remove: (object: PocketObject, crmId: string) => Promise<void>;
	/** One cheap call that fails if the credential or its base address is wrong. */
	me: () => Promise<void>;
	calls: () => number;
}

export function pocketClient(
	context: ConnectorContext,
	options: Omit<RestOptions, 'crm'> = {},
): PocketClient {
	const rest = createRest(context, { ...options, crm: CRM });
	const one = (object: PocketObject, crmId: string) =>
		`${PATHS[object]}/${encodeURIComponent(crmId)}`;
	return {
		get: async (object, crmId) =>
			recordIn(await rest.call({ method: 'GET', path: one(object, crmId) })),
		page: async (object, query, limit) => {
			const size = Math.max(1, Math.min(PER_PAGE, Math.floor(limit)));
			const sent = { ...query, limit: size };
			return pageIn(await rest.call({ method: 'GET', path: PATHS[object], query: sent }));
		},
		create: async (object, json) =>
			recordIn(await rest.call({ method: 'POST', path: PATHS[object], json })),
		update: async (object, crmId, json) =>
			recordIn(await rest.call({ method: 'PUT', path: one(object, crmId), json })),
		remove: async (object, crmId) => {
			await rest.call({ method: 'DELETE', path: one(object, crmId) });
		},
		me: async () => {
			const response = await rest.call({ method: 'GET', path: '/me' });
			if (!isObject(response.body)) throw unexpectedAnswer(CRM, response, 'the connected user');
		},
		calls: rest.calls,
	};
}

function recordIn(response: HttpResponse): CrmRecord {
	const { body } = response;
	if (isObject(body) && body.id !== undefined && body.id !== null) return body;
	throw unexpectedAnswer(CRM, response, 'a record');
}

function pageIn(response: HttpResponse): Page {
	const { body } = response;
	if (!isObject(body) || !Array.isArray(body.items))
		throw unexpectedAnswer(CRM, response, 'a list of records');
	const rows = body.items.filter(isObject);
	const date = Date.parse(header(response, 'date') ?? '');
	return {
		rows,
		more: body.more === true && rows.length > 0,
		total: typeof body.total === 'number' ? body.total : undefined,
		serverTime: Number.isNaN(date) ? undefined : date,
	};
}
