/**
 * What a backfill shows of itself: the plan, and how far its run has come. Counts, names of fields, record ids;
 * no values of clients.
 */
import type { RunLimits } from '../model/delivery';
import type { Terms } from './page';

/**
 * | phase | what happens | goes on by |
 * |---|---|---|
 * | reading | CRM nodes stage their pages | `stage`, `endReading` |
 * | placing | records that may be one client are put on one page | `plan` |
 * | trying | each page is tried out and taken back: the counts | `plan` |
 * | planned | waits for a person | `start` |
 * | merging | page by page: identity, merge, deliveries | `advance` |
 * | sweeping | what live edits held back meanwhile is compared | `advance` |
 * | writing | the deliveries go out | the delivery trigger, `advance` |
 * | finished, cancelled | | |
 *
 * `paused` stops merging, sweeping and writing; `cancel` ends every phase.
 */
export const PHASES = [
	'reading',
	'placing',
	'trying',
	'planned',
	'merging',
	'sweeping',
	'writing',
	'finished',
	'cancelled',
] as const;
export type Phase = (typeof PHASES)[number];

/** `new`: only clients of which one system has a record; `matched`: only those found in several; nothing is created. */
export const MODES = ['all', 'new', 'matched'] as const;
export type Mode = (typeof MODES)[number];

/** One listing of a system. */
export interface Reading {
	pass: number;
	pages: number;
	records: number;
	/** Where the connector goes on after a break (JSON); null: at the beginning. */
	position: unknown;
	isDone: boolean;
	/** ISO; the first page was asked for then. */
	startedAt: string;
	/** The org's calls a day and those that are left, where the CRM says so. */
	daily?: { max: number; remaining: number };
}

/** What is to be written in one system. */
export interface Writes {
	creates: number;
	updates: number;
}

export interface PairCount {
	/** Two systems, in the order of their names. */
	systems: [string, string];
	matched: number;
}

/** Clients whose records disagreed in a field. */
export interface Conflict {
	field: string;
	clients: number;
	/** System -> how often its value counts. `asked`: a person decides. */
	winners: Record<string, number>;
}

export interface Estimate {
	system: string;
	calls: number;
	/** At the pace that the budget allows; null: no limit is known. */
	seconds: number | null;
	/** Calls a day that the CRM allows and those that are left of them, if it says so. */
	daily: { max: number; remaining: number } | null;
	/** With these calls alone; 1: within a day. */
	days: number | null;
}

export const SAMPLE_KINDS = ['matched', 'new', 'conflict', 'review', 'invalid'] as const;
export type SampleKind = (typeof SAMPLE_KINDS)[number];

export interface PlanSample {
	kind: SampleKind;
	/** `wealthbox/17`, ... */
	records: string[];
	/** Names of the fields that differ. */
	fields: string[];
	/** A sentence for a person. */
	why: string;
}

/** What trying it out has found so far. */
export interface Findings {
	/** Clients that stand behind the records. */
	clients: number;
	/** Of these, those with records in several systems. */
	matched: number;
	/** System -> clients that only it has. */
	onlyIn: Record<string, number>;
	pairs: PairCount[];
	/** Records linked before: with nothing new, with news, with an event on its way. */
	known: number;
	changed: number;
	waiting: number;
	review: number;
	invalid: number;
	/** Records that no filter lets through. */
	filtered: number;
	conflicts: Conflict[];
	writes: Record<string, Writes>;
	/** Creates that the CRM will not take, as far as that is known beforehand. */
	refusals: Array<{ system: string; reason: string; clients: number }>;
	/** The writes for `new` and `matched` alone. */
	writesOf: Record<'new' | 'matched', Record<string, Writes>>;
	/** System -> field -> records in which it is changed. */
	changedFields: Record<string, Record<string, number>>;
	samples: PlanSample[];
}

/** One condition on a record of a system; a client is loaded if one of its records fits all of its system's. */
export interface Filter {
	system: string;
	/** A canonical field. */
	field: string;
	is: 'equal' | 'notEqual' | 'contains' | 'empty' | 'notEmpty';
	value?: string;
}

export interface Caps {
	/** System -> records that may be created there at most, and how many a day. Absent: no cap. */
	creates?: Record<string, number>;
	createsPerDay?: Record<string, number>;
}

export interface Backfill {
	/** `backfill/<n>` */
	run: string;
	object: string;
	phase: Phase;
	isPaused: boolean;
	mode: Mode;
	terms: Terms;
	filters: Filter[];
	caps: Caps;
	/** Pages in all, and those that the phase has done. */
	pages: number;
	page: number;
	/** Key: system. */
	readings: Record<string, Reading>;
	findings: Findings;
	/** Records that the run is done with. */
	merged: number;
	/** Records that the run leaves alone for its mode. */
	left: number;
	/** System -> creates that the run has asked for, against the caps. */
	created: Record<string, number>;
	/** System -> creates that were left out for the cap. */
	overCap: Record<string, number>;
	/** Where the sweep goes on. */
	sweptTo: string | null;
	approved: Record<string, RunLimits>;
	approvedBy: string | null;
	/** ISO */
	startedAt: string;
	runStartedAt: string | null;
	movedAt: string;
	endedAt: string | null;
	/** Sentences for a person. */
	notes: string[];
}

export function emptyFindings(): Findings {
	return {
		clients: 0,
		matched: 0,
		onlyIn: {},
		pairs: [],
		known: 0,
		changed: 0,
		waiting: 0,
		review: 0,
		invalid: 0,
		filtered: 0,
		conflicts: [],
		writes: {},
		refusals: [],
		writesOf: { new: {}, matched: {} },
		changedFields: {},
		samples: [],
	};
}

const MAX_NOTES = 20;

export function withNote(backfill: Backfill, note: string): Backfill {
	if (backfill.notes.includes(note)) return backfill;
	return { ...backfill, notes: [...backfill.notes, note].slice(0, MAX_NOTES) };
}

export const RUNNING: readonly Phase[] = ['merging', 'sweeping', 'writing'];
export const ENDED: readonly Phase[] = ['finished', 'cancelled'];
