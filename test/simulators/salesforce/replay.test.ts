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
