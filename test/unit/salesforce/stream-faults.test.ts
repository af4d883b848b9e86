/** The change source against the simulator over HTTP, when Salesforce or the network fails. F1 to F19: ./faults. */
import { ConfigurationFailure } from '../../../lib/connectors/connector';
import { bayeuxSent, running, until, watch } from './world';
import {
	add,
	arrives,
	handshakes,
	setUp,
	streaming,
	subscribes,
	tearDown,
	world,
} from './faults/streaming';

afterEach(tearDown);

const PERSON = { firstName: 'Ines', lastName: 'Brunner' };

test.each([
	['GAP_OVERFLOW', { changeType: 'GAP_OVERFLOW', recordIds: ['000000000000000000'] }],
	['a wildcard id', { changeType: 'UPDATE', recordIds: ['003*'], changedFields: ['Title'] }],
])('%s: what changed lately is read, in the same session', async (_name, event) => {
	const source = await streaming();
	world().sim.setFault({ kind: 'deaf' });
	const silent = add();
	await until(() => bayeuxSent(world(), '/meta/connect').length > 3, 'some deaf polls');
	expect(source.of(silent)).toEqual([]);
	world().sim.clearFaults();
	world().sim.injectEvent(event);
	await until(
		() => source.of(silent).some(({ eventId }) => eventId.includes(':read|')),
		'the record read over REST',
	);
	expect(source.states.some(({ status }) => status === 'gap')).toBe(true);
	expect(handshakes()).toBe(1);
});

test('missing rights end the source with advice', async () => {
	await setUp();
	world().sim.setFault({ kind: 'subscribeDenied' });
	const failure = await watch(world()).ended.catch((error: unknown) => error);
	expect(failure).toBeInstanceOf(ConfigurationFailure);
	expect((failure as ConfigurationFailure).hint).toContain('View All');
	expect(world().sim.streamingClients()).toBe(0);
});

test('a channel that does not exist ends the source with advice', async () => {
	await setUp({ settings: { channel: '/data/contactChangeEvent' } });
	const failure = await watch(world()).ended.catch((error: unknown) => error);
	expect(failure).toBeInstanceOf(ConfigurationFailure);
	expect((failure as ConfigurationFailure).hint).toContain('channel');
});

test('a mapped field that the org does not have ends the source, naming the field', async () => {
	await setUp({ contacts: [PERSON] });
	const fieldMap = [{ field: 'custom.tier', crmField: 'Tier__c', direction: 'both' as const }];
	const failure = await watch(world(), { fieldMap, start: 'everything' }).ended.catch(
		(error: unknown) => error,
	);
	expect(failure).toBeInstanceOf(ConfigurationFailure);
	expect((failure as ConfigurationFailure).message).toContain('Tier__c');
	expect((failure as ConfigurationFailure).hint).toContain('Field Mapping');
});

test('a batch that the store does not take is read again', async () => {
	const source = await streaming();
	source.failCommits(2);
	const id = add();
	await arrives(source, id, 'the event');
	expect(source.of(id)).toHaveLength(1);
	expect(handshakes()).toBeGreaterThan(1);
	expect(world().sim.streamingClients()).toBe(1);
});

test('a read that fails while an event is completed is repeated with the event', async () => {
	const source = await streaming();
	const id = source.events()[0]?.crmId ?? '';
	world().sim.setFault({ kind: 'status', match: '/composite/sobjects', status: 503, times: 2 });
	world().sim.people.edit(id, { phones: [{ number: '+14155550101', kind: 'mobile' }] });
	await until(() => source.of(id).length === 2, 'the completed change');
	expect(source.of(id)[1]?.fields['phones']).toHaveLength(1);
});

test('two changes of an unknown record in one answer: one read, its snapshot, then the delta', async () => {
	const first = await streaming();
	await first.stop();
	const id = first.events()[0]?.crmId ?? '';
	world().sim.people.edit(id, { jobTitle: 'Old' });
	world().advance(5_000);
	world().sim.people.edit(id, { jobTitle: 'New' });
	const second = watch(world(), { cursor: first.cursor() });
	await until(() => second.of(id).length > 1, 'the changes');
	await arrives(second, add(), 'a later event');
	expect(second.of(id).map(({ kind, fields }) => [kind, fields['jobTitle']])).toEqual([
		['snapshot', 'New'],
		['delta', 'New'],
	]);
});

test('a wait for the stream ends when the source is stopped', async () => {
	await setUp({ settings: { backoffBaseSeconds: 600, backoffCapSeconds: 600 } });
	world().sim.setFault({ kind: 'unknownClient' });
	const source = watch(world());
	await until(() => source.states.some(({ status }) => status === 'waiting'), 'the wait');
	await source.stop();
	expect(source.events()).toEqual([]);
});

test('a long load keeps the session alive, and takes its events between the pages', async () => {
	const contacts = Array.from({ length: 2_050 }, (_, index) => ({ lastName: `Number ${index}` }));
	await setUp({ contacts });
	let during = '';
	world().tamper(({ url }) => {
		if (!url.includes('/query?') || during !== '') return undefined;
		world().advance(20_000);
		during = add();
		return undefined;
	});
	const source = watch(world(), { start: 'everything' });
	await until(() => source.batches.at(-1)?.complete === true, 'the load');
	expect(new Set(source.events().map(({ crmId }) => crmId)).size).toBe(2_051);
	const polls = bayeuxSent(world(), '/meta/connect').map(({ text }) =>
		text?.includes('"timeout":0'),
	);
	expect(polls[0]).toBe(true);
	expect(source.of(during).some(({ eventId }) => !eventId.includes(':read|'))).toBe(true);
	expect(handshakes()).toBe(1);
});

test('after more than 30 days away all contacts are read', async () => {
	await setUp({ contacts: [PERSON] });
	const old = world().context.now() - 40 * 24 * 3_600_000;
	const cursor = { replayId: '20418800', commitTimestamp: old };
	world().sim.setFault({ kind: 'expiredReplay', times: 1 });
	const source = watch(world(), { cursor });
	await until(() => source.events().length > 0, 'the load');
	expect(source.events()[0]).toMatchObject({ kind: 'snapshot', fields: { lastName: 'Brunner' } });
	await arrives(source, add(), 'the stream after it');
});

test('a session lost before its first event reads what was missed', async () => {
	await setUp({ contacts: [PERSON] });
	world().advance(60_000);
	const source = watch(world());
	await running(source);
	world().sim.setFault({ kind: 'deaf' });
	const missed = add();
	world().sim.setFault({ kind: 'unknownClient', times: 1 });
	await arrives(source, missed, 'the missed client');
	expect(source.events().map(({ crmId }) => crmId)).toEqual([missed]);
	expect(subscribes().map((text) => text.includes('":-1}'))).toEqual([true, true]);
});
