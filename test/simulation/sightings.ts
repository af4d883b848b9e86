/**
 * What the CRMs let the outside world know of people's edits, and when: told to the oracle. Polled
 * ones tell only what differs between two looks; a stream tells every edit, unless it breaks.
 */
import { sameValue } from '../../lib/model/canonical';
import type { ScalarValue } from '../../lib/model/fields';
import { isEmptyDiff } from '../../lib/model/list-diff';
import type { MemoryCrm } from './crm/memory-crm';
import {
	apply,
	differences,
	emailsOf,
	keyOf,
	scalarsOf,
	settle,
	type Differences,
	type MemoryRecord,
} from './crm/record';
import type { Bounds, Oracle } from './oracle';

interface Undelivered {
	position: number;
	when: Bounds;
	field: string;
	record: MemoryRecord;
	/** What the field held before. */
	base: unknown;
}

export class Sightings {
	/** Edits whose time the next look may set anew. */
	private readonly doubtful = new Map<string, Bounds[]>();
	/** `record/field` -> latest time that its last edit may have. */
	private readonly latest = new Map<string, number>();
	/** Record -> when the newest of its reads began. */
	private readonly newestRead = new Map<string, number>();
	private undelivered: Undelivered[] = [];

	constructor(private readonly oracle: Oracle) {}

	/** A poll that began at `readAt` has shown this record to the hub, and the hub took it in. */
	polled(crm: MemoryCrm, shown: MemoryRecord, readAt: number, receivedAt: number): void {
		const newest = this.newestRead.get(shown.id) ?? readAt;
		this.newestRead.set(shown.id, Math.max(newest, readAt));
		const states = crm.statesOf(shown.id);
		const record = states.at(-1) ?? shown;
		const last = this.bounds(crm, shown, shown.editedAt, readAt, receivedAt);
		for (const when of this.doubtful.get(shown.id) ?? []) {
			when.latest = Math.max(when.latest, last.latest, readAt);
		}
		this.doubtful.delete(shown.id);
		for (const state of [shown, ...states]) settle(state, shown.fields);
		const { scalars, list } = differences(shown);
		for (const { field, value } of scalars) {
			const when = this.editBounds(crm, shown, field, readAt, receivedAt);
			// We have written since the look: over this very edit, or because it made the field what it was.
			const isWritten = record.fabricAt[field] !== shown.fabricAt[field];
			if (isWritten) when.earliest = Number.NEGATIVE_INFINITY;
			this.noteScalar(crm, record, field, value, when);
			if (isWritten) continue;
			for (const state of states) state.seen = { ...state.seen, [field]: value };
		}
		for (const field of scalarsOf(record.object)) {
			const unseen = record.unseen[field];
			if (unseen && unseen.at <= (shown.personAt[field] ?? 0)) delete record.unseen[field];
		}
		if (!isEmptyDiff(list)) {
			this.noteList(record, list, this.editBounds(crm, shown, 'emails', readAt, receivedAt));
		}
		for (const state of states) {
			state.seen = { ...state.seen, emails: apply(emailsOf(state.seen), list) };
		}
	}

	/** A person has edited a record: a stream tells it, with its exact time. */
	edited(crm: MemoryCrm, record: MemoryRecord, now: number): void {
		if (!crm.streams(record)) return;
		const { scalars, list } = differences(record);
		const position = crm.stream.length - 1;
		const exact = (field: string): Bounds => {
			const when = { earliest: now, latest: now };
			const base = structuredClone(record.seen[field] ?? null);
			this.undelivered.push({ position, when, field, record, base });
			return when;
		};
		for (const { field, value } of scalars)
			this.noteScalar(crm, record, field, value, exact(field));
		if (!isEmptyDiff(list)) this.noteList(record, list, exact('emails'));
		record.seen = structuredClone(record.fields);
	}

	/** The hub took in the stream up to this position. */
	delivered(crm: MemoryCrm, position: number): void {
		this.undelivered = this.undelivered.filter(
			(edit) => crm.clients.has(edit.record.id) && edit.position >= position,
		);
	}

	/** Records of a stream were read whole, because it broke or beside it. Edits in the gap are known as a poll knows them. */
	bridged(crm: MemoryCrm, records: ReadonlySet<string> = new Set(crm.clients.keys())): void {
		const bridged = this.undelivered.filter(({ record }) => records.has(record.id));
		for (const { when, field, record, base } of bridged) {
			when.latest = Math.max(when.latest, record.editedAt);
			const current = crm.records.get(record.id)?.fields[field] ?? null;
			const isGone = !crm.records.has(record.id);
			if (isGone) this.oracle.leaveOpen(record.client);
			const isHidden = isGone || sameValue(field, current, base as ScalarValue);
			const isOverwritten = (record.fabricAt[field] ?? 0) >= when.earliest;
			if (isHidden || isOverwritten) when.earliest = Number.NEGATIVE_INFINITY;
		}
		this.undelivered = this.undelivered.filter((edit) => !bridged.includes(edit));
	}

	/**
	 * A polled record has one edit time for all its fields, in the vendor's resolution and clock. If we
	 * wrote the field, or read the record otherwise, while the poll was under way, the hub may have to
	 * wait for the next look.
	 */
	private editBounds(
		crm: MemoryCrm,
		shown: MemoryRecord,
		field: string,
		readAt: number,
		receivedAt: number,
	): Bounds {
		const when = this.bounds(crm, shown, shown.personAt[field] ?? 0, readAt, receivedAt);
		const name = `${shown.id}/${field}`;
		when.latest = Math.max(when.latest, (this.latest.get(name) ?? 0) + 1);
		this.latest.set(name, when.latest);
		const isOvertaken = (this.newestRead.get(shown.id) ?? 0) > readAt;
		if ((shown.fabricAt[field] ?? 0) < readAt && !isOvertaken) return when;
		this.doubtful.set(shown.id, [...(this.doubtful.get(shown.id) ?? []), when]);
		return when;
	}

	private bounds(
		crm: MemoryCrm,
		shown: MemoryRecord,
		editedAt: number,
		readAt: number,
		receivedAt: number,
	): Bounds {
		if (crm.settings.timeless) {
			return { earliest: Math.min(editedAt, readAt), latest: Math.max(shown.editedAt, readAt) };
		}
		return {
			earliest: Math.min(editedAt, crm.vendorTime(editedAt, shown.object)),
			latest: Math.max(
				shown.editedAt,
				Math.min(crm.vendorTime(shown.editedAt, shown.object), receivedAt),
			),
		};
	}

	private noteScalar(
		crm: MemoryCrm,
		{ client, id: record }: MemoryRecord,
		field: string,
		said: ScalarValue,
		when: Bounds,
	): void {
		this.oracle.note({ client, record, field, value: crm.truly(field, said), when });
	}

	private noteList(
		{ client, id: record }: MemoryRecord,
		list: Differences['list'],
		when: Bounds,
	): void {
		for (const item of list.added) this.oracle.noteAdded(client, keyOf(item));
		for (const item of list.removed) {
			this.oracle.noteEdited(client, keyOf(item), { record, address: null, when });
		}
		for (const { from, to } of list.changed) {
			this.oracle.noteEdited(client, keyOf(from), { record, address: keyOf(to), when });
		}
	}
}
