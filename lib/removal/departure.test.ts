import type { DeletePolicy } from '../model/delivery';
import { delta, iso, snapshot } from '../../test/unit/support/hub';
import {
	ADA,
	RemovalWorld,
	type Policies,
	type System,
} from '../../test/unit/support/removal-world';

let world: RemovalWorld;
const open = async (policies: Policies = {}) => {
	world = await RemovalWorld.open(policies);
};
afterEach(() => world.close());

const there = ['there'];
const removed = { archive: ['archived'], delete: [] as string[] };

describe.each(['delete', 'archive', 'merge'] as const)('a record is removed: %s', (change) => {
	const away = { wealthbox: change === 'archive' ? removed.archive : removed.delete };
	const remove = () => world.tell(world.removal('wealthbox', change));

	test.each<[DeletePolicy, string[]]>([
		['ignore', there],
		['archive', removed.archive],
		['delete', change === 'archive' ? removed.archive : removed.delete],
	])('policy %s', async (policy, left) => {
		await open({ redtail: policy });
		await remove();
		await world.deliver();
		const expected = { ...away, redtail: left, salesforce: there };
		expect(world.state()).toEqual(expected);
		expect(await world.believed()).toEqual(expected);
		expect(await world.deliver()).toEqual([]);
		await world.edit('salesforce', { jobTitle: 'CEO' });
		await world.deliver();
		expect(world.state()).toEqual(expected);
	});

	test.each([
		['approve', change === 'archive' ? removed.archive : removed.delete],
		['reject', there],
	] as const)('policy ask, %s', async (verdict, left) => {
		await open({ redtail: 'ask' });
		await remove();
		expect(await world.deliver()).toEqual([]);
		const [review, ...others] = await world.open('removal');
		expect(others).toEqual([]);
		expect(review).toMatchObject({
			system: 'redtail',
			entityId: 'U1001',
			crmId: world.idIn('redtail'),
			question: {
				removal: {
					operation: change === 'archive' ? 'archive' : 'delete',
					cause: { system: 'wealthbox', crmId: 'w1', change },
				},
				record: ADA,
			},
		});
		await world.answer('removal', verdict);
		await world.deliver();
		expect(world.state()).toEqual({ ...away, redtail: left, salesforce: there });
		await world.edit('salesforce', { jobTitle: 'CEO' });
		await world.deliver();
		expect(world.state().redtail).toEqual(left);
		expect(await world.open('removal')).toEqual([]);
	});
});

test('while a person is asked, the record is kept in sync', async () => {
	await open({ redtail: 'ask' });
	await world.remove('wealthbox');
	await world.edit('salesforce', { jobTitle: 'CEO' });
	expect(await world.deliver()).toEqual(['redtail update']);
	expect(await world.open('removal')).toHaveLength(1);
});

test('what is archived is not written to, but what people change there is still merged', async () => {
	await open();
	await world.remove('redtail', 'archive');
	await world.edit('wealthbox', { jobTitle: 'CEO' });
	expect(await world.deliver()).toEqual(['salesforce update']);
	await world.edit('redtail', { jobTitle: 'COO' });
	expect(await world.deliver()).toEqual(['wealthbox update', 'salesforce update']);
	expect(await world.believed()).toMatchObject({ redtail: ['archived'] });
});

test('an archived record that is then deleted departs anew', async () => {
	await open({ redtail: 'delete' });
	await world.remove('wealthbox', 'archive');
	await world.deliver();
	expect(world.state()).toMatchObject({ redtail: ['archived'] });
	await world.remove('wealthbox', 'delete');
	await world.deliver();
	expect(world.state()).toEqual({ wealthbox: [], redtail: [], salesforce: there });
});

test('one of two records of a system that goes is no departure', async () => {
	await open({ redtail: 'delete', salesforce: 'delete' });
	await world.appear('wealthbox', 'w2', { firstName: 'Zoe', lastName: 'Quill' });
	await world.deliver();
	world.records.get('wealthbox')?.delete('w1');
	const merge = { change: 'merge', mergedInto: 'w2', at: world.tick() } as const;
	await world.tell(delta('wealthbox', 'w1', {}, merge));
	await world.deliver();
	expect(await world.departure()).toBeUndefined();
	expect(world.done.filter((one) => / (delete|archive)$/.test(one))).toEqual([]);
});

describe('a person has edited a record since', () => {
	test.each<DeletePolicy>(['archive', 'delete'])('policy %s asks first', async (policy) => {
		await open({ redtail: policy });
		await world.remove('wealthbox');
		await world.edit('redtail', { jobTitle: 'CEO' });
		expect(await world.deliver()).toEqual(['salesforce update']);
		expect(await world.open('removal')).toHaveLength(1);
		await world.answer('removal', 'approve');
		expect(await world.deliver()).toEqual([`redtail ${policy}`]);
	});

	test('the edit is told before the removal, but was made after it', async () => {
		await open({ redtail: 'delete' });
		const removal = world.removal('wealthbox', 'delete');
		await world.edit('redtail', { jobTitle: 'CEO' });
		await world.tell(removal);
		expect(await world.deliver()).not.toContain('redtail delete');
		expect(await world.open('removal')).toHaveLength(1);
	});

	test('one that was made before the removal does not count, whenever it is told', async () => {
		await open({ redtail: 'delete' });
		const edit = delta('redtail', world.idIn('redtail'), { jobTitle: 'CEO' }, { at: world.tick() });
		await world.remove('wealthbox');
		await world.tell(edit);
		expect(await world.deliver()).toContain('redtail delete');
	});

	test('nor does an edit of another system, which comes through the fabric', async () => {
		await open({ redtail: 'delete' });
		await world.remove('wealthbox');
		await world.edit('salesforce', { jobTitle: 'CEO' });
		expect(await world.deliver()).toEqual(['redtail delete']);
	});

	test('an edit after the approval asks again; the person may still say yes', async () => {
		await open({ redtail: 'ask' });
		await world.remove('wealthbox');
		await world.answer('removal', 'approve');
		await world.edit('redtail', { jobTitle: 'CEO' });
		expect(await world.deliver()).toEqual(['salesforce update']);
		await world.answer('removal', 'approve');
		expect(await world.deliver()).toEqual(['redtail delete']);
	});

	test('an edit that waits in the inbox holds the removal back', async () => {
		await open({ redtail: 'delete' });
		await world.remove('wealthbox');
		const edit = delta('redtail', world.idIn('redtail'), { jobTitle: 'CEO' }, { at: world.tick() });
		await world.fabric.accept('redtail', { events: [edit], cursor: null, complete: false });
		expect(await world.claim('redtail')).toEqual([]);
		await world.pump('redtail');
		expect(await world.deliver()).toEqual(['salesforce update']);
		expect(await world.open('removal')).toHaveLength(1);
	});

	test('a removal that a listing inferred is as old as the last sight of its record', async () => {
		await open({ redtail: 'delete' });
		const seen = world.now;
		await world.edit('redtail', { jobTitle: 'CEO' }, seen + 1);
		world.now = seen + 60_000;
		const at = world.now;
		const listed = { change: 'delete', origin: 'listing', at, unchangedUntil: iso(seen) } as const;
		await world.tell(snapshot('wealthbox', 'w1', {}, listed));
		expect(await world.deliver()).not.toContain('redtail delete');
		expect(await world.open('removal')).toHaveLength(1);
	});
});

describe('what a CRM cannot do', () => {
	const can = (archive: boolean, remove: boolean) => {
		world.connector.capabilities.removal = { archive, delete: remove };
	};

	test('an archive is asked for as a delete, never done as one by itself', async () => {
		await open({ redtail: 'archive' });
		can(false, true);
		await world.remove('wealthbox');
		expect(await world.deliver()).toEqual([]);
		expect(await world.open('removal')).toMatchObject([
			{ question: { removal: { operation: 'delete' } } },
		]);
	});

	test('a delete is done as an archive', async () => {
		await open({ redtail: 'delete' });
		can(true, false);
		await world.remove('wealthbox');
		expect(await world.deliver()).toEqual(['redtail archive']);
	});

	test('a system that can do neither lives on', async () => {
		await open({ redtail: 'delete' });
		can(false, false);
		await world.remove('wealthbox');
		expect(await world.deliver()).toEqual([]);
		expect(await world.open('removal')).toEqual([]);
	});
});

test('a client that departs is created nowhere that removes, and in a system that ignores', async () => {
	await open({ redtail: 'delete' });
	const systems: System[] = ['redtail', 'salesforce'];
	await world.appear('wealthbox', 'w2', { firstName: 'Zoe', lastName: 'Quill' });
	await world.tell(
		snapshot('salesforce', 's2', { firstName: 'Zoe', lastName: 'Quill' }, { at: world.tick() }),
	);
	const [review] = await world.open('identity');
	await world.fabric.desk.decide(review?.id ?? 0, { verdict: 'link', unifiedId: 'U1002' });
	await world.pump('salesforce');
	await world.remove('wealthbox', 'delete', 'w2');
	expect(await world.deliver('well', systems)).toEqual([]);
});

test('the trail tells what became of the client', async () => {
	await open({ redtail: 'delete' });
	await world.remove('wealthbox');
	await world.deliver();
	const rows = await world.fabric.desk.audit({ entityId: 'U1001', limit: 3 });
	expect(rows.map(({ kind, system }) => `${kind} ${system}`)).toEqual([
		'delete redtail',
		'departure wealthbox',
		'unlink wealthbox',
	]);
});
