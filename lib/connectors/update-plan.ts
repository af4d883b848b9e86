/**
 * What an update has to write, and what the record is known to hold afterwards. Pure.
 *
 * The plan is made against a fresh read where there is one: what an earlier try has done already is
 * left out, and a value that somebody changed at the CRM since it was last read is a conflict. The
 * engine then waits for the change source to bring that edit instead of writing over it.
 */
import { listItemAttributes, listItemKey, sameValue } from '../model/canonical';
import {
	isListField,
	type CanonicalFields,
	type EmailItem,
	type ListField,
	type ListItem,
} from '../model/fields';
import { diffList } from '../model/list-diff';

export interface ListPlan {
	add: ListItem[];
	/** `from`: as it was known; `now`: as the record holds it. */
	change: Array<{ ref: string; from: ListItem; now: ListItem; to: ListItem }>;
	remove: Array<{ ref: string; from: ListItem }>;
	/** Changes and additions that the record holds already. */
	doneSet: Array<{ from?: ListItem; to: ListItem }>;
	/** Removals that somebody did already. */
	doneRemoved: ListItem[];
	/** The record's entries before the write, as far as known. */
	before: ListItem[];
}

export interface UpdatePlan {
	/** Scalars to write. */
	scalars: CanonicalFields;
	/** Scalars that the record holds already. */
	settled: CanonicalFields;
	lists: Map<ListField, ListPlan>;
}

export type Planned =
	| { status: 'plan'; plan: UpdatePlan }
	/** Somebody changed this field at the CRM since it was last read. */
	| { status: 'conflict'; field: string }
	/** A nested id is not known: read the record first. */
	| { status: 'needsRead' };

class Conflict extends Error {}
class NeedsRead extends Error {}

/**
 * `wanted` and `known` in canonical form; `fresh`: the record as just read, or null; `unanswered`: see
 * `DeliveryJob.unanswered`.
 */
export function planUpdate(
	wanted: CanonicalFields,
	known: CanonicalFields,
	fresh: CanonicalFields | null,
	unanswered: CanonicalFields = {},
): Planned {
	const plan: UpdatePlan = { scalars: {}, settled: {}, lists: new Map() };
	for (const [field, value] of Object.entries(wanted)) {
		try {
			if (isListField(field))
				plan.lists.set(field, planList(field, wanted, known, fresh, unanswered));
			else planScalar(plan, field, known, fresh, value);
		} catch (error) {
			if (error instanceof Conflict) return { status: 'conflict', field };
			if (error instanceof NeedsRead) return { status: 'needsRead' };
			throw error;
		}
	}
	return { status: 'plan', plan };
}

function planScalar(
	plan: UpdatePlan,
	field: string,
	known: CanonicalFields,
	fresh: CanonicalFields | null,
	value: CanonicalFields[string],
): void {
	const read = fresh !== null && field in fresh;
	if (read && sameValue(field, fresh[field], value)) {
		plan.settled[field] = fresh[field] ?? null;
		return;
	}
	if (read && field in known && !sameValue(field, fresh[field], known[field])) throw new Conflict();
	plan.scalars[field] = value;
}

function listOf(fields: CanonicalFields | null, field: ListField): ListItem[] {
	return (fields?.[field] ?? []) as ListItem[];
}

function planList(
	field: ListField,
	wanted: CanonicalFields,
	known: CanonicalFields,
	fresh: CanonicalFields | null,
	unanswered: CanonicalFields,
): ListPlan {
	const isRead = fresh !== null && field in fresh;
	const before = isRead ? listOf(fresh, field) : listOf(known, field);
	const diff = diffList(field, listOf(known, field), listOf(wanted, field));
	const plan: ListPlan = { add: [], change: [], remove: [], doneSet: [], doneRemoved: [], before };
	for (const { from, to } of diff.changed) planChange(field, plan, from, to, isRead);
	for (const from of diff.removed) planRemoval(field, plan, from, isRead);
	for (const to of diff.added) planAddition(field, plan, to);
	if (isRead) {
		const expected = [...listOf(known, field), ...listOf(wanted, field)];
		planWithdrawal(field, plan, listOf(unanswered, field), expected);
	}
	return plan;
}

/** The record's own entry for a known one: by nested id, else by key. */
function twinOf(
	field: ListField,
	items: readonly ListItem[],
	item: ListItem,
): ListItem | undefined {
	const byRef = items.find(({ ref }) => ref !== undefined && ref === item.ref);
	const key = listItemKey(field, item);
	return byRef ?? items.find((candidate) => listItemKey(field, candidate) === key);
}

function planChange(
	field: ListField,
	plan: ListPlan,
	from: ListItem,
	to: ListItem,
	isRead: boolean,
): void {
	const toKey = listItemKey(field, to);
	const arrived = plan.before.find((item) => listItemKey(field, item) === toKey);
	const now = twinOf(field, plan.before, from) ?? arrived;
	if (now === undefined) throw new Conflict();
	if (changedAttributes(field, now, to).length === 0 && listItemKey(field, now) === toKey) {
		plan.doneSet.push({ from, to });
		return;
	}
	if (isRead && touchedByOthers(field, from, now, to)) throw new Conflict();
	if (now.ref === undefined && field !== 'tags') {
		if (!isRead) throw new NeedsRead();
		throw new Conflict();
	}
	plan.change.push({ ref: now.ref ?? '', from, now, to });
}

/**
 * True if something that this change would write is neither as it was known nor as it shall be. An entry
 * is written as it shall be wherever it differs now, also where nothing but its mark was to be changed.
 */
function touchedByOthers(field: ListField, from: ListItem, now: ListItem, to: ListItem): boolean {
	const [was, is, shall] = [from, now, to].map((item) => listItemKey(field, item));
	if (is !== was && is !== shall) return true;
	const [known, current] = [from, now].map((item) => listItemAttributes(field, item));
	return changedAttributes(field, now, to).some(
		(name) => current?.[name] !== undefined && differ(current[name], known?.[name]),
	);
}

function differ(a: string | boolean | undefined, b: string | boolean | undefined): boolean {
	return (a || undefined) !== (b || undefined);
}

function planRemoval(field: ListField, plan: ListPlan, from: ListItem, isRead: boolean): void {
	const now = twinOf(field, plan.before, from);
	if (now === undefined) {
		plan.doneRemoved.push(from);
		return;
	}
	if (isRead && listItemKey(field, now) !== listItemKey(field, from)) throw new Conflict();
	if (now.ref === undefined && field !== 'tags' && !isRead) throw new NeedsRead();
	plan.remove.push({ ref: now.ref ?? '', from });
}

/** An earlier try added these, and its answer was lost: they are not wanted any more. */
function planWithdrawal(
	field: ListField,
	plan: ListPlan,
	sent: readonly ListItem[],
	expected: readonly ListItem[],
): void {
	const keyOf = (item: ListItem) => listItemKey(field, item);
	const [ours, kept] = [sent, expected].map((items) => new Set(items.map(keyOf)));
	const keptRefs = new Set(expected.map(({ ref }) => ref).filter((ref) => ref !== undefined));
	for (const now of plan.before) {
		const key = keyOf(now);
		const isOurs = ours?.has(key) === true && kept?.has(key) === false;
		if (isOurs && !(now.ref !== undefined && keptRefs.has(now.ref)))
			plan.remove.push({ ref: now.ref ?? '', from: now });
	}
}

function planAddition(field: ListField, plan: ListPlan, to: ListItem): void {
	const key = listItemKey(field, to);
	const now = plan.before.find((item) => listItemKey(field, item) === key);
	if (now === undefined) plan.add.push(to);
	else if (changedAttributes(field, now, to).length === 0) plan.doneSet.push({ to });
	else if (now.ref === undefined && field !== 'tags') plan.add.push(to);
	else plan.change.push({ ref: now.ref ?? '', from: now, now, to });
}

/** Attributes (`kind`, `primary`, `extension`) that `to` states differently from `from`. */
export function changedAttributes(field: ListField, from: ListItem, to: ListItem): string[] {
	const [before, after] = [listItemAttributes(field, from), listItemAttributes(field, to)];
	return Object.keys(after).filter((name) => {
		if (name === 'extension') return (after[name] ?? '') !== (before[name] ?? '');
		return after[name] !== undefined && differ(after[name], before[name]);
	});
}

export function isNothing(plan: ListPlan): boolean {
	return plan.add.length + plan.change.length + plan.remove.length === 0;
}

/** True if the write sets a primary flag, which makes most CRMs take it from another entry. */
export function setsPrimary(plan: ListPlan): boolean {
	return [...plan.add, ...plan.change.map(({ to }) => to)].some(
		(item) => (item as EmailItem).primary === true,
	);
}

/**
 * What may be recorded as known of a list after (part of) its plan was carried out. `current` is the
 * list as the CRM holds it by its own answers. Entries that somebody else added, retyped or removed
 * meanwhile are kept as they were known: so the change source will see them as the edits they are.
 */
export function listAfter(
	field: ListField,
	known: readonly ListItem[],
	plan: ListPlan,
	current: readonly ListItem[],
): ListItem[] {
	const gone = new Set([...plan.remove.map(({ from }) => from), ...plan.doneRemoved]);
	const set = new Set([...plan.change, ...plan.doneSet].map(({ from }) => from));
	const flags = setsPrimary(plan);
	const kept = known.flatMap((item) => {
		const now = twinOf(field, current, item) ?? arrivedAs(field, plan, item, current);
		if (gone.has(item)) return now === undefined ? [] : [item];
		if (set.has(item)) return [now ?? item];
		return [now === undefined ? item : withRef(item, now, flags)];
	});
	return [...kept, ...addedAfter(field, plan, current, kept)];
}

/** A changed entry whose nested id is not the one that was known. */
function arrivedAs(
	field: ListField,
	plan: ListPlan,
	item: ListItem,
	current: readonly ListItem[],
): ListItem | undefined {
	const to = [...plan.change, ...plan.doneSet].find(({ from }) => from === item)?.to;
	return to === undefined
		? undefined
		: current.find((one) => listItemKey(field, one) === listItemKey(field, to));
}

function withRef(item: ListItem, now: ListItem, flags: boolean): ListItem {
	const primary = (now as EmailItem).primary;
	return {
		...item,
		...(now.ref === undefined ? {} : { ref: now.ref }),
		...(flags && primary !== undefined ? { primary } : {}),
	};
}

/** Added entries, as the CRM stored them: by key, else (it normalised the value) the new ones in order. */
function addedAfter(
	field: ListField,
	plan: ListPlan,
	current: readonly ListItem[],
	kept: readonly ListItem[],
): ListItem[] {
	const keyOf = (item: ListItem) => listItemKey(field, item);
	const left = current.filter((item) => !kept.some((one) => keyOf(one) === keyOf(item)));
	const fromOthers = plan.change.filter(({ from, now }) => from === now).map(({ to }) => to);
	const wanted = [
		...plan.add,
		...plan.doneSet.filter(({ from }) => !from).map(({ to }) => to),
		...fromOthers,
	];
	const take = (matches: (item: ListItem) => boolean) => {
		const index = left.findIndex(matches);
		return index < 0 ? undefined : left.splice(index, 1)[0];
	};
	const stored = wanted.map((item) => take((one) => keyOf(one) === keyOf(item)));
	const isNew = (item: ListItem) =>
		!plan.before.some(({ ref }) => ref !== undefined && ref === item.ref);
	return stored.flatMap((item) => item ?? take((one) => one.ref !== undefined && isNew(one)) ?? []);
}
