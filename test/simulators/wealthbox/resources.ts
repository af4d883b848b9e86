/** One implementation for tasks, events, notes, opportunities and projects. */
import { isObject, json, type SimRequest, type SimResponse, type SimRoute } from '../framework';
import { isSameJson } from '../plain';
import { categoryRows, CURRENT_USER, USERS } from './catalog';
import { notFound, type WealthboxDesk } from './contacts';
import { inUpdatedWindow, ListQuery } from './listing';
import { CustomValues } from './custom-values';
import { contactName } from './render';
import {
	EVENTS,
	NOTES,
	OPPORTUNITIES,
	PROJECTS,
	TASKS,
	type ResourceKind,
	type ValueKind,
} from './resource-kinds';
import { formatTime, parseTime } from './time';
import { malformed, refused } from './write';

interface Resource {
	id: number;
	createdAt: number;
	updatedAt: number;
	/** Times in ms, links as `{id, type}`, everything else as the API shows it. */
	values: Record<string, unknown>;
}

interface Link {
	id: number;
	type: string;
}

interface ResourceState {
	records: Resource[];
	nextId: number;
}

const FIRST_ID = 4_401;
const MAX_RESOURCES = 100_000;
const CLOSED_STAGES = ['Won', 'Lost'];

class ResourceDesk {
	private records = new Map<number, Resource>();
	private nextId = FIRST_ID;
	private readonly custom: CustomValues;

	constructor(
		private readonly kind: ResourceKind,
		private readonly desk: WealthboxDesk,
		private readonly now: () => number,
	) {
		this.custom = new CustomValues(desk.store, kind.documentType);
		desk.snapshots.keep<ResourceState>(kind.path, {
			save: () => ({ records: [...this.records.values()], nextId: this.nextId }),
			restore: ({ records, nextId }) => {
				this.records = new Map(records.map((record) => [record.id, record]));
				this.nextId = nextId;
			},
		});
	}

	routes(): SimRoute[] {
		const path = `/v1/${this.kind.path}`;
		const one = `${path}/:id`;
		const routes: SimRoute[] = [
			{ method: 'GET', path, handle: (request) => this.list(request) },
			{ method: 'POST', path, handle: (request) => this.create(request) },
			{ method: 'GET', path: one, handle: (request) => json(200, this.show(this.find(request))) },
			{ method: 'PUT', path: one, handle: (request) => this.update(request) },
		];
		if (!this.kind.canDelete) return routes;
		return [...routes, { method: 'DELETE', path: one, handle: (request) => this.delete(request) }];
	}

	/** What was linked to a contact goes with it. */
	forgetLinkedTo(contactId: number): void {
		for (const { id, values } of this.records.values()) {
			if (linksOf(values).some((link) => link.type === 'Contact' && link.id === contactId)) {
				this.records.delete(id);
			}
		}
	}

	private find({ params }: SimRequest): Resource {
		const record = this.records.get(Number(params.id));
		if (!record) throw notFound();
		return record;
	}

	private create(request: SimRequest): SimResponse {
		if (this.records.size >= MAX_RESOURCES) throw refused(this.kind.key, 'are too many');
		const now = this.now();
		const values = this.merged({}, request.object());
		this.require(values);
		const record = { id: this.nextId, createdAt: now, updatedAt: now, values };
		this.nextId += 1;
		this.records.set(record.id, record);
		request.wrote({ recordId: String(record.id), changedAnything: true });
		return json(this.desk.switches.createStatus, this.show(record));
	}

	private update(request: SimRequest): SimResponse {
		const record = this.find(request);
		const body = request.object();
		if (this.desk.switches.strictPut) this.require(body);
		const values = this.merged(record.values, body);
		this.require(values);
		const changedAnything = !isSameJson(values, record.values);
		record.values = values;
		if (changedAnything) record.updatedAt = this.now();
		request.wrote({ recordId: String(record.id), changedAnything });
		return json(200, this.show(record));
	}

	/** A deleted task comes back in the answer, as the vendor's documentation says. */
	private delete(request: SimRequest): SimResponse {
		const record = this.find(request);
		this.records.delete(record.id);
		request.wrote({ recordId: String(record.id), changedAnything: true });
		const withBody = this.kind === TASKS || this.desk.switches.deleteAnswer === 'body';
		return withBody ? json(200, this.show(record)) : { status: 204 };
	}

	private merged(before: Record<string, unknown>, body: Record<string, unknown>) {
		const values = { ...before };
		for (const [name, { kind }] of Object.entries(this.kind.fields)) {
			if (body[name] === undefined) continue;
			values[name] =
				kind === 'custom'
					? this.custom.merged(values[name], body[name])
					: this.read(name, kind, body[name]);
		}
		for (const [one, other] of this.kind.either) {
			if (body[one] && body[other]) throw refused(one, `can't be given together with ${other}`);
			// The newer of the two replaces the older.
			if (body[one]) delete values[other];
			if (body[other]) delete values[one];
		}
		return values;
	}

	private require(values: Record<string, unknown>): void {
		for (const name of this.kind.required) {
			const value = values[name];
			if (value === undefined || value === null || value === '') {
				throw refused(name, "can't be blank");
			}
		}
		if (this.kind === TASKS && !values.due_date && !values.frame) {
			throw refused('due_date', "can't be blank");
		}
	}

	private read(name: string, kind: ValueKind, value: unknown): unknown {
		if (value === null || kind === 'plain') return value;
		if (kind === 'time') {
			const ms = parseTime(String(value), this.desk.switches.timeZone);
			if (ms === undefined) throw malformed(name);
			return ms;
		}
		if (!Array.isArray(value)) throw malformed(name);
		const items = value as unknown[];
		if (kind === 'links') return this.readLinks(name, items);
		if (kind === 'tags') return this.readTags(items);
		return items.map((item) => {
			if (!isObject(item)) throw malformed(name);
			return { currency: '$', ...item, amount: String(item.amount) };
		});
	}

	private readTags(items: unknown[]): unknown[] {
		return items.map((item) => {
			if (typeof item !== 'string') throw malformed('tags');
			return this.desk.store.tag(item);
		});
	}

	/** Links replace the whole list. An opportunity keeps the first only. */
	private readLinks(name: string, items: unknown[]): Link[] {
		const links = items.map((item) => {
			if (!isObject(item)) throw malformed(name);
			const { id, type = 'Contact' } = item;
			if (type === 'Contact' && !this.desk.store.get(Number(id))) throw refused(name, 'not found');
			return { id: Number(id), type: String(type) };
		});
		return this.kind === OPPORTUNITIES ? links.slice(0, 1) : links;
	}

	private show({ id, createdAt, updatedAt, values }: Resource): Record<string, unknown> {
		const zone = this.desk.switches.timeZone;
		const fields = Object.entries(this.kind.fields).map(([name, { kind, empty }]) => {
			const value = values[name] ?? empty;
			if (kind === 'time' && value !== null) return [name, formatTime(Number(value), zone)];
			if (kind === 'custom') return [name, this.custom.shown(value)];
			if (kind === 'links') return [name, (value as Link[]).map((link) => this.showLink(link))];
			return [name, value];
		});
		return {
			id,
			creator: CURRENT_USER.id,
			created_at: formatTime(createdAt, zone),
			updated_at: formatTime(updatedAt, zone),
			...Object.fromEntries(fields),
		};
	}

	private showLink({ id, type }: Link): Link & { name: string } {
		const contact = this.desk.store.find(id);
		const user = USERS.find((candidate) => candidate.id === id);
		const name = type === 'User' ? user?.name : contact && contactName(contact);
		return { id, type, name: name ?? '' };
	}

	private list(request: SimRequest): SimResponse {
		const { equals } = this.kind;
		const scalars = ['resource_id', 'resource_type', 'completed', 'include_closed', 'order'];
		const dates = ['updated_since', 'updated_before', 'start_date_min', 'start_date_max'];
		const names = [...scalars, ...dates, ...Object.keys(equals)];
		const query = new ListQuery(request.query, names, this.desk.switches.timeZone);
		const rows = [...this.records.values()].filter((record) => this.fits(record, query));
		const order = query.scalar('order') ?? 'asc';
		const sign = order === 'asc' ? 1 : -1;
		const by = order === 'updated' || order === 'recent' ? 'updatedAt' : 'createdAt';
		rows.sort((a, b) => sign * (a[by] - b[by] || a.id - b.id));
		return query.page(this.kind.key, rows, (row) => this.show(row), this.desk.switches.paging);
	}

	private fits(record: Resource, query: ListQuery): boolean {
		const { values, updatedAt } = record;
		const equal = Object.entries(this.kind.equals).every(([filter, field]) => {
			const wanted = query.scalar(filter);
			const value = field === 'creator' ? CURRENT_USER.id : values[field];
			return wanted === undefined || String(value) === wanted;
		});
		return (
			equal &&
			inUpdatedWindow(query, updatedAt) &&
			this.fitsResource(values, query) &&
			this.fitsState(values, query) &&
			this.fitsDates(values, query)
		);
	}

	/** The type is compared letter by letter: `contact` finds nothing. */
	private fitsResource(values: Record<string, unknown>, query: ListQuery): boolean {
		const id = query.scalar('resource_id');
		if (!this.kind.byResource || id === undefined) return true;
		const type = query.scalar('resource_type') ?? 'Contact';
		return linksOf(values).some((link) => String(link.id) === id && link.type === type);
	}

	/** Completed tasks and closed opportunities hide unless asked for. */
	private fitsState(values: Record<string, unknown>, query: ListQuery): boolean {
		if (this.kind === TASKS) return values.complete !== true || query.flag('completed') === true;
		if (this.kind !== OPPORTUNITIES || query.flag('include_closed') === true) return true;
		const stages = categoryRows('opportunity_stages') ?? [];
		const stage = stages.find(({ id }) => id === values.stage)?.name;
		return !CLOSED_STAGES.includes(String(stage));
	}

	private fitsDates(values: Record<string, unknown>, query: ListQuery): boolean {
		if (this.kind !== EVENTS) return true;
		const startsAt = Number(values.starts_at);
		const from = query.time('start_date_min') ?? -Infinity;
		const lastDay = query.time('start_date_max');
		return startsAt >= from && (lastDay === undefined || startsAt < lastDay + 86_400_000);
	}
}

function linksOf(values: Record<string, unknown>): Link[] {
	return (values.linked_to as Link[] | undefined) ?? [];
}

/** Deleting a contact takes its notes along, so this sets the store's `onDelete`. */
export function resourceRoutes(desk: WealthboxDesk, now: () => number): SimRoute[] {
	const notes = new ResourceDesk(NOTES, desk, now);
	desk.store.onDelete = (id) => notes.forgetLinkedTo(id);
	const others = [TASKS, EVENTS, OPPORTUNITIES, PROJECTS].map(
		(kind) => new ResourceDesk(kind, desk, now),
	);
	return [notes, ...others].flatMap((resource) => resource.routes());
}
