/**
 * What a backfill shows of itself: the plan, and how far its run has come. Counts, names of fields, record ids;
 * no values of clients.
 */
import type { RunLimits } from '../model/delivery';
import { OBJECTS, type ObjectName } from '../model/objects';
import type { Terms } from './terms';

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

/**
 * `new`: only records of which one system has one; `matched`: only those found in several; nothing is created.
 * What belongs to a client that is left alone is left alone, too.
 */
export const MODES = ['all', 'new', 'matched'] as const;
export type Mode = (typeof MODES)[number];

/** One list of a system; see lib/connectors/lists.ts. */
export interface ListReading {
	objects: ObjectName[];
	/** Number of this listing of it. */
	pass: number;
	pages: number;
	/** Where the connector goes on after a break (JSON); null: at the beginning. */
	position: unknown;
	isDone: boolean;
}

/** All that a system keeps of what it syncs, listed once. */
export interface Reading {
	/** In the order in which they are read. */
	lists: ListReading[];
	/** Records read, by object. */
	records: Partial<Record<ObjectName, number>>;
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
	/** Of both: contacts that join a household with it. */
	joins: number;
}

export interface PairCount {
	/** Two systems, in the order of their names. */
	systems: [string, string];
	matched: number;
}

/** Clients (or households, notes, ...) whose records disagreed in a field. */
export interface Conflict {
	field: string;
	clients: number;
	/** System -> how often its value counts. `asked`: a person decides. */
	winners: Record<string, number>;
}

/** What writing the records of one object costs. */
export interface ObjectCost {
	object: ObjectName;
	calls: number;
	seconds: number | null;
}

export interface Estimate {
	system: string;
	calls: number;
	/** The same object by object, in the order in which they are made. */
	objects: ObjectCost[];
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
	/** What people call it, as the first of the records says; null where none was read. */
	title: string | null;
	/** `wealthbox/17`, ... */
	records: string[];
	/** Names of the fields that differ. */
	fields: string[];
	/** A sentence for a person. */
	why: string;
}

/** What trying out the records of one object has found so far. "Clients": what stands behind them, be it a client or a note. */
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
	/** Records that name a client who is not known (in review, not read, or gone): they wait for it. */
	lacksClient: number;
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
	/** Default: contact. */
	object?: ObjectName;
	/** A canonical field. */
	field: string;
	/** `before`, `after`: of dates and times, by their ISO text; the day itself is neither. */
	is: 'equal' | 'notEqual' | 'contains' | 'empty' | 'notEmpty' | 'before' | 'after';
	value?: string;
}

/** Object -> system -> how many. */
export type PerObject = Partial<Record<ObjectName, Record<string, number>>>;

export interface Caps {
	/** Records that may be created at most. Absent: no cap. */
	creates?: PerObject;
	/** System -> contacts that may be created there a day; what belongs to them follows them. */
	createsPerDay?: Record<string, number>;
}

export interface Backfill {
	/** `backfill/<n>` */
	run: string;
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
	/** By object; absent: none of its records was read. */
	findings: Partial<Record<ObjectName, Findings>>;
	/** Records that the run is done with. */
	merged: number;
	/** Records that the run leaves alone for its mode. */
	left: number;
	/** Creates that the run has asked for, against the caps. */
	created: PerObject;
	/** Creates that were left out for the cap. */
	overCap: PerObject;
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
		lacksClient: 0,
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

/** In the order in which records are made: a contact joins its household with its first write. */
export const MAKING_ORDER: readonly ObjectName[] = [
	'household',
	'contact',
	'opportunity',
	'note',
	'task',
	'event',
];

/** The objects that were read, clients first. */
export function objectsOfRun({ readings }: Pick<Backfill, 'readings'>): ObjectName[] {
	const read = Object.values(readings).flatMap(({ lists }) => lists);
	return OBJECTS.filter((object) => read.some(({ objects }) => objects.includes(object)));
}

/** How many there are of an object in a system. */
export function countIn(counts: PerObject, object: ObjectName, system: string): number {
	return counts[object]?.[system] ?? 0;
}

export function plusOne(counts: PerObject, object: ObjectName, system: string): PerObject {
	const own = { ...counts[object], [system]: countIn(counts, object, system) + 1 };
	return { ...counts, [object]: own };
}

const MAX_NOTES = 20;

export function withNote(backfill: Backfill, note: string): Backfill {
	if (backfill.notes.includes(note)) return backfill;
	return { ...backfill, notes: [...backfill.notes, note].slice(0, MAX_NOTES) };
}

export const RUNNING: readonly Phase[] = ['merging', 'sweeping', 'writing'];
export const ENDED: readonly Phase[] = ['finished', 'cancelled'];
