import { deletion, snapshot, START, TestHub } from '../../test/unit/support/hub';
import type { IdentityDecision } from './decision';

const EMAILS = [{ address: 'robert@x.io', primary: true }];
const ROBERT = { firstName: 'Robert', lastName: 'Hale', emails: EMAILS };
const ANN = { firstName: 'Ann', lastName: 'Hale', emails: EMAILS };

let hub: TestHub;
beforeEach(async () => {
	hub = await TestHub.open();
});
afterEach(() => hub.close());

const idOf = (decision: IdentityDecision | undefined) =>
	decision && 'unifiedId' in decision ? decision.unifiedId : decision?.decision;

test('a record of a known client is linked with its evidence, an unknown one makes a client', async () => {
	const { decisions } = await hub.take(
		snapshot('wealthbox', '1', ROBERT),
		snapshot('redtail', '2', { ...ROBERT, firstName: 'Bob' }),
		snapshot('redtail', '3', { firstName: 'Zoe', lastName: 'Quill' }),
	);
	expect(decisions.map(idOf)).toEqual(['U1001', 'U1001', 'U1002']);
	expect(decisions[1]).toMatchObject({ decision: 'linked', evidence: { by: 'email' } });
	const client = await hub.fabric.desk.findEntity('redtail', '2');
	expect(client?.links.map(({ evidence }) => evidence.by).sort()).toEqual(['email', 'new-entity']);
});

test('first sights in two batches, neither merged yet, meet in one client', async () => {
	const [one, other] = [snapshot('wealthbox', '1', ROBERT), snapshot('redtail', '2', ROBERT)];
	await hub.accept('wealthbox', [one]);
	await hub.accept('redtail', [other]);
	const [first] = await hub.fabric.resolve([one]);
	const [second] = await hub.fabric.resolve([other]);
	expect(idOf(second)).toBe(idOf(first));
});

test('so do first sights in one batch', async () => {
	const events = [snapshot('wealthbox', '1', ROBERT), snapshot('redtail', '2', ROBERT)];
	const decisions = await hub.fabric.resolve(events);
	expect(decisions.map(idOf)).toEqual(['U1001', 'U1001']);
});

test('a family that shares an e-mail is asked about, and linked to nothing meanwhile', async () => {
	await hub.take(snapshot('wealthbox', '1', ROBERT));
	const event = snapshot('redtail', '2', ANN);
	const { decisions, merged } = await hub.take(event);
	expect(decisions).toEqual([
		expect.objectContaining({
			decision: 'review',
			candidates: [expect.objectContaining({ unifiedId: 'U1001' })],
		}),
	]);
	expect(merged).toEqual([]);
	expect(await hub.stateOf(event)).toBe('review');
	expect(await hub.fabric.desk.findEntity('redtail', '2')).toBeUndefined();
});

test('two records of one client in one system are a question', async () => {
	const { decisions } = await hub.take(
		snapshot('wealthbox', '1', ROBERT),
		snapshot('wealthbox', '2', ROBERT),
	);
	expect(decisions[1]).toMatchObject({
		decision: 'review',
		reason: expect.stringContaining('duplicate inside wealthbox'),
	});
});

test('two clients that fit equally well are a question', async () => {
	const phones = [{ number: '207-555-0148' }];
	await hub.take(
		snapshot('wealthbox', '1', { firstName: 'Robert', lastName: 'Hale', phones }),
		snapshot('wealthbox', '2', { firstName: 'Ann', lastName: 'Quill' }),
	);
	await hub.take(snapshot('wealthbox', '2', { firstName: 'Bob', lastName: 'Hale', phones }));
	const twin = { firstName: 'Rob', lastName: 'Hale', phones };
	const { decisions } = await hub.take(snapshot('redtail', '3', twin));
	expect(decisions[0]).toMatchObject({
		decision: 'review',
		reason: 'More than one client fits equally well.',
	});
});

test('while a record waits for an answer its later events wait too, whatever they say', async () => {
	await hub.take(snapshot('wealthbox', '1', ROBERT), snapshot('redtail', '2', ANN));
	const other = { firstName: 'Ann', lastName: 'Quill', emails: [{ address: 'ann@x.io' }] };
	const later = snapshot('redtail', '2', other, { at: START + 5 });
	const gone = deletion('redtail', '2', { at: START + 9 });
	const { decisions } = await hub.take(later, gone);
	expect(decisions.map(({ decision }) => decision)).toEqual(['review', 'review']);
	expect(await hub.fabric.desk.reviews('open', 9)).toHaveLength(1);
	expect(await hub.stateOf(gone)).toBe('review');
});

test('a delete of a record that was never linked is nothing', async () => {
	await hub.accept('wealthbox', [snapshot('wealthbox', '1', ROBERT)]);
	const [decision] = await hub.fabric.resolve([deletion('wealthbox', '1')]);
	expect(decision).toMatchObject({ decision: 'none' });
});

describe('an own create that comes back before its answer is recorded', () => {
	async function created(): Promise<void> {
		await hub.take(snapshot('wealthbox', '1', ROBERT));
		expect(await hub.claim('redtail')).toMatchObject([{ operation: 'create' }]);
	}

	test('belongs to the client that was created, and is no edit', async () => {
		await created();
		const back = snapshot('redtail', '9', ROBERT, { at: START + 5 });
		const { decisions, merged } = await hub.take(back);
		expect(decisions[0]).toMatchObject({ unifiedId: 'U1001', evidence: { by: 'own-create' } });
		expect(merged).toMatchObject([{ outcome: 'noop', decisions: [] }]);
	});

	test('what a person changed or cleared in it meanwhile is one', async () => {
		await hub.take(snapshot('wealthbox', '1', { ...ROBERT, jobTitle: 'CFO' }));
		await hub.claim('redtail');
		const { firstName, lastName } = ROBERT;
		const edited = { firstName, lastName, emails: EMAILS, jobTitle: null, status: 'Active' };
		const { merged } = await hub.take(snapshot('redtail', '9', edited, { at: START + 5 }));
		const changes = merged.flatMap(({ decisions }) =>
			decisions.map((one) => [one.field, one.after]),
		);
		expect(changes).toEqual([
			['jobTitle', null],
			['status', 'Active'],
		]);
	});

	test('by its external id too, whatever it holds', async () => {
		await created();
		const named = { at: START + 5, externalKeys: { fabric: 'U1001' } };
		const { decisions } = await hub.take(snapshot('redtail', '9', { firstName: 'R.' }, named));
		expect(decisions[0]).toMatchObject({ unifiedId: 'U1001', evidence: { by: 'own-create' } });
	});

	test('and is not made again', async () => {
		await created();
		await hub.take(snapshot('redtail', '9', ROBERT, { at: START + 5 }));
		hub.now += 60_000;
		expect(await hub.claim('redtail')).toEqual([]);
		const open = await hub.tx((tx) => tx.deliveries.aliveOf(['U1001']));
		expect(open.filter(({ system }) => system === 'redtail')).toEqual([]);
	});
});

test('a delta keeps the external keys that it does not tell', async () => {
	const keys = { externalKeys: { custodian: 'A-7' } };
	await hub.take(snapshot('salesforce', '1', ROBERT, keys));
	await hub.take(
		snapshot('salesforce', '1', { firstName: 'Rob' }, { kind: 'delta', at: START + 5 }),
	);
	const other = { firstName: 'Someone', lastName: 'Else' };
	const { decisions } = await hub.take(snapshot('redtail', '2', other, keys));
	expect(decisions[0]).toMatchObject({ decision: 'review' });
});
