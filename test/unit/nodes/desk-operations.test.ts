/** The desk beyond audit and identity reviews: decisions, pauses, history, backup, runs. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { NodeOperationError, type IDataObject } from 'n8n-workflow';
import { closeFabrics, type Fabric, type FieldRule } from '../../../lib';
import { questionText } from '../../../nodes/CrmFabric/review/question-text';
import { Desk } from './desk';
import { JANE_MAIL, snapshot } from './events';

const BY_RECORD = { clientBy: 'record', system: 'wealthbox', recordId: '1' };
const ASK: FieldRule[] = [{ field: 'jobTitle', policy: 'ask', emptyNeverOverwrites: true }];

describe('CRM Fabric, operations of the desk', () => {
	let desk: Desk;
	let fabric: Fabric;

	beforeEach(async () => {
		desk = await Desk.open();
		fabric = desk.fabric;
		await desk.merge(snapshot('wealthbox', '1', { ...JANE_MAIL, jobTitle: 'Clerk' }));
	});
	afterEach(closeFabrics);

	const titleNow = async () => (await fabric.desk.findEntity('wealthbox', '1'))?.fields.jobTitle;

	/** Redtail offers another title, about which a person is asked. */
	async function asked(title = 'Partner', minute = 5): Promise<IDataObject> {
		await desk.mergeUnder(ASK, snapshot('redtail', '2', { ...JANE_MAIL, jobTitle: title }, minute));
		const { rows } = await desk.run('review', 'getAll', { kinds: ['value'] });
		return rows[0] as IDataObject;
	}

	describe('Review and Decision', () => {
		it('lists a question about a value as a sentence, with both values and their sources', async () => {
			expect(await asked()).toMatchObject({
				kind: 'value',
				unifiedId: 'U1001',
				field: 'jobTitle',
				question:
					'Job Title of U1001: keep "Clerk" (wealthbox, 2026-11-22T08:00:00.000Z), or take "Partner" (redtail, 2026-11-22T08:05:00.000Z)?',
				value: { current: 'Clerk', candidate: 'Partner' },
			});
			const { rows } = await desk.run('review', 'getAll', { kinds: ['removal', 'breaker'] });
			expect(rows).toEqual([]);
		});

		it.each([
			['keep', {}, 'Clerk'],
			['take', {}, 'Partner'],
			['set', { value: ' Owner ' }, 'Owner'],
			['set', { value: '' }, null],
		])('%s %j', async (verdict, value, expected) => {
			const { reviewId } = await asked();
			const { rows } = await desk.run('decision', 'apply', {
				reviewId: { mode: 'id', value: reviewId },
				verdict,
				...value,
				decidedBy: 'Nathan',
			});
			expect(rows).toMatchObject([{ state: 'decided', decision: { verdict, by: 'Nathan' } }]);
			expect(await titleNow()).toBe(expected);
		});

		it('refuses an answer to an offer that another one has replaced since', async () => {
			const { reviewId, value } = await asked();
			await asked('Director', 9);
			const parameters = { reviewId: { mode: 'id', value: reviewId }, verdict: 'take' };
			const { candidateSource } = value as IDataObject;
			const failure = desk.run('decision', 'apply', parameters, {
				items: [{ reviewId, candidateSource }],
			});
			await expect(failure).rejects.toThrow(/asks about a newer value now.*\[item 0\]/);
			expect(await titleNow()).toBe('Clerk');
		});

		it('says which words it understands', async () => {
			const { reviewId } = await asked();
			const locator = { mode: 'id', value: reviewId };
			const odd = desk.run('decision', 'apply', { reviewId: locator, verdict: 'maybe' });
			await expect(odd).rejects.toThrow("'Verdict' must be keep, take or set [item 0]");
			const list = { reviewId: locator, verdict: 'set', value: '[{' };
			await expect(desk.run('decision', 'apply', list)).rejects.toThrow("'Value' is no JSON list");
			const yes = desk.run('review', 'approve', { reviewId: locator });
			await expect(yes).rejects.toMatchObject({
				description: expect.stringContaining('resource Decision, operation Apply'),
			});
		});
	});

	describe('Pause', () => {
		const record = { pauseWhat: 'record', system: 'wealthbox', recordId: '1' };

		it('holds back a record or a system, tells of it, and lets it go on', async () => {
			await desk.run('pause', 'pause', { ...record, requestedBy: 'Pat' });
			await desk.run('pause', 'pause', { pauseWhat: 'system', system: 'redtail' });
			const { rows } = await desk.run('pause', 'getAll');
			expect(rows).toMatchObject([
				{ system: 'redtail', crmId: null, record: null, pausedBy: null },
				{ system: 'wealthbox', record: 'wealthbox/contact/1', pausedBy: 'Pat' },
			]);
			const [metrics] = (await desk.run('metrics', 'get')).rows;
			expect(metrics?.paused).toEqual({ systems: ['redtail'], records: 1 });
			await desk.run('pause', 'resume', record);
			expect((await desk.run('pause', 'getAll')).rows).toHaveLength(1);
		});

		it('says so when there is nothing to resume, or no such system', async () => {
			await expect(desk.run('pause', 'resume', record)).rejects.toThrow('is not paused');
			const { items } = await desk.run(
				'pause',
				'pause',
				{ pauseWhat: 'system', system: 'nowhere' },
				{ continueOnFail: true },
			);
			expect(items).toMatchObject([
				{
					json: { error: expect.stringContaining('no system nowhere [item 0]') },
					pairedItem: { item: 0 },
				},
			]);
		});
	});

	describe('History', () => {
		async function changedTo(jobTitle: string, minute: number): Promise<void> {
			await desk.merge(snapshot('wealthbox', '1', { ...JANE_MAIL, jobTitle }, minute));
		}

		it('shows a client as it was, and says when there was none', async () => {
			const before = new Date().toISOString();
			await new Promise((resolve) => setTimeout(resolve, 5));
			await changedTo('Partner', 5);
			const then = await desk.run('history', 'clientAt', { ...BY_RECORD, at: before });
			expect(then.rows).toMatchObject([
				{ unifiedId: 'U1001', fields: { jobTitle: 'Clerk' }, links: [{ crmId: '1' }] },
			]);
			const early = { ...BY_RECORD, at: '2001-01-01 08:00' };
			await expect(desk.run('history', 'clientAt', early)).rejects.toThrow(
				'no client U1001 at 2001-01-01T08:00:00.000Z [item 0]',
			);
			const odd = desk.run('history', 'clientAt', { ...BY_RECORD, at: 'yesterday' });
			await expect(odd).rejects.toThrow("'At' is no point in time [item 0]");
		});

		it('undoes one change by its row of the audit trail, and the undo in turn', async () => {
			await changedTo('Partner', 5);
			const who = await desk.run('audit', 'whoChanged', { ...BY_RECORD, field: 'jobTitle' });
			const auditSeq = String(who.rows[0]?.seq);
			const { rows } = await desk.run('history', 'undoField', { auditSeq, requestedBy: 'Pat' });
			expect(rows).toMatchObject([
				{ run: 'undo/1', undone: [{ field: 'jobTitle', label: 'Job Title' }], skipped: [] },
			]);
			expect(await titleNow()).toBe('Clerk');
			await desk.run('history', 'undoRun', { run: 'undo/1' });
			expect(await titleNow()).toBe('Partner');
			const runs = await desk.run('run', 'getAll', { kind: 'undo' });
			expect(runs.rows).toMatchObject([
				{ run: 'undo/2', state: 'finished' },
				{ run: 'undo/1', state: 'finished' },
			]);
		});

		it('leaves alone what was changed since, and says so, unless it is to force it', async () => {
			await changedTo('Partner', 5);
			const since = new Date(0).toISOString();
			const record = { system: 'wealthbox', recordId: '1', since };
			await desk.merge(snapshot('redtail', '2', { ...JANE_MAIL, jobTitle: 'Owner' }, 9));
			const { rows } = await desk.run('history', 'undoRecord', record);
			const skipped = rows[0]?.skipped as IDataObject[];
			expect(skipped.map(({ field }) => field)).toContain('jobTitle');
			expect(await titleNow()).toBe('Owner');
		});

		it('tries other rules without changing anything', async () => {
			await desk.merge(snapshot('redtail', '2', { ...JANE_MAIL, jobTitle: 'Owner' }, 9));
			const rule = { field: 'jobTitle', policy: 'onlyFrom', system: 'wealthbox' };
			const { rows } = await desk.run('history', 'whatIf', {
				...BY_RECORD,
				fieldRules: { rules: [{ ...rule, emptyNeverOverwrites: true }] },
			});
			expect(rows[0]?.fields).toContainEqual(
				expect.objectContaining({ field: 'jobTitle', now: 'Owner', then: 'Clerk' }),
			);
			expect(await titleNow()).toBe('Owner');
		});

		it('names no change: says where to find its number', async () => {
			const failure = desk.run('history', 'undoField', { auditSeq: '99999' });
			await expect(failure).rejects.toThrow('Audit row 99999 cannot be undone [item 0]');
			await expect(desk.run('history', 'undoRun', { run: 'reconcile/9' })).rejects.toThrow(
				'No change belongs to run reconcile/9',
			);
		});
	});

	describe('Audit, Verify', () => {
		it('proves the trail, and finds one that was cut off', async () => {
			const { rows } = await desk.run('audit', 'verify', { head: '', failIfBroken: true });
			expect(rows).toMatchObject([{ ok: true, head: expect.stringMatching(/^[0-9a-f]{64}$/) }]);
			const strange = { head: 'f'.repeat(64), failIfBroken: true };
			await expect(desk.run('audit', 'verify', strange)).rejects.toThrow(/is broken at row \d+/);
			const told = await desk.run('audit', 'verify', { ...strange, failIfBroken: false });
			expect(told.rows).toMatchObject([{ ok: false }]);
		});
	});

	describe('Backup', () => {
		const fileBeside = (name: string) => join(dirname(desk.path), name);

		it('writes the store to a new file while it is in use', async () => {
			const backupFile = fileBeside('one.backup');
			const { rows } = await desk.run('backup', 'create', { backupFile });
			expect(rows).toMatchObject([{ file: backupFile, rows: expect.any(Number) }]);
			expect(existsSync(backupFile)).toBe(true);
			expect(await titleNow()).toBe('Clerk');
			const again = desk.run('backup', 'create', { backupFile });
			await expect(again).rejects.toThrow(/exists already.*\[item 0\]/);
		});

		it('says what to do where it cannot', async () => {
			const missing = { backupFile: fileBeside('no/such/folder/one.backup') };
			const failure = await desk.run('backup', 'create', missing).catch((error: unknown) => error);
			expect(failure).toBeInstanceOf(NodeOperationError);
			expect((failure as NodeOperationError).description).toContain('Make the folder first');
			await expect(desk.run('backup', 'create', { backupFile: 'one.backup' })).rejects.toThrow(
				'must be absolute',
			);
			const blocked = desk.run(
				'backup',
				'create',
				{ backupFile: fileBeside('two.backup') },
				{ blockedPaths: true },
			);
			await expect(blocked).rejects.toMatchObject({
				description: expect.stringContaining('N8N_RESTRICT_FILE_ACCESS_TO'),
			});
			expect(existsSync(fileBeside('two.backup'))).toBe(false);
		});
	});

	it('tells removals and stopped runs as sentences', () => {
		const base = {
			...{ id: 1, system: 'redtail', object: 'contact', crmId: '2', state: 'open' as const },
			...{ entityId: 'U1001', field: null, decision: null, openedAt: 0, decidedAt: null },
		};
		const question = { reason: 'why', record: {}, candidates: [] };
		const cause = {
			system: 'wealthbox',
			object: 'contact',
			crmId: '1',
			at: '2026-11-22T08:00:00Z',
		};
		const removal = {
			operation: 'archive' as const,
			cause: { ...cause, change: 'delete' as const },
		};
		expect(questionText({ ...base, kind: 'removal', question: { ...question, removal } })).toBe(
			'wealthbox 1 of U1001 was deleted at 2026-11-22T08:00:00Z: archive redtail 2, too?',
		);
		const breaker = { run: 'reconcile/3', limited: 'removals' as const, limit: 25 };
		expect(questionText({ ...base, kind: 'breaker', question: { ...question, breaker } })).toMatch(
			/^The run reconcile\/3 wants to remove more than 25 records in redtail/,
		);
	});

	it('finds a row that somebody altered behind its back', async () => {
		const database = new DatabaseSync(desk.path);
		database.exec(
			"drop trigger if exists audit_no_update; update audit set rule = 'other' where seq = 1",
		);
		database.close();
		const failure = desk.run('audit', 'verify', { head: '', failIfBroken: true });
		await expect(failure).rejects.toThrow('The audit trail is broken at row 1');
	});
});
