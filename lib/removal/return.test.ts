import { delta, snapshot } from '../../test/unit/support/hub';
import { ADA, RemovalWorld, type Policies } from '../../test/unit/support/removal-world';

let world: RemovalWorld;
const open = async (policies: Policies = {}) => {
	world = await RemovalWorld.open(policies);
};
afterEach(() => world.close());

const everywhere = { wealthbox: ['there'], redtail: ['there'], salesforce: ['there'] };
const expectEverywhere = async () => {
	expect(await world.deliver()).toEqual([]);
	expect(world.state()).toEqual(everywhere);
	expect(await world.believed()).toEqual(everywhere);
	expect(await world.departure()).toBeUndefined();
	expect(await world.open('removal')).toEqual([]);
};

describe('the record comes back', () => {
	const back = () => world.remove('wealthbox', 'undelete', 'w1');

	test('before the removals went out: they are withdrawn', async () => {
		await open({ redtail: 'delete', salesforce: 'archive' });
		await world.remove('wealthbox');
		await back();
		await expectEverywhere();
		expect(world.done.filter((one) => !one.endsWith('create'))).toEqual([]);
	});

	test('while a person is asked: the question is closed with a note', async () => {
		await open({ redtail: 'ask' });
		await world.remove('wealthbox');
		await back();
		await expectEverywhere();
		const decided = await world.fabric.desk.reviews('decided', 5);
		expect(decided).toMatchObject([{ kind: 'removal', decision: { by: 'crm-fabric' } }]);
	});

	test('after them: what the fabric removed comes back', async () => {
		await open({ redtail: 'delete', salesforce: 'archive' });
		await world.remove('wealthbox');
		await world.deliver();
		await back();
		expect(await world.deliver()).toEqual(['redtail create', 'salesforce unarchive']);
		await expectEverywhere();
	});

	test('what a person removed does not', async () => {
		await open({ redtail: 'delete' });
		await world.remove('salesforce');
		await world.remove('wealthbox');
		await world.deliver();
		await back();
		expect(await world.deliver()).toEqual(['redtail create']);
		expect(world.state()).toEqual({ ...everywhere, salesforce: [] });
	});

	test('a snapshot that was read later brings it back, too; an older one does not', async () => {
		await open({ redtail: 'archive' });
		const before = snapshot('wealthbox', 'w1', ADA, { at: world.tick() });
		await world.remove('wealthbox');
		await world.tell({ ...before, eventId: 'late' });
		expect(await world.deliver()).toEqual(['redtail archive']);
		await world.appear('wealthbox', 'w1', ADA);
		expect(await world.deliver()).toEqual(['redtail unarchive']);
		await expectEverywhere();
	});

	test('a record that another one took the place of ends it as well', async () => {
		await open({ redtail: 'archive' });
		await world.remove('wealthbox');
		await world.deliver();
		const emails = [{ address: 'ada@example.com' }];
		await world.edit('salesforce', { emails });
		await world.deliver();
		await world.appear('wealthbox', 'w9', { ...ADA, emails });
		expect(await world.deliver()).toContain('redtail unarchive');
		await expectEverywhere();
	});

	test('a person takes the archived record out again: the client is back, though not where it was deleted', async () => {
		await open({ redtail: 'archive', salesforce: 'archive' });
		await world.remove('wealthbox');
		await world.deliver();
		await world.remove('redtail', 'undelete');
		expect(await world.deliver()).toEqual(['salesforce unarchive']);
		expect(world.state()).toEqual({ ...everywhere, wealthbox: [] });
		expect(await world.departure()).toBeUndefined();
	});
});

describe('our own removal comes back as an event', () => {
	const echo = (change: 'delete' | 'archive') =>
		delta('redtail', world.idIn('redtail') || redtail, {}, { change, at: world.tick() });
	let redtail: string;
	const begin = async (policy: 'delete' | 'archive') => {
		await open({ redtail: policy, salesforce: policy });
		redtail = world.idIn('redtail');
		await world.remove('wealthbox');
	};

	test.each(['delete', 'archive'] as const)('after its answer: %s', async (policy) => {
		await begin(policy);
		await world.deliver();
		const departure = await world.departure();
		await world.tell(echo(policy));
		expect(await world.departure()).toEqual(departure);
		await world.remove('wealthbox', 'undelete', 'w1');
		await world.deliver();
		await expectEverywhere();
	});

	test.each(['delete', 'archive'] as const)('before its answer: %s', async (policy) => {
		await begin(policy);
		const [job] = await world.claim('redtail');
		if (job === undefined) throw new Error('No removal.');
		await world.tell(echo(policy));
		expect(await world.departure()).toMatchObject({ cause: { system: 'wealthbox' } });
		await world.finish(job);
		await world.deliver();
		await world.remove('wealthbox', 'undelete', 'w1');
		await world.deliver();
		await expectEverywhere();
	});

	test.each(['delete', 'archive'] as const)(
		'its answer was lost, and the client is back meanwhile: %s',
		async (policy) => {
			await begin(policy);
			await world.deliver('lost', ['redtail']);
			await world.remove('wealthbox', 'undelete', 'w1');
			await world.tell(echo(policy));
			expect(await world.departure()).toBeUndefined();
			await world.deliver();
			await expectEverywhere();
		},
	);

	test('a delete whose answer was lost is found out by the next write', async () => {
		await begin('delete');
		await world.deliver('lost', ['redtail']);
		await world.remove('wealthbox', 'undelete', 'w1');
		await world.edit('wealthbox', { jobTitle: 'CEO' });
		expect(await world.deliver()).toContain('redtail create');
		await expectEverywhere();
	});

	test('an archive whose answer was lost is taken back to be sure', async () => {
		await begin('archive');
		await world.deliver('lost', ['redtail']);
		await world.remove('wealthbox', 'undelete', 'w1');
		expect(await world.deliver()).toEqual(['redtail unarchive']);
		await expectEverywhere();
	});

	test('long after the try was over it is a person who removes', async () => {
		await begin('delete');
		await world.deliver('unsure', ['redtail']);
		await world.remove('wealthbox', 'undelete', 'w1');
		await world.deliver();
		world.now += 3_600_000;
		await world.remove('redtail', 'delete');
		expect(await world.departure()).toMatchObject({ cause: { system: 'redtail' } });
	});

	test('the person brings the record back before the answer to our delete is recorded', async () => {
		await begin('delete');
		const [job] = await world.claim('redtail');
		if (job === undefined) throw new Error('No removal.');
		const outcome = world.perform(job);
		await world.tell(echo('delete'));
		await world.remove('redtail', 'undelete', redtail);
		const { deliveryId, claimToken } = job;
		await world.fabric.recordResults([{ deliveryId, claimToken, outcome }]);
		expect(await world.believed()).toMatchObject({ redtail: ['there'] });
		expect(await world.departure()).toBeUndefined();
		await world.deliver();
		expect(world.state()).toMatchObject({ redtail: ['there'], salesforce: ['there'] });
	});

	test('our own unarchive ends no departure', async () => {
		await begin('archive');
		await world.deliver();
		await world.remove('wealthbox', 'undelete', 'w1');
		const [job] = await world.claim('redtail');
		if (job === undefined) throw new Error('No return.');
		world.perform(job);
		await world.remove('wealthbox');
		await world.tell(delta('redtail', redtail, {}, { change: 'undelete', at: world.tick() }));
		expect(await world.departure()).toMatchObject({ cause: { system: 'wealthbox' } });
		await world.finish(job);
		await world.deliver();
		expect(world.state()).toMatchObject({ redtail: ['archived'], salesforce: ['archived'] });
	});
});

describe('what a write finds', () => {
	test('a record that is gone already needs no delete', async () => {
		await open({ redtail: 'delete' });
		world.records.get('redtail')?.clear();
		await world.remove('wealthbox');
		expect(await world.deliver()).toEqual([]);
		expect(await world.believed()).toMatchObject({ redtail: [] });
		expect(await world.deliveries('confirmed')).toBe(3);
		await world.remove('wealthbox', 'undelete', 'w1');
		expect(await world.deliver()).toEqual(['redtail create']);
	});

	test('a record that a write found gone begins a departure as soon as its delete is told', async () => {
		await open({ redtail: 'delete', salesforce: 'ignore' });
		const deletion = world.removal('wealthbox', 'delete', 'w1');
		await world.edit('salesforce', { jobTitle: 'CEO' });
		expect(await world.deliver()).toEqual(['redtail update']);
		expect(await world.departure()).toBeUndefined();
		await world.tell(deletion);
		expect(await world.deliver()).toEqual(['redtail delete']);
	});

	test('what was archived and has been emptied out since is not created again', async () => {
		await open({ redtail: 'archive' });
		await world.remove('wealthbox');
		const [job] = await world.claim('redtail');
		if (job === undefined) throw new Error('No removal.');
		world.records.get('redtail')?.clear();
		await world.finish(job);
		await world.remove('wealthbox', 'undelete', 'w1');
		expect(await world.deliver()).toEqual([]);
	});
});

describe('one delivery a record', () => {
	test('an update that is open gives way to the removal, and is made when the client is back', async () => {
		await open({ redtail: 'archive' });
		await world.edit('wealthbox', { jobTitle: 'CEO' });
		await world.remove('wealthbox');
		expect(await world.deliver('well', ['redtail'])).toEqual(['redtail archive']);
		await world.remove('wealthbox', 'undelete', 'w1');
		expect(await world.deliver('well', ['redtail'])).toEqual([
			'redtail unarchive',
			'redtail update',
		]);
	});

	test('one that is under way is followed by it', async () => {
		await open({ redtail: 'archive' });
		await world.edit('wealthbox', { jobTitle: 'CEO' });
		const [job] = await world.claim('redtail');
		await world.remove('wealthbox');
		expect(await world.claim('redtail')).toEqual([]);
		if (job !== undefined) await world.finish(job);
		expect(await world.deliver('well', ['redtail'])).toEqual(['redtail archive']);
	});

	test('also if it fails', async () => {
		await open({ redtail: 'archive' });
		await world.edit('wealthbox', { jobTitle: 'CEO' });
		const [job] = await world.claim('redtail');
		await world.remove('wealthbox');
		if (job !== undefined) await world.finish(job, 'refused');
		expect(await world.deliver('well', ['redtail'])).toEqual(['redtail archive']);
	});

	test('a create that is under way is made, and removed', async () => {
		await open({ redtail: 'delete', salesforce: 'ignore' });
		await world.appear('wealthbox', 'w2', { firstName: 'Zoe', lastName: 'Quill' });
		await world.deliver('well', ['salesforce']);
		const [job] = await world.claim('redtail');
		await world.remove('wealthbox', 'delete', 'w2');
		if (job !== undefined) await world.finish(job);
		expect(await world.deliver()).toEqual(['redtail delete']);
	});
});
