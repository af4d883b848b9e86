/**
 * What does an event tell us about one field, before any rule is asked? The event is compared with
 * the record's shadow: only a difference that is not our own doing is an edit. Pure.
 */
import { isEmpty, listItemKey, sameAttributes, sameValue } from '../model/canonical';
import type { ChangeEvent } from '../model/event';
import { isListField, type FieldValue, type ListField, type ListItem } from '../model/fields';
import { diffList, isEmptyDiff, type ListDiff } from '../model/list-diff';
import type { Flight, ShadowField } from './shadow';

export type FieldSight =
	/** `stale`: a later sight or write is known. `empty`: nothing said. */
	| { kind: 'unchanged' | 'stale' | 'empty' }
	/** Our own write. `late`: it was done before our last one. */
	| { kind: 'echo'; late: boolean }
	/**
	 * An edit. `diff`: of a list field. `after`: the edit was made after this instant, ms. `late`: it
	 * was made before our last write, which hid it.
	 */
	| { kind: 'changed'; diff: ListDiff; after: number | undefined; late: boolean };

export interface SightOptions {
	/** An empty text read from a polled CRM does not clear a value. */
	emptyNeverOverwrites: boolean;
}

export function look(
	event: ChangeEvent,
	field: string,
	value: FieldValue,
	known: ShadowField | undefined,
	options: SightOptions,
): FieldSight {
	const time = timeliness(event, known);
	if (time === 'stale') return { kind: 'stale' };
	if (known === undefined && isEmpty(value)) return { kind: 'empty' };
	if (known !== undefined && sameValue(field, known.value, value)) return { kind: 'unchanged' };
	const from = (time === 'late' ? known?.before : undefined) ?? known?.value ?? null;
	if (time === 'late' && sameValue(field, from, value)) return { kind: 'unchanged' };
	const own = ownWrites(event, known);
	// The CRM says that we wrote this: it is what it made of a value whose answer is still out.
	const late = time === 'late';
	if (event.ownWrite && !late && known?.inFlight !== undefined) return { kind: 'echo', late };
	const after = late ? undefined : lastSeenBefore(event, known);
	if (isListField(field)) {
		// A list that equals what we sent may still have lost an entry that a person had added before.
		const diff = withoutOwnWrites(field, edits(field, from, value), own);
		return isEmptyDiff(diff) ? { kind: 'echo', late } : { kind: 'changed', diff, after, late };
	}
	if (own.some((sent) => sameValue(field, sent.value, value))) return { kind: 'echo', late };
	if (value === '' && event.kind === 'snapshot' && options.emptyNeverOverwrites) {
		return { kind: 'empty' };
	}
	return { kind: 'changed', diff: NO_DIFF, after, late };
}

const NO_DIFF: ListDiff = { added: [], changed: [], removed: [] };

/**
 * `stale`: the record has been seen since, or written since the read began. `late`: a stream brings
 * an edit that was made before our last write; our write hid it, but it was an edit.
 */
function timeliness(
	event: ChangeEvent,
	known: ShadowField | undefined,
): 'timely' | 'late' | 'stale' {
	const readAt = Date.parse(event.readAt);
	if (known === undefined) return 'timely';
	// A write is seen by reads that begin after the instant it was confirmed at.
	if (event.kind === 'snapshot' && readAt === known.writtenAt) return 'stale';
	if (readAt >= known.seenAt) return 'timely';
	if (event.kind === 'snapshot') return 'stale';
	return known.writtenAt !== undefined && known.writtenAt >= readAt ? 'late' : 'stale';
}

/** Writes of ours that the record may show. What was edited after a write was over is not its doing. */
function ownWrites(event: ChangeEvent, known: ShadowField | undefined): Flight[] {
	const editedAt = Date.parse(event.editedAt);
	const out = (known?.inFlight ?? []).filter(({ over }) => over === undefined || editedAt <= over);
	return [...out, ...(event.ownWrite ? (known?.written ?? []) : [])];
}

/** An entry that is still in the list was not edited into another one: that one is new. */
function edits(field: ListField, from: FieldValue, to: FieldValue): ListDiff {
	const now = (to ?? []) as ListItem[];
	const diff = diffList(field, (from ?? []) as ListItem[], now);
	const keyOf = (item: ListItem) => listItemKey(field, item);
	const keys = new Set(now.map(keyOf));
	const isNew = (pair: { from: ListItem; to: ListItem }) =>
		keyOf(pair.from) !== keyOf(pair.to) && keys.has(keyOf(pair.from));
	return {
		removed: diff.removed,
		added: [...diff.added, ...diff.changed.filter(isNew).map((pair) => pair.to)],
		changed: diff.changed.filter((pair) => !isNew(pair)),
	};
}

/** A write of several calls (Redtail) may be seen half done: those steps are ours too. */
function withoutOwnWrites(field: ListField, diff: ListDiff, own: readonly Flight[]): ListDiff {
	const listOf = (value: FieldValue) => (Array.isArray(value) ? value : []);
	const has = (value: FieldValue, item: ListItem) =>
		listOf(value).some((one) => listItemKey(field, one) === listItemKey(field, item));
	const sent = (item: ListItem) =>
		own.some(({ value }) =>
			listOf(value).some(
				(one) =>
					listItemKey(field, one) === listItemKey(field, item) && sameAttributes(field, one, item),
			),
		);
	// Only what the record was known to hold can have been removed by us.
	const dropped = (item: ListItem) =>
		own.some(({ value, from }) => has(from, item) && !has(value, item));
	return {
		added: diff.added.filter((item) => !sent(item)),
		changed: diff.changed.filter(({ to }) => !sent(to)),
		removed: diff.removed.filter((item) => !dropped(item)),
	};
}

/** The edit came after the old value was last seen, whatever the vendor's clock says. */
function lastSeenBefore(event: ChangeEvent, known: ShadowField | undefined): number | undefined {
	if (known === undefined) return undefined;
	const unchanged = event.unchangedUntil === undefined ? 0 : Date.parse(event.unchangedUntil);
	const after = Math.max(known.seenAt, event.kind === 'snapshot' ? unchanged : 0);
	return after === 0 ? undefined : after;
}
