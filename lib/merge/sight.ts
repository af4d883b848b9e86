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
	/** `echo`: our own write. `stale`: a later sight or write is known. `empty`: nothing said. */
	| { kind: 'unchanged' | 'echo' | 'stale' | 'empty' }
	/** An edit. `diff`: of a list field. `after`: the edit was made after this instant, ms. */
	| { kind: 'changed'; diff: ListDiff; after: number | undefined };

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
	if (own.some((sent) => sameValue(field, sent.value, value))) return { kind: 'echo' };
	// The CRM says that we wrote this: it is what it made of a value whose answer is still out.
	if (event.ownWrite && time === 'timely' && known?.inFlight !== undefined) return { kind: 'echo' };
	if (value === '' && event.kind === 'snapshot' && options.emptyNeverOverwrites) {
		return { kind: 'empty' };
	}
	const after = time === 'late' ? undefined : lastSeenBefore(event, known);
	if (!isListField(field)) return { kind: 'changed', diff: NO_DIFF, after };
	const diff = withoutOwnWrites(field, edits(field, from, value), own);
	return isEmptyDiff(diff) ? { kind: 'echo' } : { kind: 'changed', diff, after };
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
	if (known === undefined || readAt >= known.seenAt) return 'timely';
	if (event.kind === 'snapshot') return 'stale';
	return known.writtenAt !== undefined && known.writtenAt >= readAt ? 'late' : 'stale';
}

/** Writes of ours that the record may show. */
function ownWrites(event: ChangeEvent, known: ShadowField | undefined): Flight[] {
	return [...(known?.inFlight ?? []), ...(event.ownWrite ? (known?.written ?? []) : [])];
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
