/**
 * What this process has learned of a Wealthbox account: the names behind the ids of its lists, and which
 * contacts are households. Links do not tell the latter, and both cost calls.
 */
import type { ConnectorContext, CrmRecord } from '../connector';
import { idOf } from '../field-codec';
import { isGone, isObject } from '../rest';
import type { WealthboxClient } from './client';
import { HOUSEHOLD, linksOf, type NamedById, type WealthboxItem } from './objects/wealthbox-object';

interface List {
	readAt: number;
	/** Id -> name. */
	names: Map<string, string>;
}

const LIST_AGE_MS = 3_600_000;
/** A name or id that is not in the list may be new: it is read again, but not for every such value. */
const LEAST_AGE_MS = 60_000;
/** More unknown contacts than this at once: all households are listed instead. */
const MAX_SINGLE = 5;
const MAX_PAGES = 500;
const PAGE_SIZE = 100;
const MAX_KNOWN = 200_000;

const accounts = new WeakMap<object, Account>();

/** The budget is what all contexts of an account share. Ask with the connector's own context, not a paced one. */
export function accountOf({ budget }: ConnectorContext): Account {
	const known = accounts.get(budget) ?? new Account();
	accounts.set(budget, known);
	return known;
}

export class Account {
	private readonly lists = new Map<string, List>();
	/** Contact id -> is it a household? */
	private readonly kinds = new Map<string, boolean>();
	private line: Promise<unknown> = Promise.resolve();

	/** Member calls one after the other: each rewrites the whole list (reference, section 8.6). */
	inTurn<T>(work: () => Promise<T>): Promise<T> {
		const turn = this.line.then(work, work);
		this.line = turn.catch(() => undefined);
		return turn;
	}

	/** Rows of `/contacts` say what they are. */
	note(row: CrmRecord): void {
		if (row.type !== undefined) this.noteKind(String(row.id), row.type === HOUSEHOLD);
		if (isObject(row.household)) this.noteKind(String(row.household.id), true);
	}

	noteKind(crmId: string, isHousehold: boolean): void {
		if (this.kinds.size >= MAX_KNOWN) this.kinds.clear();
		this.kinds.set(crmId, isHousehold);
	}

	/** The records with the names of their ids, and with links that tell of households. */
	async completed(
		item: WealthboxItem,
		rows: readonly CrmRecord[],
		{ client, now, households }: { client: WealthboxClient; now: number; households: boolean },
	): Promise<CrmRecord[]> {
		if (households) await this.learnKinds(rows, client);
		const completed: CrmRecord[] = [];
		for (const row of rows) {
			const names: CrmRecord = {};
			for (const { field, nameField, category } of item.named) {
				if (!(field in row)) continue;
				names[nameField] = await this.nameOf(category, row[field], client, now);
			}
			const links = linksOf(row).map((link) =>
				households && this.kinds.get(String(link.id)) === true
					? { ...link, contact_type: HOUSEHOLD }
					: link,
			);
			const linked = Array.isArray(row.linked_to) ? { linked_to: links } : {};
			completed.push({ ...row, ...names, ...linked });
		}
		return completed;
	}

	/** undefined: the account has no such row. */
	async idOf(
		{ category }: NamedById,
		name: string,
		client: WealthboxClient,
		now: number,
	): Promise<number | string | undefined> {
		const wanted = name.trim().toLowerCase();
		const find = ({ names }: List) =>
			[...names].find(([, one]) => one.trim().toLowerCase() === wanted)?.[0];
		const id = await this.look(category, find, client, now);
		return id === undefined ? undefined : idOf(id);
	}

	/** Names of a list, as describe offers them. */
	async namesOf(category: string, client: WealthboxClient, now: number): Promise<string[]> {
		return [...(await this.list(category, client, now, LEAST_AGE_MS)).names.values()];
	}

	private async nameOf(
		category: string,
		id: unknown,
		client: WealthboxClient,
		now: number,
	): Promise<string | null> {
		if (id === null || id === undefined || id === '') return null;
		const key = String(id);
		// A row that the list does not show any more keeps its id as its name.
		return (await this.look(category, ({ names }) => names.get(key), client, now)) ?? key;
	}

	private async look<T>(
		category: string,
		find: (list: List) => T | undefined,
		client: WealthboxClient,
		now: number,
	): Promise<T | undefined> {
		const found = find(await this.list(category, client, now, LIST_AGE_MS));
		return found ?? find(await this.list(category, client, now, LEAST_AGE_MS));
	}

	private async list(
		category: string,
		client: WealthboxClient,
		now: number,
		maxAgeMs: number,
	): Promise<List> {
		const known = this.lists.get(category);
		if (known !== undefined && Math.abs(now - known.readAt) < maxAgeMs) return known;
		const rows = await client.category(category);
		const names = new Map(rows.map(({ id, name }) => [String(id), String(name)]));
		const list = { readAt: now, names };
		this.lists.set(category, list);
		return list;
	}

	private async learnKinds(rows: readonly CrmRecord[], client: WealthboxClient): Promise<void> {
		const isContact = ({ type }: CrmRecord) => type === undefined || type === 'Contact';
		const linked = rows.flatMap((row) => linksOf(row).filter(isContact));
		const ids = [...new Set(linked.map(({ id }) => String(id)))];
		const unknown = ids.filter((id) => !this.kinds.has(id));
		if (unknown.length > MAX_SINGLE) await this.listHouseholds(client, unknown);
		else for (const id of unknown) await this.lookAt(client, id);
	}

	private async lookAt(client: WealthboxClient, crmId: string): Promise<void> {
		try {
			this.note(await client.get(crmId));
		} catch (error) {
			// Deleted meanwhile: whatever it was, nobody will be linked to it.
			if (!isGone(error)) throw error;
			this.noteKind(crmId, false);
		}
	}

	/** What is not among them is none. */
	private async listHouseholds(client: WealthboxClient, ids: readonly string[]): Promise<void> {
		for (let page = 1; page <= MAX_PAGES; page += 1) {
			const query = { type: 'household', order: 'created', page };
			const { rows, more } = await client.page(query, PAGE_SIZE);
			for (const row of rows) this.note(row);
			if (!more) break;
		}
		for (const id of ids) if (!this.kinds.has(id)) this.noteKind(id, false);
	}
}
