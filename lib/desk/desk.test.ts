import { deletion, snapshot, START, TestHub } from '../../test/unit/support/hub';
import type { ChangeEventInput } from '../model/event';

const EMAILS = [{ address: 'hale@x.io', primary: true }];
const ROBERT = { firstName: 'Robert', lastName: 'Hale', emails: EMAILS };
const ANN = { firstName: 'Ann', lastName: 'Hale', emails: EMAILS };

let hub: TestHub;
beforeEach(async () => {
	hub = await TestHub.open(['wealthbox', 'redtail']);
	await hub.take(snapshot('wealthbox', '1', ROBERT));
});
afterEach(() => hub.close());

async function asked(): Promise<number> {
	const later = { ...ANN, jobTitle: 'CFO' };
	await hub.take(snapshot('redtail', '2', ANN), snapshot('redtail', '2', later, { at: START + 5 }));
	const [review] = await hub.fabric.desk.reviews('open', 5);
	return review?.id ?? 0;
}

describe('review', () => {
	test('another client: the record gets one of its own, and its events go on in their order', async () => {
		const signal = jest.fn();
		hub.fabric.signals.on('events:redtail', signal);
		const review = await hub.fabric.desk.decideReview(await asked(), null, 'pat');
		expect(review).toMatchObject({
			state: 'decided',
			decision: { verdict: 'new', unifiedId: 'U1002', by: 'pat' },
		});
		expect(signal).toHaveBeenCalled();
		const { merged } = await hub.pump('redtail');
		expect(merged.map(({ unifiedId, outcome }) => [unifiedId, outcome])).toEqual([
			['U1002', 'applied'],
			['U1002', 'applied'],
		]);
		const client = await hub.fabric.desk.findEntity('redtail', '2');
		expect(client).toMatchObject({
			unifiedId: 'U1002',
			fields: { firstName: 'Ann', jobTitle: 'CFO' },
		});
		expect(client?.links).toMatchObject([{ evidence: { by: 'person' } }]);
	});

	test('the same client: the record is linked to it', async () => {
		await hub.fabric.desk.decideReview(await asked(), 'U1001');
		await hub.pump('redtail');
		expect((await hub.fabric.desk.findEntity('redtail', '2'))?.unifiedId).toBe('U1001');
		const [row] = await hub.fabric.desk.audit({ entityId: 'U1001', kinds: ['link'], limit: 1 });
		expect(row).toMatchObject({ crmId: '2', detail: { by: 'person' } });
	});

	test('none of its candidates is created in that system before it is answered', async () => {
		await hub.deliverAll(['redtail']);
		await hub.take(snapshot('wealthbox', '3', { firstName: 'Zoe', lastName: 'Quill' }));
		await hub.take(snapshot('redtail', '4', { firstName: 'Zoe', lastName: 'Quill' }));
		expect(await hub.claim('redtail')).toEqual([]);
		const [review] = await hub.fabric.desk.reviews('open', 5);
		await hub.fabric.desk.decideReview(review?.id ?? 0, null);
		expect(await hub.claim('redtail')).toMatchObject([{ operation: 'create', unifiedId: 'U1002' }]);
	});

	test('what cannot be answered says what to do', async () => {
		const { desk } = hub.fabric;
		const id = await asked();
		await expect(desk.decideReview(99, null)).rejects.toThrow('There is no review 99');
		await expect(desk.decideReview(id, 'U9')).rejects.toThrow('There is no client U9');
		await desk.decideReview(id, null);
		await expect(desk.decideReview(id, null)).rejects.toThrow('decided before');
	});

	test('the note of a new client may be seen off, but moves no record that is merged already', async () => {
		await hub.take(snapshot('wealthbox', '5', { firstName: 'Zoe', lastName: 'Quill' }));
		const { desk } = hub.fabric;
		const [first, second] = await desk.reviews('logged', 5);
		await expect(desk.decideReview(second?.id ?? 0, 'U1001')).rejects.toThrow(
			'belongs to client U1002',
		);
		expect(await desk.decideReview(first?.id ?? 0, null)).toMatchObject({
			state: 'decided',
			decision: { unifiedId: 'U1001' },
		});
	});
});

describe('dead letters', () => {
	const FAILED = { ok: false, reason: 'The execution failed.' } as const;

	test('an event that is retried goes through the canvas again', async () => {
		await hub.accept('redtail', [
			snapshot('redtail', '2', { firstName: 'Zoe', lastName: 'Quill' }),
		]);
		const batch = await hub.fabric.nextEvents('redtail', 5);
		await hub.fabric.rejectEvent(batch?.items[0]?.event.eventId ?? '', 'changed on the canvas');
		await hub.fabric.finishEvents('redtail', batch?.id ?? '', FAILED);
		const [letter] = await hub.fabric.desk.deadLetters('open', 5);
		const retried = await hub.fabric.desk.retryDeadLetter(letter?.id ?? 0);
		expect(retried).toMatchObject({ state: 'retried', closedAt: hub.now });
		expect((await hub.pump('redtail')).merged).toMatchObject([{ outcome: 'applied' }]);
		await expect(hub.fabric.desk.retryDeadLetter(letter?.id ?? 0)).rejects.toThrow(
			'was retried before',
		);
	});

	test('one that does not fit says so and stays open', async () => {
		const odd = { ...snapshot('redtail', '2', ROBERT), fields: { shoeSize: 9 } };
		await hub.accept('redtail', [odd as unknown as ChangeEventInput]);
		const [letter] = await hub.fabric.desk.deadLetters('open', 5);
		const retry = hub.fabric.desk.retryDeadLetter(letter?.id ?? 0);
		await expect(retry).rejects.toThrow('still does not fit');
		expect(await hub.fabric.desk.deadLetters('open', 5)).toHaveLength(1);
		const discarded = await hub.fabric.desk.discardDeadLetter(letter?.id ?? 0);
		expect(discarded).toMatchObject({ state: 'discarded' });
	});

	test('a create that may have been done is looked for first when it is retried', async () => {
		const [first] = await hub.claim('redtail');
		if (first === undefined) throw new Error('No create.');
		await hub.report(first, { status: 'rejected', reason: 'No.', code: '422' });
		hub.now += 3_600_000;
		const [letter] = await hub.fabric.desk.deadLetters('open', 5);
		await hub.fabric.desk.retryDeadLetter(letter?.id ?? 0);
		const { openedAt } = first;
		const [again] = await hub.claim('redtail');
		expect(again).toMatchObject({ operation: 'create', attempt: 2, openedAt });
		expect(again).toMatchObject({ tried: [first.changes] });
		expect(again?.deliveryId).not.toBe(first.deliveryId);
	});

	test('so is one that is opened anew because its client was edited', async () => {
		const [first] = await hub.claim('redtail');
		if (first === undefined) throw new Error('No create.');
		await hub.report(first, { status: 'rejected', reason: 'No.', code: '422' });
		await hub.take(
			snapshot('wealthbox', '1', { ...ROBERT, jobTitle: 'CEO' }, { at: (hub.now += 60_000) }),
		);
		const [again] = await hub.claim('redtail');
		expect(again).toMatchObject({ operation: 'create', attempt: 2, tried: [first.changes] });
	});

	test('a create that is retried is opened again, also where an earlier record was let go', async () => {
		await hub.deliverAll(['redtail']);
		await hub.take(deletion('redtail', 'redtail-U1001'));
		const open = { system: 'redtail', object: 'contact', target: 'new:U1001', crmId: null };
		await hub.tx((tx) =>
			tx.deliveries.open(
				[
					{
						...open,
						entityId: 'U1001',
						operation: 'create',
						priority: 0,
						syncOrigin: 'test',
						nextAt: hub.now,
					},
				],
				hub.now,
			),
		);
		const [job] = await hub.claim('redtail');
		if (job === undefined) throw new Error('No create.');
		await hub.report(job, { status: 'rejected', reason: 'No.', code: '422' });
		const [letter] = await hub.fabric.desk.deadLetters('open', 5);
		await hub.fabric.desk.retryDeadLetter(letter?.id ?? 0);
		expect(await hub.claim('redtail')).toMatchObject([{ operation: 'create' }]);
	});
});

test('who changed a field can be told, and cleared is not the same as never set', async () => {
	await hub.take(snapshot('wealthbox', '1', { ...ROBERT, jobTitle: 'CFO' }, { at: START + 5 }));
	await hub.take(snapshot('wealthbox', '1', { ...ROBERT, jobTitle: null }, { at: START + 9 }));
	const rows = await hub.fabric.desk.audit({ entityId: 'U1001', field: 'jobTitle', limit: 9 });
	expect(rows.map(({ before, after }) => [before, after])).toEqual([
		['CFO', null],
		[undefined, 'CFO'],
	]);
	expect(rows[0]).toMatchObject({ kind: 'change', system: 'wealthbox', rule: 'lastWriteWins' });
});

test('metrics count what waits', async () => {
	await asked();
	expect(await hub.fabric.desk.metrics()).toMatchObject({
		openReviews: 1,
		openDeadLetters: 0,
		inbox: expect.arrayContaining([{ system: 'redtail', state: 'review', count: 2 }]),
		systems: [
			{ name: 'redtail', connector: 'memory', ready: true },
			{ name: 'wealthbox', connector: 'memory', ready: true },
		],
	});
});
