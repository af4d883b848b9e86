/** The register of a list: what was said of each of its entries. Read by list-view.ts, merged by list-merge.ts. */
import type { ListItem } from '../model/fields';
import type { Memory } from './clock';

/** What was said of one key of a list; statements in the order of their times. */
export interface ListElement {
	/** Canonical key of the entry. */
	key: string;
	/** A record holds it, as it was typed there (bare: no ref, flags, kind, extension). */
	adds: Array<{ item: ListItem; memory: Memory }>;
	/** It is gone: removed (`to: null`) or edited into another entry. */
	leaves: Array<{ to: { key: string; item: ListItem } | null; memory: Memory }>;
	kind?: { value: string; memory: Memory };
	extension?: { value: string; memory: Memory };
}

export interface ListRegister {
	shape: 'list';
	/** Sorted by key. */
	elements: ListElement[];
	/** Which entry is the primary one. */
	primary?: { key: string; memory: Memory };
}
