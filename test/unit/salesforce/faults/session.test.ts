/** F1, F2, F4 to F8, F11: what can happen to a streaming session. */
import { HttpFailure, AuthenticationFailure } from '../../../../lib/connectors/http';
import { bayeuxSent, running, until, watch, type Watched } from '../world';
import {
	add,
	arrives,
	handshakes,
	reasons,
	setUp,
	streaming,
	subscribes,
	tearDown,
	world,
} from './streaming';

afterEach(tearDown);

/** ms */
const waits = (source: Watched) =>
	source.states.flatMap((state) => (state.status === 'waiting' ? [state.retryInMs] : []));

test.each([
	['F1', 'unknownClient'],
	['F2', 'unknownClientNone'],
	['F8', 'routeCookieChange'],
])(
	'%s %s: a new session goes on after the last event, and nothing is lost or repeated',
	async (_fault, kind) => {
		const source = await streaming();
		world().sim.setFault({ kind, times: 1 });
		const id = add();
		await until(() => handshakes() === 2, 'the new session');
		await arrives(source, id, 'the event of the time between');
		await arrives(source, add(), 'an event after it');
		expect(subscribes()[1]).not.toContain('":-1}');
		const eventIds = source.events().map(({ eventId }) => eventId);
		expect(new Set(eventIds).size).toBe(eventIds.length);
		expect(world().refreshes()).toBe(0);
	},
);

test('F4 a refused token (401 in a Bayeux answer) is refreshed once, and the stream goes on', async () => {
	const source = await streaming();
	world().sim.setFault({ kind: 'invalidateTokens' });
	const id = add();
	await arrives(source, id, 'the event of the time between');
	expect(world().refreshes()).toBe(1);
	expect(world().requests.some(({ url }) => url === '/services/data/v62.0/limits')).toBe(true);
});

test('F4 a token refused twice ends the source with AuthenticationFailure', async () => {
	await setUp();
	world().sim.setFault({ kind: 'authInvalid' });
	const source = watch(world());
	await expect(source.ended).rejects.toBeInstanceOf(AuthenticationFailure);
	expect(bayeuxSent(world(), '/meta/handshake')).toHaveLength(2);
});

test('F5 a server that is too busy is waited for, without a refresh, though the outer error says 401', async () => {
	const source = await streaming();
	world().sim.setFault({ kind: 'serverBusy', times: 2 });
	const id = add();
	await arrives(source, id, 'the event');
	expect(reasons(source).join()).toContain('too busy');
	expect(world().refreshes()).toBe(0);
	expect(world().requests.some(({ url }) => url.endsWith('/limits'))).toBe(false);
});

test.each(['concurrentLimit', 'eventLimit'])('F6 %s: waits long and says why', async (kind) => {
	const LIMIT_WAIT_MS = 600;
	await setUp({ settings: { limitWaitMinutes: LIMIT_WAIT_MS / 60_000 } });
	world().sim.setFault({ kind, times: 1 });
	const source = watch(world());
	await running(source);
	await until(() => source.states.some(({ status }) => status === 'waiting'), 'the wait');
	expect(reasons(source)[0]).toContain('limit');
	// As long as its own setting says: an ordinary loss waits 50 ms at most here.
	expect(waits(source)[0]).toBeGreaterThanOrEqual(LIMIT_WAIT_MS);
	await until(() => source.states.at(-1)?.status === 'running', 'the stream after it');
	await arrives(source, add(), 'an event');
});

test('F7 a poll that is never answered is given up by the watchdog', async () => {
	const source = await streaming({ settings: { watchdogSeconds: 0.5 } });
	world().sim.setFault({ kind: 'hangConnect', times: 1 });
	await until(() => reasons(source).join().includes('in time'), 'the watchdog');
	await arrives(source, add(), 'the stream after it');
});

test('F7 an answer that breaks off loses nothing', async () => {
	const source = await streaming();
	world().sim.setFault({ kind: 'halfJson', times: 1 });
	const id = add();
	await until(() => reasons(source).length > 0, 'the broken answer');
	await until(() => handshakes() > 1 || source.of(id).length > 0, 'the reaction');
	await arrives(source, add(), 'a later event');
	await arrives(source, id, 'the event of the broken answer');
});

test('F7 5xx and refused connections while connecting are waited out', async () => {
	await setUp();
	let left = 4;
	world().tamper(({ url }) => {
		if (!url.startsWith('/cometd') || left === 0) return undefined;
		left -= 1;
		return new HttpFailure('no connection', left % 2 ? 'refused' : 'timeout');
	});
	world().sim.setFault({ kind: 'status', match: '/cometd', status: 503, times: 2 });
	const source = watch(world());
	await running(source);
	await arrives(source, add(), 'an event');
});

test('F11 a handshake that succeeds with the advice to handshake is a success', async () => {
	await setUp();
	world().sim.setFault({ kind: 'handshakeAdvice', times: 1 });
	const source = watch(world());
	await running(source);
	expect(handshakes()).toBe(1);
});

test('F8 the routing cookie expires, as it does every three hours', async () => {
	const source = await streaming({
		switches: { routeCookieMs: 60_000, reconnectWindowMs: 3_600_000 },
	});
	world().advance(61_000);
	const id = add();
	await arrives(source, id, 'the event after it');
	await arrives(source, add(), 'a later event');
	expect(handshakes()).toBe(2);
	expect(source.of(id)).toHaveLength(1);
	expect(source.states.some(({ status }) => status === 'gap')).toBe(false);
});

test('F1 many lost sessions in a row: each waits longer, and nothing is lost', async () => {
	const source = await streaming({ settings: { backoffCapSeconds: 10 } });
	world().sim.setFault({ kind: 'unknownClient', times: 4 });
	const id = add();
	await until(() => waits(source).length >= 4, 'the fourth wait');
	await arrives(source, id, 'the event of the time between');
	// Between half and the whole of 10, 20, 40, 80 ms.
	const [first = 0, , , fourth = 0] = waits(source);
	expect(fourth).toBeGreaterThan(2 * first);
	expect(world().sim.streamingClients()).toBe(1);
});

test('F4 a denied handshake (failureReason 401) refreshes once, then begins', async () => {
	await setUp();
	world().sim.setFault({ kind: 'authInvalid', match: '/meta/handshake', times: 1 });
	const source = watch(world());
	await running(source);
	const calls = world().requests.map(({ url }) => url.split('/').at(-1));
	expect(calls.slice(0, 3)).toEqual(['62.0', 'limits', '62.0']);
	await arrives(source, add(), 'an event');
});

test('F7 a body that ends in the middle of its JSON, and a page of HTML', async () => {
	const source = await streaming();
	const cut = '[{"channel":"/data/ContactChangeEvent","data":{"payl';
	world().sim.setFault({ kind: 'status', match: '/cometd', status: 200, body: cut, times: 1 });
	world().sim.setFault({
		kind: 'status',
		match: '/cometd',
		status: 503,
		body: '<html><body>Down for Maintenance</body></html>',
		headers: { 'Content-Type': 'text/html' },
		times: 1,
	});
	const id = add();
	await until(() => reasons(source).length >= 2, 'both waits');
	await arrives(source, id, 'the event of the time between');
	expect(reasons(source).join()).not.toContain('html');
	expect(source.of(id)).toHaveLength(1);
});

test('F7 a REST error in the place of Bayeux: HTTP 401 with INVALID_SESSION_ID', async () => {
	const source = await streaming();
	const body = [{ errorCode: 'INVALID_SESSION_ID', message: 'Session expired or invalid' }];
	world().sim.setFault({ kind: 'status', match: '/cometd', status: 401, body, times: 1 });
	const id = add();
	await until(() => world().refreshes() === 1, 'the refresh');
	await arrives(source, id, 'the event of the time between');
	await arrives(source, add(), 'a later event');
	expect(world().refreshes()).toBe(1);
});
