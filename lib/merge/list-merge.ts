/**
 * Merges what was changed in one CRM's list (e-mails, phones, addresses, tags) into the register,
 * element by element. The result does not depend on the order in which edits of different records
 * arrive: each element is decided by its own memory.
 */
import { listItemAttributes, listItemKey } from '../model/canonical';
import type { EmailItem, ListField, ListItem } from '../model/fields';
import type { ListDiff } from '../model/list-diff';
import type { Memory } from './clock';
import type { ListElement, ListRegister } from './register';

/** Does the candidate win against the memory that stands? */
export type Decide = (current: Memory | undefined) => { wins: boolean; rule: string };

export interface ListMergeResult {
	register: ListRegister;
	/** True if any part of the edit lost against a later one. */
	lost: boolean;
	rule: string;
}

export const EMPTY_LIST: ListRegister = { shape: 'list', elements: [] };

export function mergeList(
	field: ListField,
	register: ListRegister,
	diff: ListDiff,
	candidate: Memory,
	decide: Decide,
): ListMergeResult {
	const editor = new ListEditor(field, register, candidate, decide);
	for (const { from, to } of diff.changed) editor.change(from, to);
	for (const item of diff.removed) editor.remove(item);
	for (const item of diff.added) editor.add(item);
	return { register: editor.register, lost: editor.lost, rule: editor.rule };
}

class ListEditor {
	register: ListRegister;
	lost = false;
	rule: string;

	constructor(
		private readonly field: ListField,
		register: ListRegister,
		private readonly candidate: Memory,
		private readonly decide: Decide,
	) {
		this.register = { ...register, elements: [...register.elements] };
		this.rule = decide(undefined).rule;
	}

	add(item: ListItem): void {
		const element = this.find(item);
		if (element === undefined) this.insert(item);
		else if (!element.present || this.keyOf(element.item) !== this.keyOf(item))
			this.overwrite(element, item);
		else this.adjust(element, item, listItemAttributes(this.field, item));
		this.choosePrimary(item);
	}

	change(from: ListItem, to: ListItem): void {
		const element = this.find(from);
		if (element === undefined) {
			this.add(to);
			return;
		}
		if (this.keyOf(from) === this.keyOf(to)) {
			this.adjust(element, to, changedAttributes(this.field, from, to));
		} else {
			this.overwrite(element, to);
		}
		if ((to as EmailItem).primary !== (from as EmailItem).primary) this.choosePrimary(to);
	}

	remove(item: ListItem): void {
		const element = this.find(item);
		if (element === undefined || !element.present) return;
		if (!this.wins(element.memory)) return;
		this.replace(element, { ...element, present: false, memory: this.stamped() });
	}

	/** By present key first, then by a key the element once had. */
	private find(item: ListItem): ListElement | undefined {
		const key = this.keyOf(item);
		const { elements } = this.register;
		return (
			elements.find((element) => element.present && this.keyOf(element.item) === key) ??
			elements.find((element) => element.keys.includes(key))
		);
	}

	private insert(item: ListItem): void {
		if (!this.wins(undefined)) return;
		const key = this.keyOf(item);
		this.register.elements.push({
			id: key,
			item: bare(item),
			present: true,
			keys: [key],
			memory: this.stamped(),
		});
	}

	/** The element's value is replaced; the key it was asked to have is remembered even if the edit lost. */
	private overwrite(element: ListElement, item: ListItem): void {
		const key = this.keyOf(item);
		const keys = element.keys.includes(key) ? element.keys : [...element.keys, key].sort();
		if (!this.wins(element.memory)) {
			this.replace(element, { ...element, keys });
			return;
		}
		const twin = this.register.elements.find(
			(other) => other !== element && other.present && this.keyOf(other.item) === key,
		);
		if (twin !== undefined) {
			this.replace(element, { ...element, present: false, memory: this.stamped() });
			return;
		}
		const kind = (item as EmailItem).kind ?? (element.item as EmailItem).kind;
		const value = kind === undefined ? bare(item) : ({ ...bare(item), kind } as ListItem);
		this.replace(element, { ...element, item: value, present: true, keys, memory: this.stamped() });
	}

	/** Same entry, other kind or extension. */
	private adjust(element: ListElement, item: ListItem, attributes: Record<string, unknown>): void {
		const held = listItemAttributes(this.field, element.item);
		const stated = Object.entries(attributes).filter(
			([name, value]) => name !== 'primary' && value !== undefined && value !== held[name],
		);
		const differs = stated.length > 0 || !element.present;
		if (!differs || !this.wins(element.memory)) return;
		const value = { ...element.item, ...Object.fromEntries(stated) } as ListItem;
		// The text as it was typed last stands, e.g. a phone number's punctuation.
		const typed =
			this.field === 'addresses' ? value : ({ ...value, ...typedText(item) } as ListItem);
		this.replace(element, { ...element, item: typed, present: true, memory: this.stamped() });
	}

	private choosePrimary(item: ListItem): void {
		if ((item as EmailItem).primary !== true) return;
		const element = this.find(item);
		if (element === undefined || !element.present) return;
		const current = this.register.primary;
		if (current?.id === element.id) return;
		if (!this.wins(current?.memory)) return;
		this.register.primary = { id: element.id, memory: this.stamped() };
	}

	private wins(current: Memory | undefined): boolean {
		const decision = this.decide(current);
		this.rule = decision.rule;
		if (!decision.wins) this.lost = true;
		return decision.wins;
	}

	private stamped(): Memory {
		return { ...this.candidate, rule: this.rule };
	}

	private replace(element: ListElement, next: ListElement): void {
		this.register.elements = this.register.elements.map((other) =>
			other === element ? next : other,
		);
	}

	private keyOf(item: ListItem): string {
		return listItemKey(this.field, item);
	}
}

function bare(item: ListItem): ListItem {
	const copy = { ...item } as EmailItem;
	delete copy.ref;
	delete copy.primary;
	delete copy.formerKeys;
	return copy;
}

function typedText(item: ListItem): Partial<ListItem> {
	if ('address' in item) return { address: item.address };
	return 'number' in item ? { number: item.number } : {};
}

function changedAttributes(
	field: ListField,
	from: ListItem,
	to: ListItem,
): Record<string, unknown> {
	const before = listItemAttributes(field, from);
	return Object.fromEntries(
		Object.entries(listItemAttributes(field, to)).filter(([name, value]) => value !== before[name]),
	);
}
