/** The change source against the simulator over HTTP, when Salesforce or the network fails. */
import { ConfigurationFailure } from '../../../lib/connectors/connector';
import { AuthenticationFailure, HttpFailure } from '../../../lib/connectors/http';
import {
	bayeuxSent,
	openWorld,
	running,
	stopAll,
	until,
	watch,
	type Watched,
	type World,
	type WorldOptions,
} from './world';

let world: World;

async function setUp(options: WorldOptions = {}): Promise<World> {
	world = await openWorld(options);
	return world;
}

afterEach(async () => {
	await stopAll();
	await world.sim.stop();
});

const PERSON = { firstName: 'Ines', lastName: 'Brunner' };
let names = 0;

/** A person adds a client at the screen; gives its id. */
function add(): string {
	names += 1;
	return world.sim.people.create({ firstName: 'Client', lastName: `Number ${names}` }).id;
}

async function arrives(source: Watched, id: string, what: string): Promise<void> {
	await until(() => source.of(id).length > 0, what);
}

/** A running stream that has delivered one event, so that it has a place to go on from. */
async function streaming(options: WorldOptions = {}): Promise<Watched> {
	await setUp(options);
	const source = watch(world);
	await running(source);
	await arrives(source, add(), 'the first event');
	return source;
}

const handshakes = () => bayeuxSent(world, '/meta/handshake').length;
const subscribes = () => bayeuxSent(world, '/meta/subscribe').map(({ text }) => text ?? '');
const minutesOfReasons = (source: Watched) =>
	source.states.flatMap((state) => (state.status === 'waiting' ? [state.reason] : []));

test.each(['unknownClient', 'unknownClientNone', 'routeCookieChange'])(
	'%s: a new session goes on after the last event, and nothing is lost or repeated',
	async (kind) => {
		const source = await streaming();
		world.sim.setFault({ kind, times: 1 });
		const id = add();
		await until(() => handshakes() === 2, 'the new session');
		await arrives(source, id, 'the event of the time between');
		await arrives(source, add(), 'an event after it');
		expect(subscribes()[1]).not.toContain('":-1}');
		const eventIds = source.events().map(({ eventId }) => eventId);
		expect(new Set(eventIds).size).toBe(eventIds.length);
		expect(world.refreshes()).toBe(0);
	},
);

test('an expired replay id is reported as a gap, and what changed meanwhile is read', async () => {
	const first = await streaming();
	await first.stop();
	const deleted = first.events()[0]?.crmId ?? '';
	const changed = add();
	world.sim.people.remove(deleted);
	world.advance(100 * 3_600_000);
	const second = watch(world, { cursor: first.cursor(), known: first.known });
	await until(() => second.states.some(({ status }) => status === 'gap'), 'the gap');
	await arrives(second, changed, 'the missed client');
	await arrives(second, deleted, 'the missed delete');
	expect(second.of(changed)[0]).toMatchObject({ kind: 'snapshot', change: 'upsert' });
	expect(second.of(deleted).at(-1)).toMatchObject({ change: 'delete' });
	expect(
		subscribes()
			.slice(-2)
			.map((text) => text.includes('":-1}')),
	).toEqual([false, true]);
	await arrives(second, add(), 'the stream after the gap');
});

test('the end of a gap, which Salesforce does not cover yet, is read when it does', async () => {
	const source = await streaming({ switches: { reconnectWindowMs: 3_600_000 } });
	world.sim.switches.replicationHoldbackMs = 10 * 60_000;
	world.sim.injectEvent({ changeType: 'GAP_OVERFLOW' });
	await until(() => source.batches.some(({ cursor }) => pending(cursor) !== null), 'the overflow');
	await until(() => source.batches.at(-1)?.complete === true, 'the first pass');
	expect(pending(source.cursor())).not.toBeNull();
	world.sim.switches.replicationHoldbackMs = 0;
	world.advance(2 * 60_000);
	await until(() => pending(source.cursor()) === null, 'the second pass');
});

function pending(cursor: unknown): number | null {
	return (cursor as { recoverFrom: number | null }).recoverFrom;
}

test.each([
	['GAP_OVERFLOW', { changeType: 'GAP_OVERFLOW', recordIds: ['000000000000000000'] }],
	['a wildcard id', { changeType: 'UPDATE', recordIds: ['003*'], changedFields: ['Title'] }],
])('%s: what changed lately is read, in the same session', async (_name, event) => {
	const source = await streaming();
	world.sim.setFault({ kind: 'deaf' });
	const silent = add();
	await until(() => bayeuxSent(world, '/meta/connect').length > 3, 'some deaf polls');
	expect(source.of(silent)).toEqual([]);
	world.sim.clearFaults();
	world.sim.injectEvent(event);
	await until(
		() => source.of(silent).some(({ eventId }) => eventId.includes(':read|')),
		'the record read over REST',
	);
	expect(source.states.some(({ status }) => status === 'gap')).toBe(true);
	expect(handshakes()).toBe(1);
});

test('a deaf session is found by comparison, left, and made good', async () => {
	const source = await streaming({ settings: { heartbeatMinutes: 1, deafGraceSeconds: 60 } });
	world.sim.setFault({ kind: 'deaf' });
	world.advance(2_000);
	const missed = add();
	const gone = source.events()[0]?.crmId ?? '';
	world.sim.people.remove(gone);
	world.advance(4 * 60_000);
	await arrives(source, missed, 'the missed client');
	await until(() => source.of(gone).some(({ change }) => change === 'delete'), 'the missed delete');
	const gap = source.states.find(({ status }) => status === 'gap');
	expect(gap).toMatchObject({ reason: expect.stringContaining('Change Data Capture') });
	expect(handshakes()).toBeGreaterThan(1);
	expect(world.sim.streamingClients()).toBe(1);
	world.sim.clearFaults();
	await arrives(source, add(), 'the stream after it');
});

test('a delete alone is enough to find a deaf session', async () => {
	const source = await streaming({ settings: { heartbeatMinutes: 1, deafGraceSeconds: 60 } });
	const gone = source.events()[0]?.crmId ?? '';
	world.sim.setFault({ kind: 'deaf' });
	world.advance(2_000);
	world.sim.people.remove(gone);
	world.advance(4 * 60_000);
	await until(() => source.of(gone).some(({ change }) => change === 'delete'), 'the missed delete');
	expect(source.states.some(({ status }) => status === 'gap')).toBe(true);
});

test('a change in the second of the last event, which nobody remembers, is told again', async () => {
	const first = await streaming({ settings: { heartbeatMinutes: 1, deafGraceSeconds: 60 } });
	await first.stop();
	const told = first.events()[0]?.crmId ?? '';
	world.advance(4 * 60_000);
	const second = watch(world, { cursor: first.cursor() });
	world.advance(4 * 60_000);
	await arrives(second, told, 'the snapshot');
	expect(second.of(told)[0]?.kind).toBe('snapshot');
	expect(second.states.some(({ status }) => status === 'gap')).toBe(false);
});

test('a comparison that finds nothing missing leaves the session alone', async () => {
	const source = await streaming({
		settings: { heartbeatMinutes: 1, deafGraceSeconds: 60 },
		switches: { reconnectWindowMs: 3_600_000 },
	});
	add();
	await until(() => source.events().length === 2, 'the second event');
	world.advance(4 * 60_000);
	await until(
		() => (source.cursor() as { checkedUntil: number | null }).checkedUntil !== null,
		'the comparison',
	);
	expect(handshakes()).toBe(1);
	expect(source.states.some(({ status }) => status === 'gap')).toBe(false);
});

test('a refused token (401 in a Bayeux answer) is refreshed once, and the stream goes on', async () => {
	const source = await streaming();
	world.sim.setFault({ kind: 'invalidateTokens' });
	const id = add();
	await arrives(source, id, 'the event of the time between');
	expect(world.refreshes()).toBe(1);
	expect(world.requests.some(({ url }) => url === '/services/data/v62.0/limits')).toBe(true);
});

test('a token refused twice ends the source with AuthenticationFailure', async () => {
	await setUp();
	world.sim.setFault({ kind: 'authInvalid' });
	const source = watch(world);
	await expect(source.ended).rejects.toBeInstanceOf(AuthenticationFailure);
	expect(bayeuxSent(world, '/meta/handshake')).toHaveLength(2);
});

test('a server that is too busy is waited for, without a refresh, though the outer error says 401', async () => {
	const source = await streaming();
	world.sim.setFault({ kind: 'serverBusy', times: 2 });
	const id = add();
	await arrives(source, id, 'the event');
	expect(minutesOfReasons(source).join()).toContain('too busy');
	expect(world.refreshes()).toBe(0);
	expect(world.requests.some(({ url }) => url.endsWith('/limits'))).toBe(false);
});

test.each(['concurrentLimit', 'eventLimit'])('%s: waits long and says why', async (kind) => {
	await setUp();
	world.sim.setFault({ kind, times: 1 });
	const source = watch(world);
	await running(source);
	await until(() => source.states.some(({ status }) => status === 'waiting'), 'the wait');
	expect(minutesOfReasons(source)[0]).toContain('limit');
	await until(() => source.states.at(-1)?.status === 'running', 'the stream after it');
	await arrives(source, add(), 'an event');
});

test('missing rights end the source with advice', async () => {
	await setUp();
	world.sim.setFault({ kind: 'subscribeDenied' });
	const failure = await watch(world).ended.catch((error: unknown) => error);
	expect(failure).toBeInstanceOf(ConfigurationFailure);
	expect((failure as ConfigurationFailure).hint).toContain('View All');
	expect(world.sim.streamingClients()).toBe(0);
});

test('a channel that does not exist ends the source with advice', async () => {
	await setUp({ settings: { channel: '/data/contactChangeEvent' } });
	const failure = await watch(world).ended.catch((error: unknown) => error);
	expect(failure).toBeInstanceOf(ConfigurationFailure);
	expect((failure as ConfigurationFailure).hint).toContain('channel');
});

test('a mapped field that the org does not have ends the source, naming the field', async () => {
	await setUp({ contacts: [PERSON] });
	const fieldMap = [{ field: 'custom.tier', crmField: 'Tier__c', direction: 'both' as const }];
	const failure = await watch(world, { fieldMap, start: 'everything' }).ended.catch(
		(error: unknown) => error,
	);
	expect(failure).toBeInstanceOf(ConfigurationFailure);
	expect((failure as ConfigurationFailure).message).toContain('Tier__c');
	expect((failure as ConfigurationFailure).hint).toContain('Field Mapping');
});

test('a poll that is never answered is given up by the watchdog', async () => {
	const source = await streaming({ settings: { watchdogSeconds: 0.5 } });
	world.sim.setFault({ kind: 'hangConnect', times: 1 });
	await until(() => minutesOfReasons(source).join().includes('in time'), 'the watchdog');
	await arrives(source, add(), 'the stream after it');
});

test('an answer that breaks off loses nothing', async () => {
	const source = await streaming();
	world.sim.setFault({ kind: 'halfJson', times: 1 });
	const id = add();
	await until(() => minutesOfReasons(source).length > 0, 'the broken answer');
	await until(() => handshakes() > 1 || source.of(id).length > 0, 'the reaction');
	await arrives(source, add(), 'a later event');
	await arrives(source, id, 'the event of the broken answer');
});

test('5xx and refused connections while connecting are waited out', async () => {
	await setUp();
	let left = 4;
	world.tamper(({ url }) => {
		if (!url.startsWith('/cometd') || left === 0) return undefined;
		left -= 1;
		return new HttpFailure('no connection', left % 2 ? 'refused' : 'timeout');
	});
	world.sim.setFault({ kind: 'status', match: '/cometd', status: 503, times: 2 });
	const source = watch(world);
	await running(source);
	await arrives(source, add(), 'an event');
});

test('a batch that the store does not take is read again', async () => {
	const source = await streaming();
	source.failCommits(2);
	const id = add();
	await arrives(source, id, 'the event');
	expect(source.of(id)).toHaveLength(1);
	expect(handshakes()).toBeGreaterThan(1);
	expect(world.sim.streamingClients()).toBe(1);
});

test('a read that fails while an event is completed is repeated with the event', async () => {
	const source = await streaming();
	const id = source.events()[0]?.crmId ?? '';
	world.sim.setFault({ kind: 'status', match: '/composite/sobjects', status: 503, times: 2 });
	world.sim.people.edit(id, { phones: [{ number: '+14155550101', kind: 'mobile' }] });
	await until(() => source.of(id).length === 2, 'the completed change');
	expect(source.of(id)[1]?.fields['phones']).toHaveLength(1);
});

test('what is delivered twice comes once, and a reply before its events is understood', async () => {
	const source = await streaming();
	world.sim.setFault({ kind: 'duplicate', times: 1 });
	world.sim.setFault({ kind: 'replyFirst', times: 1 });
	const id = add();
	await arrives(source, id, 'the event');
	await arrives(source, add(), 'a later event');
	expect(source.of(id)).toHaveLength(1);
});

test('a handshake that succeeds with the advice to handshake is a success', async () => {
	await setUp();
	world.sim.setFault({ kind: 'handshakeAdvice', times: 1 });
	const source = watch(world);
	await running(source);
	expect(handshakes()).toBe(1);
});

test('two changes of an unknown record in one answer: one read, its snapshot, then the delta', async () => {
	const first = await streaming();
	await first.stop();
	const id = first.events()[0]?.crmId ?? '';
	world.sim.people.edit(id, { jobTitle: 'Old' });
	world.advance(5_000);
	world.sim.people.edit(id, { jobTitle: 'New' });
	const second = watch(world, { cursor: first.cursor() });
	await until(() => second.of(id).length > 1, 'the changes');
	await arrives(second, add(), 'a later event');
	expect(second.of(id).map(({ kind, fields }) => [kind, fields['jobTitle']])).toEqual([
		['snapshot', 'New'],
		['delta', 'New'],
	]);
});

test('a wait for the stream ends when the source is stopped', async () => {
	await setUp({ settings: { backoffBaseSeconds: 600, backoffCapSeconds: 600 } });
	world.sim.setFault({ kind: 'unknownClient' });
	const source = watch(world);
	await until(() => source.states.some(({ status }) => status === 'waiting'), 'the wait');
	await source.stop();
	expect(source.events()).toEqual([]);
});

test('a long load keeps the session alive, and takes its events between the pages', async () => {
	const contacts = Array.from({ length: 2_050 }, (_, index) => ({ lastName: `Number ${index}` }));
	await setUp({ contacts });
	let during = '';
	world.tamper(({ url }) => {
		if (!url.includes('/query?') || during !== '') return undefined;
		world.advance(20_000);
		during = add();
		return undefined;
	});
	const source = watch(world, { start: 'everything' });
	await until(() => source.batches.at(-1)?.complete === true, 'the load');
	expect(new Set(source.events().map(({ crmId }) => crmId)).size).toBe(2_051);
	const polls = bayeuxSent(world, '/meta/connect').map(({ text }) => text?.includes('"timeout":0'));
	expect(polls[0]).toBe(true);
	expect(source.of(during).some(({ eventId }) => !eventId.includes(':read|'))).toBe(true);
	expect(handshakes()).toBe(1);
});

test('after more than 30 days away all contacts are read', async () => {
	await setUp({ contacts: [PERSON] });
	const old = world.context.now() - 40 * 24 * 3_600_000;
	const cursor = { replayId: '20418800', commitTimestamp: old };
	world.sim.setFault({ kind: 'expiredReplay', times: 1 });
	const source = watch(world, { cursor });
	await until(() => source.events().length > 0, 'the load');
	expect(source.events()[0]).toMatchObject({ kind: 'snapshot', fields: { lastName: 'Brunner' } });
	await arrives(source, add(), 'the stream after it');
});

test('a session lost before its first event reads what was missed', async () => {
	await setUp({ contacts: [PERSON] });
	world.advance(60_000);
	const source = watch(world);
	await running(source);
	world.sim.setFault({ kind: 'deaf' });
	const missed = add();
	world.sim.setFault({ kind: 'unknownClient', times: 1 });
	await arrives(source, missed, 'the missed client');
	expect(source.events().map(({ crmId }) => crmId)).toEqual([missed]);
	expect(subscribes().map((text) => text.includes('":-1}'))).toEqual([true, true]);
});
