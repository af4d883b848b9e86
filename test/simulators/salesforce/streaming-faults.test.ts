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
		const lost = [{ error: '403::Unknown client', advice: { reconnect: 'handshake' } }];
		expect(await stream.connect()).toMatchObject(lost);
		// The fault is over, the session stays lost.
		expect(await stream.connect()).toMatchObject(lost);
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
