/** The Redtail connector over HTTP, against the simulator: updates. */
import { redtail } from '../../../lib/connectors/redtail';
import { sameContent } from '../../../lib/model/canonical';
import type { FieldMap } from '../../../lib/model/field-map';
import type { CanonicalFields } from '../../../lib/model/fields';
import { contextOf, portOf, updateJob } from './harness';
import { confirmed } from './polled-world';
import { world, context, firstId, held } from './redtail-teo';

afterEach(() => world.stop());

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
