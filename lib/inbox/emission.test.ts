import { snapshot, START, TestHub } from '../../test/unit/support/hub';
import { EVENT_RETRY } from '../retry';

const fields = (jobTitle: string) => ({ firstName: 'Ada', lastName: 'Hale', jobTitle });
const FAILED = { ok: false, reason: 'The execution failed.' } as const;

let hub: TestHub;
beforeEach(async () => {
	hub = await TestHub.open(['wealthbox', 'redtail']);
});
afterEach(() => hub.close());

async function emit(limit = 50) {
	const batch = await hub.fabric.nextEvents('wealthbox', limit);
	return { id: batch?.id ?? '', titles: batch?.items.map(({ event }) => event.fields['jobTitle']) };
}

test('events of one record keep their order through failures, those of others do not wait', async () => {
	const [one, two, three] = ['CFO', 'CEO', 'COO'].map((title, index) =>
		snapshot('wealthbox', '1', fields(title), { at: START + index }),
	);
	await hub.accept(
		'wealthbox',
		[one, two].flatMap((event) => event ?? []),
	);
	const first = await emit(1);
	expect(first.titles).toEqual(['CFO']);
	expect((await emit()).titles).toBeUndefined();
	const other = snapshot('wealthbox', '2', { firstName: 'Zoe', jobTitle: 'other' });
	await hub.accept(
		'wealthbox',
		[three, other].flatMap((event) => event ?? []),
	);
	expect((await emit()).titles).toEqual(['other']);
	await hub.fabric.finishEvents('wealthbox', first.id, FAILED);
	expect((await emit()).titles).toBeUndefined();
	hub.now += EVENT_RETRY.baseMs;
	expect((await emit()).titles).toEqual(['CFO', 'CEO', 'COO']);
});

test('what an execution that ended well left behind was filtered, and is audited as that', async () => {
	const event = snapshot('wealthbox', '1', fields('CFO'));
	await hub.accept('wealthbox', [event]);
	const { id } = await emit();
	await hub.fabric.finishEvents('wealthbox', id, { ok: true });
	expect(await hub.stateOf(event)).toBe('filtered');
	const [row] = await hub.fabric.desk.audit({ kinds: ['filtered'], limit: 5 });
	expect(row).toMatchObject({ eventId: event.eventId, crmId: '1' });
});

test('after the last try an event is a dead letter', async () => {
	const event = snapshot('wealthbox', '1', fields('CFO'));
	await hub.accept('wealthbox', [event]);
	for (let attempt = 1; attempt <= EVENT_RETRY.maxAttempts; attempt += 1) {
		const { id, titles } = await emit();
		expect(titles).toEqual(['CFO']);
		await hub.fabric.finishEvents('wealthbox', id, FAILED);
		hub.now += EVENT_RETRY.maxMs;
	}
	expect((await emit()).titles).toBeUndefined();
	expect(await hub.stateOf(event)).toBe('dead');
	const [letter] = await hub.fabric.desk.deadLetters('open', 5);
	expect(letter).toMatchObject({ kind: 'event', code: 'execution' });
	expect(letter?.reason).toContain(`after ${EVENT_RETRY.maxAttempts} tries`);
});

test('what a process that is gone had under way comes back with backoff, and not for ever', async () => {
	const event = snapshot('wealthbox', '1', fields('CFO'));
	await hub.accept('wealthbox', [event]);
	for (let attempt = 1; attempt <= EVENT_RETRY.maxAttempts; attempt += 1) {
		expect((await emit()).titles).toEqual(['CFO']);
		expect(await hub.fabric.recoverEvents('wealthbox')).toBe(1);
		expect((await emit()).titles).toBeUndefined();
		hub.now += EVENT_RETRY.maxMs;
	}
	expect(await hub.stateOf(event)).toBe('dead');
	expect(await hub.fabric.recoverEvents('wealthbox')).toBe(0);
});

test('the end of an execution that was given up for lost changes nothing', async () => {
	const event = snapshot('wealthbox', '1', fields('CFO'));
	await hub.accept('wealthbox', [event]);
	const { id } = await emit();
	await hub.fabric.recoverEvents('wealthbox');
	await hub.fabric.finishEvents('wealthbox', id, { ok: true });
	expect(await hub.stateOf(event)).toBe('pending');
});

test('an event that was merged is not merged again', async () => {
	const event = snapshot('wealthbox', '1', fields('CFO'));
	await hub.take(event);
	const [again] = await hub.fabric.merge([event], []);
	expect(again?.outcome).toBe('already');
});

test('an event that is settled already is not buried', async () => {
	const event = snapshot('wealthbox', '1', fields('CFO'));
	await hub.take(event);
	expect(await hub.fabric.rejectEvent(event.eventId, 'odd')).toBe(false);
	expect(await hub.fabric.rejectEvent('nobody-knows', 'odd')).toBe(false);
	expect(await hub.stateOf(event)).toBe('applied');
});

describe('before a system\u2019s first read is settled', () => {
	beforeEach(async () => {
		await hub.fabric.registerSystem({
			name: 'salesforce',
			connector: 'memory',
			priority: 3,
			fieldMap: [{ field: 'firstName', crmField: 'f', direction: 'both' }],
			settings: {},
			creates: true,
			gonePolicy: 'unlink',
		});
	});

	test('nothing is created anywhere, since it may only be unread; then it is', async () => {
		await hub.take(snapshot('wealthbox', '1', fields('CFO')));
		expect([...(await hub.claim('redtail')), ...(await hub.claim('salesforce'))]).toEqual([]);
		const event = snapshot('salesforce', 's1', { firstName: 'Zoe', lastName: 'Quill' });
		await hub.accept('salesforce', [event]);
		await hub.accept('salesforce', [], { complete: true });
		expect(await hub.claim('salesforce')).toEqual([]);
		await hub.pump('salesforce');
		const jobs = [...(await hub.claim('redtail')), ...(await hub.claim('salesforce'))];
		expect(jobs.map(({ system, unifiedId }) => `${system} ${unifiedId}`).sort()).toEqual([
			'redtail U1001',
			'redtail U1002',
			'salesforce U1001',
		]);
		expect((await hub.fabric.systems()).every(({ readyAt }) => readyAt !== null)).toBe(true);
	});

	test('an empty system is ready at once', async () => {
		await hub.take(snapshot('wealthbox', '1', fields('CFO')));
		await hub.accept('salesforce', [], { complete: true });
		expect(await hub.claim('salesforce')).toHaveLength(1);
	});
});
