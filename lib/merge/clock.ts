/**
 * When was an edit made, and which of two edits is the later one? Vendor clocks are never trusted
 * beyond what we saw ourselves (design.md, section 3).
 */

/** The pseudo-system of what people decide at the fabric's desk (answers, undo); no CRM has this name. */
export const DESK_SYSTEM = 'desk';

/** Where a register's value came from: its memory. */
export interface Memory {
	/** Clamped time of the edit, ms since the epoch. */
	editedAt: number;
	system: string;
	object: string;
	crmId: string;
	eventId: string;
	/** Priority of the system when the edit was merged; higher wins ties. */
	priority: number;
	/** The rule under which it won. */
	rule: string;
	/** When the fabric merged it, ms since the epoch. */
	mergedAt: number;
}

export interface EditWindow {
	/** The vendor's time of the edit, ms. */
	vendor: number;
	/** Last time the old value was seen, ms; the edit came after it. */
	after?: number;
	/** The edit had happened by then, ms. */
	until: number;
}

/**
 * The vendor's time, clamped to (last time we saw the old value, time of receipt]. Should the
 * bounds cross (our own clock was set back), the upper one counts.
 */
export function clampEditTime({ vendor, after, until }: EditWindow): number {
	const earliest = after === undefined ? Number.NEGATIVE_INFINITY : after + 1;
	return Math.min(Math.max(vendor, earliest), until);
}

/**
 * Positive if `a` is the later edit. Total: clamped time, then system priority, then record; 0 only
 * for two edits of one record at one time.
 */
export function compareEdits(a: Memory, b: Memory): number {
	if (a.editedAt !== b.editedAt) return a.editedAt - b.editedAt;
	if (a.priority !== b.priority) return a.priority - b.priority;
	const [left, right] = [recordOrder(a), recordOrder(b)];
	if (left !== right) return left < right ? -1 : 1;
	return 0;
}

/** As {@link compareEdits}, but between systems of different priority the higher one counts as later. */
export function compareByPriority(a: Memory, b: Memory): number {
	return a.priority === b.priority ? compareEdits(a, b) : a.priority - b.priority;
}

function recordOrder(memory: Memory): string {
	return `${memory.system}/${memory.object}/${memory.crmId}`;
}
