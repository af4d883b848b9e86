/**
 * Registers: one field of an entity, its value and its memory. A list field's register keeps every
 * entry that any record ever held, with memories of its own, so that two people may change two
 * e-mails of one client at once; an entry that left is remembered, so that an old read does not
 * bring it back.
 *
 * What a list register holds depends only on which edits were merged, not on their order: each part
 * keeps its latest statement, and the list is computed from the parts.
 */
import {
	isListField,
	type CanonicalFields,
	type EmailItem,
	type FieldValue,
	type ListField,
	type ListItem,
	type PhoneItem,
	type ScalarValue,
} from '../model/fields';
import type { Memory } from './clock';
import { orderUnder } from './rules';

export interface ScalarRegister {
	shape: 'scalar';
	value: ScalarValue;
	memory: Memory;
}

/** Statements about one entry of a list. */
export interface ListElement {
	/** Canonical key of the entry. */
	key: string;
	/** Time of the first statement that a record holds it, ms; older entries stand first. */
	since?: number;
	/** A record holds it, as it was typed there (bare: no ref, flags, kind, extension). */
	added?: { item: ListItem; memory: Memory };
	/** It is gone: removed (`to: null`) or edited into another entry. */
	left?: { to: string | null; item?: ListItem; memory: Memory };
	kind?: { value: string; memory: Memory };
	extension?: { value: string; memory: Memory };
	/** Every key that an edit wanted to give it, also if another edit won; sorted. */
	asked?: string[];
}

export interface ListRegister {
	shape: 'list';
	/** Sorted by key. */
	elements: ListElement[];
	/** Which entry is the primary one. */
	primary?: { key: string; memory: Memory };
}

export type Register = ScalarRegister | ListRegister;
export type Registers = { [field: string]: Register };

/** The entity's value of a field, as it should stand in every CRM. */
export function registerValue(
	field: string,
	register: Register | undefined,
): FieldValue | undefined {
	if (register === undefined) return undefined;
	if (register.shape === 'scalar') return register.value;
	return isListField(field) ? listValue(field, register) : undefined;
}

function listValue(field: ListField, register: ListRegister): ListItem[] {
	const view = new ListView(register);
	const keys = view.keys();
	const primary = view.primary() ?? keys[0];
	return keys.map((key) => {
		const formerKeys = view.formerKeys(key);
		const item = { ...view.item(key), ...(formerKeys.length > 0 ? { formerKeys } : {}) };
		return field === 'tags' ? item : ({ ...item, primary: key === primary } as EmailItem);
	});
}

/** Everything the entity wants its records to hold. */
export function desiredFields(registers: Registers): CanonicalFields {
	const desired: CanonicalFields = {};
	for (const [field, register] of Object.entries(registers)) {
		const value = registerValue(field, register);
		if (value !== undefined) desired[field] = value;
	}
	return desired;
}

/** Is statement `a` later than `b`? Of two at one time, that an entry left counts. */
function isLater(a: Memory, b: Memory): boolean {
	return orderUnder(a.rule)(a, b) > 0;
}

interface Origin {
	key: string;
	/** ms */
	since: number;
}

function compareOrigins(a: Origin, b: Origin): number {
	if (a.since !== b.since) return a.since < b.since ? -1 : 1;
	return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

/** Reads a list register: which entries stand, and where they come from. */
class ListView {
	private readonly elements: Map<string, ListElement>;
	/** Entries that stand, with the statement that put them there. */
	private readonly standing = new Map<string, { item: ListItem; memory: Memory }>();
	/** Entry -> the entries that were edited into it. */
	private readonly sources = new Map<string, string[]>();

	constructor(private readonly register: ListRegister) {
		this.elements = new Map(register.elements.map((element) => [element.key, element]));
		for (const { key, added, left } of register.elements) {
			if (added !== undefined) this.put(key, added);
			if (left?.item === undefined || left.to === null) continue;
			this.put(left.to, { item: left.item, memory: left.memory });
			this.sources.set(left.to, [...(this.sources.get(left.to) ?? []), key]);
		}
		for (const { key, left } of register.elements) {
			const put = this.standing.get(key);
			if (left && put && !isLater(put.memory, left.memory)) this.standing.delete(key);
		}
	}

	/** Oldest first: an entry keeps its place when it is edited, and a new one takes nobody's. */
	keys(): string[] {
		const keys = [...this.standing.keys()];
		const places = keys.map((key) => ({ key, origin: this.origin(key) }));
		return places.sort((a, b) => compareOrigins(a.origin, b.origin)).map(({ key }) => key);
	}

	/** The entry that was chosen as primary, or what became of it. */
	primary(): string | undefined {
		const seen = new Set<string>();
		let key: string | null | undefined = this.register.primary?.key;
		while (key && !this.standing.has(key) && !seen.has(key)) {
			seen.add(key);
			key = this.elements.get(key)?.left?.to;
		}
		return key && this.standing.has(key) ? key : undefined;
	}

	item(key: string): ListItem {
		const kind = this.attribute(key, 'kind');
		const extension = this.attribute(key, 'extension');
		const item = { ...this.standing.get(key)?.item } as PhoneItem;
		if (kind) item.kind = kind;
		if (extension) item.extension = extension;
		return item;
	}

	/** Keys under which a record may still hold the entry. */
	formerKeys(key: string): string[] {
		const edges = this.register.elements.flatMap(({ key: from, asked = [] }) =>
			asked.map((to) => [from, to] as const),
		);
		const related = new Set([key]);
		for (let size = 0; size < related.size; ) {
			size = related.size;
			for (const [from, to] of edges) {
				if (related.has(from)) related.add(to);
				if (related.has(to)) related.add(from);
			}
		}
		return [...related].filter((other) => !this.standing.has(other)).sort();
	}

	private put(key: string, statement: { item: ListItem; memory: Memory }): void {
		const known = this.standing.get(key);
		if (known === undefined || isLater(statement.memory, known.memory)) {
			this.standing.set(key, statement);
		}
	}

	/** The oldest entry that this one was edited from: itself, if it was not. */
	private origin(key: string, seen: ReadonlySet<string> = new Set()): Origin {
		const own = { key, since: this.elements.get(key)?.since ?? Number.POSITIVE_INFINITY };
		if (seen.has(key)) return own;
		const path = new Set([...seen, key]);
		const sources = this.sources.get(key) ?? [];
		return sources
			.map((source) => this.origin(source, path))
			.reduce((oldest, other) => (compareOrigins(other, oldest) < 0 ? other : oldest), own);
	}

	/** What was said of the entry itself, else of the one that was edited into it last. */
	private attribute(
		key: string,
		name: 'kind' | 'extension',
		seen: ReadonlySet<string> = new Set(),
	): string | undefined {
		const own = this.elements.get(key)?.[name]?.value;
		if (own !== undefined || seen.has(key)) return own;
		const left = (source: string) => this.elements.get(source)?.left?.memory;
		const [latest] = [...(this.sources.get(key) ?? [])].sort((a, b) => {
			const [one, other] = [left(a), left(b)];
			return one && other && isLater(one, other) ? -1 : 1;
		});
		return latest && this.attribute(latest, name, new Set([...seen, key]));
	}
}
