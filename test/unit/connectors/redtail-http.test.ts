/** The Redtail connector over HTTP, against the simulator. */
import { redtail } from '../../../lib/connectors/redtail';
import { sameContent } from '../../../lib/model/canonical';
import type { FieldMap } from '../../../lib/model/field-map';
import type { CanonicalFields } from '../../../lib/model/fields';
import { startRedtailSimulator } from '../../simulators/redtail';
import type { PlainEdit } from '../../simulators/simulator';
import { contextOf, jobOf, portOf, updateJob } from './harness';
import { confirmed, PolledWorld } from './polled-world';

const TEO: PlainEdit = {
	type: 'person',
	firstName: 'Teodor',
	lastName: 'Almqvist',
	jobTitle: 'Surveyor',
	status: 'Active',
	emails: [
		{ address: 'teo@almqvist.example', kind: 'personal', primary: true },
		{ address: 'work@almqvist.example', kind: 'work' },
	],
	phones: [{ number: '2185550177', kind: 'mobile', primary: true }],
	addresses: [{ street: '77 Mill Rd', city: 'Duluth', state: 'MN', kind: 'home', primary: true }],
};

const world = new PolledWorld(redtail, startRedtailSimulator, [TEO]);
const { context, firstId, held } = world;

afterEach(() => world.stop());

/** Full comparisons as often as the test likes. */
const OFTEN = { fullScanMinutes: 0.001 };

describe('changes', () => {
	test('a person edits and adds; the events say so', async () => {
		await world.start();
		const source = world.watch();
		await source.rounds(2);
		expect(source.events).toEqual([]);
		world.simulator.people.create({ type: 'person', firstName: 'Signe', lastName: 'Almqvist' });
		world.simulator.people.edit(firstId(), { jobTitle: 'Cook' });
		await source.until(() => new Set(source.events.map(({ crmId }) => crmId)).size === 2);
		const edited = source.events.find(({ crmId }) => crmId === firstId());
		expect(edited).toMatchObject({
			kind: 'snapshot',
			fields: { jobTitle: 'Cook', phones: [{ number: '+12185550177' }] },
		});
	});

	test('an edit of a phone that leaves the edit time alone is found by the comparison', async () => {
		let now = Date.parse('2026-01-05T10:00:00Z');
		await world.start({ now: () => now, switches: { subRecordBumps: false } });
		const source = world.watch(OFTEN, { start: 'everything' });
		await source.until(() => source.batches.at(-1)?.complete === true);
		now += 3_600_000;
		const phones = [{ number: '2185550199', kind: 'mobile', primary: true }];
		const job = updateJob(redtail, firstId(), await held(firstId()), { phones });
		confirmed(await redtail.deliver(context(), job));
		const seen = () =>
			JSON.stringify(source.events.at(-1)?.fields.phones ?? []).includes('2185550199');
		await source.until(seen);
		expect(source.events.at(-1)).toHaveProperty('unchangedUntil');
	});

	test.each([
		{ getAfterDelete: '404', deletedInLists: false },
		{ getAfterDelete: 'flag', deletedInLists: false },
		{ getAfterDelete: 'flag', deletedInLists: true },
	])('a delete is found and told once (%j)', async (switches) => {
		await world.start({ contacts: [TEO, { ...TEO, firstName: 'Signe' }], switches });
		const source = world.watch(OFTEN, { start: 'everything' });
		source.known = new Set(world.simulator.people.list().map(({ id }) => id));
		await source.until(() => source.batches.at(-1)?.complete === true);
		const gone = firstId();
		world.simulator.people.remove(gone);
		await source.until(() => source.events.some(({ change }) => change === 'delete'));
		await source.rounds(6);
		const deletes = source.events.filter(({ change }) => change === 'delete');
		expect(deletes.map(({ crmId }) => crmId)).toEqual([gone]);
	});

	test('user defined fields are read where they are mapped', async () => {
		await world.start();
		const fieldMap: FieldMap = [
			...redtail.defaultFieldMap,
			{ field: 'custom.tier', crmField: 'udfs.12', direction: 'both' },
		];
		await redtail.contacts.update(context(), firstId(), { 'udfs.12': 'Gold' });
		const source = world.watch({}, { start: 'everything', fieldMap });
		await source.until(() => source.batches.at(-1)?.complete === true);
		expect(source.events[0]?.fields['custom.tier']).toBe('Gold');
	});
});

const WANTED: CanonicalFields = {
	jobTitle: 'Principal',
	category: 'Prospect',
	prefix: 'Dr.',
	emails: [
		{ address: 'teo@almqvist.example', kind: 'work', primary: false },
		{ address: 'new@almqvist.example', kind: 'personal', primary: true },
	],
	phones: [{ number: '+12185550199', kind: 'mobile', primary: true, formerKeys: ['+12185550177'] }],
	addresses: [
		{ street: '77 Mill Rd', city: 'Duluth', state: 'MN', kind: 'mailing', primary: true },
	],
};

describe('update', () => {
	test.each([
		{},
		{ subRecordPut: 204, createAnswer: 'success' },
		{ nestedInPut: 'append', subRecordBumps: false },
	])(
		'scalars by one PUT, sub-records one by one; reading gives what is known (%j)',
		async (switches) => {
			await world.start({ switches });
			const known = await held(firstId());
			const outcome = confirmed(
				await redtail.deliver(context(), updateJob(redtail, firstId(), known, WANTED)),
			);
			const read = await held(firstId());
			expect(sameContent(WANTED, read)).toBe(true);
			expect(Object.keys(outcome.known).sort()).toEqual(Object.keys(WANTED).sort());
			expect(sameContent(outcome.known, read)).toBe(true);
			const writes = world.simulator.writes();
			expect(writes.map(({ method }) => method)).toEqual([
				'PUT',
				'POST',
				'PUT',
				'DELETE',
				'PUT',
				'PUT',
			]);
			const keys = writes.map(({ idempotencyKey }) => idempotencyKey ?? '');
			expect(new Set(keys).size).toBe(writes.length);
			expect(keys.filter((key) => /^key-1\/[0-9a-f]{8}$/.test(key))).toEqual(keys);
			expect(new Set(writes.map(({ syncOrigin }) => syncOrigin))).toEqual(
				new Set(['crm-fabric;salesforce/contact/003A']),
			);
			expect(writes[0]?.fields.sort()).toEqual(['category_id', 'job_title', 'salutation_id']);
			expect(JSON.stringify(read.phones)).toContain(
				(known.phones as Array<{ ref: string }>)[0]?.ref,
			);
		},
	);

	test('a call that is made again by the next try has the same key, and no other call has it', async () => {
		await world.start();
		const known = await held(firstId());
		world.simulator.setFault({ kind: 'status', match: 'POST', status: 503, times: 1 });
		const job = updateJob(redtail, firstId(), known, WANTED);
		expect(await redtail.deliver(context(), job)).toMatchObject({ status: 'retry' });
		confirmed(await redtail.deliver(context(), { ...job, attempt: 2 }));
		const posts = world.simulator.writes().filter(({ method }) => method === 'POST');
		expect(posts.map(({ status }) => status)).toEqual([503, expect.any(Number)]);
		expect(new Set(posts.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
		const others = world.simulator.writes().filter(({ method }) => method !== 'POST');
		const key = posts[0]?.idempotencyKey;
		expect(others.filter(({ idempotencyKey }) => idempotencyKey === key)).toEqual([]);
	});

	test('what broke off is told, and the next try does only the rest', async () => {
		await world.start();
		const known = await held(firstId());
		const job = updateJob(redtail, firstId(), known, WANTED);
		world.simulator.setFault({
			kind: 'status',
			status: 503,
			match: 'PUT /api/public/v1/contacts/' + firstId() + '/phones',
			times: 1,
		});
		const first = await redtail.deliver(context(), job);
		expect(first).toMatchObject({
			status: 'retry',
			outcomeUnknown: true,
			known: { jobTitle: 'Principal' },
		});
		expect(first).not.toHaveProperty('known.addresses');
		expect(
			sameContent({ emails: WANTED.emails ?? [] }, (first as { known: CanonicalFields }).known),
		).toBe(true);
		const writes = world.simulator.writes().length;
		const second = confirmed(await redtail.deliver(context(), { ...job, attempt: 2 }));
		expect(
			world.simulator
				.writes()
				.slice(writes)
				.map(({ path }) => path.split('/').at(-2)),
		).toEqual(['phones', 'addresses']);
		expect(sameContent(second.known, await held(firstId()))).toBe(true);
	});

	test('a sub-record made by an unanswered try is not made again', async () => {
		await world.start();
		const known = await held(firstId());
		const emails = [
			...(known.emails as CanonicalFields['emails'] & object[]),
			{ address: 'new@almqvist.example' },
		];
		const job = updateJob(redtail, firstId(), known, { emails: emails as never });
		world.simulator.setFault({ kind: 'statusAfterCommit', status: 502, match: 'POST', times: 1 });
		expect(await redtail.deliver(context(), job)).toMatchObject({
			status: 'retry',
			outcomeUnknown: true,
		});
		confirmed(await redtail.deliver(context({ verifyBeforeWrite: false }), { ...job, attempt: 2 }));
		expect(world.simulator.people.get(firstId())?.emails).toHaveLength(3);
	});

	test('a sub-record to be removed that is gone already counts as removed', async () => {
		await world.start();
		const known = await held(firstId());
		world.simulator.people.edit(firstId(), {
			emails: [{ address: 'teo@almqvist.example', kind: 'personal', primary: true }],
		});
		const job = updateJob(redtail, firstId(), known, { emails: [(known.emails as never[])[0]!] });
		const outcome = confirmed(await redtail.deliver(context({ verifyBeforeWrite: false }), job));
		expect(outcome.known.emails).toHaveLength(1);
	});

	test('whose primary flag a new primary took is read, not assumed', async () => {
		await world.start();
		const known = await held(firstId());
		const [first, second] = known.emails as Array<{ ref: string }>;
		const http = portOf(world.simulator);
		/** A Redtail that leaves the flag with the first e-mail, too. */
		const lenient = contextOf(redtail, async (request) => {
			const response = await http(request);
			const { contact } = response.body as {
				contact?: { emails?: Array<Record<string, unknown>> };
			};
			for (const email of contact?.emails ?? []) {
				if (String(email.id) === first?.ref) email.is_primary = true;
			}
			return response;
		});
		const emails = [
			{ ...first, primary: undefined },
			{ ...second, primary: true },
		] as never;
		const outcome = confirmed(
			await redtail.deliver(lenient, updateJob(redtail, firstId(), known, { emails })),
		);
		expect(outcome.known.emails).toMatchObject([{ primary: true }, { primary: true }]);
	});

	test.each(['404', 'flag'])(
		'a deleted record is told as gone (GET gives %s)',
		async (getAfterDelete) => {
			await world.start({ switches: { getAfterDelete } });
			const job = updateJob(redtail, firstId(), await held(firstId()), { jobTitle: 'Principal' });
			world.simulator.people.remove(firstId());
			expect(await redtail.deliver(context(), job)).toMatchObject({ status: 'gone' });
			expect(await redtail.deliver(context({ verifyBeforeWrite: false }), job)).toMatchObject({
				status: 'gone',
			});
		},
	);

	test('a 404 of something else is not a record that is gone', async () => {
		await world.start();
		const job = updateJob(redtail, firstId(), await held(firstId()), { category: 'Prospect' });
		world.simulator.setFault({
			kind: 'status',
			status: 404,
			match: '/lists/',
			body: { message: 'Not Found' },
		});
		expect(await redtail.deliver(context(), job)).toMatchObject({
			status: 'rejected',
			code: '404',
		});
	});
});

describe('values that Redtail does not know', () => {
	test('user defined fields are written; one that no longer exists is named with what to do', async () => {
		await world.start();
		const fieldMap: FieldMap = [
			...redtail.defaultFieldMap,
			{ field: 'custom.tier', crmField: 'udfs.12', direction: 'both' },
			{ field: 'custom.lost', crmField: 'udfs.999', direction: 'both' },
		];
		const known = { ...(await held(firstId())), 'custom.tier': null, 'custom.lost': null };
		for (const tier of ['Gold', 'Silver']) {
			const job = updateJob(redtail, firstId(), known, { 'custom.tier': tier }, { fieldMap });
			const outcome = confirmed(await redtail.deliver(context(), job));
			expect(outcome.known).toEqual({ 'custom.tier': tier });
			known['custom.tier'] = tier as never;
		}
		const changes = { 'custom.lost': 'x', jobTitle: 'Principal' };
		const outcome = await redtail.deliver(
			context(),
			updateJob(redtail, firstId(), known, changes, { fieldMap }),
		);
		expect(outcome).toMatchObject({
			status: 'rejected',
			field: 'custom.lost',
			known: { jobTitle: 'Principal' },
		});
		expect(outcome).toHaveProperty('reason', expect.stringMatching(/udfs\.999.*Field Mapping/));
	});
});

describe('create and delete', () => {
	const desired: CanonicalFields = {
		type: 'person',
		firstName: 'Signe',
		lastName: 'Almqvist',
		status: 'Inactive',
		category: 'Client',
		birthDate: '1968-12-01',
		emails: [{ address: 'signe@almqvist.example', kind: 'personal', primary: true }],
		phones: [{ number: '+12185550178', kind: 'ski lodge' }],
		addresses: [{ street: '77 Mill Rd', city: 'Duluth', state: 'MN', kind: 'home' }],
	};
	const job = () => jobOf(redtail, { operation: 'create', desired, changes: desired });

	test.each([{ createAnswer: 'object' }, { createAnswer: 'success' }])(
		'a create writes everything wanted; reading gives what is known (%j)',
		async (switches) => {
			await world.start({ switches });
			const outcome = confirmed(await redtail.deliver(context(), job()));
			expect(sameContent(desired, outcome.known)).toBe(true);
			expect(sameContent(outcome.known, await held(outcome.crmId))).toBe(true);
		},
	);

	test.each<[string, PlainEdit, number]>([
		['was there long before', {}, -3_600_000],
		['has another e-mail', { emails: [{ address: 'other@almqvist.example' }] }, 0],
		['was born on another day', { birthDate: '1999-01-01' }, 0],
	])('a namesake who %s is not taken for it', async (_what, over, ago) => {
		const namesake: PlainEdit = {
			type: 'person',
			firstName: 'Signe',
			lastName: 'Almqvist',
			birthDate: '1968-12-01',
			emails: [{ address: 'signe@almqvist.example' }],
			...over,
		};
		await world.start({ contacts: [namesake], now: () => Date.now() + ago });
		const outcome = confirmed(await redtail.deliver(context(), { ...job(), attempt: 2 }));
		expect(outcome.found).toBeUndefined();
		expect(world.simulator.people.list()).toHaveLength(2);
	});

	test('a contact made before the answer was lost on the way is told, so that nobody makes it again', async () => {
		await world.start({ switches: { createAnswer: 'success' } });
		world.simulator.setFault({
			kind: 'status',
			status: 503,
			match: 'GET /api/public/v1/contacts/',
			times: 1,
		});
		const outcome = await redtail.deliver(context(), job());
		const made = world.simulator.people.list().find(({ firstName }) => firstName === 'Signe');
		expect(made).toBeDefined();
		expect(outcome).toMatchObject({ status: 'retry', crmId: made?.id });
	});

	test('a household has no place among contacts', async () => {
		await world.start();
		const household = { type: 'household', name: 'Almqvist Family' };
		const refused = jobOf(redtail, { operation: 'create', desired: household });
		expect(await redtail.deliver(context(), refused)).toMatchObject({
			status: 'rejected',
			code: 'unsupported-type',
		});
		const outcome = confirmed(
			await redtail.deliver(context({ householdType: 'Association' }), refused),
		);
		expect(outcome.known).toMatchObject(household);
	});
});

test('a field that this user may not write is named', async () => {
	await world.start();
	const fieldMap: FieldMap = [
		{ field: 'custom.advisor', crmField: 'servicing_advisor', direction: 'both' },
	];
	const described = await redtail.describe(context());
	const advisor =
		described.find(({ name }) => name === 'servicing_advisor')?.options?.[0]?.value ?? '';
	const restricted = portOf({
		...world.simulator,
		credentials: {
			...world.simulator.credentials,
			userKey: world.simulator.credentials.restrictedUserKey ?? '',
		},
	});
	const job = updateJob(
		redtail,
		firstId(),
		{ 'custom.advisor': null },
		{ 'custom.advisor': advisor },
		{ fieldMap },
	);
	const outcome = await redtail.deliver(contextOf(redtail, restricted), job);
	expect(outcome).toMatchObject({ status: 'rejected', code: '403' });
	expect(outcome).toHaveProperty('reason', expect.stringContaining('servicing_advisor_id'));
	expect(confirmed(await redtail.deliver(context(), job)).known).toEqual({
		'custom.advisor': advisor,
	});
});
