/**
 * How one list of entries (e-mails, phones, addresses, tags) differs from another. One algorithm
 * serves the merge (what did a person change at this CRM?) and the writers (what must be written?).
 */
import { listItemAttributes, listItemKey, sameItemKey } from './canonical';
import type { ListField, ListItem } from './fields';

export interface ListDiff<T extends ListItem = ListItem> {
	added: T[];
	changed: Array<{ from: T; to: T }>;
	removed: T[];
}

/**
 * Pairs entries by equal key, then by the CRM's nested id, then by a key the entry had before;
 * what is left over was added or removed. `from` entries keep their `ref`, so that a writer can
 * address the CRM's own nested record.
 */
export function diffList<T extends ListItem>(
	field: ListField,
	from: readonly T[],
	to: readonly T[],
): ListDiff<T> {
	if (isSameInOrder(field, from, to)) return { added: [], changed: [], removed: [] };
	const oldItems = new Set(from);
	const newItems = new Set(to);
	const pairs: Array<{ from: T; to: T }> = [];
	const pairUp = (matches: (a: T, b: T) => boolean) => {
		for (const item of [...newItems]) {
			const twin = [...oldItems].find((candidate) => matches(candidate, item));
			if (twin === undefined) continue;
			pairs.push({ from: twin, to: item });
			oldItems.delete(twin);
			newItems.delete(item);
		}
	};
	const sameKey = (a: T, b: T) => listItemKey(field, a) === listItemKey(field, b);
	pairUp((a, b) => sameKey(a, b) && !differs(field, a, b));
	pairUp(sameKey);
	pairUp((a, b) => a.ref !== undefined && a.ref === b.ref);
	pairUp((a, b) => (b.formerKeys ?? []).includes(listItemKey(field, a)));
	// A CRM may hold one number twice (home and fax): a second copy is neither added nor removed.
	const isIn = (items: readonly T[]) => {
		const keys = new Set(items.map((item) => listItemKey(field, item)));
		return (item: T) => keys.has(listItemKey(field, item));
	};
	const [isOld, isNew] = [isIn(from), isIn(to)];
	return {
		added: [...newItems].filter((item) => !isOld(item)),
		removed: [...oldItems].filter((item) => !isNew(item)),
		changed: pairs.filter((pair) => differs(field, pair.from, pair.to)),
	};
}

/** The usual case, told without pairing anything. */
function isSameInOrder(
	field: ListField,
	from: readonly ListItem[],
	to: readonly ListItem[],
): boolean {
	if (from.length !== to.length) return false;
	return from.every((item, index) => !differs(field, item, to[index] as ListItem));
}

/** An attribute that the newer side does not state is no difference. */
function differs(field: ListField, from: ListItem, to: ListItem): boolean {
	if (from === to) return false;
	if (!sameItemKey(field, from, to)) return true;
	const [before, after] = [listItemAttributes(field, from), listItemAttributes(field, to)];
	return Object.keys(after).some((name) => {
		if (name === 'extension') return (after[name] ?? '') !== (before[name] ?? '');
		if (name === 'primary')
			return after.primary !== undefined && Boolean(after.primary) !== Boolean(before.primary);
		return after[name] !== undefined && after[name] !== before[name];
	});
}

export function isEmptyDiff(diff: ListDiff): boolean {
	return diff.added.length + diff.changed.length + diff.removed.length === 0;
}
