/** What writes that nothing answered may have left in a record's lists. Pure. */
import { listItemKey } from '../model/canonical';
import { isListField, type CanonicalFields, type ListItem } from '../model/fields';
import type { Shadow } from './shadow';

/** Of the lists among these fields: each entry that such a write sent, once. Fields without one are left out. */
export function unansweredLists(
	shadow: Shadow | undefined,
	fields: readonly string[],
): CanonicalFields {
	const result: CanonicalFields = {};
	for (const field of fields) {
		if (!isListField(field)) continue;
		const { inFlight = [], stray = [] } = shadow?.fields[field] ?? {};
		const sent = [...stray, ...inFlight].flatMap(({ value }) => (value ?? []) as ListItem[]);
		const byKey = new Map(sent.map((item) => [listItemKey(field, item), item]));
		if (byKey.size > 0) result[field] = [...byKey.values()];
	}
	return result;
}
