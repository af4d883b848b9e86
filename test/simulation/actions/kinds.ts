/** The kinds of actions, and how often each of them happens. */
export const WEIGHTS = {
	/** People. */
	edit: 8,
	make: 0.4,
	delete: 0.3,
	archive: 0.3,
	/** The fabric's processes go a step further. */
	read: 10,
	run: 12,
	write: 16,
	/** The person at the desk. */
	answer: 0.6,
	tidy: 0.4,
	pause: 0.5,
	reconcile: 0.2,
	/** Mishaps. */
	die: 0.5,
	down: 0.2,
	replay: 0.4,
	gap: 0.15,
	rush: 0.3,
	rerun: 0.4,
	/** Only where people are unruly. */
	twin: 0,
	rule: 0,
	undo: 0,
	/** Only in the profile of objects. */
	add: 0,
	change: 0,
	move: 0,
	discard: 0,
} as const;

/** What people do with households, opportunities, notes and tasks. */
export const OBJECTS_TOO = {
	add: 1.5,
	change: 5,
	move: 3.5,
	discard: 0.3,
	read: 16,
	run: 14,
	write: 24,
} as const;

/** People enter clients twice and merge them in the CRM, change the merge rules, and undo changes. */
export const UNRULY = { twin: 0.8, rule: 0.6, undo: 0.5 } as const;

/** What else people may be busy with. */
export const MOODS = {
	mixed: {},
	focused: { edit: 14, make: 0, delete: 0, archive: 0, write: 36 },
	influx: { edit: 3, make: 3, delete: 0.1, archive: 0.1, write: 36 },
} as const;

export type ActionKind = keyof typeof WEIGHTS;
