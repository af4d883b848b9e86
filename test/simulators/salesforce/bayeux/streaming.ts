/** `/cometd/XX.0`: Bayeux over long polling as Salesforce speaks it (reference, section 2). */
import type { SimRequest, SimResponse } from '../../framework';
import type { Org } from '../org';
import { channelEntities, startPosition } from './channels';
import { Connects } from './connect';
import { readCookies } from './cookies';
import { labelOf, Refused, type Exchange } from './exchange';
import { checkLogin, checkVersion, playRefusals } from './gate';
import { parseExact, stringifyExact } from './json';
import { accept, readMessage, refuse, type Message, type Reply } from './messages';
import { SessionTable } from './sessions';

const MAX_BODY_BYTES = 32_768;
const MAX_MESSAGES = 100;

export class Streaming {
	readonly sessions: SessionTable;
	private readonly connects: Connects;

	constructor(private readonly org: Org) {
		this.sessions = new SessionTable(org);
		this.connects = new Connects(org, this.sessions);
		org.bus.onPublish(() => this.sessions.wakeAll());
		org.faults.onChange(() => this.sessions.wakeAll());
	}

	async handle(request: SimRequest): Promise<SimResponse> {
		if (Buffer.byteLength(request.text) > MAX_BODY_BYTES) return { status: 413 };
		const messages = readBatch(request.text);
		if (messages === undefined) return { status: 400, text: '400::Malformed message' };
		const exchange: Exchange = {
			request,
			cookies: readCookies(request),
			userId: '',
			setCookies: [],
			mayHold: messages.length === 1,
			isCut: false,
		};
		const replies: Reply[] = [];
		for (const message of messages) replies.push(...(await this.reply(exchange, message)));
		return request.signal.aborted ? { status: 0, hangUp: true } : this.answer(exchange, replies);
	}

	private answer({ setCookies, isCut }: Exchange, replies: Reply[]): SimResponse {
		const isBad = replies.some(({ successful }) => successful === false);
		const headers: Record<string, string | string[]> = { 'Content-Type': 'application/json' };
		if (setCookies.length > 0) headers['Set-Cookie'] = setCookies;
		return {
			status: isBad ? this.org.switches.bayeuxErrorStatus : 200,
			headers,
			text: stringifyExact(replies),
			...(isCut && { cut: true }),
		};
	}

	private async reply(exchange: Exchange, message: Message): Promise<Reply[]> {
		try {
			checkVersion(exchange);
			exchange.userId = checkLogin(this.org, exchange, message);
			const forget = (clientId: string) => this.sessions.forget(clientId);
			playRefusals(this.org, exchange, message, forget);
			return await this.dispatch(exchange, message);
		} catch (error) {
			if (!(error instanceof Refused)) throw error;
			exchange.setCookies.push(...(error.refusal.cookies ?? []));
			return refuse(message, error.refusal);
		}
	}

	private dispatch(exchange: Exchange, message: Message): Reply[] | Promise<Reply[]> {
		switch (message.channel) {
			case '/meta/handshake':
				return this.handshake(exchange, message);
			case '/meta/subscribe':
				return this.subscribe(exchange, message);
			case '/meta/unsubscribe':
				return this.unsubscribe(exchange, message);
			case '/meta/connect':
				return this.connects.handle(exchange, message);
			case '/meta/disconnect':
				return this.disconnect(exchange, message);
			default:
				throw new Refused({ error: '403::Cannot publish to this channel' });
		}
	}

	private handshake(exchange: Exchange, message: Message): Reply[] {
		if (![message.supportedConnectionTypes].flat().includes('long-polling')) {
			throw new Refused({ error: '400::Unsupported connection types', reconnect: 'none' });
		}
		const { clientId } = this.sessions.open(exchange);
		const isOdd = this.org.faults.take(['handshakeAdvice'], labelOf(exchange, message));
		const reply = {
			ext: { replay: true, 'payload.format': true },
			minimumVersion: '1.0',
			version: '1.0',
			supportedConnectionTypes: ['long-polling'],
			...(isOdd && { advice: { reconnect: 'handshake', interval: 0 } }),
		};
		return [accept({ ...message, clientId }, reply)];
	}

	private subscribe(exchange: Exchange, message: Message): Reply[] {
		const session = this.sessions.find(exchange, message);
		const label = labelOf(exchange, message);
		const denied = this.org.faults.take(['subscribeDenied'], label);
		if (denied) {
			const error = '403::User not allowed to subscribe CDC without View All Data permissions';
			throw new Refused({ error: typeof denied.body === 'string' ? denied.body : error });
		}
		for (const channel of [message.subscription].flat()) {
			const entityNames = channelEntities(this.org, channel);
			const name = String(channel);
			const position = startPosition(this.org, message, name, label);
			session.subscriptions.set(name, { channel: name, entityNames, position });
		}
		session.lastAnswerAt = this.org.now();
		// A poll that is held already begins to carry the channel's events.
		session.wake();
		return [accept(message, { subscription: message.subscription })];
	}

	private unsubscribe(exchange: Exchange, message: Message): Reply[] {
		const session = this.sessions.find(exchange, message);
		for (const channel of [message.subscription].flat()) {
			session.subscriptions.delete(String(channel));
		}
		return [accept(message, { subscription: message.subscription })];
	}

	private disconnect(exchange: Exchange, message: Message): Reply[] {
		const session = this.sessions.find(exchange, message);
		session.isOver = true;
		this.sessions.forget(session.clientId);
		return [accept(message)];
	}
}

function readBatch(text: string): Message[] | undefined {
	try {
		const values = [parseExact(text)].flat();
		const messages = values.map(readMessage).filter((message) => message !== undefined);
		const isGood = messages.length > 0 && messages.length <= MAX_MESSAGES;
		return isGood && messages.length === values.length ? messages : undefined;
	} catch {
		return undefined;
	}
}
