/**
 * A circuit breaker for a CRM account that is down, shared by all processes that use one store: while it
 * is open nobody calls, deliveries wait without burning their tries, and one call at a time finds out
 * whether the CRM is back. While all is well it costs nothing: the store is asked only after a failure.
 */
import { randomUUID } from 'node:crypto';
import {
	CLOSED,
	enter,
	failed,
	readCircuit,
	released,
	succeeded,
	type CircuitState,
	type Failure,
} from './circuit-state';
import { CrmError, type ConnectorContext, type Json, type RateBudget } from './connector';
import {
	AuthenticationFailure,
	HttpFailure,
	retryAfterMs,
	type HttpPort,
	type HttpRequest,
	type HttpResponse,
} from './http';
import type { BudgetPort } from './shared-budget';

/** While a probe of the same process is under way. */
const PROBE_WAIT_MS = 2_000;

/** Code of the error of a call that was not made because the CRM is down. */
export const CIRCUIT_OPEN = 'circuit-open';

export function circuitAccount(system: string): string {
	return `circuit/${system}`;
}

export interface CircuitOptions {
	port: BudgetPort;
	system: string;
	/** The CRM's name as people know it. */
	crm: string;
	/** ms since the epoch */
	now: () => number;
	/** Names this process among the others; by default a random name. */
	who?: string;
}

export class Circuit {
	/** As this process last knew it. */
	private state: CircuitState = CLOSED;
	/** A call of this process is the probe. */
	private isProbing = false;
	private readonly who: string;

	constructor(private readonly options: CircuitOptions) {
		this.who = options.who ?? randomUUID();
	}

	/**
	 * Rejects with CrmError (code `circuit-open`, retryable, `retryAfterMs`) while nobody is to call. True: the
	 * call is the probe, for which everybody waits.
	 */
	async enter(): Promise<boolean> {
		if (this.state.until === null) return false;
		const { now } = this.options;
		const left = this.state.until - now();
		if (left > 0) throw this.openError(left);
		if (this.isProbing) throw this.openError(PROBE_WAIT_MS);
		this.isProbing = true;
		const waitMs = await this.change((state) => enter(state, this.who, now()));
		this.isProbing = waitMs === 0 && !this.isClosed();
		if (waitMs > 0) throw this.openError(waitMs);
		return this.isProbing;
	}

	private isClosed(): boolean {
		return this.state.until === null;
	}

	/** The call got an answer, whatever it was, that a CRM which is up gives. */
	async succeeded(): Promise<void> {
		this.isProbing = false;
		if (this.state.failures === 0 && this.state.until === null) return;
		await this.change(() => ({ state: succeeded(), waitMs: 0 }));
	}

	async failed(failure: Failure): Promise<void> {
		this.isProbing = false;
		const { now } = this.options;
		await this.change((state) => ({ state: failed(state, failure, now()), waitMs: 0 }));
	}

	/** Entered, and then no call was made. */
	async released(): Promise<void> {
		if (!this.isProbing) return;
		this.isProbing = false;
		await this.change((state) => ({ state: released(state, this.who), waitMs: 0 }));
	}

	/** A store that fails leaves the calls to themselves: they are not held up by their guard. */
	private async change(
		step: (state: CircuitState) => { state: CircuitState; waitMs: number },
	): Promise<number> {
		const { port, system } = this.options;
		try {
			const result = await port.exchange(circuitAccount(system), (stored: Json) => {
				const next = step(readCircuit(stored));
				return { state: next.state as Json, result: next };
			});
			this.state = result.state;
			return result.waitMs;
		} catch {
			this.state = CLOSED;
			return 0;
		}
	}

	private openError(waitMs: number): CrmError {
		const { crm } = this.options;
		return new CrmError(`${crm} is not answering; nothing is sent until it does`, 0, CIRCUIT_OPEN, {
			retryable: true,
			retryAfterMs: waitMs,
			hint: 'What waits for it goes out by itself when it is back.',
		});
	}
}

/** Longer waits are meant to be: streams that are asked and answer when there is something. */
const LONG_POLL_MS = 60_000;

/** The same door: what passes it tells whether the CRM is up. */
function guardedPort(http: HttpPort, circuit: Circuit, now: () => number): HttpPort {
	return async (request) => {
		if (isLongPoll(request)) return http(request);
		try {
			const response = await http(request);
			const failure = failureIn(response, now());
			await (failure === undefined ? circuit.succeeded() : circuit.failed(failure));
			return response;
		} catch (error) {
			await tellOf(error, circuit);
			throw error;
		}
	};
}

/** Closed while the CRM is down: nobody waits for the rate budget then, and no call is counted. */
function guardedBudget(budget: RateBudget, circuit: Circuit): RateBudget {
	const take: RateBudget['take'] = async (priority, signal) => {
		const isProbe = await circuit.enter();
		try {
			await budget.take(priority, signal);
			// The CRM may have gone down while the call waited for its turn.
			if (!isProbe) await circuit.enter();
		} catch (error) {
			await circuit.released();
			throw error;
		}
	};
	return { ...budget, take };
}

/** Context whose calls all pass the circuit. */
export function guarded(context: ConnectorContext, circuit: Circuit): ConnectorContext {
	return {
		...context,
		http: guardedPort(context.http, circuit, context.now),
		budget: guardedBudget(context.budget, circuit),
	};
}

function isLongPoll({ timeoutMs = 0 }: HttpRequest): boolean {
	return timeoutMs > LONG_POLL_MS;
}

/** 5xx that say nothing of the one request: 501 and 505 do. */
function failureIn(response: HttpResponse, now: number): Failure | undefined {
	const { status } = response;
	if (status < 500 || status === 501 || status === 505) return undefined;
	return { reason: `It answered ${status}.`, retryAfterMs: retryAfterMs(response, now) };
}

async function tellOf(error: unknown, circuit: Circuit): Promise<void> {
	if (error instanceof AuthenticationFailure) return circuit.succeeded();
	if (!(error instanceof HttpFailure) || error.code === 'aborted') return circuit.released();
	await circuit.failed({ reason: `${error.message}.` });
}
