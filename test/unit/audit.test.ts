import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { FieldRule } from '../../lib/merge/rules';
import { openSqlite } from '../../lib/store/sqlite/dialect';
import { Store } from '../../lib/store/store';
import { foldAudit } from './support/audit-fold';
import { delta, snapshot, START, TestHub } from './support/hub';

const RULES: FieldRule[] = [
	{ field: 'status', policy: 'onlyFrom', system: 'redtail', emptyNeverOverwrites: true },
];
const mail = (...names: string[]) => names.map((name) => ({ address: `${name}@x.io`, ref: name }));
const ADA = { firstName: 'Ada', lastName: 'Hale', emails: mail('a', 'b') };

let hub: TestHub;
beforeEach(async () => {
	hub = await TestHub.open();
});
afterEach(() => hub.close());

test('the audit trail folded from empty gives the registers', async () => {
	const history = [
		snapshot('wealthbox', '1', { ...ADA, status: 'Lost' }),
		delta('salesforce', '1', { ...ADA, jobTitle: 'CFO' }, { at: START + 1 }),
		delta('salesforce', '1', { jobTitle: null }, { at: START + 5 }),
		delta('wealthbox', '1', { jobTitle: 'too late' }, { at: START + 3 }),
		delta('redtail', '1', { ...ADA, status: 'Active' }, { at: START + 2 }),
		delta('wealthbox', '1', { emails: mail('a') }, { at: START + 6 }),
		delta('redtail', '1', { emails: [...mail('c'), ...mail('b')] }, { at: START + 4 }),
		snapshot('wealthbox', '2', { firstName: 'Zoe', lastName: 'Quill' }),
	];
	for (const event of history) {
		await hub.accept(event.system, [event]);
		await hub.pump(event.system, RULES);
	}
	const registers = await hub.tx((tx) => tx.registers.registers(['U1001', 'U1002']));
	const rows = await hub.fabric.desk.audit({ limit: 1_000 });
	expect(foldAudit(rows)).toEqual(registers);
	expect(new Set(rows.map(({ kind }) => kind))).toEqual(
		new Set(['entity', 'link', 'change', 'agree', 'lost']),
	);
	expect(registers.get('U1001')).toMatchObject({
		jobTitle: { value: null },
		status: { value: 'Active' },
	});
});

test('it cannot be changed afterwards', async () => {
	const folder = mkdtempSync(join(tmpdir(), 'crm-fabric-audit-'));
	const path = join(folder, 'store.db');
	const store = await Store.open(openSqlite(path));
	await store.transaction((tx) => tx.audit.append([{ at: 1, kind: 'link' }]));
	await store.close();
	const database = new DatabaseSync(path);
	for (const statement of ['update audit set at = 2', 'delete from audit']) {
		expect(() => database.exec(statement)).toThrow('append-only');
	}
	database.close();
	rmSync(folder, { recursive: true });
});
