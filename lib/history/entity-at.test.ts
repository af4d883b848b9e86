/** Point in time: what the audit trail tells of random pasts. */
import fc from 'fast-check';
import { mergeEntities } from '../identity/merge-entities';
import { foldAudit } from '../../test/unit/support/audit-fold';
import { IDS, live, past, RUNS, SYSTEMS, valuesOf } from '../../test/unit/support/past';

test('the trail folded gives the registers; a client now is a client as of now', async () => {
	await fc.assert(
		fc.asyncProperty(past, async (steps) => {
			const crms = await live(steps);
			const { hub } = crms;
			const rows = await hub.fabric.desk.audit({ limit: 100_000 });
			expect(foldAudit(rows)).toEqual(await hub.tx((tx) => tx.registers.registers(IDS)));
			for (const id of IDS) {
				const now = await hub.fabric.desk.findEntity(id);
				const then = await hub.fabric.history.entityAt(id, hub.now);
				expect(then?.fields).toEqual(now?.fields);
				const names = ({
					system: name,
					crmId,
					state,
				}: {
					system: string;
					crmId: string;
					state: string;
				}) => `${name}/${crmId} ${state}`;
				expect(then?.links.map(names).sort()).toEqual(now?.links.map(names).sort());
			}
			expect(await hub.fabric.history.verifyAudit()).toMatchObject({ ok: true, rows: rows.length });
			await hub.close();
		}),
		RUNS,
	);
});

test('a client as of then is what it was then', async () => {
	await fc.assert(
		fc.asyncProperty(past, past, async (steps, later) => {
			const crms = await live(steps);
			const { hub } = crms;
			const [then, values] = [hub.now, await valuesOf(crms)];
			hub.now += 1;
			for (const one of later) {
				if (one.do === 'edit') {
					const crmId = [...crms.of(one.system).keys()][one.client] ?? '';
					crms.edit(one.system, crmId, one.fields);
				}
			}
			await crms.settle();
			for (const id of IDS) {
				const view = await hub.fabric.history.entityAt(id, then);
				expect(view?.fields).toEqual(values.get(id));
			}
			await hub.close();
		}),
		RUNS,
	);
});

test('a client that became part of another one: before it was itself, then it is the other', async () => {
	const crms = await live([]);
	const { hub } = crms;
	const { history } = hub.fabric;
	const [then, known] = [hub.now, await hub.fabric.desk.findEntity('U1002')];
	hub.now += 1_000;
	const merge = { from: 'U1002', into: 'U1001', cause: 'test', now: hub.now };
	await hub.tx((tx) => mergeEntities(tx, merge));
	const before = await history.entityAt('U1002', then);
	expect(before).toMatchObject({ unifiedId: 'U1002', fields: known?.fields });
	expect(before?.links.map(({ crmId }) => crmId).sort()).toEqual(
		known?.links.map(({ crmId }) => crmId).sort(),
	);
	const after = await history.entityAt('U1002', hub.now);
	const now = await hub.fabric.desk.findEntity('U1001');
	expect(after).toMatchObject({ unifiedId: 'U1001', fields: now?.fields });
	expect(after?.links).toHaveLength(2 * SYSTEMS.length);
	expect((await history.entityAt('U1001', then))?.links).toHaveLength(SYSTEMS.length);
	const answer = await history.whatIf('U1001', []);
	expect(answer.fields.filter(({ differs }) => differs)).toEqual([]);
	expect(answer.notes).toEqual([expect.stringContaining('another client')]);
	await hub.close();
});
