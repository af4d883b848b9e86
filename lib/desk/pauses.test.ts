import { snapshot, START, TestHub } from '../../test/unit/support/hub';

const person = (crmId: string, firstName: string, at = START) =>
	snapshot('wealthbox', crmId, { firstName, lastName: `Name${crmId}` }, { at });

let hub: TestHub;
beforeEach(async () => {
	hub = await TestHub.open(['wealthbox', 'redtail']);
	await hub.take(person('1', 'Ada'), person('2', 'Eve'));
	await hub.deliverAll(['redtail']);
});
afterEach(() => hub.close());

const merged = async (system: string) =>
	(await hub.pump(system)).merged.map(({ event }) => [event.crmId, event.fields['firstName']]);

test('of a paused record the events wait in their order, the others go on', async () => {
	const { desk } = hub.fabric;
	const target = { system: 'wealthbox', crmId: '1' };
	expect(await desk.pause(target, 'pat')).toEqual({
		...target,
		...{ object: 'contact', pausedAt: hub.now, pausedBy: 'pat' },
	});
	const edits = [
		person('1', 'Ann', START + 5),
		person('2', 'Eva', START + 6),
		person('1', 'Amy', START + 7),
	];
	expect(await hub.accept('wealthbox', edits)).toMatchObject({ accepted: 3 });
	expect(await merged('wealthbox')).toEqual([['2', 'Eva']]);
	const signal = jest.fn();
	hub.fabric.signals.on('events:wealthbox', signal);
	await desk.resume(target, 'pat');
	expect(signal).toHaveBeenCalled();
	expect(await merged('wealthbox')).toEqual([
		['1', 'Ann'],
		['1', 'Amy'],
	]);
	const rows = await desk.audit({ kinds: ['pause', 'resume'], limit: 9 });
	expect(rows).toMatchObject([
		{ kind: 'resume', crmId: '1', detail: { by: 'pat' } },
		{ kind: 'pause', crmId: '1', detail: { by: 'pat' } },
	]);
});

test('to a paused record nothing is delivered until it may go on', async () => {
	const target = { system: 'redtail', crmId: 'redtail-U1001' };
	await hub.fabric.desk.pause(target);
	await hub.take(person('1', 'Ann', START + 5), person('2', 'Eva', START + 5));
	expect((await hub.claim('redtail')).map(({ crmId }) => crmId)).toEqual(['redtail-U1002']);
	await hub.take(person('1', 'Amy', START + 9));
	await hub.fabric.desk.resume(target);
	expect(await hub.claim('redtail')).toMatchObject([{ changes: { firstName: 'Amy' } }]);
});

test('of a paused system everything waits, in both directions', async () => {
	const { desk } = hub.fabric;
	await desk.pause({ system: 'wealthbox' });
	await desk.pause({ system: 'redtail' });
	expect(await desk.pauses()).toMatchObject([{ system: 'redtail' }, { system: 'wealthbox' }]);
	const back = snapshot('redtail', 'redtail-U1001', { firstName: 'Ann' }, { at: START + 60_000 });
	await hub.accept('wealthbox', [person('2', 'Eva', START + 5)]);
	await hub.accept('redtail', [back]);
	expect([await merged('wealthbox'), await merged('redtail')]).toEqual([[], []]);
	await desk.resume({ system: 'wealthbox' });
	expect(await merged('wealthbox')).toEqual([['2', 'Eva']]);
	expect(await hub.claim('redtail')).toEqual([]);
	await desk.resume({ system: 'redtail' });
	expect(await merged('redtail')).toEqual([['redtail-U1001', 'Ann']]);
	expect(await hub.claim('redtail')).toMatchObject([{ changes: { firstName: 'Eva' } }]);
});

test('what is under way when the pause comes ends as it would', async () => {
	await hub.accept('wealthbox', [person('1', 'Ann', START + 5)]);
	const batch = await hub.fabric.nextEvents('wealthbox', 5);
	await hub.take(
		snapshot('redtail', 'redtail-U1002', { firstName: 'Eva' }, { at: START + 60_000 }),
	);
	const [job] = await hub.claim('wealthbox');
	await hub.fabric.desk.pause({ system: 'wealthbox' });
	const events = (batch?.items ?? []).map(({ event }) => event);
	await hub.fabric.resolve(events);
	expect(await hub.fabric.merge(events, [])).toMatchObject([{ outcome: 'applied' }]);
	if (job === undefined) throw new Error('No delivery.');
	expect(await hub.confirm(job, '2')).toMatchObject({ state: 'confirmed' });
});

test('what failed under way waits, and is not lost', async () => {
	await hub.accept('wealthbox', [person('1', 'Ann', START + 5)]);
	const batch = await hub.fabric.nextEvents('wealthbox', 5);
	await hub.fabric.desk.pause({ system: 'wealthbox', crmId: '1' });
	const failed = { ok: false, reason: 'The execution failed.' } as const;
	await hub.fabric.finishEvents('wealthbox', batch?.id ?? '', failed);
	hub.now += 3_600_000;
	expect(await merged('wealthbox')).toEqual([]);
	await hub.fabric.desk.resume({ system: 'wealthbox', crmId: '1' });
	expect(await merged('wealthbox')).toEqual([['1', 'Ann']]);
});

test('what cannot be paused or resumed says what to do', async () => {
	const { desk } = hub.fabric;
	await expect(desk.pause({ system: 'hubspot' })).rejects.toThrow('redtail, wealthbox');
	const not = desk.resume({ system: 'wealthbox', crmId: '1' });
	await expect(not).rejects.toThrow('wealthbox/1 is not paused');
	await desk.pause({ system: 'wealthbox' }, 'pat');
	expect(await desk.pause({ system: 'wealthbox' }, 'kim')).toMatchObject({ pausedBy: 'pat' });
	expect(await desk.pauses()).toHaveLength(1);
});
