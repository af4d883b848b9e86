/** Redtail's envelopes (reference/redtail.md, sections 4 and 5). */
import { header, type HttpRequest, type HttpResponse } from '../http';
import type { CrmRecord } from '../connector';
import { isObject, unexpectedAnswer, type Rest } from '../rest';

export const CRM = 'Redtail';

const MAX_LIST_PAGES = 50;
const DEFAULT_PAGE_SIZE = 50;

export interface Page {
	rows: CrmRecord[];
	more: boolean;
	total: number | undefined;
	/** The server's Date header, ms since the epoch. */
	serverTime: number | undefined;
}

/** `{"contact": {...}}` for the key `contact`; null when the answer holds no such record. */
export function recordIn({ body }: HttpResponse, key: string): CrmRecord | null {
	const record = isObject(body) ? body[key] : undefined;
	return isObject(record) && record.id !== undefined ? record : null;
}

/** `{"success": true, "id": 7}` or `{"phone": {"id": 7, ...}}` (section 4). */
export function newId(response: HttpResponse): string {
	const { body } = response;
	if (isObject(body)) {
		const wrapped = Object.values(body).find((value) => isObject(value) && value.id !== undefined);
		const id = body.id ?? (isObject(wrapped) ? wrapped.id : undefined);
		if (typeof id === 'number' || typeof id === 'string') return String(id);
	}
	throw unexpectedAnswer(CRM, response, 'the id of what was created');
}

export function pageIn(response: HttpResponse, key: string, page: number, pageSize: number): Page {
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

/** Rows of all pages, without deleted ones. */
export async function listRows(
	rest: Rest,
	path: string,
	key: string,
	{ query = {}, headers = {} }: Pick<HttpRequest, 'query' | 'headers'> = {},
): Promise<CrmRecord[]> {
	const all: CrmRecord[] = [];
	for (let page = 1; page <= MAX_LIST_PAGES; page += 1) {
		const response = await rest.call({ method: 'GET', path, query: { ...query, page }, headers });
		const { rows, more } = pageIn(response, key, page, DEFAULT_PAGE_SIZE);
		all.push(...rows);
		if (!more) break;
	}
	return all.filter(({ deleted }) => deleted !== true);
}
