/**
 * The change source: Change Data Capture over the streaming session, driven by the state machine
 * (machine.ts). This file carries out its commands, one at a time, and tells it what came of them.
 */
import {
	ConfigurationFailure,
	CrmError,
	type ChangeSourceOptions,
	type ConnectorContext,
} from '../connector';
import { AuthenticationFailure, HttpFailure } from '../http';
import { ServerClock } from '../server-clock';
import { contactReads, eventMaker } from './change-events';
import { refreshToken } from './client';
import { classifyHttpFailure, StreamError, type StreamFailure } from './failures';
import { isStreamDeaf } from './deaf';
import { loadEverything, recover, recoveryStart, type GapTools } from './gap';
import { Inflow } from './inflow';
import { IDLE, reduce, type Command, type Input, type Machine, type WaitPolicy } from './machine';
import { orgModel } from './org-model';
import { ContactReader, minute } from './reader';
import { EMPTY_CURSOR, REPLAY_FROM_TIP } from './replay';
import { SeenRecords } from './seen';
import { StreamSession } from './session';
import { settingsOf, type SalesforceSettings } from './settings';

/** The server forgets a session after 40 s without a poll. */
const KEEP_ALIVE_MS = 15_000;
/** An empty answer this quick was not a held poll. */
const HASTY_MS = 1_000;
const MINUTE = 60_000;

const LOST_EVENTS = 'Changes that the stream cannot tell any more are read over REST.';
const OVERFLOW = 'Salesforce reports changes without their content.';
const DEAF =
	'The stream did not deliver changes that Salesforce has. If this repeats, check that Contact is ' +
	'selected in Setup > Change Data Capture.';

/** See `Connector.runChangeSource`. */
export async function runChangeSource(
	context: ConnectorContext,
	options: ChangeSourceOptions,
): Promise<void> {
	await new StreamSource(context, options).run();
}

class StreamSource {
	private readonly settings: SalesforceSettings;
	private readonly policy: WaitPolicy;
	private readonly session: StreamSession;
	private readonly inflow: Inflow;
	private readonly gap: GapTools;
	private lastPollAt = 0;
	private lastComparisonAt: number;
	/** When the rest of a recovery is worth another try. */
	private nextPassAt = 0;
	private running = false;
	/** What the next recovery tells people; nothing for the rest of an earlier one. */
	private gapReason: string | null = LOST_EVENTS;

	private readonly context: ConnectorContext;

	constructor(
		given: ConnectorContext,
		private readonly options: ChangeSourceOptions,
	) {
		const clock = new ServerClock(given.now);
		const context = { ...given, http: clock.listening(given.http) };
		this.context = context;
		const settings = settingsOf(context);
		const toOurs = (at: number) => clock.toOurs(at);
		const maker = eventMaker(context.system, options.fieldMap, context.settings, settings, toOurs);
		const reader = new ContactReader(context, () => contactReads(maker), options.signal);
		const seen = new SeenRecords();
		this.settings = settings;
		this.policy = {
			baseMs: settings.backoffBaseMs,
			capMs: settings.backoffCapMs,
			busyMs: settings.busyWaitMs,
			limitMs: settings.limitWaitMs,
		};
		this.lastComparisonAt = context.now();
		this.session = new StreamSession(context, settings, options.signal);
		this.inflow = new Inflow({ context, options, settings, maker, reader, seen });
		this.gap = {
			context,
			settings,
			maker,
			reader,
			seen,
			commit: (events, cursor, complete) => this.inflow.commit(events, cursor, complete),
			keepAlive: () => this.keepAlive(),
			cursor: () => this.inflow.cursor,
		};
	}

	/** Runs until the signal aborts or the machine gives up. */
	async run(): Promise<void> {
		let machine: Machine = IDLE;
		let input: Input = this.startInput();
		try {
			for (;;) {
				const step = reduce(machine, input, this.policy);
				if (step.machine.state !== machine.state) {
					this.context.log('debug', `Stream: ${machine.state} -> ${step.machine.state}`);
				}
				machine = step.machine;
				if (step.command.do === 'leave' || step.command.do === 'nothing') return;
				input = await this.carryOut(step.command);
			}
		} finally {
			await this.session.leave();
		}
	}

	private startInput(): Input {
		if (!this.inflow.hasCursor) {
			return { type: 'start', from: 'tip', recover: this.options.start === 'everything' };
		}
		const { recoverFrom, loadAfter } = this.inflow.cursor;
		return { type: 'start', from: 'cursor', recover: recoverFrom !== null || loadAfter !== null };
	}

	private async carryOut(command: Command): Promise<Input> {
		try {
			if (this.options.signal.aborted) return { type: 'stop' };
			const input = await this.perform(command);
			return this.options.signal.aborted ? { type: 'stop' } : input;
		} catch (error) {
			if (this.options.signal.aborted) return { type: 'stop' };
			return { type: 'failed', failure: this.toFailure(error), dice: Math.random() };
		}
	}

	private async perform(command: Command): Promise<Input> {
		switch (command.do) {
			case 'handshake':
				await this.learn();
				await this.session.handshake(command.freshCookies);
				return { type: 'handshaken', hasReplayId: this.inflow.cursor.replayId !== null };
			case 'subscribe':
				await this.subscribe(command.from);
				return { type: 'subscribed' };
			case 'connect':
				return this.poll();
			case 'recover':
				await this.recover();
				return { type: 'recovered' };
			case 'refresh':
				await refreshToken(this.context, this.options.signal);
				return { type: 'refreshed' };
			case 'wait':
				return this.wait(command.ms, command.reason);
			case 'fail':
				throw giveUp(command.failure);
			case 'leave':
			case 'nothing':
				return { type: 'stop' };
		}
	}

	/** What kind of org it is may change while the source runs. */
	private async learn(): Promise<void> {
		const { person, households } = await orgModel(this.context);
		Object.assign(this.gap.maker, { person, households });
	}

	private async subscribe(from: 'cursor' | 'tip'): Promise<void> {
		const { replayId } = this.inflow.cursor;
		const position = from === 'tip' || replayId === null ? REPLAY_FROM_TIP : replayId;
		const delivered = await this.session.subscribe(this.settings.channel, position);
		this.lastPollAt = this.context.now();
		if (position === REPLAY_FROM_TIP) await this.beginAtTip();
		await this.inflow.take(delivered);
	}

	/** What came before the tip is not in the stream: the cursor says what must be read instead. */
	private async beginAtTip(): Promise<void> {
		const now = this.context.now();
		if (this.inflow.hasCursor) {
			const { cursor } = this.inflow;
			const recoverFrom = recoveryStart(cursor, this.settings);
			const checkedUntil = recoverFrom === null ? now : cursor.checkedUntil;
			const tip = { replayId: null, recoverFrom, recoverUntil: now, checkedUntil };
			await this.inflow.commit([], tip, false);
		} else if (this.options.start === 'everything') {
			const first = { ...EMPTY_CURSOR, loadAfter: '', checkedUntil: now };
			await this.inflow.commit([], first, false);
		} else {
			await this.inflow.commit([], { ...EMPTY_CURSOR, startedAt: now }, true);
		}
	}

	private async poll(): Promise<Input> {
		this.reportRunning();
		const startedAt = this.context.now();
		const reply = await this.session.poll(true);
		const now = (this.lastPollAt = this.context.now());
		const overflow = await this.inflow.take(reply.delivered);
		if (reply.failure !== undefined) {
			return { type: 'failed', failure: reply.failure, dice: Math.random() };
		}
		if (overflow) return this.gapFound('overflow', OVERFLOW);
		if (this.inflow.cursor.recoverFrom !== null && now >= this.nextPassAt) {
			return this.gapFound('uncovered', null);
		}
		if (await this.isDeaf()) return this.gapFound('deaf', DEAF);
		const hasty = reply.delivered.length === 0 && now - startedAt < HASTY_MS;
		return { type: 'polled', now, intervalMs: reply.intervalMs, hasty };
	}

	private gapFound(gap: 'overflow' | 'uncovered' | 'deaf', reason: string | null): Input {
		this.gapReason = reason;
		return { type: 'gap', gap };
	}

	private async isDeaf(): Promise<boolean> {
		const now = this.context.now();
		if (now - this.lastComparisonAt < this.settings.heartbeatMs) return false;
		this.lastComparisonAt = now;
		return isStreamDeaf(this.gap);
	}

	private async recover(): Promise<void> {
		const { loadAfter } = this.inflow.cursor;
		const reason = this.gapReason;
		this.gapReason = LOST_EVENTS;
		if (reason !== null && loadAfter === null) this.report({ status: 'gap', reason });
		if (loadAfter !== null) await loadEverything(this.gap);
		await recover(this.gap);
		// Salesforce covers whole minutes: the rest of this one is read when it is over.
		const isDone = this.inflow.cursor.recoverFrom === null;
		this.nextPassAt = isDone ? 0 : minute(this.context.now()) + MINUTE;
	}

	/** Takes what waits at the server, so that a long read does not cost the session. */
	private async keepAlive(): Promise<void> {
		if (this.context.now() - this.lastPollAt < KEEP_ALIVE_MS) return;
		const reply = await this.session.poll(false);
		this.lastPollAt = this.context.now();
		// A lost session shows itself again at the next poll; what is being read stays useful.
		await this.inflow.take(reply.delivered);
	}

	private async wait(ms: number, reason: string): Promise<Input> {
		this.report({ status: 'waiting', reason, retryInMs: ms });
		await this.context.sleep(ms, this.options.signal);
		return { type: 'waited' };
	}

	private reportRunning(): void {
		if (!this.running) this.options.onState({ status: 'running' });
		this.running = true;
	}

	private report(state: Parameters<ChangeSourceOptions['onState']>[0]): void {
		this.running = false;
		this.options.onState(state);
	}

	/** Throws what only a person can cure; everything else becomes a reason to begin the session anew. */
	private toFailure(error: unknown): StreamFailure {
		if (error instanceof AuthenticationFailure || error instanceof ConfigurationFailure)
			throw error;
		if (error instanceof StreamError) return error.failure;
		if (error instanceof HttpFailure) return { ...classifyHttpFailure(error), kind: 'other' };
		if (error instanceof CrmError) {
			const kind = error.code === 'REQUEST_LIMIT_EXCEEDED' ? 'limit' : 'other';
			return { kind, message: error.message, retryAfterMs: error.options.retryAfterMs };
		}
		const name = error instanceof Error ? error.name : 'unknown';
		this.context.log('warn', 'The changes could not be handed over; they are read again.', {
			name,
		});
		return {
			kind: 'other',
			message: 'The fabric could not take the changes; they are read again.',
		};
	}
}

function giveUp(failure: StreamFailure): Error {
	if (failure.kind === 'authentication') {
		return new AuthenticationFailure(
			`${failure.message} A refreshed token was refused, too: reconnect the Salesforce credential.`,
		);
	}
	return new ConfigurationFailure(failure.message, failure.hint ?? 'Check the Salesforce Trigger.');
}
