/**
 * `/meta/connect`: the long poll. A session pulls from the event bus; what it has been handed moves
 * its position. An answer that is lost on the way is lost to the session: only a new subscription
 * with an older replay id brings the events again (there is no ack extension).
 */
import type { BusEvent } from '../event-bus';
import type { Org } from '../org';
import { labelOf, Refused, type Exchange } from './exchange';
import { checkLogin, playRefusals } from './gate';
import { accept, UNKNOWN_CLIENT, type Message, type Reply } from './messages';
import type { StreamSession } from './session';
import type { SessionTable } from './sessions';

const MAX_EVENTS_A_REPLY = 2_000;

/** One long poll. */
interface Poll {
	exchange: Exchange;
	message: Message;
	session: StreamSession;
	label: string;
	isCurrent: () => boolean;
	/** Answered at once, whatever there is. */
	isQuick: boolean;
}

export class Connects {
	constructor(
		private readonly org: Org,
		private readonly sessions: SessionTable,
	) {}

	async handle(exchange: Exchange, message: Message): Promise<Reply[]> {
		const { faults, now } = this.org;
		const label = labelOf(exchange, message);
		const session = this.sessions.find(exchange, message);
		if (faults.take(['routeCookieChange'], label)) {
			throw this.sessions.misrouted(session.clientId);
		}
		if (message.connectionType !== 'long-polling') {
			const error = `400::Invalid connection type ${String(message.connectionType)}`;
			throw new Refused({ error, reconnect: 'none' });
		}
		const generation = session.beginConnect();
		try {
			const hang = faults.take(['hangConnect'], label);
			if (hang) await pause(hang.ms, exchange.request.signal);
			return await this.poll({
				exchange,
				message,
				session,
				label,
				isCurrent: () => session.isCurrent(generation),
				isQuick: !session.hasConnected || !exchange.mayHold || message.advice?.['timeout'] === 0,
			});
		} finally {
			session.endConnect(generation, now());
		}
	}

	private async poll(poll: Poll): Promise<Reply[]> {
		const events = await this.awaitEvents(poll);
		const { exchange, message, session, label } = poll;
		const { faults, switches } = this.org;
		const usual = { interval: 0, timeout: switches.holdMs, reconnect: 'retry' };
		const advice = session.isOver ? { interval: 0, reconnect: 'none' } : usual;
		const isNews = session.isOver || !session.hasConnected;
		const reply = accept(message, isNews ? { advice } : {});
		session.hasConnected = true;
		if (events.length > 0 && faults.take(['halfJson'], label)) exchange.isCut = true;
		return faults.take(['replyFirst'], label) ? [reply, ...events] : [...events, reply];
	}

	/** Holds the poll until there is something to say. */
	private async awaitEvents(poll: Poll): Promise<Reply[]> {
		const { session, label, isQuick } = poll;
		const { signal } = poll.exchange.request;
		const until = Date.now() + this.org.switches.holdMs;
		for (;;) {
			if (signal.aborted || session.isOver || !poll.isCurrent()) return [];
			const isDeaf = this.org.faults.take(['deaf'], label) !== undefined;
			const events = isDeaf ? [] : this.take(session, label);
			if (events.length > 0 || isQuick || Date.now() >= until) return events;
			await session.sleep(until - Date.now(), signal);
			if (!signal.aborted && !session.isOver) this.recheck(poll);
		}
	}

	/** A held poll notices at once what would otherwise be said to the next one. */
	private recheck({ exchange, message, session, label }: Poll): void {
		checkLogin(this.org, exchange, message);
		const { sessions } = this;
		playRefusals(this.org, exchange, message, (clientId) => sessions.forget(clientId));
		if (!sessions.has(session.clientId)) throw new Refused(UNKNOWN_CLIENT);
		if (this.org.faults.take(['routeCookieChange'], label)) {
			throw sessions.misrouted(session.clientId);
		}
	}

	/** Hands out what is new on all subscriptions, in the order of the log. */
	private take(session: StreamSession, label: string): Reply[] {
		const { bus, faults } = this.org;
		const found = [...session.subscriptions.values()].flatMap((subscription) =>
			bus
				.after(subscription.position, subscription.entityNames, MAX_EVENTS_A_REPLY)
				.map((event) => ({ subscription, event })),
		);
		found.sort((a, b) => Number(a.event.replayId - b.event.replayId));
		const taken = found.slice(0, MAX_EVENTS_A_REPLY);
		const comesAgain = taken.length > 0 && faults.take(['duplicate'], label) !== undefined;
		for (const { subscription, event } of comesAgain ? [] : taken) {
			subscription.position = event.replayId;
		}
		return taken.map(({ subscription, event }) => this.eventMessage(subscription.channel, event));
	}

	private eventMessage(channel: string, { data, replayId }: BusEvent): Reply {
		const shown = this.org.switches.replayIdAsString ? String(replayId) : replayId;
		return { data: { ...data, event: { replayId: shown } }, channel };
	}
}

/** Waits for `ms`, or for as long as the client has patience. */
function pause(ms: number | undefined, signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		const done = () => {
			clearTimeout(timer);
			resolve();
		};
		const timer = ms === undefined ? undefined : setTimeout(done, ms);
		signal.addEventListener('abort', done, { once: true });
		if (signal.aborted) done();
	});
}
