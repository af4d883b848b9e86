/** A first load of clients with their households, notes, tasks and opportunities, by the three real connectors. */
import { clientsOf } from '../../../bench/first-load/people';
import {
	compareBelongings,
	familiesOf,
	makeBelongings,
} from '../../../bench/first-load/belongings';
import { MAKING_ORDER } from '../../../lib/backfill/report';
import { compareCrms, CRMS, type Crm } from '../../../scripts/demo/agreement';
import { RealCrms } from './real-crms';

jest.setTimeout(120_000);

const CONTACTS = 12;
let crms: RealCrms;

/** Half of the clients stand in all three CRMs; all live in families of three. */
beforeEach(async () => {
	crms = await RealCrms.open();
	const lists = clientsOf({ contacts: CONTACTS, overlap: 0.5, seed: 3 });
	const people = new Map<string, Partial<Record<Crm, string>>>();
	for (const crm of CRMS)
		for (const one of lists[crm]) {
			const key = one.emails?.[0]?.address ?? '';
			const { id } = crms.simulators[crm].people.create(one);
			people.set(key, { ...people.get(key), [crm]: id });
		}
	await makeBelongings(crms.office, familiesOf([...people.values()], 1));
});
afterEach(() => crms.close());

const nonZero = (counts: Record<string, number>) =>
	Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));

test('the plan counts every object, and nothing is written', async () => {
	const before = CRMS.map((crm) => crms.simulators[crm].writes().length);
	const { findings, objects, estimates } = await crms.plan();
	expect(objects).toEqual(['contact', 'household', 'opportunity', 'note', 'task', 'event']);
	expect(findings.contact).toMatchObject({ clients: 24, matched: 6 });
	// Eight families: two of them in all three CRMs, one of these lacking its household in each turn.
	expect(findings.household).toMatchObject({ clients: 8, matched: 2, lacksClient: 0 });
	expect(findings.task).toMatchObject({ clients: 8, matched: 2, lacksClient: 0 });
	expect(findings.note).toMatchObject({ clients: 8, matched: 0, lacksClient: 0 });
	const creates = (object: 'household' | 'note' | 'task') =>
		CRMS.map((crm) => findings[object]?.writes[crm]?.creates ?? 0).reduce((a, b) => a + b);
	// A household that two of the three have is missing once, one that one has twice.
	expect(creates('household')).toBe(2 * 1 + 6 * 2);
	expect(creates('task')).toBe(6 * 2);
	expect(creates('note')).toBe(8 * 2);
	const joins = CRMS.map((crm) => findings.contact?.writes[crm]?.joins ?? 0);
	expect(joins.reduce((a, b) => a + b)).toBe(3 * creates('household'));
	for (const { calls, objects: own } of estimates)
		expect(own.reduce((sum, one) => sum + one.calls, 0)).toBe(calls);
	expect(CRMS.map((crm) => crms.simulators[crm].writes().length)).toEqual(before);
});

test('the run brings members and items into agreement everywhere, by the writes that the plan named', async () => {
	const plan = await crms.plan();
	await crms.hub.fabric.backfill.start(plan.run, {});
	const written = await crms.runOut();
	expect(await compareBelongings(crms.office)).toMatchObject({ differences: [], members: 24 });
	expect(compareCrms(crms.simulators)).toMatchObject({ duplicates: 0, disagreements: [] });
	for (const object of MAKING_ORDER) {
		const writes = Object.values(plan.findings[object]?.writes ?? {});
		const planned = writes.reduce((sum, { creates, updates }) => sum + creates + updates, 0);
		expect({ object, written: written[object] ?? 0 }).toEqual({ object, written: planned });
	}
	const done = await crms.hub.fabric.backfill.progress(plan.run);
	expect(done).toMatchObject({ phase: 'finished', notes: [] });
	expect(done.parts.filter(({ remaining, failed }) => remaining + failed > 0)).toEqual([]);
	for (const crm of CRMS) expect(nonZero((await crms.reconcile(crm)).counts)).toEqual({});
});

test('a reading that broke off in the middle of the notes goes on there', async () => {
	const { backfill } = crms.hub.fabric;
	const { run } = await backfill.begin();
	const { readSystem } = await import('../../../lib/backfill/read-system');
	crms.simulators.redtail.setFault({ kind: 'status', match: '/notes', status: 403 });
	await expect(readSystem(backfill, await crms.toRead('redtail', run))).rejects.toThrow();
	crms.simulators.redtail.clearFaults();
	const done = async () =>
		(await backfill.progress(run)).readings['redtail']?.lists.map(({ isDone }) => isDone);
	expect(await done()).toEqual([true, true, true, false, false]);
	const calls = () => crms.simulators.redtail.callCounts()['200'] ?? 0;
	const before = calls();
	await readSystem(backfill, await crms.toRead('redtail', run));
	expect(await done()).toEqual([true, true, true, true, true]);
	// One page of contacts, a call for the notes of each, and one page of activities.
	expect(calls() - before).toBeLessThanOrEqual(CONTACTS + 4);
});
