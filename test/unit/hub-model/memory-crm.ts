/**
 * An invented CRM in memory. People edit its records; it is read by polls (whole records, one edit
 * time each) or by a stream (what changed, in order, exact); the fabric writes to it.
 */
import { createHash } from 'node:crypto';
import { listItemKey, sameValue } from '../../../lib/model/canonical';
import type { ChangeEventInput } from '../../../lib/model/event';
import type { CanonicalFields, EmailItem, ScalarValue } from '../../../lib/model/fields';
import { diffList, type ListDiff } from '../../../lib/model/list-diff';
import { iso } from '../support/hub';

export const SCALARS = ['jobTitle', 'status'];

export interface MemoryRecord {
	id: string;
	/** Who it truly is; the hub does not know. */
	client: number;
	fields: CanonicalFields;
	editedAt: number;
	/** Unified id that our create left. */
	fabricId?: string;
	/** What the outside world has been able to see of it, and our own writes. */
	seen: CanonicalFields;
	/** What the fabric wrote, while neither its answer has come nor a look has shown it. */
	unanswered: { scalars: CanonicalFields; emails: EmailItem[] };
	/** List entries of the fabric's writes that the hub does not know to be done. */
	unconfirmed: EmailItem[];
	/** When a person last edited a field, and when the fabric last wrote it. */
	personAt: Record<string, number>;
	fabricAt: Record<string, number>;
}

export interface CrmSettings {
	name: string;
	source: 'poll' | 'stream';
	/** Resolution of its edit times, ms. */
	resolution: number;
	/** It keeps the status in capitals. */
	shouts: boolean;
}

const EMPTY = { jobTitle: null, status: null, emails: [] };

export class MemoryCrm {
	readonly records = new Map<string, MemoryRecord>();
	/** Record -> who it truly is, of deleted records too. */
	readonly clients = new Map<string, number>();
	readonly stream: ChangeEventInput[] = [];
	/** Records that people deleted: id and when. */
	readonly deletions: Array<{ record: MemoryRecord; at: number }> = [];
	/** `record/field` -> writes of the fabric that changed something. */
	readonly writes = new Map<string, number>();
	private serial = 0;

	constructor(readonly settings: CrmSettings) {}

	get name(): string {
		return this.settings.name;
	}

	emails(record: MemoryRecord): EmailItem[] {
		return (record.fields['emails'] ?? []) as EmailItem[];
	}

	/** `by`: the unified id, if the fabric creates it. */
	create(client: number, fields: CanonicalFields, now: number, by?: string): MemoryRecord {
		this.serial += 1;
		const id = `${this.name}-${this.serial}`;
		const record: MemoryRecord = {
			id,
			client,
			fields: {},
			editedAt: now,
			fabricId: by,
			seen: {},
			unanswered: { scalars: {}, emails: [] },
			unconfirmed: [],
			personAt: {},
			fabricAt: {},
		};
		this.records.set(id, record);
		this.clients.set(id, client);
		this.change(record, { ...EMPTY, ...fields }, now, by !== undefined);
		return record;
	}

	/** Sets fields; list entries get nested ids. `own`: by the fabric. */
	change(record: MemoryRecord, fields: CanonicalFields, now: number, own: boolean): void {
		const isNew = Object.keys(record.fields).length === 0;
		for (const [field, value] of Object.entries(fields)) {
			record.fields[field] = field === 'emails' ? this.withRefs(value as EmailItem[]) : value;
			if (!own) record.personAt[field] = now;
			else {
				record.fabricAt[field] = now;
				if (isNew) record.seen[field] = record.fields[field] ?? null;
			}
		}
		record.editedAt = now;
		const told = isNew ? record.fields : pick(record.fields, Object.keys(fields));
		const kind = isNew ? 'snapshot' : 'delta';
		this.stream.push(this.streamed(record, told, now, { kind, ownWrite: own }));
	}

	/** Our writes to this record are known to be done: those answered, or those that a look has shown. */
	settle(record: MemoryRecord, shown?: CanonicalFields): void {
		const { scalars, emails } = record.unanswered;
		const looked = (shown?.['emails'] ?? []) as EmailItem[];
		const isShown = (item: EmailItem) =>
			shown === undefined ||
			looked.some(({ ref, address }) => ref === item.ref && address === item.address);
		const seen = (record.seen['emails'] ?? []) as EmailItem[];
		record.seen = { ...record.seen, emails: [...seen, ...emails.filter(isShown)] };
		record.unanswered.emails = emails.filter((item) => !isShown(item));
		for (const [field, value] of Object.entries(scalars)) {
			if (shown !== undefined && !sameValue(field, shown[field], value)) continue;
			record.seen[field] = value;
			delete scalars[field];
		}
	}

	delete(record: MemoryRecord, now: number): void {
		this.records.delete(record.id);
		this.deletions.push({ record, at: now });
		this.stream.push(this.streamed(record, {}, now, { kind: 'delta', change: 'delete' }));
	}

	/** What a poll answers: every record edited since, and the deletions since. */
	look(since: number, deletedSince: number): { records: MemoryRecord[]; deleted: string[] } {
		const records = [...this.records.values()].filter((one) => this.shownTime(one) >= since);
		return {
			records: records.map((record) => structuredClone(record)),
			deleted: this.deletions.filter(({ at }) => at >= deletedSince).map(({ record }) => record.id),
		};
	}

	/** The edit time that the API shows. */
	shownTime({ editedAt }: MemoryRecord): number {
		return this.floor(editedAt);
	}

	floor(at: number): number {
		return Math.floor(at / this.settings.resolution) * this.settings.resolution;
	}

	/** A polled record as a change event; the same look at the same content has the same id. */
	snapshot(
		record: MemoryRecord,
		times: { readAt: number; receivedAt: number; unchangedUntil: number | null },
	): ChangeEventInput {
		const shown = iso(this.shownTime(record));
		const { unchangedUntil } = times;
		return {
			...this.frame(record, times.receivedAt),
			eventId: `${this.name}:${record.id}:${shown}:${hash(record.fields)}`,
			kind: 'snapshot',
			fields: structuredClone(record.fields) as ChangeEventInput['fields'],
			editedAt: shown,
			readAt: iso(times.readAt),
			...(unchangedUntil === null ? {} : { unchangedUntil: iso(unchangedUntil) }),
		};
	}

	deletion(crmId: string, readAt: number): ChangeEventInput {
		return {
			...this.frame({ id: crmId }, readAt),
			eventId: `${this.name}:${crmId}:deleted`,
			change: 'delete',
			kind: 'snapshot',
			fields: {},
			editedAt: iso(readAt),
			readAt: iso(readAt),
		};
	}

	private streamed(
		record: MemoryRecord,
		fields: CanonicalFields,
		at: number,
		rest: Partial<ChangeEventInput>,
	): ChangeEventInput {
		return {
			...this.frame(record, at),
			eventId: `${this.name}:${this.stream.length}`,
			kind: 'delta',
			fields: structuredClone(fields) as ChangeEventInput['fields'],
			externalKeys: record.fabricId === undefined ? {} : { fabric: record.fabricId },
			editedAt: iso(at),
			readAt: iso(at),
			...rest,
		};
	}

	private frame({ id }: { id: string }, receivedAt: number) {
		const change = 'upsert' as const;
		const object = 'contact' as const;
		return { system: this.name, object, crmId: id, change, receivedAt: iso(receivedAt) };
	}

	private withRefs(items: readonly EmailItem[]): EmailItem[] {
		return items.map(({ address, ref }) => {
			if (ref !== undefined) return { address, ref };
			this.serial += 1;
			return { address, ref: `${this.name}-e${this.serial}` };
		});
	}
}

/** Fields in which a record differs from what was seen of it before. */
export function differences(record: MemoryRecord): {
	scalars: Array<{ field: string; value: ScalarValue }>;
	list: ReturnType<typeof diffList<EmailItem>>;
} {
	const scalars = SCALARS.filter(
		(field) => !sameValue(field, record.fields[field], record.seen[field]),
	).map((field) => ({ field, value: (record.fields[field] ?? null) as ScalarValue }));
	const [before, now] = [record.seen['emails'] ?? [], record.fields['emails'] ?? []];
	return {
		scalars,
		list: diffList<EmailItem>('emails', before as EmailItem[], now as EmailItem[]),
	};
}

function pick(fields: CanonicalFields, names: readonly string[]): CanonicalFields {
	return Object.fromEntries(names.map((name) => [name, fields[name] ?? null]));
}

function hash(fields: CanonicalFields): string {
	return createHash('sha1').update(JSON.stringify(fields)).digest('hex').slice(0, 12);
}

export const keyOf = (item: EmailItem) => listItemKey('emails', item);

/** The list with the difference made to it; entries are the same by their nested ids. */
export function apply(items: readonly EmailItem[], diff: ListDiff<EmailItem>): EmailItem[] {
	const kept = items.flatMap((item) => {
		if (diff.removed.some(({ ref }) => ref === item.ref)) return [];
		const pair = diff.changed.find(({ from }) => from.ref === item.ref);
		return [pair === undefined ? item : { address: pair.to.address, ref: item.ref }];
	});
	const missing = diff.added.filter((item) => !kept.some((one) => keyOf(one) === keyOf(item)));
	return [...kept, ...missing.map(({ address, ref }) => ({ address, ref }))];
}
