/**
 * Merges what was changed in one CRM's list (e-mails, phones, addresses, tags) into the register,
 * entry by entry. The result does not depend on the order in which edits of different records
 * arrive: each statement about an entry is decided by its own memory.
 */
import { canonicalText, listItemKey } from '../model/canonical';
import type { EmailItem, ListField, ListItem, PhoneItem } from '../model/fields';
import type { ListDiff } from '../model/list-diff';
import type { Memory } from './clock';
import { registerValue, type ListElement, type ListRegister } from './register';

/** Does the candidate win against the memory that stands? */
export type Decide = (current: Memory | undefined) => { wins: boolean; rule: string };

export interface ListMergeResult {
	register: ListRegister;
	/** True if any statement was taken into the register. */
	moved: boolean;
	/** True if any part of the edit is not to be seen in the register's value: a later edit stood against it. */
	lost: boolean;
	rule: string;
}

export const EMPTY_LIST: ListRegister = { shape: 'list', elements: [] };

/** Entries that left are forgotten beyond this, the oldest first. */
const MAX_ELEMENTS = 400;

export function mergeList(
	field: ListField,
	register: ListRegister,
	diff: ListDiff,
	candidate: Memory,
	decide: Decide,
): ListMergeResult {
	const editor = new ListEditor(field, register, candidate, decide);
	for (const item of diff.removed) editor.leave(item, null);
	for (const { from, to } of diff.changed) editor.change(from, to);
	for (const item of diff.added) editor.add(item);
	const next = editor.result();
	const { moved, rule } = editor;
	return { register: next, moved, lost: !prevails(field, next, diff), rule };
}

class ListEditor {
	moved = false;
	rule: string;
	private readonly elements: Map<string, ListElement>;
	private primary: ListRegister['primary'];

	constructor(
		private readonly field: ListField,
		register: ListRegister,
		private readonly candidate: Memory,
		private readonly decide: Decide,
	) {
		this.elements = new Map(register.elements.map((element) => [element.key, element]));
		this.primary = register.primary;
		this.rule = decide(undefined).rule;
	}

	add(item: ListItem): void {
		this.state(item);
		this.setAttributes(item, {});
		if (isPrimary(item)) this.choosePrimary(item);
	}

	change(from: ListItem, to: ListItem): void {
		if (this.keyOf(from) === this.keyOf(to)) this.state(to);
		else this.leave(from, to);
		this.setAttributes(to, from);
		if (isPrimary(to) && !isPrimary(from)) this.choosePrimary(to);
	}

	/** The record no longer holds the entry: removed, or edited into another one. */
	leave(item: ListItem, to: ListItem | null): void {
		const element = this.element(this.keyOf(item));
		const wins = this.wins(element.left?.memory);
		const target = to === null ? null : this.keyOf(to);
		const asked = target === null ? element.asked : withKey(element.asked, target);
		const left = wins
			? { to: target, ...(to === null ? {} : { item: bare(to) }), memory: this.stamped() }
			: element.left;
		if (wins || asked !== element.asked) this.put({ ...element, left, asked });
	}

	result(): ListRegister {
		const elements = [...this.elements.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
		return { shape: 'list', elements: withinLimit(elements), primary: this.primary };
	}

	/** The record holds the entry. */
	private state(item: ListItem): void {
		const element = this.element(this.keyOf(item));
		const { editedAt } = this.candidate;
		const wins = this.wins(element.added?.memory);
		const since = this.allowed() ? Math.min(element.since ?? editedAt, editedAt) : element.since;
		const added = wins ? { item: bare(item), memory: this.stamped() } : element.added;
		if (wins || since !== element.since) this.put({ ...element, added, since });
	}

	/** What `item` says beyond `known`; a kind or extension that it does not state stays as it is. */
	private setAttributes(item: ListItem, known: Partial<ListItem>): void {
		const { kind } = item as EmailItem;
		if (kind !== undefined && kind !== (known as Partial<EmailItem>).kind) {
			this.setAttribute(item, 'kind', kind);
		}
		const extension = extensionOf(item);
		if (extension !== extensionOf(known)) this.setAttribute(item, 'extension', extension);
	}

	private setAttribute(item: ListItem, name: 'kind' | 'extension', value: string): void {
		const element = this.element(this.keyOf(item));
		if (!this.wins(element[name]?.memory)) return;
		this.put({ ...element, [name]: { value, memory: this.stamped() } });
	}

	private choosePrimary(item: ListItem): void {
		if (!this.wins(this.primary?.memory)) return;
		this.primary = { key: this.keyOf(item), memory: this.stamped() };
		this.moved = true;
	}

	private element(key: string): ListElement {
		return this.elements.get(key) ?? { key };
	}

	private put(element: ListElement): void {
		this.elements.set(element.key, element);
		this.moved = true;
	}

	private wins(current: Memory | undefined): boolean {
		const decision = this.decide(current);
		this.rule = decision.rule;
		return decision.wins;
	}

	/** False if the field's rule never takes anything from this system. */
	private allowed(): boolean {
		return this.decide(undefined).wins;
	}

	private stamped(): Memory {
		return { ...this.candidate, rule: this.rule };
	}

	private keyOf(item: ListItem): string {
		return listItemKey(this.field, item);
	}
}

/** Is everything that the edit said to be seen in the register's value? */
function prevails(field: ListField, register: ListRegister, diff: ListDiff): boolean {
	const keyOf = (item: ListItem) => listItemKey(field, item);
	const value = (registerValue(field, register) ?? []) as ListItem[];
	const held = new Map(value.map((item) => [keyOf(item), item]));
	const said = [...diff.added, ...diff.changed.map(({ to }) => to)];
	const keys = new Set(said.map(keyOf));
	const gone = [...diff.removed, ...diff.changed.map(({ from }) => from)]
		.map(keyOf)
		.filter((key) => !keys.has(key));
	return (
		gone.every((key) => !held.has(key)) && said.every((item) => agrees(item, held.get(keyOf(item))))
	);
}

function agrees(said: ListItem, held: ListItem | undefined): boolean {
	if (held === undefined) return false;
	const { kind } = said as EmailItem;
	if (kind !== undefined && kind !== (held as EmailItem).kind) return false;
	if (isPrimary(said) && !isPrimary(held)) return false;
	return extensionOf(said) === '' || extensionOf(said) === extensionOf(held);
}

function isPrimary(item: ListItem): boolean {
	return (item as EmailItem).primary === true;
}

function extensionOf(item: Partial<ListItem>): string {
	return canonicalText((item as Partial<PhoneItem>).extension ?? '');
}

function withKey(keys: string[] | undefined, key: string): string[] {
	if (keys?.includes(key)) return keys;
	return [...(keys ?? []), key].sort();
}

/** The entry's own data, as it was typed. */
function bare(item: ListItem): ListItem {
	const copy = { ...item } as PhoneItem;
	delete copy.ref;
	delete copy.primary;
	delete copy.formerKeys;
	delete copy.kind;
	delete copy.extension;
	return copy;
}

function withinLimit(elements: ListElement[]): ListElement[] {
	if (elements.length <= MAX_ELEMENTS) return elements;
	const removed = elements.filter(({ left }) => left?.to === null);
	const oldest = removed
		.sort((a, b) => (a.left?.memory.editedAt ?? 0) - (b.left?.memory.editedAt ?? 0))
		.slice(0, elements.length - MAX_ELEMENTS);
	const forgotten = new Set(oldest);
	return elements.filter((element) => !forgotten.has(element));
}
