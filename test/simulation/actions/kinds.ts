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
	rerun: 0.4,
} as const;

export type ActionKind = keyof typeof WEIGHTS;
