/** First load of clients with what belongs to them, on the hub alone: order, filters, caps, modes, what waits, crashes. */
import { FamilyCrms } from './family-crms';

let crms: FamilyCrms;
beforeEach(async () => {
	crms = await FamilyCrms.open();
});
afterEach(() => crms.hub.close());

/** Ada and Ben are a household in Wealthbox, with a note each; Ben stands in Redtail, too, with one of these notes. */
function family(): void {
	const ada = crms.contact('wealthbox', 1);
	const ben = crms.contact('wealthbox', 2);
	crms.household('wealthbox', 'h1', 'Hollis', [1, 2]);
	crms.note('wealthbox', 'n1', ada, 'Met at noon.');
	crms.note('wealthbox', 'n2', ben, 'Called.');
	crms.note('redtail', 'm2', crms.contact('redtail', 2), 'Called.');
}

const inSystem = (system: string) => crms.written.filter((job) => job.system === system);

/** The load alone, without the canvas: one household, planned as it is made, with all of its members. */
async function wholeAfterLoad(people: readonly number[]): Promise<void> {
	const { findings, run } = await crms.plan();
	expect(findings.household).toMatchObject({
		...{ clients: 1, lacksClient: 0 },
		writes: { redtail: { creates: 1 }, salesforce: { creates: 1 } },
	});
	await crms.hub.fabric.backfill.start(run, {});
	await crms.runOut();
	expect(await crms.hub.fabric.backfill.progress(run)).toMatchObject({
		...{ phase: 'finished', notes: [] },
	});
	for (const system of ['redtail', 'salesforce']) {
		const prefix = `${system}/household/`;
		const made = [...crms.held.keys()].filter((key) => key.startsWith(prefix));
		expect(made).toHaveLength(1);
		const homes = crms.count(system, 'contact').map(({ fields }) => fields['household']);
		expect(homes).toHaveLength(people.length);
		expect(new Set(homes)).toEqual(
			new Set(made.map((key) => `household:${key.slice(prefix.length)}`)),
		);
	}
}

describe('the plan', () => {
	it('counts every object as if those that it names were there, and changes nothing', async () => {
		family();
		const before = await crms.hub.store.newestTime();
		const { findings, objects, parts } = await crms.plan();
		expect(objects).toEqual(['contact', 'household', 'note']);
		expect(findings.contact).toMatchObject({
			...{ clients: 2, matched: 1 },
			writes: {
				redtail: { creates: 1, updates: 1, joins: 2 },
				salesforce: { creates: 2, updates: 0, joins: 2 },
			},
		});
		expect(findings.household).toMatchObject({
			...{ clients: 1, matched: 0, onlyIn: { wealthbox: 1 }, lacksClient: 0 },
			writes: { redtail: { creates: 1 }, salesforce: { creates: 1 } },
		});
		expect(findings.note).toMatchObject({
			...{ clients: 2, matched: 1, onlyIn: { wealthbox: 1 }, lacksClient: 0 },
			writes: { redtail: { creates: 1 }, salesforce: { creates: 2 } },
		});
		expect(
			parts.find(({ system, object }) => system === 'redtail' && object === 'note'),
		).toMatchObject({ read: 1, planned: 1, written: 0, remaining: 1 });
		expect(await crms.hub.store.newestTime()).toBe(before);
		expect(await crms.deliverRound()).toBe(0);
	});

	it('tells what names a client who is not known: it waits, and is no end of the run', async () => {
		family();
		crms.note('wealthbox', 'n9', 'contact:gone', 'Of nobody.');
		const { findings, run } = await crms.plan();
		expect(findings.note).toMatchObject({ clients: 2, lacksClient: 1 });
		await crms.hub.fabric.backfill.start(run, {});
		await crms.runOut();
		const done = await crms.hub.fabric.backfill.progress(run);
		expect(done.phase).toBe('finished');
		expect(done.notes.join()).toContain('1 note waited for a client who was not known');
		// The client turns up later: so does the note.
		crms.hub.now += 3_600_000;
		const { snapshot } = await import('../support/hub');
		const { person } = await import('./three-crms');
		await crms.hub.take(snapshot('wealthbox', 'gone', person(9), { at: crms.hub.now }));
		await crms.hub.pump('wealthbox');
		await crms.runOut();
		expect(crms.notes('redtail')).toContain('Of nobody.');
	});

	it('has room for a client with more notes than fit on a page', async () => {
		const ada = crms.contact('wealthbox', 1);
		for (let count = 0; count < 450; count += 1)
			crms.note('wealthbox', `n${count}`, ada, `Note ${count}`);
		const { findings, run } = await crms.plan();
		expect(findings.note).toMatchObject({
			...{ clients: 450, lacksClient: 0 },
			writes: { redtail: { creates: 450 }, salesforce: { creates: 450 } },
		});
		expect(findings.contact).toMatchObject({ clients: 1 });
		await crms.hub.fabric.backfill.start(run, {});
		await crms.runOut();
		expect(crms.notes('redtail')).toHaveLength(450);
		expect((await crms.hub.fabric.backfill.progress(run)).phase).toBe('finished');
	});

	it('keeps a household and its members together, however many notes they have', async () => {
		const people = [1, 2, 3];
		for (const n of people) {
			const client = crms.contact('wealthbox', n);
			for (let count = 0; count < 120; count += 1)
				crms.note('wealthbox', `n${n}-${count}`, client, `Note ${count} of ${n}`);
		}
		crms.household('wealthbox', 'h1', 'Hollis', people);
		await wholeAfterLoad(people);
	});

	it('takes in a household of more members than fit on a page', async () => {
		const people = Array.from({ length: 230 }, (_, place) => place + 1);
		for (const n of people) crms.contact('wealthbox', n);
		crms.household('wealthbox', 'h1', 'Hollis', people);
		crms.note('wealthbox', 'n1', 'household:h1', 'Met them all.');
		await wholeAfterLoad(people);
		expect(crms.notes('redtail')).toEqual(['Met them all.']);
	});

	it('of what was loaded before finds nothing to do', async () => {
		family();
		await crms.load();
		// More than fit on a page: each client counts once, whatever page its records were on before.
		for (let n = 100; n < 220; n += 1) crms.contact('redtail', n);
		await crms.load();
		const { findings } = await crms.plan();
		expect(findings.contact).toMatchObject({ clients: 122, matched: 122, onlyIn: {} });
		expect(findings.note).toMatchObject({ known: 6, changed: 0, writes: {} });
		expect(findings.household).toMatchObject({ known: 3, changed: 0, writes: {} });
		expect(findings.contact).toMatchObject({ known: 366, changed: 0, writes: {} });
	});
});

describe('the run', () => {
	it('makes households before contacts, and contacts before their notes, each with one write', async () => {
		family();
		const done = await crms.load();
		expect(done).toMatchObject({ phase: 'finished', notes: [] });
		for (const system of ['redtail', 'salesforce']) {
			const objects = inSystem(system).map(({ object }) => object);
			expect(objects[0]).toBe('household');
			expect(objects.lastIndexOf('contact')).toBeLessThan(objects.indexOf('note'));
			const home = inSystem(system).find(({ object }) => object === 'household');
			const contacts = inSystem(system).filter(({ object }) => object === 'contact');
			expect(contacts.map(({ changes }) => changes['household'])).toEqual([
				...[0, 1].map(() => `household:${system}-${home?.unifiedId}`),
			]);
			expect(crms.notes(system).sort()).toEqual(['Called.', 'Met at noon.']);
		}
		expect(inSystem('wealthbox')).toEqual([]);
		expect(done.parts.map(({ written, planned }) => written === planned)).not.toContain(false);
	});

	it('does not wait for a household that cannot be made', async () => {
		family();
		crms.refuses = ({ object, system }) => object === 'household' && system === 'redtail';
		const done = await crms.load();
		expect(done.phase).toBe('finished');
		expect(done.notes.join()).toContain('1 household could not be created in redtail');
		expect(crms.count('redtail', 'contact')).toHaveLength(2);
		expect(crms.notes('redtail')).toHaveLength(2);
	});

	it('ends though a client cannot be made, and says what follows from that', async () => {
		family();
		crms.refuses = ({ object, system }) => object === 'contact' && system === 'salesforce';
		const done = await crms.load();
		expect(done.phase).toBe('finished');
		expect(done.notes.join()).toContain('2 clients could not be created in salesforce');
		expect(crms.notes('salesforce')).toEqual([]);
		expect(crms.notes('redtail')).toHaveLength(2);
	});

	it('goes on in the middle, wherever a process died: nothing is doubled', async () => {
		family();
		for (let n = 10; n < 40; n += 1)
			crms.note('salesforce', `s${n}`, crms.contact('salesforce', n), `Note of ${n}`);
		const { run } = await crms.plan();
		await crms.hub.fabric.backfill.start(run, {});
		while (await crms.hub.fabric.backfill.advance()) {
			// A process that claimed and died: its claims come free again.
			for (const system of ['redtail', 'wealthbox']) await crms.hub.claim(system);
			crms.hub.now += 60_000;
			await crms.deliverRound();
		}
		await crms.runOut();
		for (const system of ['redtail', 'salesforce', 'wealthbox']) {
			expect(crms.count(system, 'contact')).toHaveLength(32);
			expect(new Set(crms.notes(system)).size).toBe(32);
			expect(crms.notes(system)).toHaveLength(32);
		}
		expect((await crms.hub.fabric.backfill.progress(run)).phase).toBe('finished');
	});

	it('stands still while it is paused, be it of what a write on its way has made possible', async () => {
		family();
		const { backfill } = crms.hub.fabric;
		const { run } = await crms.plan();
		await backfill.start(run, {});
		while (await backfill.advance());
		await crms.deliverRound();
		crms.hub.now += 6_000;
		const contacts = await crms.hub.claim('salesforce');
		expect(contacts.map(({ object }) => object)).toEqual(['contact', 'contact']);
		await backfill.pause(run);
		for (const job of contacts) await crms.hub.confirm(job, `s-${job.unifiedId}`);
		await backfill.advance();
		expect(await crms.deliverRound()).toBe(0);
		await backfill.resume(run);
		await crms.runOut();
		expect(crms.notes('salesforce')).toHaveLength(2);
		expect((await backfill.progress(run)).phase).toBe('finished');
	});

	it('lets live changes go first, be they of a note', async () => {
		family();
		for (let n = 10; n < 30; n += 1) crms.contact('salesforce', n);
		const { run } = await crms.plan();
		await crms.hub.fabric.backfill.start(run, {});
		while (await crms.hub.fabric.backfill.advance());
		const { snapshot } = await import('../support/hub');
		crms.hub.now += 1_000;
		const fields = { ...crms.of('wealthbox', 'note', 'n2').fields, text: 'Called back.' };
		await crms.hub.take(snapshot('wealthbox', 'n2', fields, { object: 'note', at: crms.hub.now }));
		const [first] = await crms.hub.claim('redtail');
		expect(first).toMatchObject({ object: 'note', changes: { text: 'Called back.' } });
	});
});

describe('what a person leaves out', () => {
	it('by a filter of clients takes what belongs to them with it', async () => {
		family();
		crms.note('salesforce', 's3', crms.contact('salesforce', 3), 'Of another one.');
		const filters = [
			{ system: 'wealthbox', field: 'firstName', is: 'notEqual' as const, value: 'Firstb' },
		];
		const { findings } = await crms.plan(filters);
		expect(findings.contact).toMatchObject({ filtered: 1 });
		expect(findings.note).toMatchObject({ filtered: 1, clients: 2 });
		const done = await crms.load({}, filters);
		expect(done.phase).toBe('finished');
		expect(crms.notes('redtail').sort()).toEqual(['Called.', 'Of another one.']);
		expect(await crms.hub.fabric.nextEvents('wealthbox', 10)).toBeUndefined();
	});

	it('by a filter of notes leaves the client in', async () => {
		const ada = crms.contact('wealthbox', 1);
		crms.note('wealthbox', 'n1', ada, 'Old.', { notedAt: '2019-05-01T10:00:00.000Z' });
		crms.note('wealthbox', 'n2', ada, 'New.', { notedAt: '2025-05-01T10:00:00.000Z' });
		const after = { system: 'wealthbox', object: 'note' as const, field: 'notedAt' };
		await crms.load({}, [{ ...after, is: 'after', value: '2024-12-31' }]);
		expect(crms.notes('redtail')).toEqual(['New.']);
		expect(crms.count('redtail', 'contact')).toHaveLength(1);
	});

	it('by a cap stays out, with what belongs to it', async () => {
		family();
		const caps = { creates: { contact: { salesforce: 1 }, note: { redtail: 0 } } };
		const done = await crms.load({ caps });
		expect(done).toMatchObject({
			phase: 'finished',
			overCap: { contact: { salesforce: 1 }, note: { redtail: 1 } },
		});
		expect(crms.count('salesforce', 'contact')).toHaveLength(1);
		expect(crms.notes('salesforce')).toHaveLength(1);
		expect(crms.notes('redtail')).toEqual(['Called.']);
		// The next plan says what was left out.
		const { findings } = await crms.plan();
		expect(findings.contact?.writes['salesforce']?.creates).toBe(1);
		expect(findings.note?.writes['redtail']?.creates).toBe(1);
	});

	it('by a mode takes what belongs to it, too', async () => {
		family();
		await crms.load({ mode: 'matched' });
		expect(crms.count('redtail', 'contact')).toHaveLength(1);
		expect(crms.count('salesforce', 'contact')).toEqual([]);
		expect(crms.notes('redtail')).toEqual(['Called.']);
		expect(await crms.hub.fabric.nextEvents('wealthbox', 10)).toBeUndefined();
	});

	it('by the mode of new ones are matched clients with all that is theirs', async () => {
		family();
		await crms.load({ mode: 'new' });
		expect(crms.count('redtail', 'contact')).toHaveLength(2);
		expect(crms.notes('redtail').sort()).toEqual(['Called.', 'Met at noon.']);
		expect(crms.notes('salesforce')).toEqual(['Met at noon.']);
	});
});
