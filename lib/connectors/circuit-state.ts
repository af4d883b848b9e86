/**
 * The state of a circuit breaker that several processes share: is this CRM account answering? Pure;
 * circuit.ts does the I/O.
 *
 * closed: calls go out; failures in a row are counted. open: no call goes out before `until`. Then one
 * caller at a time is let through as a probe (half-open): its success closes the circuit, its failure opens
 * it again, for twice as long. A probe that never tells its end (its process died) is given up after a while.
 */
import { z } from 'zod';

const stateSchema = z.object({
	/** Calls that failed since the last one that succeeded. */
	failures: z.number().int().nonnegative(),
	/** When the first of them failed (ms). */
	since: z.number(),
	/** Open until then (ms); null: closed. */
	until: z.number().nullable(),
	/** How long it was opened for the last time (ms). */
	openedMs: z.number().nonnegative(),
	/** Who probes, and until when that counts (ms). */
	probe: z.object({ who: z.string(), until: z.number() }).nullable(),
	/** What the last failure was; fit for people. */
	reason: z.string(),
});

export type CircuitState = z.infer<typeof stateSchema>;

export type CircuitStatus = 'closed' | 'open' | 'half-open';

export interface Failure {
	/** Fit for people; no client data. */
	reason: string;
	/** The CRM's own Retry-After. */
	retryAfterMs?: number;
}

export const CLOSED: CircuitState = {
	failures: 0,
	since: 0,
	until: null,
	openedMs: 0,
	probe: null,
	reason: '',
};

/** Calls in a row that must fail before it opens. */
export const FAILURES_TO_OPEN = 5;
const FIRST_OPEN_MS = 5_000;
const MOST_OPEN_MS = 60_000;
/** A Retry-After beyond this is not believed. */
const MOST_ASKED_MS = 30 * 60_000;
const PROBE_MS = 45_000;

/** One that cannot be read counts as closed: the calls themselves tell. */
export function readCircuit(stored: unknown): CircuitState {
	const result = stateSchema.safeParse(stored);
	return result.success ? result.data : CLOSED;
}

export function statusOf({ until }: CircuitState, now: number): CircuitStatus {
	if (until === null) return 'closed';
	return until > now ? 'open' : 'half-open';
}

/** May `who` call now? If not, after how long it is worth asking again. */
export function enter(
	state: CircuitState,
	who: string,
	now: number,
): { state: CircuitState; waitMs: number } {
	if (state.until === null) return { state, waitMs: 0 };
	const until = Math.min(state.until, now + MOST_ASKED_MS);
	if (until > now) return { state, waitMs: until - now };
	const { probe } = state;
	const isTaken = probe !== null && probe.until > now && probe.who !== who;
	if (isTaken) return { state, waitMs: Math.min(FIRST_OPEN_MS, probe.until - now) };
	return { state: { ...state, probe: { who, until: now + PROBE_MS } }, waitMs: 0 };
}

export function failed(state: CircuitState, failure: Failure, now: number): CircuitState {
	const failures = state.failures + 1;
	const since = state.failures === 0 ? now : state.since;
	const next = { ...state, failures, since, reason: failure.reason };
	if (state.until !== null && state.until > now) return next;
	const opens = state.until !== null || failures >= FAILURES_TO_OPEN;
	if (!opens) return next;
	const asked = Math.min(failure.retryAfterMs ?? 0, MOST_ASKED_MS);
	const openedMs = Math.min(MOST_OPEN_MS, Math.max(FIRST_OPEN_MS, state.openedMs * 2));
	return { ...next, until: now + Math.max(openedMs, asked), openedMs, probe: null };
}

/** A call that went out before the circuit opened proves as much as a probe. */
export function succeeded(): CircuitState {
	return CLOSED;
}

/** May a delivery be handed out? One at a time, where it would be the probe. */
export function mostToHandOut(state: CircuitState, now: number): number {
	if (state.until === null) return Infinity;
	const isProbed = state.probe !== null && state.probe.until > now;
	return state.until > now || isProbed ? 0 : 1;
}

/** The probe never went out. */
export function released(state: CircuitState, who: string): CircuitState {
	return state.probe?.who === who ? { ...state, probe: null } : state;
}
