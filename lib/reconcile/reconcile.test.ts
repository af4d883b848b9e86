/** Reconcile against whole small CRMs around a TestHub: a healthy store, what CRMs hold that the hub was not told. */
import type { ReconcileReport, Sample } from './report';
import { nonZero, Office, SYSTEMS } from '../../test/unit/support/office';

let office: Office;
beforeEach(async () => {
	office = await Office.open();
});
afterEach(() => office.hub.close());

const first = (report: ReconcileReport): Sample | undefined => report.samples[0];

test('a healthy store: nothing is found, nothing is changed', async () => {
	for (const dryRun of [true, false]) {
		for (const system of SYSTEMS) {
			const before = await office.fingerprint();
			const report = await office.reconcile(system, { dryRun });
			expect(nonZero(report)).toEqual({});
			expect(report).toMatchObject({ records: 3, waiting: 0, state: 'finished', complete: true });
			expect(await office.fingerprint()).toBe(before);
		}
	}
	expect(await office.hub.fabric.reconcile.reports(9)).toHaveLength(6);
});

test('an edit that no change source told of is merged by the rules and goes to the others', async () => {
	office.crms.edit('wealthbox', 'p0', { jobTitle: 'CEO' });
	const report = await office.reconcile('wealthbox');
	expect(nonZero(report)).toEqual({ missedEdit: 1 });
	expect(first(report)).toEqual({
		finding: 'missedEdit',
		system: 'wealthbox',
		object: 'contact',
		crmId: 'p0',
		unifiedId: 'U1001',
		fields: ['jobTitle'],
		done: 'accepted',
	});
	await office.pumpAndDeliver();
	for (const system of SYSTEMS) {
		expect([...office.crms.of(system).values()].map(({ fields }) => fields['jobTitle'])).toContain(
			'CEO',
		);
	}
	expect(nonZero(await office.reconcile('wealthbox'))).toEqual({});
});

test('a read that began before our write was confirmed is no difference', async () => {
	const old = office.crms.snapshots('redtail');
	office.hub.now += 1_000;
	office.crms.edit('wealthbox', 'p0', { jobTitle: 'CEO' });
	await office.crms.settle();
	const run = await office.hub.fabric.reconcile.start('redtail', { scope: 'slice', dryRun: false });
	const report = await office.hub.fabric.reconcile.page(run, old);
	expect(nonZero(report)).toEqual({});
});

test('a read while our write is under way is no difference', async () => {
	office.crms.edit('wealthbox', 'p0', { jobTitle: 'CEO' });
	await office.crms.read('wealthbox');
	const [job] = await office.hub.claim('redtail');
	office.hub.now += 10;
	const report = await office.reconcile('redtail');
	expect(nonZero(report)).toEqual({});
	office.crms.edit('redtail', job?.crmId ?? '', { jobTitle: 'CEO' });
	office.hub.now += 10;
	expect(nonZero(await office.reconcile('redtail'))).toEqual({});
});

test('a record that nothing is known of is taken in', async () => {
	office.crms.enter('redtail', 'new', { firstName: 'Eve', lastName: 'Lund' });
	expect(nonZero(await office.reconcile('redtail'))).toEqual({ newRecord: 1 });
	await office.pumpAndDeliver();
	expect(await office.hub.fabric.desk.findEntity('redtail', 'new')).toMatchObject({
		unifiedId: 'U1004',
	});
});

describe('a record that is not there', () => {
	const unlinked = async () => {
		await office.hub.pump('wealthbox');
		const links = (await office.hub.fabric.desk.findEntity('U1001'))?.links ?? [];
		return links.filter(({ state }) => state !== 'active').map(({ crmId }) => crmId);
	};
	beforeEach(() => office.crms.of('wealthbox').delete('p0'));

	test('in a complete listing, and gone by a read of its own: deleted', async () => {
		const report = await office.reconcile('wealthbox');
		expect(nonZero(report)).toEqual({ gone: 1 });
		expect(await unlinked()).toEqual(['p0']);
		expect(nonZero(await office.reconcile('wealthbox'))).toEqual({});
	});

	test('in a listing that is not complete: nothing is inferred', async () => {
		expect(nonZero(await office.reconcile('wealthbox', { complete: false }))).toEqual({});
		expect(await unlinked()).toEqual([]);
	});

	test.each([
		['is there by a read of its own', () => Promise.resolve(false), 'notListed'],
		['could not be read', () => Promise.reject(new Error('503')), 'unconfirmed'],
	])('that %s: nothing is done', async (_why, isGone, finding) => {
		const run = await office.hub.fabric.reconcile.start('wealthbox', {
			scope: 'full',
			dryRun: false,
		});
		await office.hub.fabric.reconcile.page(run, office.crms.snapshots('wealthbox'));
		const report = await office.hub.fabric.reconcile.finish(run, { complete: true, isGone });
		expect(nonZero(report)).toEqual({ [finding]: 1 });
		expect(await unlinked()).toEqual([]);
	});

	test('in a slice: nothing is inferred', async () => {
		const run = await office.hub.fabric.reconcile.start('wealthbox', {
			scope: 'slice',
			dryRun: false,
		});
		await office.hub.fabric.reconcile.page(run, office.crms.snapshots('wealthbox').slice(0, 1));
		const report = await office.hub.fabric.reconcile.finish(run, {
			complete: true,
			isGone: office.isGone,
		});
		expect(nonZero(report)).toEqual({});
		expect(await unlinked()).toEqual([]);
	});
});

test('a delivery that got lost is opened anew, with the priority of a backfill', async () => {
	office.crms.edit('wealthbox', 'p0', { jobTitle: 'CEO' });
	await office.crms.read('wealthbox');
	await office.sql(`delete from deliveries where state = 'open'`);
	const report = await office.reconcile('redtail');
	expect(nonZero(report)).toEqual({ lostDelivery: 2 });
	expect(first(report)).toMatchObject({ fields: ['jobTitle'], unifiedId: 'U1001' });
	const rows = await office.sql(`select priority, run from deliveries where state = 'open'`);
	expect(rows).toEqual([
		{ priority: 2, run: report.run },
		{ priority: 2, run: report.run },
	]);
	await office.pumpAndDeliver();
	expect(nonZero(await office.reconcile('redtail'))).toEqual({});
});

test('what a dead letter waits for is left to the person', async () => {
	office.crms.edit('wealthbox', 'p0', { jobTitle: 'CEO' });
	await office.crms.read('wealthbox');
	await office.crms.deliver('salesforce');
	for (const job of await office.hub.claim('redtail')) {
		await office.hub.report(job, { status: 'rejected', reason: 'No such title.', code: 'list' });
	}
	const report = await office.reconcile('redtail');
	expect(nonZero(report)).toEqual({ deadLetter: 1 });
	expect(await office.sql(`select id from deliveries where state = 'open'`)).toEqual([]);
});

test('a run that a crash left goes on, a page that comes twice counts once; another start closes it', async () => {
	office.crms.edit('wealthbox', 'p0', { jobTitle: 'CEO' });
	const { reconcile: service } = office.hub.fabric;
	const run = await service.start('wealthbox', { scope: 'full', dryRun: false });
	const all = office.crms.snapshots('wealthbox');
	await service.page(run, all.slice(0, 2));
	expect(await service.unfinished('wealthbox')).toMatchObject({ run, state: 'running' });
	await service.page(run, all);
	const report = await service.finish(run, { complete: true, isGone: office.isGone });
	expect(report).toMatchObject({ records: 3, state: 'finished' });
	expect(nonZero(report)).toEqual({ missedEdit: 1 });
	expect(await service.unfinished('wealthbox')).toBeUndefined();

	const left = await service.start('wealthbox', { scope: 'full', dryRun: true });
	await service.start('wealthbox', { scope: 'full', dryRun: true });
	const closed = (await service.reports(9)).find(({ run: id }) => id === left);
	expect(closed).toMatchObject({
		state: 'closed',
		notes: [expect.stringContaining('not finished')],
	});
	await expect(service.page(left, [])).rejects.toThrow('was closed before');
	await expect(service.page('reconcile/99', [])).rejects.toThrow('There is no reconcile');
	await expect(service.start('nobody', { scope: 'full', dryRun: true })).rejects.toThrow(
		'no system',
	);
});

test('a wrong shadow does not make a delivery die: what the writer read is taken in', async () => {
	// The CRM holds what nobody told of; each try finds the record changed.
	office.crms
		.of('redtail')
		.forEach((record) => (record.fields = { ...record.fields, status: 'Lost' }));
	office.crms.edit('wealthbox', 'p0', { status: 'Active' });
	await office.crms.read('wealthbox');
	const [read] = office.crms
		.snapshots('redtail')
		.filter(({ fields }) => fields['lastName'] === 'Hale');
	const [job] = await office.hub.claim('redtail');
	if (job === undefined || read === undefined) throw new Error('There is nothing to deliver.');
	const conflict = {
		status: 'retry' as const,
		reason: 'Changed.',
		code: 'changed-meanwhile',
		outcomeUnknown: false,
	};
	await office.hub.report(job, { ...conflict, read });
	await office.hub.pump('redtail');
	office.hub.now += 3_600_000;
	const [next] = await office.hub.claim('redtail');
	expect(next?.known['status']).toBe('Lost');
	await office.crms.deliver('salesforce');
	expect(
		next === undefined ? undefined : await office.hub.confirm(next, next.crmId ?? ''),
	).toMatchObject({
		state: 'confirmed',
	});
});
