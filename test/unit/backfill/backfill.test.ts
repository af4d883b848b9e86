/** First load on the hub alone: plan, run, pause, cancel, caps, filters, the breaker, crashes. */
import { TestHub, snapshot, deletion } from '../support/hub';
import { memoryConnector } from '../support/memory-connector';
import { emptyFindings } from '../../../lib/backfill/report';
import {
	deliverRound,
	holdings,
	listPlace,
	person,
	planned,
	readAll,
	readOne,
	runOut,
	SYSTEMS,
	TERMS,
	type Holdings,
} from './three-crms';

let hub: TestHub;
let held: Holdings;

beforeEach(async () => {
	hub = await TestHub.open(SYSTEMS);
	held = holdings({ all: 12, own: 3 });
});
afterEach(() => hub.close());

const clients = () => hub.tx((tx) => tx.identity.page(null, 1_000));
const emailsIn = (system: string) =>
	[...(held[system] ?? [])]
		.map(([, { emails }]) => (emails as Array<{ address: string }>)[0]?.address)
		.sort();

describe('the plan', () => {
	it('counts what the run would do and changes nothing', async () => {
		const before = await hub.store.newestTime();
		const plan = await planned(hub, held);
		expect(plan).toMatchObject({ run: 'backfill/1', phase: 'planned', objects: ['contact'] });
		expect(plan.findings.contact).toMatchObject({
			clients: 21,
			matched: 12,
			onlyIn: { redtail: 3, salesforce: 3, wealthbox: 3 },
			pairs: [
				{ systems: ['redtail', 'salesforce'], matched: 12 },
				{ systems: ['redtail', 'wealthbox'], matched: 12 },
				{ systems: ['salesforce', 'wealthbox'], matched: 12 },
			],
			review: 0,
			invalid: 0,
		});
		for (const system of SYSTEMS) expect(plan.findings.contact?.writes[system]?.creates).toBe(6);
		const [conflict] = plan.findings.contact?.conflicts ?? [];
		expect(conflict).toMatchObject({ field: 'jobTitle', clients: 12 });
		expect(plan.findings.contact?.samples.map(({ kind }) => kind)).toEqual(
			expect.arrayContaining(['matched', 'new', 'conflict']),
		);
		for (const { title, records } of plan.findings.contact?.samples ?? []) {
			const [system = '', crmId = ''] = records[0]?.split('/') ?? [];
			const { firstName, lastName } = held[system]?.get(crmId) ?? {};
			expect({ crmId, title }).toEqual({
				crmId,
				title: `${String(firstName)} ${String(lastName)}`,
			});
		}
		expect(await clients()).toEqual([]);
		expect(await hub.store.newestTime()).toBe(before);
		expect(await deliverRound(hub, held)).toBe(0);
		expect(await hub.fabric.desk.reviews(undefined, 100)).toEqual([]);
	});

	it('goes on with a reading that broke off, and forgets what a later listing does not show', async () => {
		const { backfill } = hub.fabric;
		const { run } = await backfill.begin();
		const place = listPlace(await backfill.beginReading(run, 'redtail'));
		const gone = snapshot('redtail', 'gone', person(77));
		await backfill.stage({ ...place, position: { pages: 1 }, events: [gone] });
		expect((await backfill.begin()).run).toBe(run);
		const again = await backfill.beginReading(run, 'redtail');
		expect(again.isDone).toBe(false);
		expect(again.lists).toMatchObject([{ pass: 1, isDone: false, position: { pages: 1 } }]);
		const anew = await backfill.beginReading(run, 'redtail', true);
		expect(anew).toMatchObject({ records: {}, lists: [{ pass: 2, position: null }] });
		const late = backfill.stage({ ...place, position: null, events: [] });
		await expect(late).rejects.toThrow('Another reading of redtail has begun');
		for (const system of SYSTEMS) await readOne(hub, run, system, held[system] ?? new Map());
		const plan = await backfill.plan(run, { terms: TERMS, filters: [] });
		expect(plan.findings.contact?.clients).toBe(21);
	});

	it('is not made before every system was read', async () => {
		const { run } = await hub.fabric.backfill.begin();
		await readOne(hub, run, 'redtail', held['redtail'] ?? new Map());
		const early = hub.fabric.backfill.plan(run, { terms: TERMS, filters: [] });
		await expect(early).rejects.toThrow('has not read salesforce and wealthbox to the end');
	});

	it('names records that do not fit, and creates that a CRM will not take', async () => {
		await hub.close();
		const refuses = () => 'It needs a last name.';
		hub = await TestHub.open(SYSTEMS, {}, { ...memoryConnector('memory'), refuses });
		const { backfill } = hub.fabric;
		const run = await readAll(hub, held);
		const again = listPlace(await backfill.beginReading(run, 'redtail', true));
		const odd = { ...snapshot('redtail', 'odd', {}), editedAt: 'yesterday' };
		const good = snapshot('redtail', 'r1', person(1));
		await backfill.stage({ ...again, position: null, events: [odd, good] });
		await backfill.endList(again);
		const { findings } = await backfill.plan(run, { terms: TERMS, filters: [] });
		const found = findings.contact ?? emptyFindings();
		expect(found.invalid).toBe(1);
		expect(found.refusals).toContainEqual({
			system: 'redtail',
			reason: 'It needs a last name.',
			clients: expect.any(Number) as number,
		});
		const why = found.samples.filter(({ kind }) => kind === 'invalid').map((one) => one.why);
		expect(why.join(' ')).toContain('editedAt must be an ISO 8601 time');
	});

	it('leaves alone whom a filter does not let through, with all of their records', async () => {
		(held['salesforce'] as Map<string, object>).set('s1', person(1, { status: 'Former' }));
		const run = await readAll(hub, held);
		const filters = [{ system: 'salesforce', field: 'status', is: 'notEqual', value: 'former' }];
		const { findings } = await hub.fabric.backfill.plan(run, {
			terms: TERMS,
			filters: filters as never,
		});
		expect(findings.contact).toMatchObject({ clients: 20, matched: 11, filtered: 3 });
		await hub.fabric.backfill.start(run, {});
		await runOut(hub, held);
		expect(await clients()).toHaveLength(20);
	});
});

describe('the run', () => {
	it('brings all systems into agreement, once each', async () => {
		const { run } = await planned(hub, held);
		await hub.fabric.backfill.start(run, { by: 'Pat' });
		await runOut(hub, held);
		const done = await hub.fabric.backfill.progress(run);
		expect(done).toMatchObject({ phase: 'finished', merged: 45, share: 1, approvedBy: 'Pat' });
		expect(await clients()).toHaveLength(21);
		for (const system of SYSTEMS) {
			expect(held[system]?.size).toBe(21);
			expect(emailsIn(system)).toEqual(emailsIn('redtail'));
		}
		const titles = SYSTEMS.map((system) => [...(held[system] ?? [])].map(([, one]) => one));
		const byEmail = titles.map(
			(records) => new Map(records.map((one) => [JSON.stringify(one['emails']), one['jobTitle']])),
		);
		for (const [email, title] of byEmail[0] ?? [])
			expect(byEmail.map((titles) => titles.get(email))).toEqual([title, title, title]);
		const { systems } = done;
		expect(systems.map(({ written, remaining }) => [written > 5, remaining])).toEqual(
			SYSTEMS.map(() => [true, 0]),
		);
	});

	it('writes exactly what the plan said', async () => {
		const plan = await planned(hub, held);
		await hub.fabric.backfill.start(plan.run, {});
		const writes = await runOut(hub, held);
		const sum = Object.values(plan.findings.contact?.writes ?? {}).reduce(
			(total, { creates, updates }) => total + creates + updates,
			0,
		);
		expect(writes).toBe(sum);
	});

	it('links without creating, and creates on the next edit', async () => {
		const { run } = await planned(hub, held);
		await hub.fabric.backfill.start(run, { mode: 'matched' });
		await runOut(hub, held);
		expect(await clients()).toHaveLength(12);
		expect(held['redtail']?.size).toBe(15);
		hub.now += 1_000;
		const edited = person(1_000, { jobTitle: 'Judge' });
		await hub.take(snapshot('redtail', 'r1000', edited, { at: hub.now }));
		await deliverRound(hub, held);
		expect(held['wealthbox']?.size).toBe(16);
	});

	it('takes only new clients', async () => {
		const { run } = await planned(hub, held);
		await hub.fabric.backfill.start(run, { mode: 'new' });
		await runOut(hub, held);
		expect(await clients()).toHaveLength(9);
		for (const system of SYSTEMS) expect(held[system]?.size).toBe(21);
	});

	it('creates no more than the cap; what is left out stays out until another plan', async () => {
		const { run } = await planned(hub, held);
		await hub.fabric.backfill.start(run, {
			caps: { creates: { contact: { redtail: 2, wealthbox: 0 } } },
		});
		await runOut(hub, held);
		const sizes = SYSTEMS.map((system) => held[system]?.size);
		expect(sizes).toEqual([17, 21, 15]);
		const first = await hub.fabric.backfill.progress(run);
		expect(first.overCap).toEqual({ contact: { redtail: 4, wealthbox: 6 } });
		hub.now += 60_000;
		const second = await planned(hub, held);
		expect(second.findings.contact?.writes).toMatchObject({
			redtail: { creates: 4 },
			wealthbox: { creates: 6 },
		});
		await hub.fabric.backfill.start(second.run, {});
		await runOut(hub, held);
		expect(SYSTEMS.map((system) => held[system]?.size)).toEqual([21, 21, 21]);
	});

	it('spreads creates over the days', async () => {
		const { run } = await planned(hub, held);
		await hub.fabric.backfill.start(run, { caps: { createsPerDay: { redtail: 4 } } });
		await runOut(hub, held);
		expect(held['redtail']?.size).toBe(19);
		expect(await hub.fabric.backfill.progress(run)).toMatchObject({ phase: 'writing' });
		hub.now += 86_400_000;
		await runOut(hub, held);
		expect(held['redtail']?.size).toBe(21);
		expect(await hub.fabric.backfill.progress(run)).toMatchObject({ phase: 'finished' });
	});

	it('stands still while it is paused, but for what people edit', async () => {
		const { run } = await planned(hub, held);
		const { backfill } = hub.fabric;
		await backfill.start(run, {});
		while (await backfill.advance());
		const paused = await backfill.pause(run);
		expect(paused.isPaused).toBe(true);
		expect(await deliverRound(hub, held)).toBe(0);
		hub.now += 1_000;
		const edit = person(5, { jobTitle: 'Judge' });
		held['redtail']?.set('r5', edit);
		await hub.take(snapshot('redtail', 'r5', edit, { at: hub.now }));
		expect(await deliverRound(hub, held)).toBe(2);
		expect(held['wealthbox']?.get('w5')?.['jobTitle']).toBe('Judge');
		await backfill.resume(run);
		await runOut(hub, held);
		expect(await backfill.progress(run)).toMatchObject({ phase: 'finished', isPaused: false });
		for (const system of SYSTEMS) expect(held[system]?.size).toBe(21);
	});

	it('writes nothing more once it is cancelled', async () => {
		const { run } = await planned(hub, held);
		const { backfill } = hub.fabric;
		await backfill.start(run, {});
		await backfill.advance();
		expect((await backfill.cancel(run)).phase).toBe('cancelled');
		expect(await deliverRound(hub, held)).toBe(0);
		await expect(backfill.cancel(run)).rejects.toThrow('has ended before');
		await expect(backfill.start(run, {})).rejects.toThrow('its phase is cancelled');
		expect((await backfill.begin()).run).toBe('backfill/2');
	});

	it('goes on in another process, wherever it broke off', async () => {
		const { run } = await planned(hub, held);
		await hub.fabric.backfill.start(run, {});
		for (let round = 0; round < 200; round += 1) {
			// The claims of a process that is gone run out; creates that it made are found again.
			const moved = await hub.fabric.backfill.advance();
			const done = await deliverRound(hub, held);
			if (!moved && done === 0) break;
			hub.now += 60_000;
		}
		expect(await clients()).toHaveLength(21);
		for (const system of SYSTEMS) expect(held[system]?.size).toBe(21);
	});

	it('is one run that can be undone', async () => {
		const { run } = await planned(hub, held);
		await hub.fabric.backfill.start(run, {});
		await runOut(hub, held);
		hub.now += 1_000;
		const report = await hub.fabric.history.undoRun({ run });
		expect(report.undone.map(({ field }) => field)).toContain('jobTitle');
		expect(report.undone.map(({ field }) => field)).not.toContain('lastName');
	});
});

describe('the breaker', () => {
	const limits = { creates: 2, changes: 2, removals: 2 };

	it('lets an approved plan through, whatever the limit of the system', async () => {
		await hub.close();
		hub = await TestHub.open(SYSTEMS, { limits });
		const { run } = await planned(hub, held);
		await hub.fabric.backfill.start(run, {});
		await runOut(hub, held);
		expect(await hub.fabric.desk.reviews('open', 10)).toEqual([]);
		for (const system of SYSTEMS) expect(held[system]?.size).toBe(21);
	});

	it('asks when the run would go beyond what was approved', async () => {
		const { run } = await planned(hub, held);
		await hub.fabric.backfill.start(run, {});
		await hub.tx((tx) =>
			tx.breakers.save(run, 'redtail', {
				creates: { steps: [], approved: 2 },
				changes: { steps: [], approved: 100 },
			}),
		);
		await runOut(hub, held);
		expect(held['redtail']?.size).toBe(17);
		const [question] = await hub.fabric.desk.reviews('open', 10);
		expect(question).toMatchObject({ kind: 'breaker', system: 'redtail', crmId: run });
		const progress = await hub.fabric.backfill.progress(run);
		expect(progress.systems[0]).toMatchObject({ system: 'redtail', held: 4 });
		expect(progress.notes.join()).toContain('More would be written in redtail');
		await hub.fabric.desk.decide(question?.id ?? 0, { verdict: 'approve' });
		await runOut(hub, held);
		expect(held['redtail']?.size).toBe(21);
	});
});

describe('live changes meanwhile', () => {
	it('create nobody while systems wait for their first load, and are made up for', async () => {
		await hub.close();
		hub = await TestHub.open(SYSTEMS, { awaitsLoad: true });
		await hub.take(snapshot('redtail', 'r0', person(0), { at: hub.now }));
		expect(await deliverRound(hub, held)).toBe(0);
		hub.now += 1_000;
		const fresh = person(5_000);
		held['redtail']?.set('r5000', fresh);
		const { run } = await planned(hub, held);
		hub.now += 1_000;
		const late = person(6_000);
		held['wealthbox']?.set('w6000', late);
		await hub.take(snapshot('wealthbox', 'w6000', late, { at: hub.now }));
		expect(await deliverRound(hub, held)).toBe(0);
		await hub.fabric.backfill.start(run, {});
		await runOut(hub, held);
		for (const system of SYSTEMS) expect(held[system]?.size).toBe(23);
		expect((await hub.fabric.systems()).map((system) => system.awaitsLoad)).toEqual(
			SYSTEMS.map(() => false),
		);
	});

	it('win over what was read before them', async () => {
		const { run } = await planned(hub, held);
		hub.now += 5_000;
		const edit = person(2, { jobTitle: 'Bishop' });
		held['salesforce']?.set('s2', edit);
		await hub.take(snapshot('salesforce', 's2', edit, { at: hub.now }));
		hub.now += 5_000;
		await hub.take(deletion('redtail', 'r3', { at: hub.now }));
		held['redtail']?.delete('r3');
		await hub.fabric.backfill.start(run, {});
		await runOut(hub, held);
		for (const [system, key] of [
			['redtail', 'r2'],
			['salesforce', 's2'],
			['wealthbox', 'w2'],
		] as const) {
			expect(held[system]?.get(key)?.['jobTitle']).toBe('Bishop');
		}
	});
});
