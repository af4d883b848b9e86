import { deletion, snapshot, START, TestHub } from '../../test/unit/support/hub';
import { DeskError } from '../model/failures';
import type { CanonicalFields } from '../model/fields';
import type { ReviewRow } from '../model/rows';

const JANE: CanonicalFields = {
	type: 'person',
	firstName: 'Jane',
	lastName: 'Okafor',
	emails: [{ address: 'jane@okafor.io', primary: true }],
};
const FULLER: CanonicalFields = { ...JANE, phones: [{ number: '+12075550148' }], jobTitle: 'CFO' };
const OTHER: CanonicalFields = { type: 'person', firstName: 'Abel', lastName: 'Quist' };
const NOBODY: CanonicalFields = { type: 'person', firstName: 'Zoltan', lastName: 'Temp' };

let hub: TestHub;
beforeEach(async () => {
	hub = await TestHub.open(['wealthbox', 'redtail']);
	// Two clients that only later turn out to be one: nobody could ask when they came.
	await hub.take(snapshot('wealthbox', 'a', JANE), snapshot('wealthbox', 'c', OTHER));
	await hub.take(snapshot('wealthbox', 'b', NOBODY));
	await hub.take(snapshot('wealthbox', 'b', FULLER, { at: START + 1_000 }));
	hub.now = START + 2_000;
});
afterEach(() => hub.close());

const find = (openReviews = true) => hub.fabric.quality.duplicates('wealthbox', { openReviews });

async function asked(): Promise<ReviewRow[]> {
	const reviews = await hub.fabric.desk.reviews('open', 50);
	return reviews.filter(({ kind }) => kind === 'duplicate');
}

async function clientOf(crmId: string): Promise<string> {
	return (await hub.fabric.desk.findEntity('wealthbox', crmId))?.unifiedId ?? '';
}

test('reports the records of one client, with a master, merged values and their sources', async () => {
	const report = await find(false);
	expect(report).toMatchObject({ system: 'wealthbox', items: 3, surplus: 1, opened: 0 });
	expect(report.clusters).toMatchObject([
		{
			members: ['b', 'a'],
			confidence: 'sure',
			links: [{ evidence: { by: 'email' } }],
			master: { id: 'b', reasons: [expect.stringMatching(/^most complete/), expect.anything()] },
			merged: { jobTitle: { value: 'CFO', from: ['b'] } },
			records: [
				{ crmId: 'b', unifiedId: await clientOf('b') },
				{ crmId: 'a', unifiedId: await clientOf('a') },
			],
		},
	]);
	expect(await asked()).toEqual([]);
});

test('asks a person once, however often it is run', async () => {
	const first = await find();
	expect(first).toMatchObject({
		opened: 1,
		closed: 0,
		clusters: [{ reviewId: expect.any(Number) }],
	});
	expect(await find()).toMatchObject({ opened: 0, closed: 0 });
	expect(await asked()).toMatchObject([
		{
			id: first.clusters[0]?.reviewId,
			system: 'wealthbox',
			crmId: 'b',
			entityId: await clientOf('b'),
			question: {
				reason: expect.stringContaining('Suggested: merge a into b (most complete'),
				duplicate: { records: [{ crmId: 'b' }, { crmId: 'a' }] },
				candidates: [{ unifiedId: await clientOf('a'), evidence: { by: 'email' } }],
			},
		},
	]);
});

test('both are to stay: never again, in no search', async () => {
	await find();
	const [review] = await asked();
	await hub.fabric.desk.decide(review?.id ?? 0, { verdict: 'reject' }, 'pat');
	expect(await find()).toMatchObject({
		clusters: [],
		keptApart: [{ rule: 'decision' }],
		opened: 0,
	});
});

test('the office merges them itself: not asked again meanwhile, still reported', async () => {
	await find();
	const [review] = await asked();
	await hub.fabric.desk.decide(review?.id ?? 0, { verdict: 'approve' }, 'pat');
	expect(await find()).toMatchObject({ clusters: [{ reviewId: review?.id }], opened: 0 });
	expect(await asked()).toEqual([]);
});

test('a question about records that are no duplicates any more is closed', async () => {
	await find();
	const moved = { ...NOBODY, emails: [], phones: [], jobTitle: '' };
	await hub.take(snapshot('wealthbox', 'b', moved, { at: START + 5_000 }));
	expect(await find()).toMatchObject({ clusters: [], closed: 1 });
	expect(await asked()).toEqual([]);
});

test('a third record: the open question is asked anew about all three', async () => {
	await find();
	const [before] = await asked();
	await hub.take(snapshot('wealthbox', 'c', { ...JANE, jobTitle: 'CFO' }, { at: START + 5_000 }));
	expect(await find()).toMatchObject({ opened: 0, closed: 0 });
	const [after, ...more] = await asked();
	expect([after?.id, more]).toEqual([before?.id, []]);
	expect(after?.question.duplicate?.records).toHaveLength(3);
});

test('one of the records is deleted in its CRM: the question is closed', async () => {
	await find();
	await hub.take(deletion('wealthbox', 'b', { at: START + 5_000 }));
	expect(await asked()).toEqual([]);
	expect(await find()).toMatchObject({ items: 2, clusters: [] });
});

test('a system that nobody has registered', async () => {
	await expect(hub.fabric.quality.duplicates('hubspot')).rejects.toThrow(DeskError);
});

describe('normalising clients', () => {
	const SHOUTED: CanonicalFields = {
		...OTHER,
		lastName: 'QUIST',
		phones: [{ number: '207-555-0199', primary: true }],
	};

	beforeEach(async () => {
		await hub.deliverAll(['redtail']);
		await hub.take(snapshot('wealthbox', 'c', SHOUTED, { at: START + 3_000 }));
		await hub.deliverAll(['wealthbox', 'redtail']);
		hub.now = START + 4_000;
	});

	test('goes to every CRM, the source too, as a run that can be undone', async () => {
		const id = await clientOf('c');
		const { run, clients } = await hub.fabric.quality.normaliseClients([id, 'U9'], {}, 'pat');
		expect(clients).toMatchObject([{ unifiedId: id, changed: ['lastName'] }]);
		const jobs = [...(await hub.claim('wealthbox')), ...(await hub.claim('redtail'))];
		const changed = jobs.filter(({ unifiedId }) => unifiedId === id);
		expect(changed.map(({ system, changes }) => [system, changes])).toEqual([
			['wealthbox', { lastName: 'Quist' }],
			['redtail', { lastName: 'Quist' }],
		]);
		hub.now += 1_000;
		expect(await hub.fabric.history.undoRun({ run })).toMatchObject({ undone: [{}] });
		expect((await hub.fabric.desk.findEntity(id))?.fields.lastName).toBe('QUIST');
	});

	test('a second time changes nothing', async () => {
		const id = await clientOf('c');
		await hub.fabric.quality.normaliseClients([id]);
		hub.now += 1_000;
		expect((await hub.fabric.quality.normaliseClients([id])).clients).toMatchObject([
			{ changed: [] },
		]);
	});
});
