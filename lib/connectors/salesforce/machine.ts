/**
 * The streaming client's state machine: one pure function. Each step answers an input (what
 * happened) with one command (what to do next), so that at any time exactly one call is under way.
 */
import type { StreamFailure } from './failures';

export type StreamState =
	| 'idle'
	| 'handshaking'
	| 'subscribing'
	| 'connected'
	| 'backingOff'
	| 'recoveringGap'
	| 'stopped';

/** What a wait was for. */
type AfterWait = 'handshake' | 'connect' | 'refresh';

export interface Machine {
	state: StreamState;
	afterWait: AfterWait;
	/** Where the next subscription begins: after the last committed event, or with new events only. */
	from: 'cursor' | 'tip';
	/** Changes must be read over REST before the stream alone can be trusted. */
	recover: boolean;
	/** Failures since the last healthy period; decides the length of the backoff. */
	failures: number;
	/** Refused tokens in a row. */
	authFailures: number;
	/** Successful polls of this session. */
	polls: number;
	/** Polls in a row that were answered at once and brought nothing. */
	hastyPolls: number;
	/** When this session's first poll succeeded, ms. */
	connectedAt: number | null;
	/** The next handshake begins with an empty cookie jar. */
	freshCookies: boolean;
	/** A token refresh must come before the next handshake. */
	refreshDue: boolean;
}

export type Input =
	| { type: 'start'; from: 'cursor' | 'tip'; recover: boolean }
	/** `hasReplayId` false: there is no event to go on after. */
	| { type: 'handshaken'; hasReplayId: boolean }
	| { type: 'subscribed' }
	| { type: 'polled'; now: number; intervalMs: number; hasty: boolean }
	| { type: 'gap'; gap: 'overflow' | 'uncovered' | 'deaf' }
	| { type: 'recovered' }
	| { type: 'refreshed' }
	| { type: 'waited' }
	/** `dice`: 0 <= dice < 1, the jitter. */
	| { type: 'failed'; failure: StreamFailure; dice: number }
	| { type: 'stop' };

export type Command =
	| { do: 'handshake'; freshCookies: boolean }
	| { do: 'subscribe'; from: 'cursor' | 'tip' }
	| { do: 'connect' }
	| { do: 'recover' }
	| { do: 'refresh' }
	| { do: 'wait'; ms: number; reason: string }
	/** Give up; a person must help. */
	| { do: 'fail'; failure: StreamFailure }
	/** Leave politely, then end. */
	| { do: 'leave' }
	| { do: 'nothing' };

export interface Step {
	machine: Machine;
	command: Command;
}

export interface WaitPolicy {
	baseMs: number;
	capMs: number;
	busyMs: number;
	limitMs: number;
}

export const IDLE: Machine = {
	state: 'idle',
	afterWait: 'handshake',
	from: 'tip',
	recover: false,
	failures: 0,
	authFailures: 0,
	polls: 0,
	hastyPolls: 0,
	connectedAt: null,
	freshCookies: true,
	refreshDue: false,
};

/** A session of this age shows that the trouble is over. */
const HEALTHY_AFTER_MS = 2 * 60_000;
const MAX_AUTH_FAILURES = 2;
/** The first poll of a session is answered at once by design. */
const MAX_HASTY_POLLS = 3;

export function reduce(machine: Machine, input: Input, policy: WaitPolicy): Step {
	if (machine.state === 'stopped') return { machine, command: { do: 'nothing' } };
	switch (input.type) {
		case 'start':
			return handshake({ ...machine, from: input.from, recover: input.recover });
		case 'stop':
			return { machine: { ...machine, state: 'stopped' }, command: { do: 'leave' } };
		case 'handshaken':
			return afterHandshake(machine, input.hasReplayId);
		case 'subscribed':
			return afterSubscribe(machine);
		case 'recovered':
			return connect({ ...machine, recover: false });
		case 'polled':
			return afterPoll(machine, input, policy);
		case 'gap':
			return afterGap(machine, input.gap);
		case 'refreshed':
			return handshake({ ...machine, refreshDue: false });
		case 'waited':
			return afterWait(machine);
		case 'failed':
			return afterFailure(machine, input.failure, input.dice, policy);
	}
}

/** A new session: what was counted for the last one no longer counts. */
function handshake(machine: Machine): Step {
	return {
		machine: {
			...machine,
			state: 'handshaking',
			freshCookies: false,
			polls: 0,
			hastyPolls: 0,
			connectedAt: null,
		},
		command: { do: 'handshake', freshCookies: machine.freshCookies },
	};
}

/** Without an event to go on after, a subscription begins at the tip, and what came before is read. */
function afterHandshake(machine: Machine, hasReplayId: boolean): Step {
	if (machine.from === 'tip' || hasReplayId) return subscribe(machine);
	return subscribe({ ...machine, from: 'tip', recover: true });
}

function afterSubscribe(machine: Machine): Step {
	const next: Machine = { ...machine, from: 'cursor' };
	return next.recover ? recover(next) : connect(next);
}

function subscribe(machine: Machine): Step {
	return {
		machine: { ...machine, state: 'subscribing' },
		command: { do: 'subscribe', from: machine.from },
	};
}

function connect(machine: Machine): Step {
	return { machine: { ...machine, state: 'connected' }, command: { do: 'connect' } };
}

function recover(machine: Machine): Step {
	return { machine: { ...machine, state: 'recoveringGap' }, command: { do: 'recover' } };
}

function wait(machine: Machine, after: AfterWait, ms: number, reason: string): Step {
	return {
		machine: { ...machine, state: 'backingOff', afterWait: after },
		command: { do: 'wait', ms: Math.round(ms), reason },
	};
}

function afterWait(machine: Machine): Step {
	if (machine.afterWait === 'connect') return connect(machine);
	if (machine.afterWait === 'refresh' || machine.refreshDue) {
		return { machine: { ...machine, state: 'handshaking' }, command: { do: 'refresh' } };
	}
	return handshake(machine);
}

function afterPoll(
	machine: Machine,
	input: Extract<Input, { type: 'polled' }>,
	policy: WaitPolicy,
): Step {
	const connectedAt = machine.connectedAt ?? input.now;
	const healthy = input.now - connectedAt >= HEALTHY_AFTER_MS;
	const polls = machine.polls + 1;
	const hastyPolls = input.hasty ? machine.hastyPolls + 1 : 0;
	const next: Machine = {
		...machine,
		connectedAt,
		polls,
		hastyPolls,
		failures: healthy ? 0 : machine.failures,
		// One poll may still pass with a token that is about to be refused.
		authFailures: polls >= 2 ? 0 : machine.authFailures,
	};
	if (input.intervalMs > 0) {
		const reason = 'Salesforce asks for a pause between polls.';
		return wait(next, 'connect', Math.min(input.intervalMs, policy.capMs), reason);
	}
	if (hastyPolls > MAX_HASTY_POLLS) {
		const reason = 'Salesforce ends empty polls at once.';
		return wait({ ...next, hastyPolls: 0 }, 'connect', policy.baseMs, reason);
	}
	return connect(next);
}

function afterGap(machine: Machine, gap: 'overflow' | 'uncovered' | 'deaf'): Step {
	const next: Machine = { ...machine, recover: true };
	// A deaf session resumed from its old id would stay deaf: begin anew and read the rest.
	return gap === 'deaf' ? handshake({ ...next, from: 'tip', freshCookies: true }) : recover(next);
}

/** Exponential with full range jitter above one half, so that many clients do not return at once. */
function backoffMs(failures: number, dice: number, policy: WaitPolicy): number {
	const MAX_DOUBLINGS = 20;
	const full = policy.baseMs * 2 ** Math.min(failures, MAX_DOUBLINGS);
	return Math.min(full, policy.capMs) * (0.5 + dice / 2);
}

function afterFailure(
	machine: Machine,
	failure: StreamFailure,
	dice: number,
	policy: WaitPolicy,
): Step {
	const failed: Machine = { ...machine, failures: machine.failures + 1 };
	const backoff = Math.max(backoffMs(machine.failures, dice, policy), failure.retryAfterMs ?? 0);
	switch (failure.kind) {
		case 'configuration':
			return { machine: { ...failed, state: 'stopped' }, command: { do: 'fail', failure } };
		case 'authentication':
			return afterRefusedToken(failed, failure);
		case 'staleReplay':
			return afterStaleReplay(failed, failure, backoff);
		case 'busy':
			return wait(failed, 'handshake', policy.busyMs * (1 + dice / 2), failure.message);
		case 'limit': {
			const ms = Math.max(policy.limitMs * (1 + dice / 2), failure.retryAfterMs ?? 0);
			return wait(failed, 'handshake', ms, failure.message);
		}
		case 'network':
			// Not the same session again: events of an answer that got lost on its way would stay lost.
			return wait(failed, failed.refreshDue ? 'refresh' : 'handshake', backoff, failure.message);
		case 'unknownClient':
		case 'session':
		case 'other':
			return wait({ ...failed, freshCookies: true }, 'handshake', backoff, failure.message);
	}
}

function afterRefusedToken(machine: Machine, failure: StreamFailure): Step {
	const authFailures = machine.authFailures + 1;
	const next: Machine = { ...machine, authFailures, refreshDue: true, freshCookies: true };
	if (authFailures >= MAX_AUTH_FAILURES) {
		return { machine: { ...next, state: 'stopped' }, command: { do: 'fail', failure } };
	}
	return { machine: { ...next, state: 'handshaking' }, command: { do: 'refresh' } };
}

/** Once per subscription: a refused tip cannot be cured by going to the tip again, so it backs off. */
function afterStaleReplay(machine: Machine, failure: StreamFailure, backoff: number): Step {
	const next: Machine = { ...machine, from: 'tip', recover: true };
	if (machine.state === 'subscribing' && machine.from === 'cursor') return subscribe(next);
	return wait(next, 'handshake', backoff, failure.message);
}
