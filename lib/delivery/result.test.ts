import { iso, snapshot, START, TestHub } from '../../test/unit/support/hub';
import type { CanonicalFields, EmailItem } from '../model/fields';
import type { DeliveryJob } from '../model/delivery';
import { LEASE_MS } from './claim';
import { DELIVERY_RETRY } from '../retry';

const ADA = { firstName: 'Ada', lastName: 'Hale', jobTitle: 'CFO' };
const REDTAIL = 'redtail-U1001';

let hub: TestHub;
afterEach(() => hub.close());

/** One client with a record in each of two systems; the one in redtail was created by the fabric. */
async function open(options = {}): Promise<void> {
	hub = await TestHub.open(['wealthbox', 'redtail'], options);
	await hub.take(snapshot('wealthbox', '1', ADA));
	await hub.deliverAll(['redtail']);
	hub.now = START + 60_000;
}
beforeEach(() => open());

/** A person's edit in wealthbox. */
async function edit(fields: CanonicalFields): Promise<void> {
	hub.now += 1_000;
	await hub.take(snapshot('wealthbox', '1', { ...ADA, ...fields }, { at: hub.now }));
}

async function claimOne(system = 'redtail'): Promise<DeliveryJob> {
	const jobs = await hub.claim(system);
	expect(jobs).toHaveLength(1);
	return jobs[0] as DeliveryJob;
}

const recordIn = async (system: string) => {
	const client = await hub.fabric.desk.findEntity('U1001');
	return client?.links.find((link) => link.system === system);
};
const shadowFields = async (crmId = REDTAIL) => {
	const address = { system: 'redtail', object: 'contact', crmId };
	const [shadow] = (await hub.tx((tx) => tx.registers.shadows([address]))).values();
	return Object.fromEntries(
		Object.entries(shadow?.fields ?? {}).map(([field, { value }]) => [field, value]),
	);
};
const FAILED = { status: 'retry', reason: 'No answer.', code: 'timeout' } as const;
const GONE = { status: 'gone', reason: 'Not there.', code: '404' } as const;

describe('claim', () => {
	test('edits that were not delivered yet go out as one write of what differs now', async () => {
		await edit({ jobTitle: 'CEO' });
		await edit({ jobTitle: 'COO', firstName: 'Eve' });
		const job = await claimOne();
		expect(job).toMatchObject({
			operation: 'update',
			crmId: REDTAIL,
			attempt: 1,
			changes: { jobTitle: 'COO', firstName: 'Eve' },
			known: ADA,
			syncOrigin: 'wealthbox/contact/1',
		});
	});

	test('an edit that was taken back needs no write', async () => {
		await edit({ jobTitle: 'CEO' });
		await edit({ jobTitle: 'CFO' });
		expect(await hub.claim('redtail')).toEqual([]);
	});

	test('a claim that is not answered comes free again; the late answer changes nothing', async () => {
		await edit({ jobTitle: 'CEO' });
		const first = await claimOne();
		hub.now += LEASE_MS;
		expect(await hub.claim('redtail')).toEqual([]);
		hub.now += 1;
		const second = await claimOne();
		expect(second).toMatchObject({ attempt: 2, idempotencyKey: first.idempotencyKey });
		expect(await hub.confirm(first, REDTAIL)).toMatchObject({ state: 'stale' });
		expect((await shadowFields())['jobTitle']).toBe('CFO');
		expect(await hub.confirm(second, REDTAIL)).toMatchObject({ state: 'confirmed' });
		expect(await hub.confirm(second, REDTAIL)).toMatchObject({ state: 'stale' });
	});

	test('a claim that is kept alive does not', async () => {
		await edit({ jobTitle: 'CEO' });
		const { claimToken } = await claimOne();
		hub.now += LEASE_MS - 1;
		await hub.fabric.extendClaims([claimToken]);
		hub.now += LEASE_MS;
		expect(await hub.claim('redtail')).toEqual([]);
	});

	test('claims that an execution left unanswered are tried again later', async () => {
		await edit({ jobTitle: 'CEO' });
		const { claimToken } = await claimOne();
		expect(await hub.fabric.finishClaims([claimToken], 'The execution failed.')).toBe(1);
		expect(await hub.claim('redtail')).toEqual([]);
		hub.now += DELIVERY_RETRY.baseMs;
		expect(await claimOne()).toMatchObject({ attempt: 2 });
		expect(await hub.fabric.finishClaims([claimToken], 'again')).toBe(0);
	});

	test('a create that is tried again carries what was tried, should the client have changed meanwhile', async () => {
		await hub.take(snapshot('wealthbox', '2', { firstName: 'Zoe', lastName: 'Quill' }));
		const first = await claimOne();
		expect(first).not.toHaveProperty('tried');
		await hub.report(first, { ...FAILED, outcomeUnknown: true });
		await hub.take(
			snapshot(
				'wealthbox',
				'2',
				{ firstName: 'Zoe', lastName: 'Adler' },
				{ at: (hub.now += 1_000) },
			),
		);
		hub.now += DELIVERY_RETRY.maxMs;
		expect(await claimOne()).toMatchObject({
			...{ operation: 'create', attempt: 2, desired: { lastName: 'Adler' } },
			tried: [{ firstName: 'Zoe', lastName: 'Quill' }],
		});
	});

	test('an update carries the entries of lists that earlier tries sent without an answer', async () => {
		const emails = [{ address: 'hale@x.io' }, { address: 'new@x.io' }];
		await edit({ emails });
		const first = await claimOne();
		expect(first).not.toHaveProperty('unanswered');
		await hub.report(first, { ...FAILED, outcomeUnknown: true });
		await edit({ emails: emails.slice(0, 1) });
		hub.now += DELIVERY_RETRY.maxMs;
		const again = await claimOne();
		expect(again).toMatchObject({ operation: 'update', attempt: 2 });
		const { emails: sent = [] } = again.unanswered ?? {};
		expect((sent as EmailItem[]).map(({ address }) => address)).toEqual(['hale@x.io', 'new@x.io']);
	});

	test('what is never answered at all becomes a dead letter', async () => {
		await edit({ jobTitle: 'CEO' });
		for (let attempt = 1; attempt <= DELIVERY_RETRY.maxAttempts; attempt += 1) {
			expect(await claimOne()).toMatchObject({ attempt });
			hub.now += LEASE_MS + 1;
		}
		expect(await hub.claim('redtail')).toEqual([]);
		expect(await hub.fabric.desk.deadLetters('open', 5)).toMatchObject([{ code: 'unanswered' }]);
	});

	test('settled rows do not take the place of work to do', async () => {
		for (const [crmId, lastName] of [
			['2', 'Quill'],
			['3', 'Winters'],
		] as const) {
			await hub.take(snapshot('wealthbox', crmId, { firstName: 'Zoe', lastName }));
		}
		await hub.take(snapshot('redtail', 'r2', { firstName: 'Zoe', lastName: 'Quill' }));
		const [review] = await hub.fabric.desk.reviews('open', 5);
		await hub.fabric.desk.decideReview(review?.id ?? 0, 'U1002');
		const [job] = await hub.fabric.claim('redtail', 1);
		expect(job).toMatchObject({ operation: 'create', unifiedId: 'U1003' });
	});
});

describe('confirmed', () => {
	test('a create links its record, whose every field is known from then on', async () => {
		expect(await recordIn('redtail')).toMatchObject({
			crmId: REDTAIL,
			state: 'active',
			evidence: { by: 'own-create' },
		});
		expect(await shadowFields()).toMatchObject({ ...ADA, status: null, emails: null });
		await edit({ status: 'Active' });
		expect(await claimOne()).toMatchObject({ changes: { status: 'Active' } });
	});

	test('what the CRM made of it is audited and not written again', async () => {
		await edit({ jobTitle: 'ceo' });
		await hub.confirm(await claimOne(), REDTAIL, { jobTitle: 'Chief Executive' });
		expect(await hub.claim('redtail')).toEqual([]);
		const [row] = await hub.fabric.desk.audit({ kinds: ['write'], limit: 1 });
		expect(row).toMatchObject({
			field: 'jobTitle',
			before: 'CFO',
			after: 'Chief Executive',
			crmId: REDTAIL,
			detail: { syncOrigin: 'wealthbox/contact/1', attempt: 1 },
		});
		await edit({ jobTitle: 'coo' });
		expect(await claimOne()).toMatchObject({ changes: { jobTitle: 'coo' } });
	});

	test('what changed while it was under way makes a new delivery', async () => {
		await edit({ jobTitle: 'CEO' });
		const job = await claimOne();
		await edit({ jobTitle: 'COO' });
		expect(await hub.claim('redtail')).toEqual([]);
		await hub.confirm(job, REDTAIL);
		expect(await claimOne()).toMatchObject({ attempt: 1, changes: { jobTitle: 'COO' } });
	});

	test('a person\u2019s edit that was read after the write stands, however late the answer is recorded', async () => {
		await edit({ jobTitle: 'CEO' });
		const job = await claimOne();
		const confirmedAt = iso(hub.now);
		hub.now += 5_000;
		const { lastName, firstName } = ADA;
		const theirs = { firstName, lastName, jobTitle: 'COO', status: null };
		await hub.take(snapshot('redtail', REDTAIL, theirs, { at: hub.now }));
		const outcome = { status: 'confirmed', crmId: REDTAIL, known: job.changes } as const;
		await hub.report(job, { ...outcome, confirmedAt, calls: 1 });
		expect((await shadowFields())['jobTitle']).toBe('COO');
		expect(await hub.claim('redtail')).toEqual([]);
		expect(await claimOne('wealthbox')).toMatchObject({ changes: { jobTitle: 'COO' } });
	});

	test('a record that belongs to another client is left alone', async () => {
		await hub.take(snapshot('wealthbox', '2', { firstName: 'Zoe', lastName: 'Quill' }));
		const result = await hub.confirm(await claimOne(), REDTAIL);
		expect(result).toMatchObject({ state: 'dead', unifiedId: 'U1002' });
		expect(result.reason).toContain('a record of U1001');
		expect(await shadowFields()).toMatchObject(ADA);
		const letters = await hub.fabric.desk.deadLetters('open', 5);
		expect(letters).toMatchObject([{ code: 'identity-conflict', entityId: 'U1002' }]);
	});
});

describe('retry', () => {
	test('comes again after the vendor\u2019s own time, computed anew, after live changes', async () => {
		await edit({ jobTitle: 'CEO' });
		const retried = await hub.report(await claimOne(), {
			...FAILED,
			outcomeUnknown: false,
			retryAfterMs: 90_000,
		});
		expect(retried).toMatchObject({ state: 'retry', nextTryAt: iso(hub.now + 90_000) });
		await edit({ jobTitle: 'COO' });
		hub.now += 88_999;
		expect(await hub.claim('redtail')).toEqual([]);
		hub.now += 1;
		expect(await claimOne()).toMatchObject({ attempt: 2, changes: { jobTitle: 'COO' } });
	});

	test('a write that may have been done and is seen needs no second try', async () => {
		await edit({ jobTitle: 'CEO' });
		await hub.report(await claimOne(), { ...FAILED, outcomeUnknown: true });
		const there = { ...ADA, jobTitle: 'CEO' };
		await hub.take(snapshot('redtail', REDTAIL, there, { at: hub.now + 500 }));
		hub.now += DELIVERY_RETRY.maxMs;
		expect(await hub.claim('redtail')).toEqual([]);
	});

	test('a write that may have been done is undone if it is wanted no more', async () => {
		await edit({ jobTitle: 'CEO' });
		await hub.report(await claimOne(), { ...FAILED, outcomeUnknown: true });
		await edit({ jobTitle: 'CFO' });
		hub.now += DELIVERY_RETRY.maxMs;
		const job = await claimOne();
		expect(job.changes).toEqual({ jobTitle: 'CFO' });
		await hub.confirm(job, REDTAIL);
		expect(await hub.claim('redtail')).toEqual([]);
	});

	test('what was written before it broke off is not written again', async () => {
		await edit({ jobTitle: 'CEO', firstName: 'Eve' });
		const known = { firstName: 'Eve' };
		await hub.report(await claimOne(), { ...FAILED, outcomeUnknown: false, known });
		hub.now += DELIVERY_RETRY.maxMs;
		expect(await claimOne()).toMatchObject({ changes: { jobTitle: 'CEO' } });
	});

	test('a create that broke off after the record was made goes on as an update of it', async () => {
		await hub.take(snapshot('wealthbox', '2', { firstName: 'Zoe', lastName: 'Quill' }));
		const partly = { ...FAILED, outcomeUnknown: true, crmId: 'r2', known: { firstName: 'Zoe' } };
		await hub.report(await claimOne(), partly);
		hub.now += DELIVERY_RETRY.maxMs;
		expect(await claimOne()).toMatchObject({
			operation: 'update',
			crmId: 'r2',
			changes: { lastName: 'Quill' },
		});
	});

	test('also if the record was seen meanwhile and has an update of its own', async () => {
		await hub.take(snapshot('wealthbox', '2', { firstName: 'Zoe', lastName: 'Quill' }));
		const job = await claimOne();
		const half = { firstName: 'Zoe', lastName: '' };
		const own = { externalKeys: { fabric: 'U1002' }, at: hub.now };
		await hub.take(snapshot('redtail', 'r2', half, own));
		const partly = { ...FAILED, outcomeUnknown: true, crmId: 'r2', known: { firstName: 'Zoe' } };
		await hub.report(job, partly);
		hub.now += DELIVERY_RETRY.maxMs;
		expect(await claimOne()).toMatchObject({ operation: 'update', changes: { lastName: 'Quill' } });
	});

	test('after the last try it is a dead letter', async () => {
		await edit({ jobTitle: 'CEO' });
		for (let attempt = 1; attempt <= DELIVERY_RETRY.maxAttempts; attempt += 1) {
			await hub.report(await claimOne(), { ...FAILED, outcomeUnknown: false });
			hub.now += DELIVERY_RETRY.maxMs;
		}
		expect(await hub.claim('redtail')).toEqual([]);
		const [letter] = await hub.fabric.desk.deadLetters('open', 5);
		expect(letter).toMatchObject({ kind: 'delivery', code: 'timeout', crmId: REDTAIL });
		expect(letter?.reason).toContain('given up after 12 tries');
	});
});

test('a refused write is a dead letter at once; what was written of it is known', async () => {
	await edit({ jobTitle: 'CEO', firstName: 'Eve' });
	const refused = { status: 'rejected', reason: 'No such title.', code: 'list' } as const;
	const result = await hub.report(await claimOne(), { ...refused, known: { firstName: 'Eve' } });
	expect(result).toMatchObject({ state: 'dead', reason: 'No such title.' });
	expect(await shadowFields()).toMatchObject({ firstName: 'Eve', jobTitle: 'CFO' });
});

describe('gone', () => {
	const afterGone = async (gonePolicy: string) => {
		await hub.close();
		await open({ gonePolicy });
		await edit({ jobTitle: 'CEO' });
		return hub.report(await claimOne(), GONE);
	};

	test('unlink: the client lets go of the record and is not created there', async () => {
		expect(await afterGone('unlink')).toMatchObject({ state: 'unlinked' });
		expect(await recordIn('redtail')).toMatchObject({ state: 'unlinked' });
		await edit({ jobTitle: 'COO' });
		expect(await hub.claim('redtail')).toEqual([]);
	});

	test('dead letter: a person decides; retry tries the record again', async () => {
		expect(await afterGone('deadLetter')).toMatchObject({ state: 'dead' });
		const [letter] = await hub.fabric.desk.deadLetters('open', 5);
		await hub.fabric.desk.retryDeadLetter(letter?.id ?? 0);
		expect(await claimOne()).toMatchObject({ operation: 'update', crmId: REDTAIL });
	});

	test('create again: with everything, once, and not for ever', async () => {
		await afterGone('createAgain');
		for (let round = 1; round <= 3; round += 1) {
			const job = await claimOne();
			expect(job).toMatchObject({ operation: 'create', crmId: null });
			await hub.confirm(job, `again-${round}`);
			await edit({ jobTitle: `title ${round}` });
			await hub.report(await claimOne(), GONE);
		}
		expect(await hub.claim('redtail')).toEqual([]);
		expect(await hub.fabric.desk.deadLetters('open', 5)).toMatchObject([{ code: 'gone-again' }]);
	});

	test('an edit of the record that was read before it went does not make two of it', async () => {
		await hub.close();
		await open({ gonePolicy: 'createAgain' });
		const before = snapshot('redtail', REDTAIL, { ...ADA, status: 'Lead' }, { at: hub.now });
		await edit({ jobTitle: 'CEO' });
		await hub.report(await claimOne(), GONE);
		await hub.confirm(await claimOne(), 'again');
		await hub.take(before);
		for (const job of await hub.claim('redtail')) {
			await (job.crmId === REDTAIL
				? hub.report(job, GONE)
				: hub.confirm(job, job.crmId ?? 'twice'));
		}
		expect(await hub.claim('redtail')).toEqual([]);
		const client = await hub.fabric.desk.findEntity('U1001');
		const active = client?.links.filter(
			({ system, state }) => system === 'redtail' && state === 'active',
		);
		expect(active?.map(({ crmId }) => crmId)).toEqual(['again']);
	});
});

test('two reports of one claim in one batch count once', async () => {
	await edit({ jobTitle: 'CEO' });
	const { deliveryId, claimToken } = await claimOne();
	const outcome = { ...FAILED, outcomeUnknown: false };
	const report = { deliveryId, claimToken, outcome };
	const results = await hub.fabric.recordResults([report, report]);
	expect(results.map(({ state }) => state)).toEqual(['retry', 'stale']);
});
