/** Takes one change back out of a list, entry by entry, as far as nobody touched those entries since. Pure. */
import { listItemKey, sameAttributes } from '../model/canonical';
import type { FieldValue, ListField, ListItem } from '../model/fields';
import { diffList } from '../model/list-diff';

export interface ListUndo {
	value: ListItem[];
	/** Entries taken back. */
	done: number;
	/** Entries that were changed again since. */
	kept: number;
}

/** `force`: also what was changed again since. */
export function undoInList(
	field: ListField,
	current: readonly ListItem[],
	change: { before: FieldValue | undefined; after: FieldValue | undefined },
	force: boolean,
): ListUndo {
	const keyOf = (item: ListItem) => listItemKey(field, item);
	const [before, after] = [change.before, change.after].map((value) => (value ?? []) as ListItem[]);
	const diff = diffList(field, before ?? [], after ?? []);
	let value = [...current];
	let [done, kept] = [0, 0];
	const held = (item: ListItem) => value.find((one) => keyOf(one) === keyOf(item));
	const stands = (item: ListItem, said: ListItem) => force || sameAttributes(field, item, said);
	for (const item of diff.added) {
		const now = held(item);
		if (now === undefined) continue;
		if (!stands(now, item)) kept += 1;
		else [value, done] = [value.filter((one) => one !== now), done + 1];
	}
	for (const item of diff.removed) {
		if (held(item) !== undefined) continue;
		[value, done] = [[...value, plain(item)], done + 1];
	}
	for (const { from, to } of diff.changed) {
		const now = held(to);
		const isTaken = keyOf(from) !== keyOf(to) && held(from) !== undefined;
		if (now === undefined || isTaken || !stands(now, to)) kept += 1;
		else
			[value, done] = [
				value.map((one) => (one === now ? renamed(from, keyOf(to)) : one)),
				done + 1,
			];
	}
	return { value, done, kept };
}

function plain(item: ListItem): ListItem {
	const copy = { ...item };
	delete copy.ref;
	delete copy.formerKeys;
	return copy;
}

/** It is the same entry, under the key it had: not another one that takes its place. */
function renamed(item: ListItem, key: string): ListItem {
	return { ...plain(item), formerKeys: [key] };
}
