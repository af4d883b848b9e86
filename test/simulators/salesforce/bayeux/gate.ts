/** What is checked of every message before it is looked at: version, login, faults. */
import type { Org } from '../org';
import { NEWEST_VERSION, OLDEST_VERSION } from '../rest/call';
import { labelOf, Refused, type Exchange } from './exchange';
import {
	AUTHENTICATION_INVALID,
	EVENT_LIMIT,
	handshakeDenied,
	SERVER_BUSY,
	tooManyClients,
	UNKNOWN_CLIENT,
	UNKNOWN_CLIENT_NONE,
	type Message,
} from './messages';

export function checkVersion({ request }: Exchange): void {
	const version = /^\/cometd\/(\d+)\.\d/.exec(request.path)?.[1];
	if (version === undefined) {
		const error = `400::API version in the URI is mandatory. URI format: '/cometd/${NEWEST_VERSION}.0'`;
		throw new Refused({ error, reconnect: 'none' });
	}
	if (Number(version) < OLDEST_VERSION || Number(version) > NEWEST_VERSION) {
		const error = `400::Unsupported API version. Only API versions '${OLDEST_VERSION}.0' and above are supported.`;
		throw new Refused({ error, reconnect: 'none' });
	}
}

/** The id of the user who sends the message. */
export function checkLogin(org: Org, exchange: Exchange, message: Message): string {
	const { authorization } = exchange.request.headers;
	const userId = org.accounts.authenticate(authorization);
	const label = labelOf(exchange, message);
	const isRefused = org.faults.take(['permanent401', 'authInvalid'], label) !== undefined;
	if (userId !== undefined && !isRefused) return userId;
	if (message.channel !== '/meta/handshake') throw new Refused(AUTHENTICATION_INVALID);
	const reason = authorization ? 'Authentication invalid' : 'Request requires authentication';
	throw new Refused(handshakeDenied(`401::${reason}`));
}

/** Faults that refuse a message whatever it says. `forget` ends the message's session. */
export function playRefusals(
	org: Org,
	exchange: Exchange,
	message: Message,
	forget: (clientId: string) => void,
): void {
	const label = labelOf(exchange, message);
	const { channel, clientId = '' } = message;
	const take = (...kinds: string[]) => org.faults.take(kinds, label);
	const isHandshake = channel === '/meta/handshake';
	if (take('serverBusy')) {
		const error = isHandshake ? '403::Handshake denied' : SERVER_BUSY.error;
		throw new Refused({ ...SERVER_BUSY, error });
	}
	const crowd = isHandshake ? take('concurrentLimit') : undefined;
	if (crowd) throw new Refused(tooManyClients(crowd.body));
	if (channel !== '/meta/connect' && channel !== '/meta/subscribe') return;
	const unknown = take('unknownClient', 'unknownClientNone');
	if (unknown) {
		forget(clientId);
		throw new Refused(unknown.kind === 'unknownClient' ? UNKNOWN_CLIENT : UNKNOWN_CLIENT_NONE);
	}
	if (take('eventLimit')) throw new Refused(EVENT_LIMIT);
}
