/**
 * Merges what was changed in one CRM's list (e-mails, phones, addresses, tags) into the register,
 * entry by entry. The result does not depend on the order in which edits of different records
 * arrive: each statement about an entry is decided by its own memory.
 */
import { canonicalText, listItemKey } from '../model/canonical';
import type { EmailItem, ListField, ListItem, PhoneItem } from '../model/fields';
import type { ListDiff } from '../model/list-diff';
import type { Memory } from './clock';
import { registerValue } from './register';
import type { ListElement, ListRegister } from './list-register';
import { compareUnderRules } from './rules';

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

/** Statements kept of one key, and keys kept of one list; beyond them the oldest are forgotten. */
const MAX_STATEMENTS = 40;
const MAX_KEYS = 400;

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
	readonly rule: string;
	private readonly elements: Map<string, ListElement>;
	private primary: ListRegister['primary'];
	private readonly memory: Memory;
	/** False if the field's rule takes nothing from this system. */
	private readonly allowed: boolean;

	constructor(
		private readonly field: ListField,
		register: ListRegister,
		candidate: Memory,
		private readonly decide: Decide,
	) {
		this.elements = new Map(register.elements.map((element) => [element.key, element]));
		this.primary = register.primary;
		const { wins, rule } = decide(undefined);
		this.allowed = wins;
		this.rule = rule;
		this.memory = { ...candidate, rule };
	}

	add(item: ListItem): void {
		const element = this.element(item);
		const adds = [...element.adds, { item: bare(item), memory: this.memory }];
		this.put({ ...element, adds: inOrder(adds) });
		this.setAttributes(item, {});
		if (isPrimary(item)) this.choosePrimary(item);
	}

	/**
	 * An entry with another key is another statement about the same entry; a kind or flag that is
	 * changed says nothing of whether the entry stands.
	 */
	change(from: ListItem, to: ListItem): void {
		const renamed = this.keyOf(from) !== this.keyOf(to);
		if (renamed) this.leave(from, to);
		this.setAttributes(to, renamed ? {} : from);
		if (isPrimary(to) && !isPrimary(from)) this.choosePrimary(to);
	}

	/** The record no longer holds the entry: removed, or edited into another one. */
	leave(item: ListItem, to: ListItem | null): void {
		const element = this.element(item);
		const target = to === null ? null : { key: this.keyOf(to), item: bare(to) };
		const leaves = [...element.leaves, { to: target, memory: this.memory }];
		this.put({ ...element, leaves: inOrder(leaves) });
	}

	result(): ListRegister {
		const elements = [...this.elements.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
		return { shape: 'list', elements: withinLimit(elements), primary: this.primary };
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
		const element = this.element(item);
		if (!this.decide(element[name]?.memory).wins) return;
		this.put({ ...element, [name]: { value, memory: this.memory } });
	}

	private choosePrimary(item: ListItem): void {
		if (!this.decide(this.primary?.memory).wins) return;
		this.primary = { key: this.keyOf(item), memory: this.memory };
		this.moved = true;
	}

	private element(item: ListItem): ListElement {
		const key = this.keyOf(item);
		return this.elements.get(key) ?? { key, adds: [], leaves: [] };
	}

	private put(element: ListElement): void {
		if (!this.allowed) return;
		this.elements.set(element.key, element);
		this.moved = true;
	}

	private keyOf(item: ListItem): string {
		return listItemKey(this.field, item);
	}
}

/** By time, whatever the order of merging. */
function inOrder<T extends { memory: Memory }>(statements: T[]): T[] {
	return statements.sort((a, b) => compareUnderRules(a.memory, b.memory)).slice(-MAX_STATEMENTS);
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
	if (elements.length <= MAX_KEYS) return elements;
	const lastSaid = ({ adds, leaves }: ListElement) =>
		Math.max(...[...adds, ...leaves].map(({ memory }) => memory.editedAt));
	const gone = elements.filter(({ adds, leaves }) => adds.length === 0 || leaves.length > 0);
	const oldest = gone
		.sort((a, b) => lastSaid(a) - lastSaid(b))
		.slice(0, elements.length - MAX_KEYS);
	const forgotten = new Set(oldest);
	return elements.filter((element) => !forgotten.has(element));
}
