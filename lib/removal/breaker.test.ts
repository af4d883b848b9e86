import { WINDOW_MS } from './breaker';
import { iso, snapshot } from '../../test/unit/support/hub';
import { RemovalWorld, type System } from '../../test/unit/support/removal-world';

let world: RemovalWorld;
afterEach(() => world.close());

const NAMES = ['Quill', 'Winters', 'Stone', 'Marsh', 'Field', 'Brook', 'Vale', 'Heath'];

/** Clients beside Ada, `c0` to `c7` in wealthbox, everywhere. */
async function open(clients = NAMES.length): Promise<void> {
	world = await RemovalWorld.open();
	for (const [index, lastName] of NAMES.slice(0, clients).entries()) {
		await world.appear('wealthbox', `c${index}`, { firstName: 'Zoe', lastName, jobTitle: 'CFO' });
	}
	await world.deliver();
	world.done.length = 0;
}

const removeAll = async (from = 0, to = NAMES.length) => {
	for (let index = from; index < to; index += 1) {
		await world.remove('wealthbox', 'delete', `c${index}`);
	}
};
const count = (system: System) => world.records.get(system)?.size;

describe('removals, however few come at once', () => {
	beforeEach(async () => {
		await open();
		await world.limit('redtail', { removals: 3 }, 'delete');
		await removeAll();
	});

	test('those beyond the limit are held, and one question is asked', async () => {
		expect(await world.deliver()).toEqual(Array(3).fill('redtail delete'));
		expect(await world.deliveries('held')).toBe(5);
		const [review, ...others] = await world.open('breaker');
		expect(others).toEqual([]);
		expect(review).toMatchObject({
			system: 'redtail',
			question: { breaker: { run: 'live', limited: 'removals', limit: 3 } },
		});
		await world.reopen();
		expect(await world.deliver()).toEqual([]);
	});

	test('approved: they go out, and no more is asked within the hour; after it, it counts anew', async () => {
		await world.answer('breaker', 'approve');
		expect(await world.deliver()).toHaveLength(8);
		expect(count('redtail')).toBe(1);
		await world.remove('wealthbox', 'delete', 'w1');
		expect(await world.deliver()).toEqual(['redtail delete']);
		expect(await world.open('breaker')).toEqual([]);
	});

	test('rejected: they are dropped, and live on, whatever is compared again', async () => {
		await world.deliver();
		await world.answer('breaker', 'reject');
		expect(await world.deliveries('held')).toBe(0);
		expect(await world.deliver()).toEqual([]);
		for (const id of world.records.get('salesforce')?.keys() ?? []) {
			const edit = snapshot(
				'salesforce',
				id,
				{ jobTitle: 'COO' },
				{ at: world.tick(), kind: 'delta' },
			);
			await world.tell(edit);
		}
		await world.limit('redtail', { removals: 0 }, 'delete');
		expect((await world.deliver()).filter((one) => one === 'redtail delete')).toEqual([]);
		expect(count('redtail')).toBe(6);
	});

	test('rejected: the next one within the hour asks again, later ones do not', async () => {
		await world.deliver();
		await world.answer('breaker', 'reject');
		await world.remove('wealthbox', 'delete', 'w1');
		expect(await world.open('breaker')).toHaveLength(1);
		await world.answer('breaker', 'reject');
		world.now += WINDOW_MS + 300_000;
		await world.remove('salesforce', 'delete', world.idIn('salesforce'));
		expect(await world.deliver()).toEqual(['redtail delete']);
		expect(await world.open('breaker')).toEqual([]);
	});

	test('what comes back meanwhile is no longer held', async () => {
		await world.remove('wealthbox', 'undelete', 'c7');
		expect(await world.deliveries('held')).toBe(4);
		await world.answer('breaker', 'approve');
		expect(await world.deliver()).toHaveLength(7);
	});

	test('an edit of a held one asks about that one', async () => {
		const [held] = await world.store.read((tx) => tx.deliveries.held('redtail', null));
		const edit = { at: world.tick(), kind: 'delta' } as const;
		await world.tell(snapshot('redtail', held?.crmId ?? '', { jobTitle: 'COO' }, edit));
		expect(await world.deliveries('held')).toBe(4);
		expect(await world.open('removal')).toMatchObject([{ crmId: held?.crmId }]);
	});
});

describe('changes', () => {
	const editAll = async (jobTitle: string, to = NAMES.length) => {
		for (let index = 0; index < to; index += 1) {
			await world.tell(
				snapshot('wealthbox', `c${index}`, { jobTitle }, { at: world.tick(), kind: 'delta' }),
			);
		}
	};
	beforeEach(async () => {
		await open();
		await world.limit('redtail', { changes: 3 });
		await editAll('CEO');
	});

	test('beyond the limit they are held; approved they are written, as they stand by then', async () => {
		expect(await world.deliver('well', ['redtail'])).toHaveLength(3);
		await editAll('COO', 1);
		await world.answer('breaker', 'approve');
		expect(await world.deliver('well', ['redtail'])).toHaveLength(6);
		expect(await world.deliveries('held')).toBe(0);
	});

	test('rejected they are not opened by the next comparison, but by the next change', async () => {
		await world.deliver();
		await world.answer('breaker', 'reject');
		const ids = NAMES.map((_, index) => `U${1002 + index}`);
		await world.limit('redtail', {});
		await editAll('CEO');
		await world.store.transaction((tx) => tx.systems.setReadyAfter('redtail', 0));
		expect(ids).toHaveLength(8);
		expect(await world.deliver('well', ['redtail'])).toEqual([]);
		await editAll('COO', 8);
		expect(await world.deliver('well', ['redtail'])).toHaveLength(8);
		await editAll('CEO', 8);
		expect(await world.deliver('well', ['redtail'])).toHaveLength(8);
	});
});

describe('the creates of a first read', () => {
	beforeEach(async () => {
		await open(0);
		await world.limit('redtail', { creates: 2 });
		await world.limit('salesforce', { creates: 6 });
		const events = NAMES.slice(0, 5).map((lastName, index) =>
			snapshot('archive-crm', `a${index}`, { firstName: 'Zoe', lastName }, { at: world.tick() }),
		);
		const name = 'archive-crm';
		const [known] = await world.fabric.systems();
		if (known === undefined) throw new Error('No system.');
		await world.fabric.registerSystem({ ...known, name, creates: false });
		await world.fabric.accept(name, { events, cursor: null, complete: true });
		await world.pump(name);
	});

	test('are one run: what is beyond the limit waits, in that system', async () => {
		expect(await world.deliver('well', ['redtail'])).toHaveLength(2);
		expect(await world.deliver('well', ['salesforce'])).toHaveLength(5);
		expect(await world.open('breaker')).toMatchObject([
			{ system: 'redtail', question: { breaker: { run: 'first-read/archive-crm', limit: 2 } } },
		]);
		await world.answer('breaker', 'approve');
		expect(await world.deliver('well', ['redtail'])).toHaveLength(3);
	});

	test('rejected they stay away until the client changes', async () => {
		await world.deliver();
		await world.answer('breaker', 'reject');
		expect(await world.deliver()).toEqual([]);
		await world.limit('redtail', {});
		const edit = { at: world.tick(), kind: 'delta' } as const;
		await world.tell(snapshot('archive-crm', 'a4', { jobTitle: 'CEO' }, edit));
		expect(await world.deliver('well', ['redtail'])).toEqual(['redtail create']);
	});
});

describe('removals that a listing inferred', () => {
	const listed = (index: number) =>
		snapshot(
			'wealthbox',
			`c${index}`,
			{},
			{
				change: 'delete',
				origin: 'listing',
				at: world.now,
				unchangedUntil: iso(world.now - 1_000),
			},
		);
	beforeEach(async () => {
		await open();
		await world.limit('wealthbox', { removals: 3 });
		world.tick();
	});

	test('up to the limit they are taken', async () => {
		await world.tell(listed(0), listed(1), listed(2));
		expect(await world.open('breaker')).toEqual([]);
		expect((await world.believed('U1002')).wealthbox).toEqual([]);
	});

	test('a listing that passes it unlinks nothing before a person has said so', async () => {
		const events = NAMES.map((_, index) => listed(index));
		await world.tell(...events);
		expect((await world.believed('U1002')).wealthbox).toEqual(['there']);
		expect(await world.open('breaker')).toMatchObject([
			{ system: 'wealthbox', question: { breaker: { run: 'inbound', limited: 'removals' } } },
		]);
		// It is there all the same: what was read later counts.
		world.now += 60_000;
		await world.tell(
			snapshot(
				'wealthbox',
				'c0',
				{ firstName: 'Zoe', lastName: 'Quill', jobTitle: 'CEO' },
				{
					at: world.now,
				},
			),
		);
		await world.answer('breaker', 'approve');
		await world.pump('wealthbox');
		expect((await world.believed('U1002')).wealthbox).toEqual(['there']);
		expect((await world.believed('U1003')).wealthbox).toEqual([]);
	});

	test('rejected they are settled, and the links stay', async () => {
		await world.tell(...NAMES.map((_, index) => listed(index)));
		await world.answer('breaker', 'reject');
		await world.pump('wealthbox');
		expect((await world.believed('U1003')).wealthbox).toEqual(['there']);
		const { inbox } = await world.fabric.desk.metrics();
		expect(inbox).toContainEqual({ system: 'wealthbox', state: 'filtered', count: 8 });
	});

	test('deletes that the CRM tells itself are never held', async () => {
		await removeAll();
		expect(await world.open('breaker')).toEqual([]);
		expect((await world.believed('U1003')).wealthbox).toEqual([]);
	});
});
