/** The Redtail connector over HTTP, against the simulator. */
import type { Json } from '../../../lib/connectors/connector';
import { redtail } from '../../../lib/connectors/redtail';
import { sameContent } from '../../../lib/model/canonical';
import type { DeliveryOutcome } from '../../../lib/model/delivery';
import type { FieldMap } from '../../../lib/model/field-map';
import type { CanonicalFields } from '../../../lib/model/fields';
import { startRedtailSimulator } from '../../simulators/redtail';
import type { PlainEdit, Simulator, SimulatorOptions } from '../../simulators/simulator';
import { contextOf, jobOf, portOf, Source, updateJob } from './harness';

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

let simulator: Simulator;
let source: Source | undefined;

async function start(options: SimulatorOptions = {}): Promise<void> {
	simulator = await startRedtailSimulator({ contacts: [TEO], ...options });
}

afterEach(async () => {
	const running = source;
	source = undefined;
	await Promise.allSettled([running?.stop()]);
	await simulator.stop();
});

const context = (settings: Record<string, Json> = {}) =>
	contextOf(redtail, portOf(simulator), settings);
const firstId = () => simulator.people.list()[0]?.id ?? '';

async function held(crmId: string): Promise<CanonicalFields> {
	return redtail.toCanonical(
		await redtail.contacts.get(context(), crmId),
		redtail.defaultFieldMap,
		{},
	);
}

function confirmed(outcome: DeliveryOutcome): Extract<DeliveryOutcome, { status: 'confirmed' }> {
	if (outcome.status !== 'confirmed') throw new Error(JSON.stringify(outcome));
	return outcome;
}

/** Full comparisons as often as the test likes. */
const OFTEN = { fullScanMinutes: 0.001 };

describe('changes', () => {
	test('a person edits and adds; the events say so', async () => {
		await start();
		source = new Source(redtail, context());
		await source.rounds(2);
		expect(source.events).toEqual([]);
		simulator.people.create({ type: 'person', firstName: 'Signe', lastName: 'Almqvist' });
		simulator.people.edit(firstId(), { jobTitle: 'Cook' });
		await source.until(() => new Set(source?.events.map(({ crmId }) => crmId)).size === 2);
		const edited = source.events.find(({ crmId }) => crmId === firstId());
		expect(edited).toMatchObject({
			kind: 'snapshot',
			fields: { jobTitle: 'Cook', phones: [{ number: '+12185550177' }] },
		});
	});

	test('an edit of a phone that leaves the edit time alone is found by the comparison', async () => {
		let now = Date.parse('2026-01-05T10:00:00Z');
		await start({ now: () => now, switches: { subRecordBumps: false } });
		source = new Source(redtail, context(OFTEN), { start: 'everything' });
		await source.until(() => source?.batches.at(-1)?.complete === true);
		now += 3_600_000;
		const phones = [{ number: '2185550199', kind: 'mobile', primary: true }];
		const job = updateJob(redtail, firstId(), await held(firstId()), { phones });
		confirmed(await redtail.deliver(context(), job));
		const seen = () =>
			JSON.stringify(source?.events.at(-1)?.fields.phones ?? []).includes('2185550199');
		await source.until(seen);
		expect(source.events.at(-1)).toHaveProperty('unchangedUntil');
	});

	test.each([
		{ getAfterDelete: '404', deletedInLists: false },
		{ getAfterDelete: 'flag', deletedInLists: false },
		{ getAfterDelete: 'flag', deletedInLists: true },
	])('a delete is found and told once (%j)', async (switches) => {
		await start({ contacts: [TEO, { ...TEO, firstName: 'Signe' }], switches });
		source = new Source(redtail, context(OFTEN), { start: 'everything' });
		source.known = new Set(simulator.people.list().map(({ id }) => id));
		await source.until(() => source?.batches.at(-1)?.complete === true);
		const gone = firstId();
		simulator.people.remove(gone);
		await source.until(() => source?.events.some(({ change }) => change === 'delete') === true);
		await source.rounds(6);
		const deletes = source.events.filter(({ change }) => change === 'delete');
		expect(deletes.map(({ crmId }) => crmId)).toEqual([gone]);
	});

	test('user defined fields are read where they are mapped', async () => {
		await start();
		const fieldMap: FieldMap = [
			...redtail.defaultFieldMap,
			{ field: 'custom.tier', crmField: 'udfs.12', direction: 'both' },
		];
		await redtail.contacts.update(context(), firstId(), { 'udfs.12': 'Gold' });
		source = new Source(redtail, context(), { start: 'everything', fieldMap });
		await source.until(() => source?.batches.at(-1)?.complete === true);
		expect(source.events[0]?.fields['custom.tier']).toBe('Gold');
	});

	test('429 and 5xx are waited out', async () => {
		await start();
		simulator.setFault({ kind: 'status', status: 429, times: 1, headers: { 'retry-after': '0' } });
		simulator.setFault({ kind: 'status', status: 504, times: 1, headers: { 'retry-after': '0' } });
		source = new Source(redtail, context());
		await source.until(() => source?.states.at(-1)?.status === 'running');
		expect(source.states.map(({ status }) => status)).toEqual(['waiting', 'waiting', 'running']);
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
			await start({ switches });
			const known = await held(firstId());
			const outcome = confirmed(
				await redtail.deliver(context(), updateJob(redtail, firstId(), known, WANTED)),
			);
			const read = await held(firstId());
			expect(sameContent(WANTED, read)).toBe(true);
			expect(Object.keys(outcome.known).sort()).toEqual(Object.keys(WANTED).sort());
			expect(sameContent(outcome.known, read)).toBe(true);
			const writes = simulator.writes();
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
		await start();
		const known = await held(firstId());
		simulator.setFault({ kind: 'status', match: 'POST', status: 503, times: 1 });
		const job = updateJob(redtail, firstId(), known, WANTED);
		expect(await redtail.deliver(context(), job)).toMatchObject({ status: 'retry' });
		confirmed(await redtail.deliver(context(), { ...job, attempt: 2 }));
		const posts = simulator.writes().filter(({ method }) => method === 'POST');
		expect(posts.map(({ status }) => status)).toEqual([503, expect.any(Number)]);
		expect(new Set(posts.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
		const others = simulator.writes().filter(({ method }) => method !== 'POST');
		const key = posts[0]?.idempotencyKey;
		expect(others.filter(({ idempotencyKey }) => idempotencyKey === key)).toEqual([]);
	});

	test('what broke off is told, and the next try does only the rest', async () => {
		await start();
		const known = await held(firstId());
		const job = updateJob(redtail, firstId(), known, WANTED);
		simulator.setFault({
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
		const writes = simulator.writes().length;
		const second = confirmed(await redtail.deliver(context(), { ...job, attempt: 2 }));
		expect(
			simulator
				.writes()
				.slice(writes)
				.map(({ path }) => path.split('/').at(-2)),
		).toEqual(['phones', 'addresses']);
		expect(sameContent(second.known, await held(firstId()))).toBe(true);
	});

	test('a sub-record made by an unanswered try is not made again', async () => {
		await start();
		const known = await held(firstId());
		const emails = [
			...(known.emails as CanonicalFields['emails'] & object[]),
			{ address: 'new@almqvist.example' },
		];
		const job = updateJob(redtail, firstId(), known, { emails: emails as never });
		simulator.setFault({ kind: 'statusAfterCommit', status: 502, match: 'POST', times: 1 });
		expect(await redtail.deliver(context(), job)).toMatchObject({
			status: 'retry',
			outcomeUnknown: true,
		});
		confirmed(await redtail.deliver(context({ verifyBeforeWrite: false }), { ...job, attempt: 2 }));
		expect(simulator.people.get(firstId())?.emails).toHaveLength(3);
	});

	test('a sub-record to be removed that is gone already counts as removed', async () => {
		await start();
		const known = await held(firstId());
		simulator.people.edit(firstId(), {
			emails: [{ address: 'teo@almqvist.example', kind: 'personal', primary: true }],
		});
		const job = updateJob(redtail, firstId(), known, { emails: [(known.emails as never[])[0]!] });
		const outcome = confirmed(await redtail.deliver(context({ verifyBeforeWrite: false }), job));
		expect(outcome.known.emails).toHaveLength(1);
	});

	test('whose primary flag a new primary took is read, not assumed', async () => {
		await start();
		const known = await held(firstId());
		const [first, second] = known.emails as Array<{ ref: string }>;
		const http = portOf(simulator);
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

	test('an edit made there since the last read is not written over', async () => {
		await start();
		const known = await held(firstId());
		simulator.people.edit(firstId(), { jobTitle: 'Painter' });
		const job = updateJob(redtail, firstId(), known, { jobTitle: 'Principal' });
		expect(await redtail.deliver(context(), job)).toMatchObject({
			status: 'retry',
			code: 'changed-meanwhile',
		});
		expect(simulator.writes()).toEqual([]);
	});

	test.each(['404', 'flag'])(
		'a deleted record is told as gone (GET gives %s)',
		async (getAfterDelete) => {
			await start({ switches: { getAfterDelete } });
			const job = updateJob(redtail, firstId(), await held(firstId()), { jobTitle: 'Principal' });
			simulator.people.remove(firstId());
			expect(await redtail.deliver(context(), job)).toMatchObject({ status: 'gone' });
			expect(await redtail.deliver(context({ verifyBeforeWrite: false }), job)).toMatchObject({
				status: 'gone',
			});
		},
	);

	test('a 404 of something else is not a record that is gone', async () => {
		await start();
		const job = updateJob(redtail, firstId(), await held(firstId()), { category: 'Prospect' });
		simulator.setFault({
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
	const wanted = { category: 'Sailor', jobTitle: 'Principal' };

	test('skip: the rest is written, and known is what Redtail holds', async () => {
		await start();
		const known = await held(firstId());
		const outcome = confirmed(
			await redtail.deliver(context(), updateJob(redtail, firstId(), known, wanted)),
		);
		expect(outcome.known).toEqual({ category: known.category ?? null, jobTitle: 'Principal' });
		expect((await held(firstId())).category).toEqual(outcome.known.category);
	});

	test('reject: the rest is written, and the field is named', async () => {
		await start();
		const job = updateJob(redtail, firstId(), await held(firstId()), wanted);
		const outcome = await redtail.deliver(context({ unknownPicklistValue: 'reject' }), job);
		expect(outcome).toMatchObject({
			status: 'rejected',
			field: 'category',
			known: { jobTitle: 'Principal' },
		});
		expect(outcome).not.toHaveProperty('known.category');
	});

	test('user defined fields are written; one that no longer exists is named with what to do', async () => {
		await start();
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
			await start({ switches });
			const outcome = confirmed(await redtail.deliver(context(), job()));
			expect(sameContent(desired, outcome.known)).toBe(true);
			expect(sameContent(outcome.known, await held(outcome.crmId))).toBe(true);
		},
	);

	test.each([
		{ kind: 'timeoutAfterCommit', match: 'POST', times: 1 },
		{ kind: 'statusAfterCommit', status: 502, match: 'POST', times: 1 },
	])(
		'a create that was done but not answered ($kind) is found again, not repeated',
		async (fault) => {
			await start();
			simulator.setFault(fault);
			const http = portOf(simulator);
			const hasty = contextOf(redtail, (request) => http({ ...request, timeoutMs: 300 }));
			expect(await redtail.deliver(hasty, job())).toMatchObject({
				status: 'retry',
				outcomeUnknown: true,
			});
			const outcome = confirmed(await redtail.deliver(context(), { ...job(), attempt: 2 }));
			expect(outcome.found).toBe(true);
			expect(sameContent(desired, outcome.known)).toBe(true);
			expect(simulator.people.list().filter(({ firstName }) => firstName === 'Signe')).toHaveLength(
				1,
			);
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
		await start({ contacts: [namesake], now: () => Date.now() + ago });
		const outcome = confirmed(await redtail.deliver(context(), { ...job(), attempt: 2 }));
		expect(outcome.found).toBeUndefined();
		expect(simulator.people.list()).toHaveLength(2);
	});

	test('a contact made before the answer was lost on the way is told, so that nobody makes it again', async () => {
		await start({ switches: { createAnswer: 'success' } });
		simulator.setFault({
			kind: 'status',
			status: 503,
			match: 'GET /api/public/v1/contacts/',
			times: 1,
		});
		const outcome = await redtail.deliver(context(), job());
		const made = simulator.people.list().find(({ firstName }) => firstName === 'Signe');
		expect(made).toBeDefined();
		expect(outcome).toMatchObject({ status: 'retry', crmId: made?.id });
	});

	test('a household has no place among contacts', async () => {
		await start();
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

	test('deleting is done when the record is gone', async () => {
		await start();
		const remove = jobOf(redtail, { operation: 'delete', crmId: firstId() });
		confirmed(await redtail.deliver(context(), remove));
		expect(simulator.people.list()).toEqual([]);
		confirmed(await redtail.deliver(context(), remove));
	});
});

test('a field that this user may not write is named', async () => {
	await start();
	const fieldMap: FieldMap = [
		{ field: 'custom.advisor', crmField: 'servicing_advisor', direction: 'both' },
	];
	const described = await redtail.describe(context());
	const advisor =
		described.find(({ name }) => name === 'servicing_advisor')?.options?.[0]?.value ?? '';
	const restricted = portOf({
		...simulator,
		credentials: {
			...simulator.credentials,
			userKey: simulator.credentials.restrictedUserKey ?? '',
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

describe("the node's own operations", () => {
	test('check and describe', async () => {
		await start();
		await redtail.check(context());
		const fields = await redtail.describe(context());
		expect(fields.find(({ name }) => name === 'status')?.options).toContainEqual({
			value: 'Inactive',
			label: 'Inactive',
		});
		expect(fields.find(({ name }) => name === 'udfs.12')).toMatchObject({
			label: 'Service tier',
			custom: true,
		});
		expect(fields.find(({ name }) => name === 'tag_memberships')?.readOnly).toBe(true);
	});

	test('create and update with lists, friendly fields and texts of lists', async () => {
		await start();
		const { contacts } = redtail;
		const made = await contacts.create(context(), {
			type: 'Individual',
			first_name: 'Signe',
			last_name: 'Almqvist',
			status: 'Inactive',
			email: 'signe@almqvist.example',
			phones: [{ number: '2185550178', country_code: 1, phone_type: 2 }],
			'udfs.13': 'Sailing',
		});
		const id = contacts.idOf(made);
		expect(simulator.people.get(id)).toMatchObject({
			status: 'Inactive',
			emails: [{ primary: true }],
			phones: [{ kind: 'work' }],
		});
		const phone = (made.phones as Array<{ id: number }>)[0];
		const updated = await contacts.update(context(), id, {
			email: 'signe@new.example',
			phones: [{ id: phone?.id, number: '2185550179', country_code: 1, phone_type: 3 }],
			addresses: [{ street_address: '77 Mill Rd', city: 'Duluth', address_type: 1 }],
			'udfs.13': 'Chess',
		});
		expect(updated).toMatchObject({
			emails: [{ address: 'signe@new.example', is_primary: true }],
			phones: [{ id: phone?.id, number: '2185550179', phone_type: 3 }],
			addresses: [{ street_address: '77 Mill Rd', address_type: 1 }],
		});
		await contacts.update(context(), id, { phones: [] });
		expect(simulator.people.get(id)?.phones).toEqual([]);
	});

	test('a text that no list has is refused by name', async () => {
		await start();
		const update = redtail.contacts.update(context(), firstId(), { category: 'Sailor' });
		await expect(update).rejects.toMatchObject({
			name: 'CrmError',
			options: { field: 'category' },
		});
	});

	test('find, list and delete', async () => {
		await start({
			contacts: [TEO, { ...TEO, firstName: 'Theo', lastName: 'Almqvist-Berg', emails: [] }],
		});
		const { contacts } = redtail;
		const found = async (field: string, value: string) =>
			(await contacts.findBy(context(), field, value)).map(contacts.idOf);
		expect(await found('email', 'TEO@almqvist.example')).toEqual([firstId()]);
		expect(await found('name', 'Teodor Almqvist')).toEqual([firstId()]);
		expect(await found('phone_number', '(218) 555-0177')).toHaveLength(2);
		expect(await contacts.list(context(), { filters: { last_name: 'Berg' } })).toHaveLength(1);
		expect(await contacts.list(context(), { limit: 1 })).toHaveLength(1);
		await contacts.delete(context(), firstId());
		expect(simulator.people.list()).toHaveLength(1);
	});
});
