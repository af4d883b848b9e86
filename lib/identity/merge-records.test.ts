import type { EmailItem } from '../model/fields';
import { delta, snapshot } from '../../test/unit/support/hub';
import { foldAudit } from '../../test/unit/support/audit-fold';
import { ADA, RemovalWorld, type Policies } from '../../test/unit/support/removal-world';

const ZOE = { firstName: 'Zoe', lastName: 'Quill', jobTitle: 'COO' };

let world: RemovalWorld;
afterEach(() => world.close());

/** Ada is U1001 (w1), Zoe U1002 (w2): everywhere. */
async function open(policies: Policies = {}): Promise<void> {
	world = await RemovalWorld.open(policies);
	await world.appear('wealthbox', 'w2', ZOE);
	await world.deliver();
	world.done.length = 0;
}

function merged(loser: string, winner: string) {
	world.records.get('wealthbox')?.delete(loser);
	return delta('wealthbox', loser, {}, { change: 'merge', mergedInto: winner, at: world.tick() });
}

const view = (unifiedId: string) => world.fabric.desk.findEntity(unifiedId);
const linksOf = async (unifiedId: string) =>
	((await view(unifiedId))?.links ?? [])
		.map(({ system, crmId, state }) => `${system} ${crmId} ${state}`)
		.sort();

test('two clients become one: everything of the loser hangs on the survivor', async () => {
	await open({ redtail: 'delete', salesforce: 'delete' });
	await world.edit('salesforce', { emails: [{ address: 'ada@example.com' }] });
	await world.deliver();
	const before = world.state();
	await world.tell(merged('w1', 'w2'));
	expect((await view('U1001'))?.unifiedId).toBe('U1002');
	expect(await linksOf('U1002')).toEqual([
		'redtail redtail-1 active',
		'redtail redtail-3 active',
		'salesforce salesforce-2 active',
		'salesforce salesforce-4 active',
		'wealthbox w1 unlinked',
		'wealthbox w2 active',
	]);
	const fields = (await view('U1002'))?.fields;
	expect(fields).toMatchObject(ZOE);
	expect((fields?.['emails'] as EmailItem[]).map(({ address }) => address)).toEqual([
		'ada@example.com',
	]);
	await world.deliver();
	expect(world.state()).toEqual({ ...before, wealthbox: ['there'] });
	expect(new Set(world.done.slice(-4))).toEqual(new Set(['redtail update', 'salesforce update']));
});

test('a person is asked to merge the others; the question goes with one of the records', async () => {
	await open();
	await world.tell(merged('w1', 'w2'));
	const asked = await world.open('duplicate');
	expect(asked.map(({ system, entityId }) => [system, entityId])).toEqual([
		['redtail', 'U1002'],
		['salesforce', 'U1002'],
	]);
	await world.answer('duplicate', 'approve');
	world.records.get('salesforce')?.delete('salesforce-2');
	const into = { change: 'merge', mergedInto: 'salesforce-4', at: world.tick() } as const;
	await world.tell(delta('salesforce', 'salesforce-2', {}, into));
	expect(await world.open('duplicate')).toEqual([]);
	expect(await world.departure()).toBeUndefined();
});

test('the trail tells the registers, and what is needed to undo it', async () => {
	await open();
	await world.tell(merged('w1', 'w2'));
	const rows = await world.fabric.desk.audit({ limit: 1_000 });
	const kept = await world.store.read((tx) => tx.registers.registers(['U1001', 'U1002']));
	expect(foldAudit(rows)).toEqual(kept);
	expect(rows.find(({ kind }) => kind === 'merge-entities')).toMatchObject({
		entityId: 'U1002',
		detail: {
			from: 'U1001',
			into: 'U1002',
			links: expect.arrayContaining(['wealthbox/contact/w1', 'redtail/contact/redtail-1']),
		},
	});
});

test('a record that the fabric does not know yet takes the client over', async () => {
	await open();
	world.records.get('wealthbox')?.set('w9', 'there');
	await world.tell(merged('w1', 'w9'));
	expect(await linksOf('U1001')).toContain('wealthbox w9 active');
	await world.tell(snapshot('wealthbox', 'w9', { ...ADA, jobTitle: 'CEO' }, { at: world.tick() }));
	expect((await view('U1001'))?.fields).toMatchObject({ jobTitle: 'CEO' });
	expect(await world.deliver()).toEqual(['redtail update', 'salesforce update']);
});

test('one that waits in a review is answered by it', async () => {
	await open();
	await world.tell(snapshot('wealthbox', 'w9', ADA, { at: world.tick() }));
	expect(await world.open('identity')).toHaveLength(1);
	await world.tell(merged('w1', 'w9'));
	expect(await world.open('identity')).toEqual([]);
	await world.pump('wealthbox');
	expect(await linksOf('U1001')).toContain('wealthbox w9 active');
	const { inbox } = await world.fabric.desk.metrics();
	expect(inbox.filter(({ state }) => state === 'review')).toEqual([]);
});

test('told as a delete first: what was removed for it comes back', async () => {
	await open({ redtail: 'archive' });
	const event = merged('w1', 'w2');
	await world.tell(delta('wealthbox', 'w1', {}, { change: 'delete', at: world.now }));
	expect(await world.deliver()).toEqual(['redtail archive']);
	await world.tell(event);
	expect(await world.deliver()).toContain('redtail unarchive');
	expect(await linksOf('U1002')).toContain('redtail redtail-1 active');
});

test('merged twice, or told twice: once', async () => {
	await open();
	const event = merged('w1', 'w2');
	await world.tell(event);
	await world.tell({ ...event, eventId: 'again' });
	expect(await world.fabric.merge([event], [])).toMatchObject([{ outcome: 'already' }]);
	expect(await world.open('duplicate')).toHaveLength(2);
	const rows = await world.fabric.desk.audit({ kinds: ['merge-entities'], limit: 9 });
	expect(rows).toHaveLength(1);
});

test('an alias leads to the last survivor, in one step', async () => {
	await open();
	await world.appear('wealthbox', 'w3', { firstName: 'Tom', lastName: 'Marsh' });
	await world.deliver();
	await world.tell(merged('w1', 'w2'));
	await world.tell(merged('w2', 'w3'));
	expect((await view('U1001'))?.unifiedId).toBe('U1003');
	expect((await view('U1002'))?.unifiedId).toBe('U1003');
});

test('a create that is under way is the survivor\u2019s; its record bears the other\u2019s id', async () => {
	await open();
	await world.appear('wealthbox', 'w3', { firstName: 'Tom', lastName: 'Marsh' });
	const [job] = await world.claim('redtail');
	await world.tell(merged('w3', 'w2'));
	if (job === undefined) throw new Error('No create.');
	await world.finish(job, 'forgotten');
	world.records.get('redtail')?.set('late', 'there');
	const own = { externalKeys: { fabric: 'U1003' }, at: world.tick() };
	await world.tell(snapshot('redtail', 'late', { firstName: 'Tom', lastName: 'Marsh' }, own));
	const all = await world.fabric.desk.findEntity('redtail', 'late');
	expect(all?.unifiedId).not.toBe('U1004');
});

test('a merge beside other events of one batch', async () => {
	await open();
	const edits = [
		delta('wealthbox', 'w1', { status: 'Lead' }, { at: world.tick() }),
		merged('w1', 'w2'),
		delta('wealthbox', 'w2', { jobTitle: 'CEO' }, { at: world.tick() }),
	];
	await world.tell(...edits);
	expect((await view('U1002'))?.fields).toMatchObject({ status: 'Lead', jobTitle: 'CEO' });
	await world.deliver();
	expect(await world.deliver()).toEqual([]);
});
