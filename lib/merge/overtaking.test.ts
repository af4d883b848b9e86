import { snapshot, START, TestHub } from '../../test/unit/support/hub';

test('an event on the canvas does not overtake one that an answer sets free', async () => {
	const hub = await TestHub.open(['wealthbox', 'redtail']);
	const name = { firstName: 'Ada', lastName: 'Abernathy' };
	await hub.take(snapshot('wealthbox', '1', { ...name, emails: [{ address: 'ada@x.io' }] }));
	const first = snapshot('redtail', '7', { ...name, jobTitle: 'CFO' }, { at: START + 5 });
	await hub.take(first);
	const [review] = await hub.fabric.desk.reviews('open', 5);
	const second = snapshot('redtail', '7', { ...name, jobTitle: null }, { at: START + 9 });
	await hub.accept('redtail', [second]);
	const batch = await hub.fabric.nextEvents('redtail', 5);
	await hub.fabric.desk.decideReview(review?.id ?? 0, 'U1001');
	const [report] = await hub.fabric.merge([second], []);
	expect(report?.outcome).toBe('already');
	await hub.fabric.finishEvents('redtail', batch?.id ?? '', { ok: true });
	await hub.pump('redtail');
	expect((await hub.fabric.desk.findEntity('U1001'))?.fields['jobTitle']).toBeNull();
	await hub.close();
});

test('nor does the news that its record was merged into another one', async () => {
	const hub = await TestHub.open(['wealthbox', 'redtail']);
	const name = { firstName: 'Ada', lastName: 'Abernathy' };
	await hub.take(snapshot('wealthbox', '1', { ...name, emails: [{ address: 'ada@x.io' }] }));
	const first = snapshot('redtail', '7', { ...name, jobTitle: 'CFO' }, { at: START + 5 });
	await hub.take(first);
	const [review] = await hub.fabric.desk.reviews('open', 5);
	const merged = { change: 'merge' as const, mergedInto: '3', at: START + 9 };
	const second = snapshot('redtail', '7', {}, merged);
	await hub.accept('redtail', [second]);
	const batch = await hub.fabric.nextEvents('redtail', 5);
	await hub.fabric.desk.decideReview(review?.id ?? 0, 'U1001');
	expect((await hub.fabric.merge([second], []))[0]?.outcome).toBe('already');
	await hub.fabric.finishEvents('redtail', batch?.id ?? '', { ok: true });
	await hub.pump('redtail');
	expect(await Promise.all([first, second].map((one) => hub.stateOf(one)))).toEqual([
		'applied',
		'applied',
	]);
	expect((await hub.fabric.desk.findEntity('U1001'))?.fields['jobTitle']).toBe('CFO');
	await hub.close();
});
