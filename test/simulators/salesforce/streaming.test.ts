import { startSalesforceSimulator, type SalesforceSimulator } from '.';
import { call, createContact, eventsOf, TestStream, type Json } from './testing';

const CONTACTS = '/data/ContactChangeEvent';
/** Short enough for tests; what must arrive arrives by a wake-up, not by this time. */
const QUICK = { holdMs: 50 };

let simulator: SalesforceSimulator;

async function start(switches: Json = QUICK, now?: () => number): Promise<void> {
	simulator = await startSalesforceSimulator({ switches, ...(now && { now }) });
}

afterEach(() => simulator.stop());

const idsOf = (events: Array<{ payload: { ChangeEventHeader: Json } }>) =>
	events.flatMap(({ payload }) => payload.ChangeEventHeader['recordIds'] as string[]);

const replayIds = (events: Array<{ event: { replayId: unknown } }>) =>
	events.map(({ event }) => event.replayId);

describe('the usual way', () => {
	test('handshake, subscription, quick first connect, held poll', async () => {
		await start({});
		const stream = new TestStream(simulator);
		const handshake = await stream.handshake();
		expect(handshake).toMatchObject({
			successful: true,
			ext: { replay: true },
			supportedConnectionTypes: ['long-polling'],
		});
		expect(handshake).not.toHaveProperty('advice');
		expect([...stream.cookies.keys()].sort()).toEqual(['BAYEUX_BROWSER', 'sfdc-stream']);
		expect(await stream.subscribe(CONTACTS)).toMatchObject({
			successful: true,
			subscription: CONTACTS,
		});
		expect(await stream.connect()).toMatchObject([
			{
				channel: '/meta/connect',
				successful: true,
				advice: { interval: 0, timeout: 110_000, reconnect: 'retry' },
			},
		]);
		const held = stream.connect();
		const id = await createContact(simulator, { LastName: 'Roth' });
		const replies = await held;
		expect(idsOf(eventsOf(replies))).toEqual([id]);
		expect(replies.at(-1)).toMatchObject({ channel: '/meta/connect', successful: true });
		expect(replies[0]).not.toHaveProperty('successful');
	});

	test('an idle poll ends without events; timeout 0 and batches are answered at once', async () => {
		await start();
		const stream = new TestStream(simulator);
		await stream.open(CONTACTS);
		expect(await stream.connect()).toMatchObject([{ successful: true }]);
		simulator.switches.holdMs = 110_000;
		expect(await stream.connect({ advice: { timeout: 0 } })).toMatchObject([{ successful: true }]);
		const { clientId } = stream;
		const batch = await stream.post(
			{ channel: '/meta/connect', clientId, connectionType: 'long-polling' },
			{ channel: '/meta/subscribe', clientId, subscription: '/data/AccountChangeEvent' },
		);
		expect(batch.map(({ channel }) => channel)).toEqual(['/meta/connect', '/meta/subscribe']);
	});

	test('a newer connect ends the older one, and no event is lost', async () => {
		await start({});
		const stream = new TestStream(simulator);
		await stream.open(CONTACTS);
		const older = stream.connect();
		const newer = stream.connect();
		const first = await Promise.race([older, newer]);
		expect(eventsOf(first)).toEqual([]);
		const id = await createContact(simulator, { LastName: 'Roth' });
		const events = [...eventsOf(await older), ...eventsOf(await newer)];
		expect(idsOf(events)).toEqual([id]);
	});

	test('unsubscribe and disconnect', async () => {
		await start();
		const stream = new TestStream(simulator);
		await stream.open(CONTACTS);
		const { clientId } = stream;
		expect(
			await stream.post({ channel: '/meta/unsubscribe', clientId, subscription: CONTACTS }),
		).toMatchObject([{ successful: true }]);
		await createContact(simulator, { LastName: 'Roth' });
		expect(await stream.events()).toEqual([]);
		expect(simulator.streamingClients()).toBe(1);
		expect(await stream.post({ channel: '/meta/disconnect', clientId })).toMatchObject([
			{ successful: true },
		]);
		expect(simulator.streamingClients()).toBe(0);
	});
});

describe('replay', () => {
	test('after an id, all, or only new; ids rise with holes', async () => {
		await start();
		const ids = [];
		for (const LastName of ['A', 'B', 'C', 'D'])
			ids.push(await createContact(simulator, { LastName }));
		const all = eventsOf(await new TestStream(simulator).open(CONTACTS, -2));
		expect(idsOf(all)).toEqual(ids);
		const numbers = replayIds(all) as number[];
		const steps = numbers.slice(1).map((id, index) => id - (numbers[index] ?? 0));
		expect(Math.min(...steps)).toBeGreaterThan(0);
		expect(Math.max(...steps)).toBeGreaterThan(1);
		const later = eventsOf(await new TestStream(simulator).open(CONTACTS, numbers[1]));
		expect(idsOf(later)).toEqual(ids.slice(2));
		expect(eventsOf(await new TestStream(simulator).open(CONTACTS, -1))).toEqual([]);
		expect(eventsOf(await new TestStream(simulator).open(CONTACTS))).toEqual([]);
	});

	test('an id is refused when its event is older than 72 hours, or never was', async () => {
		let clock = Date.parse('2026-11-19T08:00:00Z');
		await start(QUICK, () => clock);
		await createContact(simulator, { LastName: 'A' });
		const [old] = replayIds(eventsOf(await new TestStream(simulator).open(CONTACTS, -2)));
		clock += 72 * 3_600_000;
		await createContact(simulator, { LastName: 'B' });
		const stream = new TestStream(simulator);
		await stream.handshake();
		expect(await stream.subscribe(CONTACTS, old)).toMatchObject({ successful: true });
		clock += 1_000;
		expect(await stream.subscribe(CONTACTS, old)).toMatchObject({
			successful: false,
			subscription: CONTACTS,
			error: `400::The replayId {${String(old)}} you provided was invalid.  Please provide a valid ID, -2 to replay all events, or -1 to replay only new events.`,
		});
		expect(await stream.subscribe(CONTACTS, 7)).toMatchObject({ successful: false });
		await stream.subscribe(CONTACTS, -2);
		expect(eventsOf(await stream.connect())).toHaveLength(1);
	});

	test('ids beyond 2^53 stay exact, as numbers or as text', async () => {
		await start({ ...QUICK, replayIdStart: '9007199254740993' });
		await createContact(simulator, { LastName: 'A' });
		const id = await createContact(simulator, { LastName: 'B' });
		const [first, second] = replayIds(eventsOf(await new TestStream(simulator).open(CONTACTS, -2)));
		expect(typeof first).toBe('bigint');
		const stream = new TestStream(simulator);
		await stream.handshake();
		const { clientId } = stream;
		// JSON.stringify has no bigint: the body is written by hand.
		const subscribe = `[{"channel":"/meta/subscribe","clientId":"${clientId}","subscription":"${CONTACTS}","ext":{"replay":{"${CONTACTS}":${String(first)}}}}]`;
		const response = await fetch(`${simulator.url}/cometd/67.0`, {
			method: 'POST',
			headers: {
				Authorization: `OAuth ${simulator.credentials['accessToken']}`,
				Cookie: [...stream.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
			},
			body: subscribe,
		});
		expect(await response.json()).toMatchObject([{ successful: true }]);
		simulator.switches.replayIdAsString = true;
		const [event] = eventsOf(await stream.connect());
		expect(event?.event.replayId).toBe(String(second));
		expect(event?.payload.ChangeEventHeader['recordIds']).toEqual([id]);
	});
});

describe('channels', () => {
	test('all selected objects, custom channels, and silence for what is not selected', async () => {
		await start({
			...QUICK,
			selectedEntities: ['Contact'],
			customChannels: { Fabric__chn: ['Contact'] },
		});
		const stream = new TestStream(simulator);
		await stream.open('/data/ChangeEvents');
		expect(await stream.subscribe('/data/Fabric__chn')).toMatchObject({ successful: true });
		expect(await stream.subscribe('/data/AccountChangeEvent')).toMatchObject({ successful: true });
		await call(simulator, 'POST', '/sobjects/Account', { Name: 'Roth AG' });
		await createContact(simulator, { LastName: 'Roth' });
		const replies = await stream.connect();
		const channels = replies.filter(({ data }) => data !== undefined).map(({ channel }) => channel);
		expect(channels).toEqual(['/data/ChangeEvents', '/data/Fabric__chn']);
	});

	test.each([
		[
			'/data/contactChangeEvent',
			'400::The channel you requested to subscribe to does not exist {/data/contactChangeEvent}',
		],
		['data/ContactChangeEvent', "400::Channel subscriptions must start with a leading '/'"],
		['', '400::Channel name not specified'],
		['/data/*', '403::Restricted channel'],
	])('refuse %p', async (channel, error) => {
		await start();
		const stream = new TestStream(simulator);
		await stream.handshake();
		expect(await stream.subscribe(channel)).toMatchObject({ successful: false, error });
	});
});

describe('sessions', () => {
	test('are lost 40 seconds after the last answer', async () => {
		let clock = Date.parse('2026-11-22T08:00:00Z');
		await start(QUICK, () => clock);
		const stream = new TestStream(simulator);
		await stream.open(CONTACTS);
		clock += 40_000;
		expect(await stream.connect()).toMatchObject([{ successful: true }]);
		clock += 40_001;
		expect(await stream.connect()).toMatchObject([
			{ successful: false, error: '403::Unknown client', advice: { reconnect: 'handshake' } },
		]);
	});

	test('need their cookies and end with the routing cookie', async () => {
		let clock = Date.parse('2026-11-22T08:00:00Z');
		await start({ ...QUICK, reconnectWindowMs: 24 * 3_600_000 }, () => clock);
		const stream = new TestStream(simulator);
		await stream.open(CONTACTS);
		const browser = stream.cookies.get('BAYEUX_BROWSER') ?? '';
		stream.cookies.delete('BAYEUX_BROWSER');
		const [missing] = await stream.connect();
		expect(missing?.error).toMatch(
			/^400::Client \w+ has established a session, but no BAYEUX_BROWSER cookie present$/,
		);
		stream.cookies.set('BAYEUX_BROWSER', browser);
		expect(await stream.connect()).toMatchObject([{ successful: true }]);
		const route = stream.cookies.get('sfdc-stream');
		clock += 3 * 3_600_000;
		expect(await stream.connect()).toMatchObject([{ error: '403::Unknown client' }]);
		expect(stream.cookies.get('sfdc-stream')).not.toBe(route);
	});

	test('cookies carry no Domain', async () => {
		await start();
		const response = await fetch(`${simulator.url}/cometd/67.0/`, {
			method: 'POST',
			headers: { Authorization: `Bearer ${simulator.credentials['accessToken']}` },
			body: JSON.stringify([
				{ channel: '/meta/handshake', supportedConnectionTypes: ['long-polling'] },
			]),
		});
		const cookies = response.headers.getSetCookie();
		expect(cookies).toHaveLength(2);
		expect(cookies.join()).not.toMatch(/domain/i);
		expect(cookies[0]).toContain('Path=/cometd/');
	});

	test('are limited in number', async () => {
		await start({ ...QUICK, maxStreamingClients: 1 });
		const first = new TestStream(simulator);
		await first.handshake();
		const second = new TestStream(simulator);
		expect(await second.handshake()).toMatchObject({
			error: '403::Handshake denied',
			ext: { sfdc: { failureReason: '403::Organization concurrent user limit exceeded' } },
		});
		await first.post({ channel: '/meta/disconnect', clientId: first.clientId });
		expect(await second.handshake()).toMatchObject({ successful: true });
	});
});

describe('the transport', () => {
	test.each([
		[
			'/cometd/36.0',
			"400::Unsupported API version. Only API versions '37.0' and above are supported.",
		],
		['/cometd', "400::API version in the URI is mandatory. URI format: '/cometd/68.0'"],
	])('refuses %s', async (path, error) => {
		await start();
		expect(await new TestStream(simulator, path).handshake()).toMatchObject({
			successful: false,
			error,
		});
	});

	test('accepts the addresses of CometD clients', async () => {
		await start();
		expect(await new TestStream(simulator, '/cometd/62.0/handshake').handshake()).toMatchObject({
			successful: true,
		});
	});

	test('refuses what is too large, no JSON, or another connection type', async () => {
		await start();
		const stream = new TestStream(simulator);
		const large = await stream.raw([
			{ channel: '/meta/handshake', ext: { text: 'x'.repeat(33_000) } },
		]);
		expect(large.status).toBe(413);
		await stream.open(CONTACTS);
		expect(await stream.connect({ connectionType: 'websocket' })).toMatchObject([
			{ error: '400::Invalid connection type websocket' },
		]);
		const response = await fetch(`${simulator.url}/cometd/67.0`, {
			method: 'POST',
			body: 'no json',
		});
		expect(response.status).toBe(400);
	});
});

describe('logins', () => {
	test('a handshake without a token, or with a dead one, is denied', async () => {
		await start();
		const none = new TestStream(simulator);
		none.token = undefined;
		expect(await none.handshake()).toMatchObject({
			error: '403::Handshake denied',
			ext: { sfdc: { failureReason: '401::Request requires authentication' } },
			advice: { reconnect: 'none' },
		});
		const bad = new TestStream(simulator, undefined, '00Dxx!dead');
		expect(await bad.handshake()).toMatchObject({
			ext: { sfdc: { failureReason: '401::Authentication invalid' } },
		});
	});

	test('a held poll ends when its token dies', async () => {
		await start({});
		const stream = new TestStream(simulator);
		await stream.open(CONTACTS);
		const held = stream.connect();
		// The poll is known to be held once a second call has been served after it.
		await call(simulator, 'GET', '/limits');
		simulator.setFault({ kind: 'invalidateTokens' });
		expect(await held).toMatchObject([
			{ error: '401::Authentication invalid', advice: { reconnect: 'none' } },
		]);
	});
});

describe('faults', () => {
	async function open(switches: Json = QUICK): Promise<TestStream> {
		await start(switches);
		const stream = new TestStream(simulator);
		await stream.open(CONTACTS);
		return stream;
	}

	test('unknownClient ends the session', async () => {
		const stream = await open();
		simulator.setFault({ kind: 'unknownClient', times: 1 });
		for (const _ of [1, 2]) {
			expect(await stream.connect()).toMatchObject([
				{ error: '403::Unknown client', advice: { reconnect: 'handshake' } },
			]);
		}
		await stream.open(CONTACTS);
	});

	test('unknownClientNone says it the other way', async () => {
		const stream = await open();
		simulator.setFault({ kind: 'unknownClientNone', times: 1 });
		const replies = await stream.connect();
		expect(replies[0]).toEqual({ channel: '/meta/disconnect' });
		expect(replies[1]).toMatchObject({
			error: '403::Unknown client',
			advice: { reconnect: 'none' },
		});
	});

	test('routeCookieChange sets another cookie', async () => {
		const stream = await open();
		const route = stream.cookies.get('sfdc-stream');
		simulator.setFault({ kind: 'routeCookieChange', times: 1 });
		expect(await stream.connect()).toMatchObject([{ error: '403::Unknown client' }]);
		expect(stream.cookies.get('sfdc-stream')).not.toBe(route);
	});

	test.each<[string, string, string | undefined]>([
		['authInvalid', '401::Authentication invalid', undefined],
		[
			'serverBusy',
			'401::Authentication invalid',
			'503::Server is too busy. Please try again later.',
		],
		['eventLimit', '403::Organization total events daily limit exceeded', undefined],
	])('%s on connect', async (kind, error, failureReason) => {
		const stream = await open();
		simulator.setFault({ kind, times: 1 });
		const [reply] = await stream.connect();
		expect(reply).toMatchObject({ successful: false, error });
		expect(reply?.ext?.sfdc?.failureReason).toBe(failureReason);
		expect(await stream.connect()).toMatchObject([{ successful: true }]);
	});

	test.each([
		['expiredReplay', /^400::The replayId \{\d+\}/],
		['subscribeDenied', /^403::User not allowed/],
	])('%s on subscribe', async (kind, error) => {
		const stream = await open();
		await createContact(simulator, { LastName: 'Roth' });
		const [event] = await stream.events();
		simulator.setFault({ kind, times: 1 });
		const reply = await stream.subscribe(CONTACTS, event?.event.replayId);
		expect(reply.error).toMatch(error);
		expect(await stream.subscribe(CONTACTS, event?.event.replayId)).toMatchObject({
			successful: true,
		});
	});

	test('handshakeAdvice and concurrentLimit on handshake', async () => {
		await start();
		const stream = new TestStream(simulator);
		simulator.setFault({ kind: 'handshakeAdvice', times: 1 });
		expect(await stream.handshake()).toMatchObject({
			successful: true,
			advice: { reconnect: 'handshake' },
		});
		simulator.setFault({ kind: 'concurrentLimit', times: 1 });
		expect(await stream.handshake()).toMatchObject({ error: '403::Handshake denied' });
	});

	test('deaf keeps the events until it is over, and the held poll hears then', async () => {
		const stream = await open();
		simulator.setFault({ kind: 'deaf' });
		const id = await createContact(simulator, { LastName: 'Roth' });
		expect(await stream.connect()).toMatchObject([{ successful: true }]);
		simulator.switches.holdMs = 110_000;
		const held = stream.connect();
		await call(simulator, 'GET', '/limits');
		simulator.clearFaults();
		expect(idsOf(eventsOf(await held))).toEqual([id]);
	});

	test('duplicate delivers twice, replyFirst turns the order', async () => {
		const stream = await open();
		const id = await createContact(simulator, { LastName: 'Roth' });
		simulator.setFault({ kind: 'duplicate', times: 1 });
		simulator.setFault({ kind: 'replyFirst', times: 1 });
		const first = await stream.connect();
		expect(first.map(({ channel }) => channel)).toEqual(['/meta/connect', CONTACTS]);
		expect(idsOf(await stream.events())).toEqual([id]);
		expect(await stream.events()).toEqual([]);
	});

	test('halfJson breaks off, and only a replay brings the events back', async () => {
		const stream = await open();
		await createContact(simulator, { LastName: 'A' });
		const [before] = await stream.events();
		const id = await createContact(simulator, { LastName: 'B' });
		simulator.setFault({ kind: 'halfJson', times: 1 });
		await expect(stream.connect()).rejects.toThrow();
		expect(await stream.events()).toEqual([]);
		const again = new TestStream(simulator);
		expect(idsOf(eventsOf(await again.open(CONTACTS, before?.event.replayId)))).toEqual([id]);
	});

	test('hangConnect answers late or never', async () => {
		const stream = await open();
		simulator.setFault({ kind: 'hangConnect', times: 1, ms: 30 });
		expect(await stream.connect()).toMatchObject([{ successful: true }]);
		simulator.setFault({ kind: 'hangConnect', times: 1 });
		const hanging = stream.connect();
		await call(simulator, 'GET', '/limits');
		const [stopped] = await Promise.allSettled([hanging, simulator.stop()]);
		expect(stopped?.status).toBe('rejected');
	});

	test('the shared faults cover HTML 503 and the 401 of REST', async () => {
		const stream = await open();
		simulator.setFault({
			kind: 'status',
			status: 503,
			body: '<html>busy</html>',
			times: 1,
			match: '/cometd',
		});
		expect(await stream.raw([])).toEqual({ status: 503, text: '<html>busy</html>' });
		const body = [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }];
		simulator.setFault({ kind: 'status', status: 401, body, times: 1, match: '/cometd' });
		expect((await stream.raw([])).status).toBe(401);
	});
});
