/** Redtail wants ids where it shows texts: status, category and the like are looked up in its lists. */
import { canonicalText } from '../../model/canonical';
import type { ConnectorContext, CrmRecord } from '../connector';
import type { HttpPort } from '../http';
import { PICKLISTS, type Picklist, type Picklists } from './catalog';
import type { RedtailClient } from './client';

const KEEP_MS = 600_000;
/** A text that is not found makes the list be read again, but not more often than this. */
const LOOK_AGAIN_MS = 10_000;

interface CachedList {
	readAt: number;
	/** By text. */
	ids: Map<string, number>;
	texts: Map<number, string>;
}

/** One cache a connection: two accounts have different ids. */
const caches = new WeakMap<HttpPort, Map<string, CachedList>>();

export interface Resolved {
	body: CrmRecord;
	/** Fields whose text Redtail's list does not have; they are not in the body. */
	unknown: string[];
}

const keyOf = (text: string) => canonicalText(text).toLowerCase();

/** Replaces `status: "Active"` by `status_id: 1`. Other keys stay. */
export async function withIds(
	context: ConnectorContext,
	client: RedtailClient,
	body: CrmRecord,
	picklists: Picklists = PICKLISTS,
): Promise<Resolved> {
	const resolved: CrmRecord = {};
	const unknown: string[] = [];
	for (const [name, value] of Object.entries(body)) {
		const picklist = picklists[name];
		if (picklist === undefined) {
			resolved[name] = value;
			continue;
		}
		if (value === null || value === '') {
			resolved[picklist.idField] = null;
			continue;
		}
		const id = await idOfText(context, client, picklist, String(value));
		if (id === undefined) unknown.push(name);
		else resolved[picklist.idField] = id;
	}
	return { body: resolved, unknown };
}

/** The id of a text in a list; undefined: the list does not have it. */
export function idOfCode(
	context: ConnectorContext,
	client: RedtailClient,
	list: string,
	text: string,
): Promise<number | undefined> {
	return idOfText(context, client, { idField: '', list }, text);
}

async function idOfText(
	context: ConnectorContext,
	client: RedtailClient,
	{ list, fixed }: Picklist,
	text: string,
): Promise<number | undefined> {
	if (fixed !== undefined) {
		const index = fixed.findIndex((one) => keyOf(one) === keyOf(text));
		return index < 0 ? undefined : index + 1;
	}
	if (list === undefined) return undefined;
	const known = await cachedList(context, client, list, KEEP_MS);
	const id = known.ids.get(keyOf(text));
	if (id !== undefined) return id;
	return (await cachedList(context, client, list, LOOK_AGAIN_MS)).ids.get(keyOf(text));
}

/** The text of an entry; one that is not known is looked for again. undefined: the list does not have it. */
export async function textOfId(
	context: ConnectorContext,
	client: RedtailClient,
	list: string,
	id: number,
): Promise<string | undefined> {
	const known = await cachedList(context, client, list, KEEP_MS);
	const text = known.texts.get(id);
	if (text !== undefined) return text;
	return (await cachedList(context, client, list, LOOK_AGAIN_MS)).texts.get(id);
}

async function cachedList(
	context: ConnectorContext,
	client: RedtailClient,
	list: string,
	keepMs: number,
): Promise<CachedList> {
	const cache = caches.get(context.http) ?? new Map<string, CachedList>();
	caches.set(context.http, cache);
	const cached = cache.get(list);
	if (cached !== undefined && Math.abs(context.now() - cached.readAt) < keepMs) return cached;
	const rows = await client.list(list);
	const entries = rows.flatMap(
		({ id, name, code = name }): Array<[string, number]> =>
			typeof code === 'string' && Number.isFinite(Number(id)) ? [[code, Number(id)]] : [],
	);
	const fresh = {
		readAt: context.now(),
		ids: new Map(entries.map(([text, id]) => [keyOf(text), id])),
		texts: new Map(entries.map(([text, id]) => [id, text])),
	};
	cache.set(list, fresh);
	return fresh;
}
