/**
 * Hints that something has changed in a polled CRM, from whoever can push them. A hint is never data: it
 * makes the source read now instead of later.
 */

/** Records said to have changed; none: it was not said which. */
export interface ChangeHint {
	crmIds: readonly string[];
}

/** Told by one side, taken by the other. More ids than it keeps become a hint without any. */
export class ChangeHints {
	private ids = new Set<string>();
	private isUnspecific = false;
	private waiting = new AbortController();

	constructor(private readonly maxIds = 20) {}

	tell({ crmIds }: ChangeHint): void {
		for (const crmId of crmIds) this.ids.add(crmId);
		this.isUnspecific ||= crmIds.length === 0 || this.ids.size > this.maxIds;
		if (this.isUnspecific) this.ids.clear();
		this.waiting.abort();
	}

	/** What was told since; null: nothing. */
	take(): ChangeHint | null {
		const hint = this.isUnspecific ? { crmIds: [] } : { crmIds: [...this.ids] };
		const isNone = !this.isUnspecific && this.ids.size === 0;
		this.isUnspecific = false;
		this.ids = new Set();
		return isNone ? null : hint;
	}

	/** Aborts with the next hint, at once if one is waiting. */
	next(): AbortSignal {
		this.waiting = new AbortController();
		if (this.isUnspecific || this.ids.size > 0) this.waiting.abort();
		return this.waiting.signal;
	}
}
