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

	test('a disconnect ends the held poll well', async () => {
		await start({});
		const stream = new TestStream(simulator);
		await stream.open(CONTACTS);
		const held = stream.connect();
		await call(simulator, 'GET', '/limits');
		await stream.post({ channel: '/meta/disconnect', clientId: stream.clientId });
		expect(await held).toMatchObject([{ successful: true, advice: { reconnect: 'none' } }]);
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
