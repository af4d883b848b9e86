/**
 * An invented CRM in memory. People edit its records; it is read by polls (whole records, one edit
 * time each) or by a stream (what changed, in order, exact); the fabric writes to it.
 */
import type { ChangeEventInput } from '../../../lib/model/event';
import type {
	CanonicalFields,
	EmailItem,
	FieldValue,
	ScalarValue,
} from '../../../lib/model/fields';
import { isReferenceField, type ObjectName } from '../../../lib/model/objects';
import type { CrmSettings } from '../scenario';
import { streamed } from './events';
import {
	emailsOf,
	idOf,
	namedBy,
	referenceTo,
	scalarsOf,
	settle,
	type MemoryRecord,
} from './record';

const EMPTY = { jobTitle: null, status: null, emails: [] };
/** Edit times of what a stream does not tell of, ms. */
const LISTED_RESOLUTION = 1_000;

/** What a poll answers: the records edited since, and those deleted since. */
export interface Look {
	records: MemoryRecord[];
	deleted: string[];
}

export class MemoryCrm {
	readonly records = new Map<string, MemoryRecord>();
	/** Record -> who it truly is, of deleted records too. */
	readonly clients = new Map<string, number>();
	readonly stream: ChangeEventInput[] = [];
	/** Records that people deleted: id and when. */
	readonly deletions: Array<{ record: MemoryRecord; at: number }> = [];
	/** `record/field` -> writes of the fabric that changed something. */
	readonly writes = new Map<string, number>();
	/** It answers nothing before this instant, ms. */
	downUntil = 0;
	private serial = 0;
	/** Of what is no contact. */
	private readonly serials = new Map<ObjectName, number>();
	/** How its lists lag behind: earlier states of records, oldest first. */
	private readonly versions = new Map<string, Array<{ at: number; record: MemoryRecord }>>();
	private shownUpTo = 0;

	/** `hasObjects`: there are households, notes and so on. */
	constructor(
		readonly settings: CrmSettings,
		private readonly hasObjects = false,
	) {}

	get name(): string {
		return this.settings.name;
	}

	emails(record: MemoryRecord): EmailItem[] {
		return emailsOf(record.fields);
	}

	/** Records of this kind, oldest first. */
	of(object: ObjectName): MemoryRecord[] {
		return [...this.records.values()].filter((record) => record.object === object);
	}

	/** Are its changes told by the stream? Else it is read from a list. */
	streams({ object }: Pick<MemoryRecord, 'object'>): boolean {
		return this.settings.source === 'stream' && object === 'contact';
	}

	/** The value; of a field that names a record, who or what that truly is. */
	truly(field: string, value: FieldValue | undefined): ScalarValue {
		if (!isReferenceField(field)) return (value ?? null) as ScalarValue;
		const named = namedBy(value);
		return named === undefined ? null : `#${this.clients.get(named)}`;
	}

	/** Records that name this one. */
	referrers(id: string): Array<{ record: MemoryRecord; field: string }> {
		const reference = referenceTo(id);
		return [...this.records.values()].flatMap((record) =>
			scalarsOf(record.object)
				.filter((field) => isReferenceField(field) && record.fields[field] === reference)
				.map((field) => ({ record, field })),
		);
	}

	/** `by`: the unified id, if the fabric creates it. */
	create(
		client: number,
		fields: CanonicalFields,
		now: number,
		by?: string,
		object: ObjectName = 'contact',
	): MemoryRecord {
		const id = this.nextId(object);
		const record: MemoryRecord = {
			id,
			object,
			client,
			fields: {},
			editedAt: now,
			madeAt: now,
			fabricId: by,
			archived: false,
			seen: {},
			unanswered: { scalars: {}, emails: [] },
			unconfirmed: [],
			personAt: {},
			fabricAt: {},
			unseen: {},
		};
		this.records.set(id, record);
		this.clients.set(id, client);
		this.change(record, { ...this.empty(object), ...fields }, now, by !== undefined);
		return record;
	}

	/** Sets fields; list entries get nested ids. `own`: by the fabric. */
	change(record: MemoryRecord, fields: CanonicalFields, now: number, own: boolean): void {
		const isNew = Object.keys(record.fields).length === 0;
		for (const [field, value] of Object.entries(fields)) {
			record.fields[field] = field === 'emails' ? this.withRefs(value as EmailItem[]) : value;
			if (own) {
				record.fabricAt[field] = now;
				if (isNew) record.seen[field] = record.fields[field] ?? null;
			} else {
				record.personAt[field] = now;
				if (scalarsOf(record.object).includes(field))
					record.unseen[field] = { at: now, value: value as ScalarValue };
			}
		}
		record.editedAt = now;
		const told = isNew ? record.fields : pick(record.fields, Object.keys(fields));
		const kind = isNew ? 'snapshot' : 'delta';
		this.tell(record, told, now, { kind, ownWrite: own });
		this.remember(record, now);
	}

	/** `own`: by the fabric. */
	delete(record: MemoryRecord, now: number, own = false): void {
		this.records.delete(record.id);
		this.deletions.push({ record, at: now });
		this.tell(record, {}, now, { kind: 'delta', change: 'delete', ownWrite: own });
	}

	/** The CRM makes the one record part of the other; a stream says so, a list shows it as deleted. */
	merge(loser: MemoryRecord, winner: MemoryRecord, now: number): void {
		this.records.delete(loser.id);
		this.deletions.push({ record: loser, at: now });
		this.tell(loser, {}, now, { kind: 'delta', change: 'merge', mergedInto: winner.id });
	}

	/** Puts it away, or takes it out again. */
	archive(record: MemoryRecord, archived: boolean, now: number, own = false): void {
		record.archived = archived;
		record.editedAt = now;
		const change = archived ? 'archive' : 'undelete';
		this.tell(record, {}, now, { kind: 'delta', change, ownWrite: own });
		this.remember(record, now);
	}

	/**
	 * What a poll answers, as it was at some instant between `from` and now: lists may lag behind, but
	 * never go back. `since`: in its own clock; `deletedSince`: in ours; `object`: whose list it is.
	 */
	look(since: number, deletedSince: number, asOf: number, object?: ObjectName): Look {
		this.shownUpTo = Math.max(this.shownUpTo, asOf);
		const isAsked = (record: MemoryRecord) => object === undefined || record.object === object;
		const there = [...this.records.values(), ...this.deletions.map(({ record }) => record)];
		const shown = there.filter(isAsked);
		const isThere = new Set(this.records.keys());
		const gone = new Map(this.deletions.map(({ record, at }) => [record.id, at]));
		const records = shown.flatMap((record) => {
			const wasThere = isThere.has(record.id) || (gone.get(record.id) ?? 0) > this.shownUpTo;
			const version = wasThere ? this.version(record) : undefined;
			return version !== undefined && (this.shownTime(version) ?? Infinity) >= since
				? [this.listed(version)]
				: [];
		});
		const deleted = this.deletions
			.filter(({ record }) => isAsked(record))
			.filter(({ at }) => at >= deletedSince && at <= this.shownUpTo)
			.map(({ record }) => record.id);
		return { records, deleted };
	}

	/** The states of the record that a list has not shown yet, and the record itself. */
	statesOf(id: string): MemoryRecord[] {
		const current = this.records.get(id);
		const older = (this.versions.get(id) ?? []).map(({ record }) => record);
		return current === undefined ? older : [...older, current];
	}

	/** The edit time that the API shows; null if it shows none. */
	shownTime({ editedAt, object }: MemoryRecord): number | null {
		return this.settings.timeless ? null : this.vendorTime(editedAt, object);
	}

	/** In its own clock and resolution. */
	vendorTime(at: number, object: ObjectName = 'contact'): number {
		const { skewMs, ...settings } = this.settings;
		const isListed = object !== 'contact' && !this.streams({ object });
		const resolution = Math.max(settings.resolution, isListed ? LISTED_RESOLUTION : 0);
		return Math.floor((at + skewMs) / resolution) * resolution;
	}

	/** The hub knows that our writes to the record were done. */
	settle(id: string): void {
		for (const state of this.statesOf(id)) settle(state);
	}

	/** This state of the record is what lists will show of now, when they get there. */
	remember(record: MemoryRecord, now: number): void {
		if (this.settings.lagMs === 0) return;
		const earlier = (this.versions.get(record.id) ?? []).filter(({ at }) => at < now);
		this.versions.set(record.id, [...earlier, { at: now, record: structuredClone(record) }]);
	}

	private empty(object: ObjectName): CanonicalFields {
		if (object === 'contact') return this.hasObjects ? { ...EMPTY, household: null } : EMPTY;
		return Object.fromEntries(scalarsOf(object).map((field) => [field, null]));
	}

	private nextId(object: ObjectName): string {
		if (object === 'contact') {
			this.serial += 1;
			return `${this.name}-${this.serial}`;
		}
		const serial = (this.serials.get(object) ?? 0) + 1;
		this.serials.set(object, serial);
		return idOf({ object, crmId: `${this.name}-${serial}` });
	}

	private listed(version: MemoryRecord): MemoryRecord {
		const copy = structuredClone(version);
		if (copy.object !== 'household') return copy;
		const members = this.referrers(copy.id).map(({ record }) => referenceTo(record.id));
		return { ...copy, members };
	}

	private version(record: MemoryRecord): MemoryRecord | undefined {
		const versions = this.versions.get(record.id);
		if (versions === undefined) return record;
		const index = versions.findLastIndex(({ at }) => at <= this.shownUpTo);
		if (index > 0) versions.splice(0, index);
		return index < 0 ? undefined : versions[0]?.record;
	}

	private tell(
		record: MemoryRecord,
		fields: CanonicalFields,
		now: number,
		rest: Partial<ChangeEventInput>,
	): void {
		if (!this.streams(record)) return;
		this.stream.push(streamed(this.name, record, fields, this.stream.length, now, rest));
	}

	private withRefs(items: readonly EmailItem[]): EmailItem[] {
		return items.map(({ address, ref }) => {
			if (ref !== undefined) return { address, ref };
			this.serial += 1;
			return { address, ref: `${this.name}-e${this.serial}` };
		});
	}
}

function pick(fields: CanonicalFields, names: readonly string[]): CanonicalFields {
	return Object.fromEntries(names.map((name) => [name, fields[name] ?? null]));
}
