/** Undo of one change, of one record's changes, of one run, and of an undo. */
import fc from 'fast-check';
import type { CanonicalFields } from '../model/fields';
import { foldAudit } from '../../test/unit/support/audit-fold';
import {
	expectAgreement,
	expectSame,
	IDS,
	live,
	mails,
	past,
	RUNS,
	runsOf,
	SYSTEMS,
	valuesOf,
} from '../../test/unit/support/past';
import type { TinyCrms } from '../../test/unit/support/tiny-crms';

test('a run that is undone and whose undo is undone leaves everything as it was', async () => {
	let undone = 0;
	await fc.assert(
		fc.asyncProperty(past, fc.nat(), fc.boolean(), async (steps, pick, force) => {
			const crms = await live(steps);
			const { hub } = crms;
			await crms.settle();
			const before = await valuesOf(crms);
			const runs = await runsOf(crms);
			const run = runs[pick % runs.length] ?? '';
			hub.now += 1;
			const report = await hub.fabric.history.undoRun({ run, by: 'ops', force });
			undone += report.undone.length;
			await crms.settle();
			expectAgreement(crms, await valuesOf(crms));
			if (report.undone.length > 0) {
				hub.now += 1;
				const again = await hub.fabric.history.undoRun({ run: report.run, by: 'ops' });
				expect(again.skipped).toEqual([]);
				await crms.settle();
			}
			const after = await valuesOf(crms);
			for (const id of IDS) expectSame(after.get(id), before.get(id));
			expectAgreement(crms, after);
			const rows = await hub.fabric.desk.audit({ limit: 100_000 });
			expect(foldAudit(rows)).toEqual(await hub.tx((tx) => tx.registers.registers(IDS)));
			await hub.close();
		}),
		RUNS,
	);
	expect(undone).toBeGreaterThan(3);
});

describe('undo', () => {
	let crms: TinyCrms;
	beforeEach(async () => {
		crms = await live([]);
	});
	afterEach(() => crms.hub.close());

	async function edit(name: string, what: CanonicalFields): Promise<void> {
		const crmId = name === 'wealthbox' ? 'w0' : `${name}-U1001`;
		crms.hub.now += 1_000;
		crms.edit(name, crmId, what);
		await crms.settle();
	}
	const lastChange = async (field: string) => {
		const kinds = ['change'];
		const [row] = await crms.hub.fabric.desk.audit({ entityId: 'U1001', field, kinds, limit: 1 });
		return row?.seq ?? 0;
	};
	const value = async (field: string) =>
		(await crms.hub.fabric.desk.findEntity('U1001'))?.fields[field];
	const held = (field: string) =>
		SYSTEMS.map((name) => [...crms.of(name).values()][0]?.fields[field]);

	test('of one field is delivered to every CRM and audited with what it undoes', async () => {
		await edit('redtail', { jobTitle: 'CEO' });
		await edit('redtail', { jobTitle: 'COO' });
		const auditSeq = await lastChange('jobTitle');
		const report = await crms.hub.fabric.history.undoField({ auditSeq, by: 'ops' });
		expect(report).toEqual({
			run: 'undo/1',
			undone: [{ unifiedId: 'U1001', field: 'jobTitle', auditSeqs: [auditSeq] }],
			skipped: [],
		});
		await crms.settle();
		expect(held('jobTitle')).toEqual(['CEO', 'CEO', 'CEO']);
		const rows = await crms.hub.fabric.desk.audit({
			entityId: 'U1001',
			field: 'jobTitle',
			limit: 9,
		});
		const [undo, change] = ['undo', 'change'].map((kind) => rows.find((row) => row.kind === kind));
		expect(undo).toMatchObject({ run: 'undo/1', detail: { undoes: [auditSeq], by: 'ops' } });
		expect(change).toMatchObject({ rule: 'undo', before: 'COO', after: 'CEO', run: 'undo/1' });
		const writes = rows.filter(({ kind, run }) => kind === 'write' && run === 'undo/1');
		expect(writes).toHaveLength(SYSTEMS.length);
	});

	test('a value that somebody changed since is left alone, unless it is forced', async () => {
		await edit('redtail', { jobTitle: 'CEO' });
		const auditSeq = await lastChange('jobTitle');
		await edit('salesforce', { jobTitle: 'COO' });
		const left = await crms.hub.fabric.history.undoField({ auditSeq });
		expect(left).toMatchObject({ undone: [], skipped: [{ field: 'jobTitle' }] });
		expect(left.skipped[0]?.reason).toContain('salesforce/salesforce-U1001');
		expect(await value('jobTitle')).toBe('COO');
		const forced = await crms.hub.fabric.history.undoField({ auditSeq, force: true });
		expect(forced).toMatchObject({ undone: [{ field: 'jobTitle' }], skipped: [] });
		expect(await value('jobTitle')).toBeNull();
	});

	test('what was undone is not undone twice; the undo itself can be', async () => {
		await edit('redtail', { jobTitle: 'CEO' });
		const auditSeq = await lastChange('jobTitle');
		const { run } = await crms.hub.fabric.history.undoField({ auditSeq });
		const twice = await crms.hub.fabric.history.undoField({ auditSeq });
		expect(twice.undone).toEqual([]);
		expect(twice.skipped[0]?.reason).toContain('undone before');
		await crms.hub.fabric.history.undoRun({ run });
		expect(await value('jobTitle')).toBe('CEO');
		await crms.hub.fabric.history.undoField({ auditSeq });
		expect(await value('jobTitle')).toBeNull();
	});

	test('of a list takes back its own entries and leaves those of others', async () => {
		await edit('redtail', { emails: mails('a', 'b') });
		const auditSeq = await lastChange('emails');
		await edit('salesforce', { emails: mails('a', 'b', 'c') });
		const report = await crms.hub.fabric.history.undoField({ auditSeq });
		expect(report).toMatchObject({ undone: [{ field: 'emails' }], skipped: [] });
		await crms.settle();
		for (const list of held('emails')) expect(list).toMatchObject(mails('a', 'c'));
	});

	test('of a record takes back all that came from it since', async () => {
		await edit('redtail', { jobTitle: 'CEO' });
		const sinceMs = crms.hub.now + 1;
		await edit('redtail', { jobTitle: 'COO', status: 'Lost' });
		await edit('salesforce', { emails: mails('z') });
		const record = { system: 'redtail', crmId: 'redtail-U1001' };
		const report = await crms.hub.fabric.history.undoRecord({ ...record, sinceMs, by: 'ops' });
		expect(report.undone.map(({ field }) => field).sort()).toEqual(['jobTitle', 'status']);
		expect(await value('jobTitle')).toBe('CEO');
		expect(await value('status')).toBeNull();
		expect(await value('emails')).toMatchObject(mails('z'));
	});

	test('never empties the record that a client came from', async () => {
		const record = { system: 'wealthbox', crmId: 'w0', sinceMs: 0 };
		const report = await crms.hub.fabric.history.undoRecord(record);
		expect(report.undone).toEqual([]);
		expect(report.skipped.length).toBeGreaterThan(1);
		expect(await value('lastName')).toBe('Hale');
	});

	test('says what cannot be undone', async () => {
		const { history } = crms.hub.fabric;
		await expect(history.undoField({ auditSeq: 9_999 })).rejects.toThrow('There is no such row');
		await expect(history.undoField({ auditSeq: 1 })).rejects.toThrow('It tells of no change');
		await expect(history.undoRun({ run: 'undo/9' })).rejects.toThrow('No change belongs to run');
		const nobody = { system: 'redtail', crmId: 'nobody', sinceMs: 0 };
		await expect(history.undoRecord(nobody)).rejects.toThrow('no record that the fabric knows');
	});
});
