/**
 * Some CRMs keep list entries in fields of their own (Salesforce: MobilePhone, HomePhone, Email).
 * Slots translate between such fields and canonical lists. A slot is `primary`, a kind, or either
 * of them with a running number: `primary`, `mobile`, `work#2`, `other`.
 * `primary` is the entry flagged primary, else the first; a kind's first slot too prefers the primary one; `other` also takes entries that no slot
 * of their kind has room for.
 */
import type { EmailItem, ListItem } from '../model/fields';

export interface Slot {
	slot: string;
	/** The CRM's field; becomes the entry's `ref`. */
	crmField: string;
}

function parse(slot: string): { kind: string; index: number } {
	const [kind = slot, number] = slot.split('#');
	return { kind, index: number === undefined ? 1 : Number(number) };
}

/** Which entry stands in which slot. Entries without a slot are left out. Deterministic in the list's order. */
export function placeInSlots<T extends ListItem>(
	items: readonly T[],
	slots: readonly Slot[],
): Map<string, T> {
	const left = [...items];
	const placed = new Map<string, T>();
	const take = (crmField: string, index: number) => {
		const [item] = left.splice(index, 1);
		if (item !== undefined) placed.set(crmField, item);
	};
	const primary = slots.find(({ slot }) => slot === 'primary');
	if (primary !== undefined && left.length > 0) {
		take(
			primary.crmField,
			Math.max(
				0,
				left.findIndex((item) => (item as EmailItem).primary),
			),
		);
	}
	const byNumber = [...slots].sort((a, b) => parse(a.slot).index - parse(b.slot).index);
	for (const { slot, crmField } of byNumber) {
		const { kind } = parse(slot);
		if (kind === 'primary' || kind === 'other') continue;
		const ofKind = (item: T) => (item as EmailItem).kind === kind;
		const chosen = left.findIndex((item) => ofKind(item) && (item as EmailItem).primary === true);
		const index = chosen >= 0 ? chosen : left.findIndex(ofKind);
		if (index >= 0) take(crmField, index);
	}
	for (const { slot, crmField } of byNumber) {
		if (parse(slot).kind === 'other' && left.length > 0) take(crmField, 0);
	}
	return placed;
}

/** The kind and primary flag that an entry read from a slot states. `primary` and `other` state no kind. */
export function slotAttributes(slot: string): { kind?: string; primary?: boolean } {
	const { kind } = parse(slot);
	if (kind === 'primary') return { primary: true };
	return kind === 'other' ? {} : { kind };
}
