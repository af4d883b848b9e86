/**
 * What does an event tell us about one field, before any rule is asked? The event is compared with
 * the record's shadow: only a difference that is not our own doing is an edit. Pure.
 */
import { isEmpty, listItemKey, sameAttributes, sameValue } from '../model/canonical';
import type { ChangeEvent } from '../model/event';
import { isListField, type FieldValue, type ListField, type ListItem } from '../model/fields';
import { isUnknownReference } from '../model/objects';
import { ofFew } from '../model/remember';
import { diffList, isEmptyDiff, type ListDiff } from '../model/list-diff';
import { withEdits } from './known-list';
import type { Flight } from './flights';
import type { ShadowField } from './shadow';

export type FieldSight =
	/** A later sight or write of the record is known. */
	| { kind: 'stale' }
	/** `echo`: our own write; `shown`: what a list shows of it. `empty`: nothing said. */
	| { kind: 'unchanged' | 'echo' | 'empty'; late: boolean; shown?: ListDiff }
	/**
	 * An edit. `diff`: of a list field; `shown`: the same with what is our own doing. `after`: the edit
	 * was made after this instant, ms.
	 */
	| {
			kind: 'changed';
			late: boolean;
			diff: ListDiff;
			shown: ListDiff;
			after: number | undefined;
	  };

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
	const late = time === 'late';
	if (known === undefined && isEmpty(value)) return { kind: 'empty', late };
	if (known !== undefined && sameValue(field, known.value, value)) {
		return { kind: late ? 'echo' : 'unchanged', late };
	}
	const own = ownWrites(event, field, known, late);
	const isOwn = own.some((sent) => sameValue(field, sent.value, value));
	// The CRM says that we wrote this: it is what it made of a value whose answer is still out.
	const isAnswer = event.ownWrite && (isOwn || (!late && known?.inFlight !== undefined));
	if (isAnswer) return { kind: 'echo', late };
	const from = late ? heldBefore(event, field, value, known) : (known?.value ?? null);
	if (late && sameValue(field, from, value)) return { kind: 'stale' };
	const after = lastSeenBefore(event, field, known, late);
	if (isListField(field)) {
		// A list that equals what we sent may still have lost an entry that a person had added before.
		const shown = edits(field, from, value);
		// A write counts from when it was confirmed; the CRM may have made it a little before the edit.
		const later = late && known ? writtenAfter(known, instantOf(event.readAt)) : [];
		const diff = withoutOwnWrites(field, shown, [...own, ...later]);
		if (isEmptyDiff(diff)) return { kind: 'echo', late, shown };
		return { kind: 'changed', late, diff, shown, after };
	}
	const sent = late ? [...own, ...(known?.written ?? [])] : own;
	if (isOwn || isMidMove(field, value, from, sent)) return { kind: 'echo', late };
	if (value === '' && event.kind === 'snapshot' && options.emptyNeverOverwrites) {
		return { kind: 'empty', late };
	}
	return { kind: 'changed', late, diff: NO_DIFF, shown: NO_DIFF, after };
}

/**
 * What a late edit to `value` was made on: the value before our last write. A stream tells only of
 * changes: if that is the very same value, an unanswered write of ours must have been in between.
 */
function heldBefore(
	event: ChangeEvent,
	field: string,
	value: FieldValue,
	known: ShadowField | undefined,
): FieldValue {
	if (known === undefined) return null;
	const last = known.before === undefined ? known.value : known.before.value;
	const before = isListField(field) ? undone(field, last, known, instantOf(event.readAt)) : last;
	if (event.kind === 'snapshot' || !sameValue(field, before, value)) return before;
	const ours = writtenUntil(known, instantOf(event.readAt)).findLast(
		(sent) => !sameValue(field, sent.value, value),
	);
	return ours?.value ?? before;
}

/** The list without what our writes made of it after this instant: of several, not only the last one. */
function undone(
	field: ListField,
	value: FieldValue,
	known: ShadowField,
	readAt: number,
): FieldValue {
	return writtenAfter(known, readAt).reduceRight((held, sent) => {
		const [made, from] = [sent.value, sent.from].map((list) => (list ?? []) as ListItem[]);
		return withEdits(field, held, diffList(field, made ?? [], from ?? []));
	}, value);
}

function writtenAfter({ written = [] }: ShadowField, instant: number): Flight[] {
	return written.filter(({ at }) => at !== undefined && at > instant);
}

function writtenUntil({ written = [] }: ShadowField, instant: number): Flight[] {
	return written.filter(({ at }) => at === undefined || at <= instant);
}

/** ms. Each field of an event asks for the event's few times anew. */
const instantOf = ofFew((text) => Date.parse(text));

const NO_DIFF: ListDiff = { added: [], changed: [], removed: [] };

/**
 * `stale`: the record has been seen since. `late`: it has been written by us since, and the event
 * tells of a time before that write was confirmed. An edit that it shows beside our write was made,
 * even if our write hid it.
 */
function timeliness(
	event: ChangeEvent,
	known: ShadowField | undefined,
): 'timely' | 'late' | 'stale' {
	if (known === undefined) return 'timely';
	const readAt = instantOf(event.readAt);
	const { seenAt, writtenAt } = known;
	const isBefore = writtenAt !== undefined && readAt <= writtenAt;
	if (event.kind === 'delta') {
		if (readAt >= seenAt) return 'timely';
		return isBefore ? 'late' : 'stale';
	}
	if (readAt > seenAt || (readAt === seenAt && !isBefore)) return 'timely';
	// Of a read that is older than the last sight before our write, everything is known.
	const isNext = seenAt === writtenAt && readAt >= (known.before?.seenAt ?? Infinity);
	return isBefore && isNext ? 'late' : 'stale';
}

/** Writes of ours that the record may show. What was surely edited after a write was over is not its doing. */
function ownWrites(
	event: ChangeEvent,
	field: string,
	known: ShadowField | undefined,
	late: boolean,
): Flight[] {
	const earliest =
		event.kind === 'delta' ? committedAt(event) : (lastSeenBefore(event, field, known, late) ?? 0);
	const out = (known?.inFlight ?? []).filter(({ over }) => over === undefined || earliest <= over);
	const mayBeDone = event.ownWrite || (late && event.kind === 'snapshot');
	return [...out, ...(known?.stray ?? []), ...(mayBeDone ? (known?.written ?? []) : [])];
}

/** Some CRMs let a member leave one household before it joins another: in between it is in none. */
function isMidMove(
	field: string,
	value: FieldValue,
	from: FieldValue,
	sent: readonly Flight[],
): boolean {
	if (!MOVED.has(field) || !isEmpty(value) || isEmpty(from)) return false;
	return sent.some((one) => !isEmpty(one.value));
}

const MOVED: ReadonlySet<string> = new Set(['household', 'householdRole']);

/** Of a delta: by the vendor's clock, but not after it was read. */
function committedAt(event: ChangeEvent): number {
	return Math.min(instantOf(event.editedAt), instantOf(event.readAt));
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
	const listOf = (value: FieldValue | undefined) => (Array.isArray(value) ? value : []);
	const has = (value: FieldValue | undefined, item: ListItem) =>
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
function lastSeenBefore(
	event: ChangeEvent,
	field: string,
	known: ShadowField | undefined,
	late: boolean,
): number | undefined {
	if (known === undefined || (late && event.kind === 'delta')) return undefined;
	// What is merged late was dated when it was seen (lib/references/missing.ts).
	if (typeof known.value === 'string' && isUnknownReference(field, known.value)) return undefined;
	const unchanged = event.unchangedUntil === undefined ? 0 : instantOf(event.unchangedUntil);
	const seenAt = late ? (known.before?.seenAt ?? 0) : known.seenAt;
	const after = Math.max(seenAt, event.kind === 'snapshot' ? unchanged : 0);
	return after === 0 ? undefined : after;
}
