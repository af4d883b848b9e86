/** Reviews of who is who: remembered, ignored, put off, opened again; held meanwhile, or clients of their own. */
import { foldAudit } from '../../test/unit/support/audit-fold';
import { snapshot, START, TestHub, type Taken } from '../../test/unit/support/hub';
import type { ReviewRow, WhileInReview } from '../model/rows';

const EMAILS = [{ address: 'hale@x.io', primary: true }];
const ROBERT = { firstName: 'Robert', lastName: 'Hale', emails: EMAILS, jobTitle: 'CFO' };
const ANN = { firstName: 'Ann', lastName: 'Hale', emails: EMAILS, jobTitle: 'Nurse' };
const RECORD = { system: 'redtail', object: 'contact', crmId: '2' };
const DAY = 86_400_000;

let hub: TestHub;
/** Robert is U1001, in wealthbox. */
beforeEach(async () => {
	hub = await TestHub.open(['wealthbox', 'redtail', 'salesforce']);
	await hub.take(snapshot('wealthbox', '1', ROBERT));
	await hub.deliverAll(['salesforce']);
});
afterEach(() => hub.close());

const desk = () => hub.fabric.desk;
const owner = async () => (await desk().findEntity('redtail', '2'))?.unifiedId;
const fieldsOf = async (id: string) => (await desk().findEntity(id))?.fields ?? {};
const never = async () => [
	...((await hub.tx((tx) => tx.decisions.neverAgain([RECORD]))).get('redtail/contact/2') ?? []),
];

/** As {@link TestHub.pump}, with what becomes of a record in review. */
async function take(whileInReview: WhileInReview, ...events: ReturnType<typeof snapshot>[]) {
	await hub.accept('redtail', events);
	const taken: Taken = { decisions: [], merged: [] };
	for (;;) {
		const batch = await hub.fabric.nextEvents('redtail', 50);
		if (batch === undefined) return taken;
		const items = batch.items.map(({ event }) => event);
		const decisions = await hub.fabric.resolve(items, undefined, whileInReview);
		const sure = items.filter((_, index) => decisions[index]?.decision !== 'review');
		taken.decisions.push(...decisions);
		taken.merged.push(...(await hub.fabric.merge(sure, [])));
		await hub.fabric.finishEvents('redtail', batch.id, { ok: true });
	}
}

async function asked(whileInReview: WhileInReview = 'hold'): Promise<ReviewRow> {
	hub.now += 1_000;
	await take(whileInReview, snapshot('redtail', '2', ANN, { at: hub.now }));
	const [review] = (await desk().reviews('open', 9)).filter(({ kind }) => kind === 'identity');
	if (review === undefined) throw new Error('Nobody is asked.');
	return review;
}

async function folds(): Promise<void> {
	const rows = await desk().audit({ limit: 10_000 });
	const ids = await hub.tx((tx) => tx.identity.page(null, 100));
	const stored = await hub.tx((tx) => tx.registers.registers(ids));
	const told = foldAudit(rows);
	for (const id of ids) expect(told.get(id) ?? {}).toEqual(stored.get(id) ?? {});
}

test('another client: never again for this record and that client, until it is taken back', async () => {
	const { id } = await asked();
	await desk().decideReview(id, null, 'Ann');
	await hub.pump('redtail');
	expect(await never()).toEqual(['U1001']);
	await desk().reopenReview(id, 'Ann');
	expect(await never()).toEqual([]);
});

test('a record that was rejected is neither linked nor asked about by itself', async () => {
	const said = { ...RECORD, entityId: 'U1001', saidOf: 'U1001', reviewId: null, by: null, at: 1 };
	await hub.tx((tx) => tx.decisions.add([said]));
	const { decisions } = await take('hold', snapshot('redtail', '2', ROBERT, { at: START + 9 }));
	expect(decisions).toMatchObject([{ decision: 'created', unifiedId: 'U1002' }]);
});

test('it is said of the client that the other has become part of', async () => {
	const { id } = await asked();
	await desk().decideReview(id, null);
	await hub.take(snapshot('wealthbox', '7', { firstName: 'Zoe', lastName: 'Quill' }));
	const zoe = (await desk().findEntity('wealthbox', '7'))?.unifiedId ?? '';
	const { auditSeq } = await desk().mergeEntities({ from: 'U1001', into: zoe });
	expect(await never()).toEqual([zoe]);
	await desk().undoIdentity({ auditSeq });
	expect(await never()).toEqual(['U1001']);
});

describe('ignored', () => {
	test('a held record waits on, and nobody is asked again', async () => {
		const { id } = await asked();
		expect(await desk().ignoreReview(id, { by: 'Ann' })).toMatchObject({ state: 'ignored' });
		const later = { ...ANN, jobTitle: 'CEO' };
		const { decisions } = await take('hold', snapshot('redtail', '2', later, { at: hub.now + 5 }));
		expect(decisions).toMatchObject([{ decision: 'review', reviewId: id }]);
		expect(await desk().reviews('open', 9)).toEqual([]);
		expect(await hub.claim('redtail')).toEqual([]);
	});

	test('it can be opened again and answered, or answered late', async () => {
		const { id } = await asked();
		await desk().ignoreReview(id);
		expect(await desk().reopenReview(id)).toMatchObject({ state: 'open', decision: null });
		await desk().ignoreReview(id);
		await desk().decideReview(id, 'U1001', 'Ann');
		await hub.pump('redtail');
		expect(await owner()).toBe('U1001');
	});

	test('or it becomes a client of its own', async () => {
		const { id } = await asked();
		const ignored = await desk().ignoreReview(id, { record: 'asNew' });
		expect(ignored).toMatchObject({ state: 'decided', decision: { verdict: 'ignore' } });
		await hub.pump('redtail');
		expect(await owner()).toBe('U1002');
		expect(await never()).toEqual([]);
	});
});

test('put off: not in the list before its time; opened again: at once', async () => {
	const { id } = await asked();
	await desk().postponeReview(id, hub.now + DAY, 'Ann');
	expect(await desk().reviews('open', 9)).toEqual([]);
	expect(await desk().reviews('open', 9, { putOff: true })).toHaveLength(1);
	expect(await desk().reopenReview(id)).toMatchObject({ snoozedUntil: null });
	expect(await desk().reviews('open', 9)).toHaveLength(1);
	await desk().postponeReview(id, hub.now + DAY);
	hub.now += DAY;
	expect(await desk().reviews('open', 9)).toHaveLength(1);
	await desk().decideReview(id, 'U1001');
});

describe('as new', () => {
	test('it is a client of its own at once, and is synced', async () => {
		const review = await asked('asNew');
		expect(review).toMatchObject({ entityId: 'U1002', question: { whileInReview: 'asNew' } });
		expect(await fieldsOf('U1002')).toMatchObject(ANN);
		expect(await hub.claim('salesforce')).toMatchObject([
			{ operation: 'create', unifiedId: 'U1002' },
		]);
		const later = snapshot('redtail', '2', { ...ANN, jobTitle: 'CEO' }, { at: hub.now + 5 });
		const { decisions } = await take('asNew', later);
		expect(decisions).toMatchObject([{ decision: 'linked', unifiedId: 'U1002' }]);
		expect(await desk().reviews('open', 9)).toHaveLength(1);
		// The client that it may be is not made there meanwhile.
		expect(await hub.claim('redtail')).toEqual([]);
	});

	test('accepted later: the two clients are merged; taken back: they are two again', async () => {
		const { id } = await asked('asNew');
		const before = await fieldsOf('U1001');
		await desk().decideReview(id, 'U1001', 'Ann');
		expect(await owner()).toBe('U1001');
		expect((await desk().findEntity('U1002'))?.unifiedId).toBe('U1001');
		expect(await fieldsOf('U1001')).toMatchObject({ firstName: 'Ann' });
		const [link] = ((await desk().findEntity('U1001'))?.links ?? []).filter(
			({ system }) => system === 'redtail',
		);
		expect(link?.evidence).toMatchObject({ by: 'person', earlier: [{ by: 'new-entity' }] });
		expect(await desk().reviews('open', 9)).toEqual([]);
		const reopened = await desk().reopenReview(id, 'Ann');
		expect(reopened).toMatchObject({ state: 'open', entityId: 'U1002', decision: null });
		expect(await owner()).toBe('U1002');
		expect(await fieldsOf('U1001')).toEqual(before);
		expect(await fieldsOf('U1002')).toMatchObject(ANN);
		await folds();
	});

	test('another client: it stays what it is, never again to be asked', async () => {
		const { id } = await asked('asNew');
		await desk().decideReview(id, null);
		expect(await owner()).toBe('U1002');
		expect(await never()).toEqual(['U1001']);
	});

	test('ignored: it stays what it is', async () => {
		const { id } = await asked('asNew');
		const ignored = await desk().ignoreReview(id);
		expect(ignored).toMatchObject({ state: 'decided', decision: { unifiedId: 'U1002' } });
		expect(await never()).toEqual([]);
	});
});

describe('an answer taken back', () => {
	test('the record leaves the client with what it said, and is written nowhere meanwhile', async () => {
		const before = await fieldsOf('U1001');
		const { id } = await asked();
		await desk().decideReview(id, 'U1001', 'Ann');
		await hub.pump('redtail');
		await hub.deliverAll(['wealthbox', 'redtail', 'salesforce']);
		expect(await fieldsOf('U1001')).toMatchObject({ jobTitle: 'Nurse' });
		await desk().reopenReview(id, 'Ann');
		expect(await owner()).toBe('U1002');
		expect(await fieldsOf('U1001')).toEqual(before);
		expect(await fieldsOf('U1002')).toMatchObject(ANN);
		const written = [...(await hub.claim('wealthbox')), ...(await hub.claim('salesforce'))];
		expect(written.map(({ operation, unifiedId }) => [operation, unifiedId])).toEqual([
			['update', 'U1001'],
			['update', 'U1001'],
		]);
		expect(await hub.claim('redtail')).toEqual([]);
		expect(await never()).toEqual([]);
		await folds();
	});

	test('and is answered anew: linked again, or a client of its own', async () => {
		const { id } = await asked();
		for (const answer of ['U1001', null]) {
			await desk().decideReview(id, 'U1001');
			await hub.pump('redtail');
			await desk().reopenReview(id);
			await desk().decideReview(id, answer);
			expect(await owner()).toBe(answer ?? 'U1002');
			if (answer !== null) await desk().reopenReview(id);
		}
		const made = await hub.claim('salesforce');
		expect(made).toMatchObject([{ operation: 'create', unifiedId: 'U1002' }]);
		await folds();
	});

	test('what cannot be done says why', async () => {
		const { id } = await asked();
		await expect(desk().reopenReview(id)).rejects.toThrow('it is open');
		await expect(desk().postponeReview(id, hub.now)).rejects.toThrow('has passed');
		await desk().decideReview(id, 'U1001');
		await expect(desk().ignoreReview(id)).rejects.toThrow('it is not open');
		await expect(desk().postponeReview(id, hub.now + DAY)).rejects.toThrow('it is not open');
		await expect(desk().reopenReview(99)).rejects.toThrow('There is no review 99');
		const [logged] = await desk().reviews('logged', 1);
		await expect(desk().reopenReview(logged?.id ?? 0)).rejects.toThrow('only identity reviews');
		await expect(desk().ignoreReview(logged?.id ?? 0)).rejects.toThrow('only identity reviews');
		await hub.tx(async (tx) => {
			const links = await tx.identity.linksOf(['U1001']);
			const others = links.filter(({ system }) => system !== 'redtail');
			await tx.identity.saveLinks(
				others.map((link) => ({ ...link, entityId: 'U1009' })),
				0,
			);
		});
		await expect(desk().reopenReview(id)).rejects.toThrow('has no other record');
	});
});
