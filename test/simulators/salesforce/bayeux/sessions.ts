/** The streaming clients that the org knows right now. */
import { randomBytes } from 'node:crypto';
import type { Org } from '../org';
import { BROWSER_COOKIE, browserCookie, ROUTE_COOKIE, routeCookie } from './cookies';
import { Refused, type Exchange } from './exchange';
import { tooManyClients, UNKNOWN_CLIENT, type Message } from './messages';
import { StreamSession } from './session';

const newRoute = () => `!${randomBytes(24).toString('base64url')}`;

export class SessionTable {
	private readonly sessions = new Map<string, StreamSession>();

	constructor(private readonly org: Org) {}

	get size(): number {
		this.forgetLost();
		return this.sessions.size;
	}

	wakeAll(): void {
		for (const session of this.sessions.values()) session.wake();
	}

	has(clientId: string): boolean {
		return this.sessions.has(clientId);
	}

	forget(clientId: string): void {
		const session = this.sessions.get(clientId);
		this.sessions.delete(clientId);
		session?.wake();
	}

	open({ cookies, userId, setCookies }: Exchange): StreamSession {
		const { now, switches } = this.org;
		if (this.size >= switches.maxStreamingClients) throw new Refused(tooManyClients());
		const at = now();
		const browser = cookies.get(BROWSER_COOKIE) ?? randomBytes(16).toString('hex');
		const route = newRoute();
		const session = new StreamSession({
			clientId: randomBytes(13).toString('hex'),
			userId,
			browser,
			route,
			routeExpiresAt: at + switches.routeCookieMs,
			openedAt: at,
		});
		this.sessions.set(session.clientId, session);
		cookies.set(BROWSER_COOKIE, browser).set(ROUTE_COOKIE, route);
		setCookies.push(browserCookie(browser), routeCookie(route, at, switches.routeCookieMs));
		return session;
	}

	/** The session that the message names, if login and cookies fit it. */
	find({ cookies, userId }: Exchange, { clientId }: Message): StreamSession {
		if (clientId === undefined) {
			const error = '403::Client has not completed handshake';
			throw new Refused({ error, reconnect: 'handshake' });
		}
		this.forgetLost();
		const session = this.sessions.get(clientId);
		if (session === undefined) throw new Refused(UNKNOWN_CLIENT);
		if (!cookies.has(BROWSER_COOKIE)) {
			const error = `400::Client ${clientId} has established a session, but no ${BROWSER_COOKIE} cookie present`;
			throw new Refused({ error, reconnect: 'none' });
		}
		if (session.userId !== userId) {
			const error = "400::Authenticated user id does not match the session's user id";
			throw new Refused({ error, reconnect: 'none' });
		}
		const isRouted =
			cookies.get(ROUTE_COOKIE) === session.route && this.org.now() < session.routeExpiresAt;
		if (!isRouted || cookies.get(BROWSER_COOKIE) !== session.browser) {
			throw this.misrouted(clientId);
		}
		return session;
	}

	/** The load balancer sent the client to a server that does not know it. */
	misrouted(clientId: string): Refused {
		this.forget(clientId);
		const cookie = routeCookie(newRoute(), this.org.now(), this.org.switches.routeCookieMs);
		return new Refused({ ...UNKNOWN_CLIENT, cookies: [cookie] });
	}

	/** Sessions whose client has not come back in time. */
	private forgetLost(): void {
		const oldest = this.org.now() - this.org.switches.reconnectWindowMs;
		for (const [clientId, { isIdle, lastAnswerAt }] of this.sessions) {
			if (isIdle && lastAnswerAt < oldest) this.sessions.delete(clientId);
		}
	}
}
