/**
 * The state of a rate budget that several processes share: which calls of the running window are
 * given away, who waits, and until when nobody may call. Pure; shared-budget.ts does the I/O.
 *
 * A call is counted from before it is made until a whole window after it was made at the latest:
 * from the end of the slice of time in which it was given away, for the window, a margin and the
 * lease within which it must be made. So in no window there are more calls than allowed, however
 * the processes take turns, and a process that dies leaves at most calls counted that it never made.
 *
 * What can wait is spread: a retry or a backfill's call is given away only when the pace allows it (the
 * generic cell rate algorithm: one call each so many ms, live calls counted too), at a rate that leaves a few
 * calls of every window to live ones. So a backfill uses what there is, calls come free one by one, and a
 * live call never finds a window that was used up at once.
 */
import { z } from 'zod';
import { CALL_PRIORITIES, type CallPriority } from './waiting-line';

export interface WindowLimit {
	calls: number;
	windowMs: number;
}

const limitSchema = z.object({
	calls: z.number().int().positive(),
	windowMs: z.number().positive(),
});

const stateSchema = z.object({
	/** End of a slice (ms since the epoch) and how many calls were given away in it. */
	granted: z.array(z.tuple([z.number(), z.number()])),
	/** ms */
	pausedUntil: z.number(),
	/** Processes that wait, until they must have asked again. */
	waiting: z.array(
		z.object({
			who: z.string(),
			priority: z.enum(['live', 'retry', 'backfill']),
			until: z.number(),
		}),
	),
	/** What a person allows, as one process was told; the others keep to it. Null: the vendor's limit. */
	limit: limitSchema.extend({ until: z.number() }).nullable(),
	/** When the next call that can wait is due (ms). */
	paced: z.number().default(0),
	/** Calls of a long period (a day) as the CRM itself counted them in its last answer. */
	quota: z.object({ used: z.number(), most: z.number(), at: z.number() }).nullable().default(null),
});

export type BudgetState = z.infer<typeof stateSchema>;

export interface BudgetRequest {
	/** Names the process. */
	who: string;
	/** ms since the epoch */
	now: number;
	limit: WindowLimit;
	/** The limit is the vendor's; one that a person named to another process goes first. */
	isDefault: boolean;
	/** Calls that wait, how urgent they are, and how many more may be expected. Null: nothing is asked for. */
	wanted: { priority: CallPriority; calls: number; ahead?: number } | null;
	/** Calls that were given away and surely not made, by the slice they were counted in. */
	returned: ReadonlyArray<readonly [slice: number, calls: number]>;
	/** The CRM said that nobody may call before this time (ms); 0: it did not. */
	pausedUntil: number;
	/** What the CRM said of its long period since the last turn. */
	quota?: Quota | null;
}

/** Calls made and calls allowed in the CRM's long period, by all clients of the account together. */
export interface Quota {
	used: number;
	most: number;
}

export interface BudgetAnswer {
	/** Calls given away: they must be made by `expiresAt` (ms), or be returned with `slice`. */
	granted: number;
	slice: number;
	expiresAt: number;
	/** When it is worth asking again; 0 if something was given away. */
	nextInMs: number;
	/** Calls left in the window. */
	available: number;
}

/** A pause that a broken clock or answer made may not hold for ever. */
const MAX_PAUSE_MS = 24 * 60 * 60_000;
const MAX_WAITING = 1_000;
/** A process that waits has this long to come back when its time has come. */
const GRACE_MS = 2_000;
/** There are calls left, but somebody more urgent is about to take them. */
const YIELD_MS = 1_000;
const LIMIT_KEPT_MS = 10 * 60_000;
const SLICES = 300;
const MARGIN = 0.01;
const LEASES = 20;
const MIN_LEASE_MS = 250;
const MAX_LEASE_MS = 2_000;
/** Share of a window that what can wait leaves to live calls that come in bursts. */
const RESERVE = 0.02;
/** Calls that can wait and may be made in a row. */
const BURST = 5;
/** Of the long period: from these shares on, backfills and then retries wait until the CRM says otherwise. */
const QUOTA_SHARE: Record<CallPriority, number> = { live: Infinity, retry: 0.95, backfill: 0.8 };
/** So often one call asks the CRM again how much is used: calls of a day ago drop out of the count. */
const QUOTA_LOOK_MS = 10 * 60_000;

/** How long a call that was given away may wait to be made. */
export function leaseMs(windowMs: number): number {
	return Math.min(MAX_LEASE_MS, Math.max(MIN_LEASE_MS, windowMs / LEASES));
}

/** The stored state. One that cannot be read counts as a window in which every call was made. */
export function readState(stored: unknown, limit: WindowLimit, now: number): BudgetState {
	const empty: BudgetState = {
		granted: [],
		pausedUntil: 0,
		waiting: [],
		limit: null,
		paced: 0,
		quota: null,
	};
	if (stored === null || stored === undefined) return empty;
	const result = stateSchema.safeParse(stored);
	return result.success ? result.data : { ...empty, granted: [[now, limit.calls]] };
}

/** One process's turn: what it brings back is taken in, and what it asks for is given if it may be. */
export function exchange(
	before: BudgetState,
	request: BudgetRequest,
): { state: BudgetState; answer: BudgetAnswer } {
	const { now, wanted, who } = request;
	const told = limitTold(before, request);
	const limit = told ?? request.limit;
	const counted = countedCalls(before, request, limit);
	const pausedUntil = Math.min(
		Math.max(before.pausedUntil, request.pausedUntil),
		now + MAX_PAUSE_MS,
	);
	const isPaused = pausedUntil > now;
	const available = isPaused ? 0 : Math.max(0, limit.calls - sum(counted));
	const others = before.waiting.filter((one) => one.who !== who && one.until > now);
	const yields =
		wanted !== null && others.some((one) => isMoreUrgent(one.priority, wanted.priority));
	const asked = wanted === null || yields ? 0 : wanted.calls + (wanted.ahead ?? 0);
	const pace = paceOf(before, request, limit);
	const granted = Math.min(asked, available, pace.allowed);
	const slice = sliceEnd(now, limit);
	const after = granted === 0 ? counted : added(counted, slice, granted);
	const until = Math.max(pausedUntil, pace.until);
	const wait = waitMs(after, { ...request, limit }, { pausedUntil: until, yields });
	const note =
		wanted === null || granted >= wanted.calls
			? []
			: [{ who, priority: wanted.priority, until: now + wait + GRACE_MS }];
	return {
		state: {
			granted: after,
			pausedUntil: isPaused ? pausedUntil : 0,
			waiting: [...others, ...note].slice(-MAX_WAITING),
			limit: told,
			paced: pace.after(granted),
			quota: pace.quota,
		},
		answer: {
			granted,
			slice,
			expiresAt: now + leaseMs(limit.windowMs),
			nextInMs: granted > 0 ? 0 : wait,
			available: available - granted,
		},
	};
}

function isMoreUrgent(one: CallPriority, other: CallPriority): boolean {
	return CALL_PRIORITIES.indexOf(one) < CALL_PRIORITIES.indexOf(other);
}

function limitTold(before: BudgetState, { isDefault, limit, now }: BudgetRequest) {
	if (!isDefault) return { ...limit, until: now + Math.max(LIMIT_KEPT_MS, 2 * limit.windowMs) };
	return before.limit !== null && before.limit.until > now ? before.limit : null;
}

function keptMs({ windowMs }: WindowLimit): number {
	return Math.ceil(windowMs * (1 + MARGIN)) + leaseMs(windowMs);
}

/** Counting from the slice's end makes a call count longer, never shorter, than it must. */
function sliceEnd(now: number, { windowMs }: WindowLimit): number {
	const length = Math.max(1, Math.ceil(windowMs / SLICES));
	return Math.ceil(now / length) * length;
}

/** What the pace, and the CRM's long period, leave to this request, and how it goes on. */
function paceOf(
	before: BudgetState,
	{ now, wanted, quota, returned }: BudgetRequest,
	limit: WindowLimit,
) {
	const stepMs = keptMs(limit) / Math.max(1, limit.calls * (1 - RESERVE));
	const tolerance = Math.min(BURST, Math.max(1, limit.calls / 10)) * stepMs;
	// A clock that was ahead must not stop what can wait for longer than a window.
	const unmade = returned.reduce((total, [, calls]) => total + calls, 0) * stepMs;
	const due = Math.min(before.paced - unmade, now + limit.windowMs);
	const priority = wanted?.priority ?? 'live';
	const known = quota ? { ...quota, at: now } : before.quota;
	const isSpent = known !== null && known.used >= known.most * QUOTA_SHARE[priority];
	const lookAt = isSpent ? (known?.at ?? now) + QUOTA_LOOK_MS : 0;
	const isLook = isSpent && lookAt <= now;
	const byPace = priority === 'live' ? Infinity : Math.floor((now + tolerance - due) / stepMs);
	const allowed = isSpent ? (isLook ? Math.min(1, byPace) : 0) : byPace;
	const paceFreeAt = priority === 'live' ? 0 : Math.ceil(due + stepMs - tolerance);
	return {
		allowed: Math.max(0, allowed),
		/** When the next call is due, as far as the pace and the quota go. */
		until: Math.max(paceFreeAt, lookAt),
		after: (granted: number) => Math.max(due, now) + granted * stepMs,
		/** Who looks counts as having looked, so that only one does. */
		quota: isLook && known !== null && allowed > 0 ? { ...known, at: now } : known,
	};
}

type Granted = BudgetState['granted'];

function countedCalls(
	{ granted }: BudgetState,
	{ now, returned }: BudgetRequest,
	limit: WindowLimit,
): Granted {
	const left = new Map<number, number>();
	for (const [end, calls] of granted) left.set(end, (left.get(end) ?? 0) + calls);
	for (const [end, calls] of returned) left.set(end, Math.max(0, (left.get(end) ?? 0) - calls));
	// Times from a clock that was ahead would never pass.
	const latest = sliceEnd(now, limit);
	return [...left]
		.map(([end, calls]): Granted[number] => [Math.min(end, latest), calls])
		.filter(([end, calls]) => calls > 0 && end + keptMs(limit) > now)
		.sort(([a], [b]) => a - b);
}

function added(granted: Granted, slice: number, calls: number): Granted {
	const index = granted.findIndex(([end]) => end === slice);
	if (index < 0) return [...granted, [slice, calls]];
	return granted.map(([end, count], at) => [end, at === index ? count + calls : count]);
}

function sum(granted: Granted): number {
	return granted.reduce((total, [, calls]) => total + calls, 0);
}

/** Until a call comes free; more exactly: until so many have left the window that one more fits. */
function waitMs(
	granted: Granted,
	{ now, limit }: Pick<BudgetRequest, 'now' | 'limit'>,
	{ pausedUntil, yields }: { pausedUntil: number; yields: boolean },
): number {
	let over = sum(granted) - limit.calls + 1;
	let free = now;
	for (const [end, calls] of granted) {
		if (over <= 0) break;
		free = end + keptMs(limit);
		over -= calls;
	}
	return Math.max(1, free - now, pausedUntil - now, yields ? YIELD_MS : 0);
}
