import {
	failureIn,
	handshakeMessage,
	isFailure,
	readReply,
	subscribeMessage,
	type BayeuxReply,
} from './bayeux';
import { classifyReason, type FailureKind } from './failures';

function reply(...messages: unknown[]): BayeuxReply {
	const read = readReply(200, JSON.stringify(messages));
	if (isFailure(read)) throw new Error('not a reply');
	return read;
}

const EVENT = {
	channel: '/data/ContactChangeEvent',
	data: { schema: 's', payload: { a: 1 }, event: { replayId: 7 } },
};

/** Texts as Salesforce sends them: reference/salesforce.md, section 2.3. */
test.each<[string, FailureKind]>([
	['403::Unknown client', 'unknownClient'],
	['401::Authentication invalid', 'authentication'],
	['401::Request requires authentication', 'authentication'],
	[
		'403::To protect all customers from excessive usage and Denial of Service attacks, we limit the number of simultaneous connections per server. Please try again later.',
		'limit',
	],
	['403::Organization concurrent user limit exceeded', 'limit'],
	['403::Organization total events daily limit exceeded', 'limit'],
	['503::Server is too busy. Please try your request again later.', 'busy'],
	[
		'400::The replayId {20418833} you provided was invalid.  Please provide a valid ID, -2 to replay all events, or -1 to replay only new events.',
		'staleReplay',
	],
	[
		'400::The channel you requested to subscribe to does not exist {/data/XChangeEvent}',
		'configuration',
	],
	['400::Channel name not specified', 'configuration'],
	["400::Channel subscriptions must start with a leading '/'", 'configuration'],
	['403::User not allowed to subscribe CDC without View All Data permissions', 'configuration'],
	['403::Restricted channel', 'configuration'],
	['403::Cannot create channel /data/x', 'configuration'],
	["400::Authenticated user id does not match the session's user id", 'session'],
	['403::Client has not completed handshake', 'session'],
	['400::Client 4f2k9s has established a session, but no BAYEUX_BROWSER cookie present', 'session'],
	[
		"400::Unsupported API version. Only API versions '37.0' and above are supported.",
		'configuration',
	],
	["400::API version in the URI is mandatory. URI format: '/cometd/37.0'", 'configuration'],
	['400::Invalid connection type websocket', 'configuration'],
	['403::Handshake denied', 'other'],
	['something new', 'other'],
])('%s means %s', (reason, kind) => {
	const failure = classifyReason(reason);
	expect(failure.kind).toBe(kind);
	expect(failure.message).not.toContain('4f2k9s');
	if (kind === 'configuration') expect(failure.hint).toBeTruthy();
});

test('the failureReason is judged before the error', () => {
	const busy = reply({
		channel: '/meta/connect',
		successful: false,
		error: '401::Authentication invalid',
		ext: { sfdc: { failureReason: '503::Server is too busy. Please try again later.' } },
	});
	expect(failureIn(busy, '/meta/connect')?.kind).toBe('busy');
});

test('advice does not make a success a failure, and an unsolicited disconnect ends the session', () => {
	const odd = reply({
		channel: '/meta/handshake',
		successful: true,
		clientId: 'c',
		advice: { reconnect: 'handshake' },
	});
	expect(failureIn(odd, '/meta/handshake')).toBeUndefined();
	expect(failureIn(reply({ channel: '/meta/disconnect' }), '/meta/connect')?.kind).toBe(
		'unknownClient',
	);
	expect(failureIn(reply({ channel: '/meta/disconnect' }, EVENT), '/meta/connect')?.kind).toBe(
		'unknownClient',
	);
});

test('events are kept whatever stands beside them, in their order', () => {
	const second = { ...EVENT, data: { ...EVENT.data, event: { replayId: 'opaque' } } };
	const read = reply({ channel: '/meta/connect', successful: true }, EVENT, second, { odd: true });
	expect(read.delivered.map(({ replayId }) => replayId)).toEqual(['7', 'opaque']);
	expect(read.unreadable).toBe(1);
});

test.each<[number, string, FailureKind]>([
	[503, '<html>busy</html>', 'network'],
	[420, '', 'network'],
	[200, '[{"channel":"/meta/conn', 'network'],
	[200, '[]', 'network'],
	[404, 'not here', 'configuration'],
	[413, '', 'configuration'],
	[403, '[{"errorCode":"API_DISABLED_FOR_ORG","message":"no"}]', 'configuration'],
	[
		403,
		'[{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"TotalRequests Limit exceeded."}]',
		'limit',
	],
])('an answer %d %s without Bayeux messages is %s', (status, body, kind) => {
	const read = readReply(status, body);
	expect(isFailure(read) && read.kind).toBe(kind);
});

test('a single message outside an array is read, whatever the status', () => {
	const body = JSON.stringify({
		channel: '/meta/connect',
		successful: false,
		error: '403::Unknown client',
	});
	const read = readReply(403, body);
	expect(!isFailure(read) && failureIn(read, '/meta/connect')?.kind).toBe('unknownClient');
});

test.each([
	['20418833', ':20418833}'],
	['-1', ':-1}'],
	['9007199254740993', ':9007199254740993}'],
	['007', ':"007"}'],
	['AbC=', ':"AbC="}'],
	['12345678901234567890', ':"12345678901234567890"}'],
])('the replay id %s is sent as %s', (replayId, sent) => {
	const text = subscribeMessage(2, 'client', '/data/ContactChangeEvent', replayId);
	expect(text).toContain(sent);
	expect(JSON.parse(text)).toMatchObject([{ channel: '/meta/subscribe', clientId: 'client' }]);
});

test('the handshake asks for long polling and replay', () => {
	expect(JSON.parse(handshakeMessage(1))).toEqual([
		{
			channel: '/meta/handshake',
			id: '1',
			version: '1.0',
			minimumVersion: '1.0',
			supportedConnectionTypes: ['long-polling'],
			ext: { replay: true },
		},
	]);
});
