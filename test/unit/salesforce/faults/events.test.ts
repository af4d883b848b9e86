/** F3, F9, F10, F12, F13, F18: what can happen to the events, and how lost ones are made good. */
import { HttpFailure } from '../../../../lib/connectors/http';
import type { Switches } from '../../../simulators/salesforce';
import { running, until, watch } from '../world';
import {
	add,
	arrives,
	handshakes,
	setUp,
	streaming,
	subscribes,
	tearDown,
	world,
} from './streaming';

afterEach(tearDown);

test('F3 an expired replay id is reported as a gap, and what changed meanwhile is read', async () => {
	const first = await streaming();
	await first.stop();
	const deleted = first.events()[0]?.crmId ?? '';
	const changed = add();
	world().sim.people.remove(deleted);
	world().advance(100 * 3_600_000);
	const second = watch(world(), { cursor: first.cursor(), known: first.known });
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

test('F9 what is delivered twice comes once, and a reply before its events is understood', async () => {
	const source = await streaming();
	world().sim.setFault({ kind: 'duplicate', times: 1 });
	world().sim.setFault({ kind: 'replyFirst', times: 1 });
	const id = add();
	await arrives(source, id, 'the event');
	await arrives(source, add(), 'a later event');
	expect(source.of(id)).toHaveLength(1);
});

test('F10 a deaf session is found by comparison, left, and made good', async () => {
	const source = await streaming({ settings: { heartbeatMinutes: 1, deafGraceSeconds: 60 } });
	world().sim.setFault({ kind: 'deaf' });
	world().advance(2_000);
	const missed = add();
	const gone = source.events()[0]?.crmId ?? '';
	world().sim.people.remove(gone);
	world().advance(4 * 60_000);
	await arrives(source, missed, 'the missed client');
	await until(() => source.of(gone).some(({ change }) => change === 'delete'), 'the missed delete');
	const gap = source.states.find(({ status }) => status === 'gap');
	expect(gap).toMatchObject({ reason: expect.stringContaining('Change Data Capture') });
	expect(handshakes()).toBeGreaterThan(1);
	expect(world().sim.streamingClients()).toBe(1);
	world().sim.clearFaults();
	await arrives(source, add(), 'the stream after it');
});

test('F10 a delete alone is enough to find a deaf session', async () => {
	const source = await streaming({ settings: { heartbeatMinutes: 1, deafGraceSeconds: 60 } });
	const gone = source.events()[0]?.crmId ?? '';
	world().sim.setFault({ kind: 'deaf' });
	world().advance(2_000);
	world().sim.people.remove(gone);
	world().advance(4 * 60_000);
	await until(() => source.of(gone).some(({ change }) => change === 'delete'), 'the missed delete');
	expect(source.states.some(({ status }) => status === 'gap')).toBe(true);
});

test('F10 a change in the second of the last event, which nobody remembers, is told again', async () => {
	const first = await streaming({ settings: { heartbeatMinutes: 1, deafGraceSeconds: 60 } });
	await first.stop();
	const told = first.events()[0]?.crmId ?? '';
	world().advance(4 * 60_000);
	const second = watch(world(), { cursor: first.cursor() });
	world().advance(4 * 60_000);
	await arrives(second, told, 'the snapshot');
	expect(second.of(told)[0]?.kind).toBe('snapshot');
	expect(second.states.some(({ status }) => status === 'gap')).toBe(false);
});

test('F10 a backlog: sessions that carry nothing and are cut again and again', async () => {
	const source = await streaming({ settings: { heartbeatMinutes: 1, deafGraceSeconds: 60 } });
	world().sim.setFault({ kind: 'deaf' });
	let polls = 0;
	// Each session is cut at its second poll, before it can be held.
	world().tamper(({ text = '' }) => {
		if (text.includes('/meta/handshake')) polls = 0;
		if (text.includes('/meta/connect')) polls += 1;
		return polls > 1 ? new HttpFailure('cut', 'reset') : undefined;
	});
	world().advance(2_000);
	const missed = add();
	world().advance(4 * 60_000);
	await arrives(source, missed, 'the missed client');
	expect(source.states.some(({ status }) => status === 'gap')).toBe(true);
	// It does not go on from the old place, where the backlog is.
	await until(() => subscribes().at(-1)?.includes('":-1}') === true, 'a subscription at the tip');
});

test('F10 a comparison that finds nothing missing leaves the session alone', async () => {
	const source = await streaming({
		settings: { heartbeatMinutes: 1, deafGraceSeconds: 60 },
		switches: { reconnectWindowMs: 3_600_000 },
	});
	add();
	await until(() => source.events().length === 2, 'the second event');
	world().advance(4 * 60_000);
	await until(
		() => (source.cursor() as { checkedUntil: number | null }).checkedUntil !== null,
		'the comparison',
	);
	expect(handshakes()).toBe(1);
	expect(source.states.some(({ status }) => status === 'gap')).toBe(false);
});

test('F18 the end of a gap, which Salesforce does not cover yet, is read when it does', async () => {
	const source = await streaming({ switches: { reconnectWindowMs: 3_600_000 } });
	world().sim.switches.replicationHoldbackMs = 10 * 60_000;
	world().sim.injectEvent({ changeType: 'GAP_OVERFLOW' });
	await until(() => source.batches.some(({ cursor }) => pending(cursor) !== null), 'the overflow');
	await until(() => source.batches.at(-1)?.complete === true, 'the first pass');
	expect(pending(source.cursor())).not.toBeNull();
	world().sim.switches.replicationHoldbackMs = 0;
	world().advance(2 * 60_000);
	await until(() => pending(source.cursor()) === null, 'the second pass');
});

test('F18 the next read begins where Salesforce had covered: a delete after that is not missed', async () => {
	const first = await streaming();
	await first.stop();
	const gone = first.events()[0]?.crmId ?? '';
	world().advance(100 * 3_600_000);
	world().sim.people.remove(gone);
	world().advance(60_000);
	world().sim.switches.replicationHoldbackMs = 10 * 60_000;
	const covered = world().context.now() - 10 * 60_000;
	const second = watch(world(), { cursor: first.cursor(), known: first.known });
	await until(() => second.batches.at(-1)?.complete === true, 'the first pass');
	expect(second.of(gone)).toEqual([]);
	// `latestDateCovered` is cut to its minute.
	const next = pending(second.cursor()) ?? 0;
	expect([covered - next >= 0, covered - next < 120_000]).toEqual([true, true]);
	world().sim.switches.replicationHoldbackMs = 0;
	world().advance(2 * 60_000);
	await until(() => second.of(gone).at(-1)?.change === 'delete', 'the delete');
});

function pending(cursor: unknown): number | null {
	return (cursor as { recoverFrom: number | null }).recoverFrom;
}

test('F3 an id that Salesforce never gave is reported in the same way', async () => {
	await setUp({ contacts: [{ lastName: 'Brunner' }] });
	const [{ id } = { id: '' }] = world().sim.people.list();
	world().advance(3_600_000);
	world().sim.people.edit(id, { jobTitle: 'Architect' });
	const commitTimestamp = world().context.now() - 3_000_000;
	const source = watch(world(), { cursor: { replayId: '999999999999', commitTimestamp } });
	await until(() => source.states.some(({ status }) => status === 'gap'), 'the gap');
	await arrives(source, id, 'what changed meanwhile');
	await arrives(source, add(), 'the stream after the gap');
	expect(subscribes().map((text) => text.includes('":-1}'))).toEqual([false, true]);
});

test('F9 events that are delivered again after a reconnect come under the same id', async () => {
	const source = await streaming();
	const older = source.cursor();
	const id = add();
	await arrives(source, id, 'the event');
	await source.stop();
	// The place that was kept is from before it: the new session is told of it again.
	const again = watch(world(), { cursor: older, known: source.known });
	await arrives(again, id, 'the event, once more');
	await arrives(again, add(), 'a later event');
	// By which the inbox drops it.
	expect(again.of(id).map(({ eventId }) => eventId)).toEqual([source.of(id)[0]?.eventId]);
	expect(again.events()).toHaveLength(2);
});

test.each([
	['F12 beyond 2^53', { replayIdStart: '9007199254740993' }],
	['F12 beyond 2^53, as text', { replayIdStart: '9007199254740993', replayIdAsString: true }],
	['F12 as text', { replayIdAsString: true }],
])('%s: the replay id is kept exactly', async (_fault, switches: Partial<Switches>) => {
	const first = await streaming({ switches });
	await first.stop();
	const { replayId } = first.cursor() as { replayId: string };
	expect(BigInt(replayId)).toBeGreaterThan(BigInt(switches.replayIdStart ?? 0));
	const second = watch(world(), { cursor: first.cursor(), known: first.known });
	await running(second);
	const id = add();
	await arrives(second, id, 'the next event');
	expect(subscribes().at(-1)).toContain(`:${replayId}}`);
	// Had it lost digits, the id would be refused, or the first event would come again.
	expect(second.events().map(({ crmId }) => crmId)).toEqual([id]);
	expect(second.states.some(({ status }) => status === 'gap')).toBe(false);
});

test.each([
	['a cleared field absent', { clearedFields: 'absent' as const }],
	['a cleared field null', { clearedFields: 'null' as const }],
	[
		'no changedFields, a cleared field absent',
		{ omitChangedFields: true, clearedFields: 'absent' as const },
	],
	[
		'no changedFields, a cleared field null',
		{ omitChangedFields: true, clearedFields: 'null' as const },
	],
])('F13 %s: the same result', async (_fault, switches) => {
	await setUp({ contacts: [{ lastName: 'Brunner', jobTitle: 'Architect' }], switches });
	const [{ id } = { id: '' }] = world().sim.people.list();
	const source = watch(world(), { known: [id] });
	await running(source);
	world().sim.people.edit(id, { jobTitle: null });
	await until(() => source.of(id).length === 1, 'the cleared field');
	world().sim.people.edit(id, { lastName: 'Keller' });
	await until(() => source.of(id).length === 2, 'the changed one');
	expect(source.of(id)[0]?.fields).toMatchObject({ jobTitle: null });
	expect(source.of(id)[1]?.fields).toMatchObject({ lastName: 'Keller' });
	// Nothing else may have changed: not said is said as it is, or not at all.
	expect(source.of(id)[1]?.fields['jobTitle'] ?? null).toBeNull();
});

test('F18 a delete log that begins later than the gap: a warning, and the rest is recovered', async () => {
	const first = await streaming();
	await first.stop();
	const changed = add();
	const gone = first.events()[0]?.crmId ?? '';
	world().sim.people.remove(gone);
	world().advance(100 * 3_600_000);
	world().sim.setFault({ kind: 'deletedLogStartsLater', ms: 3_600_000 });
	const second = watch(world(), { cursor: first.cursor(), known: first.known });
	await arrives(second, changed, 'the missed client');
	await arrives(second, add(), 'the stream after the gap');
	expect(world().log).toContainEqual({
		level: 'warn',
		message: expect.stringContaining('no longer lists all contacts deleted') as string,
	});
	expect(second.of(gone)).toEqual([]);
});
