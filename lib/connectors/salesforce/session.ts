/**
 * One streaming session over the HttpPort: sends Bayeux messages, keeps the cookies and the client
 * id. It decides nothing; failures come out as StreamError for the state machine to judge.
 */
import type { ConnectorContext } from '../connector';
import { HttpFailure, retryAfterMs, type HttpResponse } from '../http';
import {
	connectMessage,
	disconnectMessage,
	failureIn,
	handshakeMessage,
	isFailure,
	readReply,
	subscribeMessage,
	type BayeuxReply,
	type Delivered,
} from './bayeux';
import { CookieJar } from './cookies';
import { classifyHttpFailure, StreamError, type StreamFailure } from './failures';
import type { SalesforceSettings } from './settings';

/** Handshake and subscribe are answered at once. */
const CALL_TIMEOUT_MS = 30_000;
const LEAVE_TIMEOUT_MS = 2_000;

export interface PollReply {
	delivered: Delivered[];
	/** The session failed after these events. */
	failure: StreamFailure | undefined;
	/** The server wants this pause before the next poll, ms. */
	intervalMs: number;
}

export class StreamSession {
	private readonly jar = new CookieJar();
	private readonly path: string;
	private clientId: string | undefined;
	private nextId = 1;

	constructor(
		private readonly context: ConnectorContext,
		private readonly settings: SalesforceSettings,
		private readonly signal: AbortSignal,
	) {
		this.path = `/cometd/${settings.apiVersion}`;
	}

	/** Begins a new session at the server, and frees the place of the last one. */
	async handshake(freshCookies: boolean): Promise<void> {
		await this.leave();
		if (freshCookies) this.jar.clear();
		const reply = await this.call('/meta/handshake', handshakeMessage(this.id()));
		const own = reply.metas.find(({ channel }) => channel === '/meta/handshake');
		if (own?.clientId === undefined) {
			throw new StreamError({ kind: 'other', message: 'Salesforce gave the stream no client id.' });
		}
		this.clientId = own.clientId;
	}

	/** Events that came with the answer are given back with it. */
	async subscribe(channel: string, replayId: string): Promise<Delivered[]> {
		const text = subscribeMessage(this.id(), this.requireClient(), channel, replayId);
		const reply = await this.call('/meta/subscribe', text);
		return reply.delivered;
	}

	/** @param hold wait at the server for events; else take only what is there. */
	async poll(hold: boolean): Promise<PollReply> {
		const timeoutMs = hold ? this.settings.watchdogMs : CALL_TIMEOUT_MS;
		const text = connectMessage(this.id(), this.requireClient(), hold);
		const reply = await this.send(text, timeoutMs, this.signal);
		if (isFailure(reply)) return { delivered: [], failure: reply, intervalMs: 0 };
		const own = reply.metas.find(({ channel }) => channel === '/meta/connect');
		const failure = failureIn(reply, '/meta/connect');
		// A session that the server does not know needs no farewell.
		if (failure?.kind === 'unknownClient') this.clientId = undefined;
		return {
			delivered: reply.delivered,
			failure,
			intervalMs: own?.advice?.interval ?? 0,
		};
	}

	/** Frees the org's concurrent-client place. Best effort; takes at most two seconds. */
	async leave(): Promise<void> {
		if (this.clientId === undefined) return;
		const text = disconnectMessage(this.id(), this.clientId);
		this.clientId = undefined;
		const signal = AbortSignal.timeout(LEAVE_TIMEOUT_MS);
		try {
			await this.send(text, LEAVE_TIMEOUT_MS, signal);
		} catch {
			this.context.log('debug', 'The streaming session ends without a farewell to Salesforce.');
		}
	}

	private id(): number {
		return this.nextId++;
	}

	private requireClient(): string {
		if (this.clientId !== undefined) return this.clientId;
		throw new StreamError({ kind: 'unknownClient', message: 'The stream has no session.' });
	}

	private async call(channel: string, text: string): Promise<BayeuxReply> {
		const reply = await this.send(text, CALL_TIMEOUT_MS, this.signal);
		const failure = isFailure(reply) ? reply : failureIn(reply, channel);
		if (failure !== undefined) throw new StreamError(failure);
		return reply as BayeuxReply;
	}

	private async send(
		text: string,
		timeoutMs: number,
		signal: AbortSignal,
	): Promise<BayeuxReply | StreamFailure> {
		const cookie = this.jar.header(this.path, this.context.now());
		let response: HttpResponse;
		try {
			response = await this.context.http({
				method: 'POST',
				url: this.path,
				headers: {
					'content-type': 'application/json',
					'sforce-call-options': `client=${this.settings.clientId}`,
					...(cookie === undefined ? {} : { cookie }),
				},
				text,
				timeoutMs,
				signal,
				responseType: 'text',
			});
		} catch (error) {
			if (error instanceof HttpFailure) return classifyHttpFailure(error);
			throw error;
		}
		const now = this.context.now();
		this.jar.store(response.headers['set-cookie'], this.path, now);
		const body = typeof response.body === 'string' ? response.body : '';
		return readReply(response.status, body, retryAfterMs(response, now));
	}
}
