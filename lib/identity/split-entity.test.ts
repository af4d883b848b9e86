/** Two clients become one and are taken apart again, with real records around the hub. */
import type { CanonicalFields, EmailItem } from '../model/fields';
import { foldAudit } from '../../test/unit/support/audit-fold';
import { snapshot, TestHub } from '../../test/unit/support/hub';
import { live, mails, SYSTEMS } from '../../test/unit/support/past';
import { RemovalWorld } from '../../test/unit/support/removal-world';
import { tinyConnector, TinyCrms } from '../../test/unit/support/tiny-crms';

let crms: TinyCrms;
/** Ada Hale is U1001 (w0), Zoe Quill U1002 (w1): everywhere. */
beforeEach(async () => {
	crms = await live([]);
});
afterEach(() => crms.hub.close());

const desk = () => crms.hub.fabric.desk;
const contact = (system: string, crmId: string) => ({ system, object: 'contact', crmId });
const ADAS = [
	contact('wealthbox', 'w0'),
	contact('redtail', 'redtail-U1001'),
	contact('salesforce', 'salesforce-U1001'),
];

async function state(ids = ['U1001', 'U1002', 'U1003']) {
	const registers = await crms.hub.tx((tx) => tx.registers.registers(ids));
	const links = await crms.hub.tx((tx) => tx.identity.linksOf(ids));
	const keys = await crms.hub.tx(async (tx) =>
		(await tx.identityKeys.ownersOf(['email:a@x.io', 'name:hale|ada', 'name:quill|zoe'])).map(
			({ key, entityId, crmId }) => `${key} ${entityId} ${crmId}`,
		),
	);
	return { registers, links, keys: keys.sort() };
}

async function folded(): Promise<void> {
	const rows = await desk().audit({ limit: 100_000 });
	const ids = await crms.hub.tx((tx) => tx.identity.page(null, 1_000));
	const stored = await crms.hub.tx((tx) => tx.registers.registers(ids));
	const filled = new Map([...stored].filter(([, own]) => Object.keys(own).length > 0));
	const told = new Map([...foldAudit(rows)].filter(([, own]) => Object.keys(own).length > 0));
	expect(told).toEqual(filled);
}

async function edit(system: string, crmId: string, fields: CanonicalFields): Promise<void> {
	crms.hub.now += 1_000;
	crms.edit(system, crmId, fields);
	await crms.settle();
}

const fieldsOf = async (unifiedId: string) => (await desk().findEntity(unifiedId))?.fields ?? {};
const held = (system: string, crmId: string) => crms.of(system).get(crmId)?.fields ?? {};

test('merge then split restores registers, links and keys exactly', async () => {
	await edit('redtail', 'redtail-U1001', { jobTitle: 'CEO', emails: mails('a', 'b') });
	const before = await state();
	const { auditSeq } = await desk().mergeEntities({ from: 'U1001', into: 'U1002', by: 'Ann' });
	expect((await desk().findEntity('U1001'))?.unifiedId).toBe('U1002');
	const moved = await desk().undoIdentity({ auditSeq, by: 'Ann' });
	expect(moved).toMatchObject({ unifiedId: 'U1002', other: 'U1001' });
	expect(await state()).toEqual(before);
	await folded();
	expect((await crms.hub.fabric.history.verifyAudit()).ok).toBe(true);
});

test('what reached the other records meanwhile is taken back there', async () => {
	await edit('redtail', 'redtail-U1001', { status: 'Active' });
	const before = [held('redtail', 'redtail-U1001'), held('redtail', 'redtail-U1002')];
	await desk().mergeEntities({ from: 'U1001', into: 'U1002' });
	await crms.settle();
	expect(held('redtail', 'redtail-U1001')).toMatchObject({ lastName: 'Quill', jobTitle: 'CFO' });
	expect(held('redtail', 'redtail-U1002')).toMatchObject({ status: 'Active' });
	await desk().splitEntity({ unifiedId: 'U1002', records: ADAS, by: 'Ann' });
	await crms.settle();
	expect([held('redtail', 'redtail-U1001'), held('redtail', 'redtail-U1002')]).toEqual(before);
	await folded();
});

test('an edit made while they were one stays with the record it was made in', async () => {
	await desk().mergeEntities({ from: 'U1001', into: 'U1002' });
	await crms.settle();
	await edit('salesforce', 'salesforce-U1001', { status: 'Lost' });
	await edit('wealthbox', 'w1', { jobTitle: 'COO', emails: mails('a', 'z') });
	expect(await fieldsOf('U1001')).toMatchObject({ status: 'Lost', jobTitle: 'COO' });
	const { other } = await desk().splitEntity({ unifiedId: 'U1002', records: ADAS });
	expect(other).toBe('U1001');
	expect(await fieldsOf('U1001')).toMatchObject({
		firstName: 'Ada',
		status: 'Lost',
		emails: [{ address: 'a@x.io' }],
	});
	expect((await fieldsOf('U1001')).jobTitle).toBeNull();
	const zoe = await fieldsOf('U1002');
	expect(zoe).toMatchObject({ firstName: 'Zoe', jobTitle: 'COO' });
	expect((zoe['emails'] as EmailItem[]).map(({ address }) => address)).toEqual(['z@x.io']);
	expect(zoe.status).toBeNull();
	await crms.settle();
	await folded();
});

test('the survivor\u2019s own records named: the others leave under their id', async () => {
	const before = await state();
	await desk().mergeEntities({ from: 'U1001', into: 'U1002' });
	const zoes = [
		contact('wealthbox', 'w1'),
		contact('redtail', 'redtail-U1002'),
		contact('salesforce', 'salesforce-U1002'),
	];
	const moved = await desk().splitEntity({ unifiedId: 'U1002', records: zoes });
	expect(moved).toMatchObject({ unifiedId: 'U1002', other: 'U1001', named: 'U1002' });
	expect(await state()).toEqual(before);
});

test('a record linked by mistake becomes a client of its own, with what it said itself', async () => {
	const twin = { firstName: 'Ada', lastName: 'Hale', emails: mails('a'), jobTitle: 'Nurse' };
	const hub = await TestHub.open(SYSTEMS, {}, tinyConnector);
	await crms.hub.close();
	crms = new TinyCrms(hub, SYSTEMS);
	crms.enter('wealthbox', 'w0', { firstName: 'Ada', lastName: 'Hale', emails: mails('a') });
	await crms.read('wealthbox');
	hub.now += 1_000;
	crms.enter('salesforce', 's0', twin);
	await crms.read('salesforce');
	await crms.settle();
	expect((await desk().findEntity('salesforce', 's0'))?.unifiedId).toBe('U1001');
	expect(held('wealthbox', 'w0')).toMatchObject({ jobTitle: 'Nurse' });
	const moved = await desk().splitEntity({
		unifiedId: 'U1001',
		records: [{ system: 'salesforce', crmId: 's0' }],
		by: 'Ann',
	});
	expect(moved).toMatchObject({ unifiedId: 'U1001', other: 'U1002', named: 'U1002' });
	expect(await fieldsOf('U1002')).toMatchObject(twin);
	expect((await fieldsOf('U1001')).jobTitle).toBeNull();
	const [link] = (await desk().findEntity('U1002'))?.links ?? [];
	expect(link?.evidence).toMatchObject({ by: 'person', earlier: [{ by: expect.any(String) }] });
	await crms.settle();
	await folded();
	for (const system of SYSTEMS) expect(crms.of(system).size).toBe(2);
	const undone = await desk().undoIdentity({ auditSeq: moved.auditSeq, by: 'Ann' });
	expect(undone).toMatchObject({ unifiedId: 'U1001', other: 'U1002' });
	expect(await fieldsOf('U1001')).toMatchObject({ jobTitle: 'Nurse' });
	await folded();
});

test('what a split took apart is as it was when that is undone', async () => {
	await edit('redtail', 'redtail-U1001', { jobTitle: 'CEO', emails: mails('a', 'b') });
	const before = await state(['U1001']);
	const { auditSeq } = await desk().splitEntity({
		unifiedId: 'U1001',
		records: [{ system: 'redtail', crmId: 'redtail-U1001' }],
	});
	expect(await fieldsOf('U1003')).toMatchObject({ firstName: 'Ada', jobTitle: 'CEO' });
	await desk().undoIdentity({ auditSeq });
	expect(await state(['U1001'])).toEqual(before);
	await folded();
});

test('an alias and a point in time lead to the client of then', async () => {
	const { history } = crms.hub.fabric;
	const early = crms.hub.now;
	crms.hub.now += 1_000;
	const { auditSeq } = await desk().mergeEntities({ from: 'U1001', into: 'U1002' });
	const together = crms.hub.now;
	crms.hub.now += 1_000;
	await desk().undoIdentity({ auditSeq });
	const [first, second, third] = [
		await history.entityAt('U1001', early),
		await history.entityAt('U1001', together),
		await history.entityAt('U1001', crms.hub.now),
	];
	expect([first, second, third].map((past) => past?.unifiedId)).toEqual([
		'U1001',
		'U1002',
		'U1001',
	]);
	expect([first, second, third].map((past) => past?.links.length)).toEqual([3, 6, 3]);
	expect(third?.fields).toEqual(first?.fields);
});

test('what cannot be done says why', async () => {
	await expect(desk().mergeEntities({ from: 'U9', into: 'U1002' })).rejects.toThrow(
		'There is no client U9',
	);
	const record = { system: 'wealthbox', crmId: 'w0' };
	await expect(desk().splitEntity({ unifiedId: 'U1002', records: [record] })).rejects.toThrow(
		'wealthbox/w0 is no record of client U1002',
	);
	await expect(desk().splitEntity({ unifiedId: 'U1001', records: ADAS })).rejects.toThrow(
		'nothing is left to split',
	);
	await expect(desk().splitEntity({ unifiedId: 'U1001', records: [] })).rejects.toThrow(
		'No record was named',
	);
	await expect(desk().undoIdentity({ auditSeq: 1 })).rejects.toThrow('tells of no merge or split');
	const { auditSeq } = await desk().mergeEntities({ from: 'U1001', into: 'U1002' });
	await expect(desk().mergeEntities({ from: 'U1002', into: 'U1001' })).rejects.toThrow(
		'are one client already',
	);
	await desk().undoIdentity({ auditSeq });
	await expect(desk().undoIdentity({ auditSeq })).rejects.toThrow('taken back before');
});

test('records split off are never linked back by themselves; a merge by a person overrules that', async () => {
	const never = () =>
		crms.hub.tx((tx) => tx.decisions.neverAgain([contact('redtail', 'redtail-U1001')]));
	const records = [{ system: 'redtail', crmId: 'redtail-U1001' }];
	const { auditSeq } = await desk().splitEntity({ unifiedId: 'U1001', records });
	expect([...(await never()).values()].map((ids) => [...ids])).toEqual([['U1001']]);
	await desk().mergeEntities({ from: 'U1001', into: 'U1002' });
	expect([...(await never()).values()].map((ids) => [...ids])).toEqual([['U1002']]);
	const [row] = await desk().audit({ kinds: ['merge-entities'], limit: 1 });
	await desk().undoIdentity({ auditSeq: row?.seq ?? 0 });
	expect([...(await never()).values()].map((ids) => [...ids])).toEqual([['U1001']]);
	await desk().undoIdentity({ auditSeq });
	expect((await never()).size).toBe(0);
});

test('a record that may be either of the two is asked about both', async () => {
	crms.enter('wealthbox', 'w9', { firstName: 'Ada', lastName: 'Hale', emails: mails('a') });
	await crms.read('wealthbox');
	const records = [{ system: 'redtail', crmId: 'redtail-U1001' }];
	await desk().splitEntity({ unifiedId: 'U1001', records });
	const [review] = (await desk().reviews('open', 9)).filter(({ kind }) => kind === 'identity');
	expect(review?.question.candidates.map(({ unifiedId }) => unifiedId)).toEqual(['U1001', 'U1003']);
	await desk().decideReview(review?.id ?? 0, 'U1003');
	await crms.hub.pump('wealthbox');
	expect((await desk().findEntity('wealthbox', 'w9'))?.unifiedId).toBe('U1003');
});

test('a paused record holds back what a split would write to it', async () => {
	await desk().mergeEntities({ from: 'U1001', into: 'U1002' });
	await crms.settle();
	await desk().pause({ system: 'redtail', object: 'contact', crmId: 'redtail-U1001' });
	await desk().splitEntity({ unifiedId: 'U1002', records: ADAS });
	const jobs = await crms.hub.claim('redtail');
	expect(jobs.map(({ crmId }) => crmId)).not.toContain('redtail-U1001');
	await desk().resume({ system: 'redtail', object: 'contact', crmId: 'redtail-U1001' });
	expect((await crms.hub.claim('redtail')).map(({ crmId }) => crmId)).toEqual(['redtail-U1001']);
});

test('an event under way while its client is taken apart goes to the right one', async () => {
	await desk().mergeEntities({ from: 'U1001', into: 'U1002' });
	crms.hub.now += 1_000;
	const event = snapshot(
		'wealthbox',
		'w0',
		{ status: 'Lost' },
		{ at: crms.hub.now, kind: 'delta' },
	);
	await crms.hub.accept('wealthbox', [event]);
	const batch = await crms.hub.fabric.nextEvents('wealthbox', 5);
	await crms.hub.fabric.resolve([event]);
	await desk().splitEntity({ unifiedId: 'U1002', records: ADAS });
	const [merged] = await crms.hub.fabric.merge([event], []);
	await crms.hub.fabric.finishEvents('wealthbox', batch?.id ?? '', { ok: true });
	expect(merged?.unifiedId).toBe('U1001');
	expect(await fieldsOf('U1001')).toMatchObject({ status: 'Lost' });
});

test('the breaker counts what a merge would write', async () => {
	await crms.hub.close();
	const limits = { creates: 0, changes: 1, removals: 0 };
	const hub = await TestHub.open(SYSTEMS, { limits }, tinyConnector);
	crms = new TinyCrms(hub, SYSTEMS);
	crms.enter('wealthbox', 'w0', { firstName: 'Ada', lastName: 'Hale', jobTitle: 'CEO' });
	crms.enter('wealthbox', 'w1', { firstName: 'Zoe', lastName: 'Quill', status: 'Lost' });
	await crms.read('wealthbox');
	await crms.settle();
	await desk().mergeEntities({ from: 'U1001', into: 'U1002' });
	expect(await hub.claim('redtail')).toHaveLength(1);
	expect((await desk().metrics()).held).toContainEqual({ system: 'redtail', count: 1 });
});

describe('a removal under way', () => {
	const ZOE = { firstName: 'Zoe', lastName: 'Quill' };

	test('ends with the merge, and stands again when that is taken back', async () => {
		const world = await RemovalWorld.open({ redtail: 'ask' });
		await world.appear('wealthbox', 'w2', ZOE);
		await world.deliver();
		await world.remove('wealthbox', 'delete', 'w1');
		expect(await world.open('removal')).toMatchObject([{ entityId: 'U1001', system: 'redtail' }]);
		const departure = await world.departure();
		const merged = await world.fabric.desk.mergeEntities({ from: 'U1001', into: 'U1002' });
		expect(await world.open('removal')).toEqual([]);
		await world.fabric.desk.undoIdentity({ auditSeq: merged.auditSeq });
		expect(await world.departure()).toEqual(departure);
		expect(await world.open('removal')).toMatchObject([{ entityId: 'U1001', system: 'redtail' }]);
		await world.close();
	});

	test('goes with the record that was removed', async () => {
		const world = await RemovalWorld.open({ redtail: 'ask' });
		await world.remove('wealthbox', 'delete', 'w1');
		const records = [{ system: 'salesforce', crmId: world.idIn('salesforce') }];
		const { other } = await world.fabric.desk.splitEntity({ unifiedId: 'U1001', records });
		expect(await world.open('removal')).toMatchObject([{ entityId: 'U1001', system: 'redtail' }]);
		const standing = await world.store.read((tx) => tx.entities.standing(['U1001', other]));
		expect([...standing.keys()]).toEqual(['U1001']);
		await world.close();
	});
});
