import { foldAudit } from '../../test/unit/support/audit-fold';
import { delta, iso, snapshot, START, TestHub } from '../../test/unit/support/hub';
import type { FieldValue } from '../model/fields';
import { applyPersonEdits, type PersonEdit } from './person-edit';
import type { FieldRule } from './rules';
import { fieldRuleSchema } from './rules';

const ADA = { firstName: 'Ada', lastName: 'Hale', jobTitle: 'CFO' };
const MAILS = [{ address: 'a@x.io' }, { address: 'b@x.io' }];

let hub: TestHub;
beforeEach(async () => {
	hub = await TestHub.open(['redtail', 'wealthbox', 'salesforce']);
	await hub.take(snapshot('wealthbox', '1', { ...ADA, emails: MAILS }));
	hub.now = START + 1_000;
});
afterEach(() => hub.close());

const edit = (fields: PersonEdit['fields'], more: Partial<PersonEdit> = {}): PersonEdit => ({
	entityId: 'U1001',
	fields,
	rule: 'person',
	cause: 'undo/3',
	by: 'pat',
	...more,
});

const apply = (...edits: PersonEdit[]) =>
	hub.tx(async (tx) => {
		const systems = await tx.systems.all();
		const priorities = Object.fromEntries(systems.map((row) => [row.name, row.priority]));
		return applyPersonEdits(tx, edits, { now: hub.now, priorities });
	});

const value = async (field: string): Promise<FieldValue | undefined> =>
	(await hub.fabric.desk.findEntity('U1001'))?.fields[field];

test('is audited with who, why and what it replaced, as an event of the desk', async () => {
	const touched = await apply(edit({ jobTitle: 'CEO' }, { run: 'undo/3', rule: 'undo' }));
	expect([...touched]).toEqual([['U1001', { syncOrigin: 'undo/3' }]]);
	const [row] = await hub.fabric.desk.audit({ entityId: 'U1001', field: 'jobTitle', limit: 1 });
	expect(row).toMatchObject({
		...{ kind: 'change', system: 'desk', rule: 'undo', before: 'CFO', after: 'CEO' },
		...{ run: 'undo/3', detail: { cause: 'undo/3', by: 'pat' } },
	});
	const event = (await hub.tx((tx) => tx.inbox.statesOf([row?.eventId ?? '']))).get(
		row?.eventId ?? '',
	);
	expect(event?.state).toBe('applied');
});

test('the audit trail still folds to the registers, lists entry by entry', async () => {
	await apply(edit({ jobTitle: null, emails: [{ address: 'b@x.io' }, { address: 'c@x.io' }] }));
	await apply(edit({ jobTitle: 'COO' }), edit({ jobTitle: 'CMO', firstName: 'Eve' }));
	expect(await value('jobTitle')).toBe('CMO');
	const rows = await hub.fabric.desk.audit({ entityId: 'U1001', limit: 100 });
	const registers = (await hub.tx((tx) => tx.registers.registers(['U1001']))).get('U1001');
	expect(foldAudit(rows).get('U1001')).toEqual(registers);
	expect(await value('emails')).toMatchObject([{ address: 'b@x.io' }, { address: 'c@x.io' }]);
});

test('an entry that a person removed is not brought back by an old read of it', async () => {
	await apply(edit({ emails: [{ address: 'b@x.io' }] }));
	await hub.take(delta('redtail', '7', ADA, { externalKeys: { fabric: 'U1001' }, at: START }));
	await hub.take(delta('redtail', '7', { emails: MAILS }, { at: START + 500 }));
	expect(await value('emails')).toMatchObject([{ address: 'b@x.io' }]);
});

test('is later than what stands, even if that is from the future', async () => {
	hub.now = START - 60_000;
	await apply(edit({ jobTitle: 'CEO' }));
	expect(await value('jobTitle')).toBe('CEO');
	const [row] = await hub.fabric.desk.audit({ entityId: 'U1001', field: 'jobTitle', limit: 1 });
	expect(row?.editedAt).toBe(START + 1);
});

test.each<[FieldRule['policy'], string]>([
	['lastWriteWins', 'later'],
	['sourcePriority', 'later'],
])('under %s the same system may change it again', async (policy, title) => {
	await apply(edit({ jobTitle: 'CEO' }));
	const at = START + 5_000;
	const later = snapshot('wealthbox', '1', { ...ADA, jobTitle: title }, { at });
	await hub.accept('wealthbox', [later]);
	await hub.pump('wealthbox', [fieldRuleSchema.parse({ field: 'jobTitle', policy })]);
	expect(await value('jobTitle')).toBe(title);
});

test('a value that does not fit its field is refused as a whole', async () => {
	const odd = apply(edit({ firstName: 'Eve', birthDate: 'soon' }));
	await expect(odd).rejects.toThrow('birthDate');
	expect(await value('firstName')).toBe('Ada');
});

test('the desk is no system\u2019s name', async () => {
	const [system] = await hub.fabric.systems();
	if (system === undefined) throw new Error('No system.');
	const named = hub.fabric.registerSystem({ ...system, name: 'desk' });
	await expect(named).rejects.toThrow('give the system another one');
	expect(iso(hub.now)).toBe(iso(START + 1_000));
});
