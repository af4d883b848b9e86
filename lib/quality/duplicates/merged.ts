/** What the master would hold after a merge: field by field the best value, and where it comes from. Pure. */
import { canonicalScalar, isEmpty, listItemKey, sameValue } from '../../model/canonical';
import {
	isListField,
	type CanonicalFields,
	type ListField,
	type ListItem,
	type ScalarValue,
} from '../../model/fields';
import type { MergedField, QualityItem } from './item';

/** `members`: the master first. */
export function mergedFields(members: readonly QualityItem[]): Record<string, MergedField> {
	const names = new Set(members.flatMap(({ fields }) => Object.keys(fields)));
	const merged: Record<string, MergedField> = {};
	for (const name of names) {
		const holders = members.filter(({ fields }) => !isEmpty(fields[name]));
		if (holders.length === 0) continue;
		merged[name] = isListField(name) ? union(name, holders) : best(name, holders, members[0]);
	}
	return merged;
}

/** Every entry once; of two of the same, the one that says more. Only the first primary entry stays primary. */
function union(field: ListField, holders: readonly QualityItem[]): MergedField {
	const entries = new Map<string, ListItem>();
	const from = new Set<string>();
	for (const { id, fields } of holders) {
		for (const entry of fields[field] as ListItem[]) {
			// Ids of one CRM's own entries mean nothing in another record.
			const own = { ...entry };
			delete own.ref;
			delete own.formerKeys;
			const key = listItemKey(field, entry);
			const known = entries.get(key);
			if (known === undefined) from.add(id);
			entries.set(key, { ...own, ...known });
		}
	}
	const primary = [...entries.values()].find((entry) => 'primary' in entry && entry.primary);
	const value = [...entries.values()].map((entry) =>
		'primary' in entry && entry.primary === true && entry !== primary
			? { ...entry, primary: false }
			: entry,
	);
	return { value, from: [...from], because: 'union' };
}

function best(
	field: string,
	holders: readonly QualityItem[],
	master: QualityItem | undefined,
): MergedField {
	const chosen = (item: QualityItem, because: MergedField['because']): MergedField => ({
		value: item.fields[field] ?? null,
		from: [item.id],
		because,
	});
	const [first, ...others] = holders as [QualityItem, ...QualityItem[]];
	if (others.length === 0) return chosen(first, 'only value');
	if (others.every(({ fields }) => sameValue(field, fields[field], first.fields[field])))
		return chosen(first, 'same everywhere');
	const newest = only(holders, (item) => changedAt(item, field));
	if (newest !== undefined) return chosen(newest, 'most recent');
	const longest = only(holders, (item) => lengthOf(item.fields, field));
	if (longest !== undefined) return chosen(longest, 'most complete');
	return chosen(first, first === master ? 'master' : 'most complete');
}

/** The one that has more than each other; undefined if two have the most, or one does not say. */
function only(
	holders: readonly QualityItem[],
	measure: (item: QualityItem) => number | undefined,
): QualityItem | undefined {
	const values = holders.map(measure);
	if (values.includes(undefined)) return undefined;
	const most = Math.max(...(values as number[]));
	const first = values.indexOf(most);
	return values.lastIndexOf(most) === first ? holders[first] : undefined;
}

/** Where single fields have times, the record's own says nothing of the others. */
function changedAt(item: QualityItem, field: string): number | undefined {
	return item.fieldChangedAt === undefined ? item.changedAt : item.fieldChangedAt[field];
}

function lengthOf(fields: CanonicalFields, field: string): number {
	return String(canonicalScalar(fields[field] as ScalarValue)).length;
}
