import { delta, deletion, iso, snapshot, START, TestHub } from '../../test/unit/support/hub';
import type { ChangeEventInput } from '../model/event';

const ADA = { firstName: 'Ada', lastName: 'Hale', jobTitle: 'CFO' };

let hub: TestHub;
beforeEach(async () => {
	hub = await TestHub.open(['wealthbox', 'redtail']);
});
afterEach(() => hub.close());

const titled = (jobTitle: string, at: number) =>
	snapshot('wealthbox', '1', { ...ADA, jobTitle }, { at });
/** As polled connectors name observations: by edit time (whole minutes) and content. */
const polled = (jobTitle: string, at: number): ChangeEventInput => ({
	...titled(jobTitle, at),
	eventId: `wealthbox:1:${iso(Math.floor(at / 60_000) * 60_000)}:${jobTitle}`,
});

test('the overlap of polls is left out, before it was merged and after', async () => {
	expect(await hub.accept('wealthbox', [titled('CFO', START)])).toMatchObject({ accepted: 1 });
	expect(await hub.accept('wealthbox', [titled('CFO', START + 5)])).toMatchObject({
		accepted: 0,
		known: 1,
	});
	await hub.pump('wealthbox');
	expect(await hub.accept('wealthbox', [titled('CFO', START + 9)])).toMatchObject({ accepted: 0 });
});

test('the echo of an own write is left out', async () => {
	await hub.take(titled('CFO', START));
	await hub.deliverAll(['redtail']);
	await hub.take(titled('CEO', START + 5));
	const [job] = await hub.claim('redtail');
	if (job === undefined) throw new Error('No delivery.');
	await hub.confirm(job, 'redtail-U1001');
	const echo = snapshot('redtail', 'redtail-U1001', { ...ADA, jobTitle: 'CEO' }, { at: START + 9 });
	expect(await hub.accept('redtail', [echo])).toMatchObject({ accepted: 0, known: 1 });
});

test('a value that went away and came back within the vendor\u2019s minute is not lost', async () => {
	await hub.accept('wealthbox', [polled('CFO', START)]);
	await hub.pump('wealthbox');
	for (const [title, at] of [
		['CEO', START + 10_000],
		['CFO', START + 20_000],
	] as const) {
		expect(await hub.accept('wealthbox', [polled(title, at)])).toMatchObject({ accepted: 1 });
		await hub.pump('wealthbox');
		const client = await hub.fabric.desk.findEntity('wealthbox', '1');
		expect(client?.fields['jobTitle']).toBe(title);
	}
});

test('so it is if all of it is read before anything is merged', async () => {
	await hub.accept('wealthbox', [polled('CFO', START)]);
	await hub.accept('wealthbox', [polled('CEO', START + 10_000), polled('CFO', START + 20_000)]);
	const { merged } = await hub.pump('wealthbox');
	expect(merged.map(({ outcome }) => outcome)).toEqual(['applied', 'applied', 'applied']);
});

test('what was read while a write of ours was out is news when it is read again', async () => {
	await hub.take(titled('CFO', START));
	await hub.deliverAll(['redtail']);
	const record = (status: string, at: number) =>
		snapshot('redtail', 'redtail-U1001', { ...ADA, status }, { at });
	hub.now = START + 60_000;
	expect(await hub.accept('redtail', [record('Lead', hub.now)])).toMatchObject({ accepted: 1 });
	expect(await hub.accept('redtail', [record('Lead', hub.now + 1)])).toMatchObject({ accepted: 0 });
	await hub.take(titled('CEO', hub.now));
	expect(await hub.claim('redtail')).toHaveLength(1);
	expect(await hub.accept('redtail', [record('Lead', hub.now + 2)])).toMatchObject({ accepted: 1 });
});

test.each(['waits', 'waits for an answer'])(
	'what a read saw that began before another one, whose event %s, is news when it is read again',
	async (state) => {
		await hub.accept('wealthbox', [titled('CFO', START + 5)]);
		if (state === 'waits for an answer')
			await hub.tx((tx) => tx.inbox.settle([1], 'review', START));
		const slow = polled('CEO', START + 2);
		expect(await hub.accept('wealthbox', [slow])).toMatchObject({ accepted: 1 });
		expect(await hub.accept('wealthbox', [polled('CEO', START + 4)])).toMatchObject({
			accepted: 0,
		});
		expect(await hub.accept('wealthbox', [polled('CEO', START + 9)])).toMatchObject({
			accepted: 1,
		});
		expect(await hub.accept('wealthbox', [polled('CEO', START + 12)])).toMatchObject({
			accepted: 0,
		});
		if (state === 'waits for an answer') await hub.tx((tx) => tx.inbox.release([1], START));
		const { merged } = await hub.pump('wealthbox');
		expect(merged.map(({ outcome }) => outcome)).toEqual(['applied', 'superseded', 'applied']);
		const client = await hub.fabric.desk.findEntity('wealthbox', '1');
		expect(client?.fields['jobTitle']).toBe('CEO');
	},
);

test('an event read twice is one event', async () => {
	const edit = delta('wealthbox', '1', { jobTitle: 'CEO' });
	await hub.accept('wealthbox', [edit]);
	await hub.accept('wealthbox', [{ ...edit, fields: { jobTitle: 'COO' } }]);
	expect((await hub.pump('wealthbox')).merged).toHaveLength(1);
});

test('a delete is taken once, one of an unknown record not at all, and what comes after it is news', async () => {
	expect(await hub.accept('wealthbox', [deletion('wealthbox', '7')])).toMatchObject({
		accepted: 0,
	});
	await hub.take(titled('CFO', START));
	const gone = [deletion('wealthbox', '1'), deletion('wealthbox', '1')];
	expect(await hub.accept('wealthbox', gone)).toMatchObject({ accepted: 1, known: 1 });
	await hub.pump('wealthbox');
	expect(await hub.accept('wealthbox', [deletion('wealthbox', '1')])).toMatchObject({
		accepted: 0,
	});
	expect(await hub.accept('wealthbox', [titled('CFO', START + 60_000)])).toMatchObject({
		accepted: 1,
	});
});

test('a record that was found gone is news when it is back, though it holds what it held', async () => {
	await hub.take(titled('CFO', START));
	await hub.deliverAll(['redtail']);
	await hub.take(titled('CEO', START + 5));
	const [job] = await hub.claim('redtail');
	if (job === undefined) throw new Error('No delivery.');
	hub.now = START + 60_000;
	await hub.report(job, { status: 'gone', reason: 'Not there.', code: '404' });
	const held = (at: number) => snapshot('redtail', 'redtail-U1001', { ...ADA }, { at });
	expect(await hub.accept('redtail', [held(START + 50_000)])).toMatchObject({ accepted: 0 });
	expect(await hub.accept('redtail', [held(START + 70_000)])).toMatchObject({ accepted: 1 });
	await hub.pump('redtail');
	const client = await hub.fabric.desk.findEntity('U1001');
	expect(client?.fields['jobTitle']).toBe('CEO');
	expect(client?.links.map(({ state }) => state)).toEqual(['active', 'active']);
	expect(await hub.claim('redtail')).toMatchObject([{ changes: { jobTitle: 'CEO' } }]);
});

test('what does not fit the schema becomes a dead letter; the others go on', async () => {
	const odd = { ...titled('CFO', START), crmId: '2', fields: { shoeSize: 9 } };
	const result = await hub.accept('wealthbox', [
		odd as unknown as ChangeEventInput,
		titled('CFO', START),
	]);
	expect(result).toEqual({ accepted: 1, known: 0, rejected: 1 });
	const [letter] = await hub.fabric.desk.deadLetters('open', 5);
	expect(letter).toMatchObject({ kind: 'event', crmId: '2', code: 'schema', system: 'wealthbox' });
	expect(letter?.reason).toContain('shoeSize is no canonical field');
});

test('the cursor moves with the events or not at all', async () => {
	await hub.accept('wealthbox', [titled('CFO', START)], { cursor: { page: 2 } });
	expect(await hub.fabric.cursor('wealthbox')).toEqual({ page: 2 });
	const unstorable = { page: 3, at: 10n } as unknown as { page: number };
	const failing = hub.accept('wealthbox', [titled('CEO', START + 5)], { cursor: unstorable });
	await expect(failing).rejects.toThrow(TypeError);
	expect(await hub.fabric.cursor('wealthbox')).toEqual({ page: 2 });
	expect(await hub.tx((tx) => tx.inbox.countByState())).toEqual([
		{ system: 'wealthbox', state: 'pending', count: 1 },
	]);
});

test('a stream that is replayed tells nothing new, its first sight of a record included', async () => {
	const made = snapshot('salesforce', '1', { firstName: 'Ada', jobTitle: 'CFO' });
	await hub.take(made, delta('salesforce', '1', { jobTitle: 'CEO' }, { at: START + 5 }));
	const again = await hub.accept('salesforce', [made]);
	expect(again).toEqual({ accepted: 0, known: 1, rejected: 0 });
});

test.each(['waiting', 'merged'])(
	'a record that was put away (%s) and is in use again is news once',
	async (state) => {
		const away = snapshot('wealthbox', '1', ADA, { at: START + 5, change: 'archive' });
		await hub.take(titled('CFO', START));
		await hub.accept('wealthbox', [away]);
		if (state === 'merged') await hub.pump('wealthbox');
		expect((await hub.accept('wealthbox', [titled('CFO', START + 9)])).accepted).toBe(1);
		expect((await hub.accept('wealthbox', [titled('CFO', START + 12)])).accepted).toBe(0);
	},
);
