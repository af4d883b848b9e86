/**
 * The breaker (law 11): a run that would create, change or remove more in one system than its limit
 * stops there and asks. Pure.
 *
 * ## What is counted
 * Deliveries that mark opens, per system and kind (`creates`: create; `changes`: update, unarchive;
 * `removals`: delete, archive), against `SystemRow.limits` (0: no limit), per *scope*:
 * - a run with a name of its own (`first-read/wealthbox`, `reconcile/7`, `undo/3`: it has a slash) counts
 *   everything that it ever opened;
 * - everything else (events as they come, answers at the desk) counts as `live`: what was opened within
 *   the last hour, in steps of five minutes. So 5,000 deletes trip it in whatever batches they come.
 * - removals that a complete listing of a system inferred count as `inbound`, against that system's own
 *   limit of removals, over the same hour: see lib/removal/flood.ts.
 * Only what is let through counts.
 *
 * ## What happens
 * The delivery that would pass the limit and all later ones of that scope, system and kind are opened
 * `held`; one review of kind `breaker` asks. `held` deliveries are never claimed. They follow what is
 * wanted like open ones: what is no longer wanted is superseded.
 *
 * | state | limit reached | approve | reject |
 * |---|---|---|---|
 * | counting | tripped: a review is opened, held from now on | | |
 * | tripped | held | held ones are opened; lifted | held ones are superseded; counting |
 * | lifted | let through, uncounted | | |
 *
 * `lifted` lasts: of a named run for ever, of `live` and `inbound` for an hour after the answer; then it
 * counts from nothing. After a reject the count stands: while the hour is not over, the next one asks.
 *
 * A backfill's plan is approved before it runs: that many of each kind are its limit, whatever the
 * system's own one is. What goes beyond asks like everything else.
 *
 * What was rejected is not opened by the next comparison: for removals the answer is kept in the
 * departure (the client lives on in that system), for creates and changes the entity remembers what it
 * was that a person refused (`entities.refused`: a fingerprint of operation and values). As soon as the
 * record would be written other values than those, that is a newer change, is opened, and counts anew.
 */
import type { Operation, RunLimits } from '../model/delivery';

export type Kind = keyof RunLimits;

export const KIND_OF: Record<Operation, Kind> = {
	create: 'creates',
	update: 'changes',
	unarchive: 'changes',
	archive: 'removals',
	delete: 'removals',
};

export const LIVE = 'live';
export const INBOUND = 'inbound';
export const WINDOW_MS = 3_600_000;
const STEP_MS = 300_000;

export interface Counter {
	/** Let through: [start of the step (ms; 0 for named runs), how many]. */
	steps: Array<[number, number]>;
	/** The open review. */
	review?: number;
	/** Until then nothing is counted, ms; null: for ever. */
	liftedUntil?: number | null;
	/** A person saw what the run would do and approved so many: they count instead of the system's limit. */
	approved?: number;
}

export type Counts = Partial<Record<Kind, Counter>>;

/** The scope in which a run is counted. */
export function scopeOf(run: string | undefined): string {
	return run !== undefined && run.includes('/') ? run : LIVE;
}

function isRolling(scope: string): boolean {
	return scope === LIVE || scope === INBOUND;
}

export type Admission = 'through' | 'held' | 'trips';

export interface Asked {
	scope: string;
	/** 0: none. */
	limit: number;
	/** ms */
	now: number;
	/** How many that go through or wait together. */
	amount?: number;
}

/** May so many more be opened? `trips`: held, and a question is to be asked (then {@link trip}). */
export function admit(
	counter: Counter | undefined,
	{ scope, limit, now, amount = 1 }: Asked,
): { admission: Admission; counter: Counter } {
	const current = passed(counter, scope, now);
	const most = current.approved ?? limit;
	if (isUnlimited(current, limit) || isLifted(current, now))
		return { admission: 'through', counter: current };
	if (current.review !== undefined) return { admission: 'held', counter: current };
	const sum = current.steps.reduce((total, [, count]) => total + count, 0);
	if (sum + amount > most) return { admission: 'trips', counter: current };
	return { admission: 'through', counter: counted(current, scope, now, amount) };
}

/** Nobody counts: neither the system nor an approved plan sets a limit (0 approved is one). */
export function isUnlimited(counter: Counter | undefined, limit: number): boolean {
	return limit === 0 && counter?.approved === undefined;
}

export function trip(counter: Counter, review: number): Counter {
	return { ...counter, review };
}

export function answered(
	counter: Counter | undefined,
	verdict: 'approve' | 'reject',
	{ scope, now }: Pick<Asked, 'scope' | 'now'>,
): Counter {
	const { steps, approved } = passed(counter, scope, now);
	if (verdict === 'reject') return { steps, ...(approved === undefined ? {} : { approved }) };
	return { steps: [], liftedUntil: isRolling(scope) ? now + WINDOW_MS : null };
}

function isLifted({ liftedUntil }: Counter, now: number): boolean {
	return liftedUntil === null || (liftedUntil !== undefined && now < liftedUntil);
}

/** What lies more than the window back is forgotten. */
function passed(counter: Counter | undefined, scope: string, now: number): Counter {
	const current = counter ?? { steps: [] };
	if (!isRolling(scope)) return current;
	return { ...current, steps: current.steps.filter(([start]) => start > now - WINDOW_MS) };
}

function counted(counter: Counter, scope: string, now: number, amount: number): Counter {
	const start = isRolling(scope) ? Math.floor(now / STEP_MS) * STEP_MS : 0;
	const others = counter.steps.filter(([at]) => at !== start);
	const before = counter.steps.find(([at]) => at === start)?.[1] ?? 0;
	return { ...counter, steps: [...others, [start, before + amount]] };
}
