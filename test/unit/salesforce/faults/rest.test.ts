/** F14, F15, F16, F19: what REST and the token endpoint do, and what a delivery makes of it. */
import { AuthenticationFailure } from '../../../../lib/connectors/http';
import { salesforce } from '../../../../lib/connectors/salesforce';
import type { DeliveryJob, DeliveryOutcome } from '../../../../lib/model/delivery';
import type { CanonicalFields } from '../../../../lib/model/fields';
import type { Fault } from '../../../simulators/simulator';
import { bayeuxSent, job, running, until, watch } from '../world';
import { add, arrives, reasons, setUp, streaming, tearDown, world } from './streaming';

afterEach(tearDown);

const PERSON: CanonicalFields = { type: 'person', firstName: 'Ines', lastName: 'Brunner' };

const deliver = (change: Partial<DeliveryJob>): Promise<DeliveryOutcome> =>
	salesforce.deliver(world().context, job(world(), change));

const create = (attempt: number) =>
	deliver({ operation: 'create', desired: PERSON, changes: PERSON, attempt });

function update(attempt = 1): Promise<DeliveryOutcome> {
	const crmId = world().sim.people.list()[0]?.id ?? '';
	const known = { jobTitle: null };
	return deliver({ crmId, changes: { jobTitle: 'Painter' }, known, attempt });
}

const writes = () => world().requests.filter(({ method }) => method !== 'GET').length;
const CONTACTS = [{ firstName: 'Ines', lastName: 'Brunner' }];

test('F14 a locked row, three times over: one call a try, and done when it is free', async () => {
	await setUp({ contacts: CONTACTS });
	world().sim.setFault({ kind: 'rowLock', times: 3 });
	for (const attempt of [1, 2, 3]) {
		expect(await update(attempt)).toMatchObject({
			status: 'retry',
			code: 'UNABLE_TO_LOCK_ROW',
			outcomeUnknown: false,
			retryAfterMs: 2_000,
		});
		expect(writes()).toBe(attempt);
	}
	expect(await update(4)).toMatchObject({ status: 'confirmed' });
});

test.each<[string, Fault, boolean]>([
	['403 daily limit', { kind: 'requestLimit' }, false],
	['403 concurrent requests', { kind: 'concurrentRequests' }, false],
	['420', { kind: 'status', status: 420, body: 'routing' }, false],
	['502', { kind: 'status', status: 502, body: '<html>' }, true],
	['503', { kind: 'status', status: 503, body: '<html>' }, true],
	['time-out after the commit', { kind: 'timeoutAfterCommit' }, true],
])(
	'F14 %s on a create: no second call by itself, no second record after it',
	async (_name, fault, isUnknown) => {
		await setUp();
		world().sim.setFault({ ...fault, match: 'POST', times: 1 });
		const first = await create(1);
		expect(first).toMatchObject({ status: 'retry', outcomeUnknown: isUnknown });
		expect(writes()).toBe(1);
		expect(await create(2)).toMatchObject({
			status: 'confirmed',
			...(fault.kind === 'timeoutAfterCommit' ? { found: true } : {}),
		});
		expect(world().sim.people.list()).toHaveLength(1);
	},
);

test('F14 an upsert by external id may be repeated: the record is the same', async () => {
	await setUp({ settings: { externalIdField: 'Fabric_Id__c' } });
	world().sim.setFault({ kind: 'timeoutAfterCommit', match: 'PATCH', times: 1 });
	expect(await create(1)).toMatchObject({ status: 'retry', outcomeUnknown: true });
	// Even a try that does not know of the first one makes no second record.
	const again = await create(1);
	expect(again).toMatchObject({ status: 'confirmed', found: true });
	expect(
		world()
			.sim.people.list()
			.map(({ id }) => id),
	).toEqual(['crmId' in again ? again.crmId : undefined]);
});

test('F15 refreshes that rotate the refresh token: the new one is kept, time after time', async () => {
	const source = await streaming({ switches: { rotateRefreshTokens: true } });
	for (const round of [1, 2, 3]) {
		world().sim.setFault({ kind: 'invalidateTokens' });
		await arrives(source, add(), `the event of round ${round}`);
		expect(world().refreshes()).toBe(round);
		// A token that lasted for a poll or less counts as refused again.
		const polls = bayeuxSent(world(), '/meta/connect').length;
		await until(() => bayeuxSent(world(), '/meta/connect').length > polls + 2, 'some polls');
	}
});

test.each([
	['invalid_grant at the token endpoint', { kind: 'invalidGrant' }],
	['revoked refresh tokens', { kind: 'revokeRefreshTokens' }],
])(
	'F15 %s: the stream stops with AuthenticationFailure, and asks no more',
	async (_name, fault) => {
		const source = await streaming();
		world().sim.setFault(fault);
		world().sim.setFault({ kind: 'invalidateTokens' });
		await expect(source.ended).rejects.toBeInstanceOf(AuthenticationFailure);
		expect(world().refreshes()).toBe(1);
		const asked = world().requests.length;
		expect(await update()).toMatchObject({ status: 'retry', code: 'auth', retryAfterMs: 300_000 });
		expect(world().requests.length - asked).toBe(1);
	},
);

test('F16 a token that stays refused: two refreshes at most, then a person must act', async () => {
	const source = await streaming();
	world().sim.setFault({ kind: 'permanent401' });
	await expect(source.ended).rejects.toBeInstanceOf(AuthenticationFailure);
	expect(world().refreshes()).toBeLessThanOrEqual(2);
	const before = world().refreshes();
	expect(await update()).toMatchObject({ status: 'retry', code: 'auth' });
	expect(world().refreshes()).toBe(before + 1);
	expect(bayeuxSent(world(), '/meta/handshake').length).toBeLessThanOrEqual(3);
});

test('F19 429 with Retry-After: the delivery waits so long, and so does everybody', async () => {
	await setUp({ contacts: CONTACTS });
	world().sim.setFault({
		kind: 'status',
		status: 429,
		headers: { 'Retry-After': '17' },
		match: 'PATCH',
		times: 1,
	});
	expect(await update()).toMatchObject({ status: 'retry', code: '429', retryAfterMs: 17_000 });
	expect(world().pauses).toEqual([17_000]);
	expect(writes()).toBe(1);
});

test('F19 429 with Retry-After on the stream: it waits so long before it comes back', async () => {
	const source = await streaming({ settings: { backoffBaseSeconds: 0.001 } });
	world().sim.setFault({
		kind: 'status',
		status: 429,
		headers: { 'Retry-After': '1' },
		match: '/cometd',
		times: 1,
	});
	const id = add();
	await until(() => reasons(source).length > 0, 'the wait');
	expect(source.states.find(({ status }) => status === 'waiting')).toMatchObject({
		retryInMs: 1_000,
	});
	await arrives(source, id, 'the event of the time between');
});

test('F19 429 while a batch is read: the stream goes on when it may', async () => {
	await setUp({ contacts: CONTACTS });
	const [{ id } = { id: '' }] = world().sim.people.list();
	const source = watch(world());
	await running(source);
	world().sim.setFault({
		kind: 'status',
		status: 429,
		headers: { 'Retry-After': '1' },
		match: '/composite/sobjects',
		times: 1,
	});
	world().sim.people.edit(id, { jobTitle: 'Architect' });
	await arrives(source, id, 'the change');
	expect(world().pauses).toContain(1_000);
});
