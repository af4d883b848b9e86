/** What is known of a record's list when our writes and people's edits overlap. Pure. */
import { listItemKey, sameValue } from '../model/canonical';
import type { FieldValue, ListField, ListItem } from '../model/fields';
import { diffList, type ListDiff } from '../model/list-diff';

/** The list with the difference made to it, as far as it applies. */
export function withEdits(field: ListField, value: FieldValue, diff: ListDiff): FieldValue {
	const keyOf = (item: ListItem) => listItemKey(field, item);
	const kept = ((value ?? []) as ListItem[]).flatMap((item) => {
		const isItem = (other: ListItem) => keyOf(other) === keyOf(item);
		if (diff.removed.some(isItem)) return [];
		return [diff.changed.find(({ from }) => isItem(from))?.to ?? item];
	});
	const keys = new Set(kept.map(keyOf));
	return [...kept, ...diff.added.filter((item) => !keys.has(keyOf(item)))] as FieldValue;
}

/** What our write made of `from`, made to what the list has become known to hold since. */
export function listAfter(
	field: ListField,
	held: FieldValue,
	from: FieldValue | undefined,
	known: FieldValue | undefined,
): FieldValue {
	if (from === undefined || known === undefined || sameValue(field, from, known)) return held;
	const [before, after] = [(from ?? []) as ListItem[], (held ?? []) as ListItem[]];
	const merged = withEdits(field, known, diffList(field, before, after)) as ListItem[];
	const isTwin = (item: ListItem) => (other: ListItem) =>
		listItemKey(field, other) === listItemKey(field, item);
	return merged.map((item) => after.find(isTwin(item)) ?? item) as FieldValue;
}

/** Entries that a try sent. The others are people's. */
export function entriesOf(
	field: ListField,
	sent: readonly FieldValue[],
	told: FieldValue,
): FieldValue {
	const keys = new Set(
		sent.flatMap((value) => ((value ?? []) as ListItem[]).map((item) => listItemKey(field, item))),
	);
	return ((told ?? []) as ListItem[]).filter((item) =>
		keys.has(listItemKey(field, item)),
	) as FieldValue;
}

/**
 * Entries of the answered list that our write accounts for. One that a person added meanwhile is
 * left out, so that the change source still finds it new. As many strangers as missing ones are
 * taken for the CRM's own spelling of what was sent.
 */
export function ownEntries(field: ListField, sent: FieldValue, told: FieldValue): FieldValue {
	const [wanted, held] = [(sent ?? []) as ListItem[], (told ?? []) as ListItem[]];
	const keys = new Set(wanted.map((item) => listItemKey(field, item)));
	const matched = held.filter((item) => keys.has(listItemKey(field, item)));
	const missing = wanted.length - matched.length;
	const strangers = held.length - matched.length;
	return missing === strangers ? held : matched;
}
