/** What notes, activities and opportunities have in common. */
import type { SimRequest, SimResponse } from '../framework';
import { isSameJson } from '../plain';
import { notFound, type RedtailDesk } from './contacts';
import { stamps } from './render';
import { refused } from './write';

export type Values = Record<string, unknown>;

export interface WorkItem {
	id: number;
	createdAt: number;
	updatedAt: number;
	addedBy: number;
	deleted: boolean;
	values: Values;
}

const MAX_ITEMS = 100_000;

/** One table of work items: id order, soft delete. */
export class ItemTable {
	private items: WorkItem[] = [];

	/** `name` is the table's in a saved state. */
	constructor(
		name: string,
		private readonly firstId: number,
		private readonly desk: RedtailDesk,
	) {
		desk.snapshots.keep<WorkItem[]>(name, {
			save: () => this.items,
			restore: (items) => {
				this.items = items;
			},
		});
	}

	live(): WorkItem[] {
		return this.items.filter(({ deleted }) => !deleted);
	}

	find(id: string | undefined): WorkItem {
		const item = this.items[Number(id) - this.firstId];
		if (!item || item.deleted) throw notFound();
		return item;
	}

	add(request: SimRequest, values: Values): WorkItem {
		if (this.items.length >= MAX_ITEMS) throw refused('There are too many items');
		const now = this.desk.store.now();
		const item: WorkItem = {
			id: this.firstId + this.items.length,
			createdAt: now,
			updatedAt: now,
			addedBy: this.desk.auth.userOf(request).id,
			deleted: false,
			values,
		};
		this.items.push(item);
		request.wrote({ recordId: String(item.id), changedAnything: true });
		return item;
	}

	change(request: SimRequest, item: WorkItem, values: Values): void {
		const changedAnything = !isSameJson(values, item.values);
		item.values = values;
		if (changedAnything) item.updatedAt = this.desk.store.now();
		request.wrote({ recordId: String(item.id), changedAnything });
	}

	remove(request: SimRequest, item: WorkItem): SimResponse {
		Object.assign(item, { deleted: true, updatedAt: this.desk.store.now() });
		request.wrote({ recordId: String(item.id), changedAnything: true });
		return { status: 204 };
	}
}

export function show(
	{ id, addedBy, deleted, values, ...times }: WorkItem,
	hidden: string[] = [],
): Values {
	const shown = Object.entries(values).filter(([name]) => !hidden.includes(name));
	return { id, ...Object.fromEntries(shown), added_by: addedBy, deleted, ...stamps(times) };
}

/** The given values of these fields; anything else in the body is ignored. */
export function pickValues(body: Values, defaults: Values): Values {
	return Object.fromEntries(
		Object.keys(defaults)
			.filter((name) => body[name] !== undefined)
			.map((name) => [name, body[name]]),
	);
}

export function requireText(values: Values, names: readonly string[]): void {
	for (const name of names) {
		if (typeof values[name] !== 'string' || values[name] === '') {
			throw refused(`${name} can't be blank`);
		}
	}
}
