/** What a polling source does when a read fails: waits, longer each time, and says so. */
import { ConfigurationFailure, CrmError } from './connector';
import { AuthenticationFailure } from './http';
import { retryDelayMs } from './poll-backoff';
import type { PollingParts } from './poll-reader';

/** A refusal that is repeated so often is no accident. */
const MAX_REFUSALS = 3;

export class PollPatience {
	private failures = 0;
	private refusals = 0;
	private state: 'starting' | 'running' | 'waiting' = 'starting';

	constructor(private readonly parts: Pick<PollingParts, 'context' | 'options' | 'random'>) {}

	wentWell(): void {
		this.failures = 0;
		this.refusals = 0;
		this.report('running');
	}

	/** Waits after a failure; throws what only a person can mend. */
	async backOff(error: unknown): Promise<void> {
		const { context, options, random = Math.random } = this.parts;
		if (error instanceof AuthenticationFailure || error instanceof ConfigurationFailure)
			throw error;
		this.refusals = error instanceof CrmError && !error.options.retryable ? this.refusals + 1 : 0;
		if (error instanceof CrmError && this.refusals >= MAX_REFUSALS) {
			throw new ConfigurationFailure(
				error.message,
				error.options.hint ?? 'Check the connector settings.',
			);
		}
		const retryInMs = retryDelayMs(error, this.failures, random);
		this.failures += 1;
		const reason = error instanceof Error ? error.message : 'unknown failure';
		context.log('warn', `Reading from ${context.system} failed; trying again`, {
			reason,
			retryInMs,
		});
		this.report('waiting', reason, retryInMs);
		await context.sleep(retryInMs, options.signal);
	}

	private report(status: 'running' | 'waiting', reason = '', retryInMs = 0): void {
		if (status === 'running' && this.state === 'running') return;
		this.state = status;
		const state = status === 'running' ? { status } : { status, reason, retryInMs };
		this.parts.options.onState(state);
	}
}
