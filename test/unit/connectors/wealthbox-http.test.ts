/** The Wealthbox connector over HTTP, against the simulator. */
import { wealthbox } from '../../../lib/connectors/wealthbox';
import { sameContent } from '../../../lib/model/canonical';
import type { FieldMap } from '../../../lib/model/field-map';
import type { CanonicalFields } from '../../../lib/model/fields';
import type { PlainEdit } from '../../simulators/simulator';
import { startWealthboxSimulator } from '../../simulators/wealthbox';
import { contextOf, jobOf, portOf, updateJob } from './harness';
import { confirmed, PolledWorld } from './polled-world';

const ODA: PlainEdit = {
	type: 'person',
	firstName: 'Odalys',
	lastName: 'Brandt',
	jobTitle: 'Architect',
	status: 'Active',
	emails: [
		{ address: 'oda@brandt.example', kind: 'personal', primary: true },
		{ address: 'work@brandt.example', kind: 'work' },
	],
	phones: [{ number: '(207) 555-0148', kind: 'mobile', primary: true }],
	tags: ['Annual Review'],
};

const world = new PolledWorld(wealthbox, startWealthboxSimulator, [ODA]);
const { context, firstId, held } = world;

afterEach(() => world.stop());

const item = (fields: CanonicalFields, field: string, index = 0) =>
	(fields[field] as Array<Record<string, unknown>>)[index] as Record<string, unknown>;

describe('changes', () => {
	test('a person edits, adds and deletes; the events say so', async () => {
		await world.start();
		const source = world.watch();
		await source.rounds(2);
		expect(source.events).toEqual([]);
		const { id } = world.simulator.people.create({
			type: 'person',
			firstName: 'Ivo',
			lastName: 'Brandt',
		});
		world.simulator.people.edit(firstId(), { jobTitle: 'Principal' });
		await source.until(() => new Set(source.events.map(({ crmId }) => crmId)).size === 2);
		const edited = source.events.find(({ crmId }) => crmId === firstId());
		expect(edited).toMatchObject({
			change: 'upsert',
			kind: 'snapshot',
			fields: { jobTitle: 'Principal', firstName: 'Odalys' },
		});
		world.simulator.people.remove(id);
		await source.until(() => source.events.some(({ change }) => change === 'delete'));
		expect(source.events.find(({ change }) => change === 'delete')).toMatchObject({
			crmId: id,
			fields: {},
		});
	});

	test('everything, page by page, then on', async () => {
		const contacts = Array.from({ length: 7 }, (_, index) => ({
			...ODA,
			lastName: `Brandt ${index}`,
		}));
		await world.start({ contacts, now: () => Date.parse('2026-01-05T10:00:30Z') });
		const source = world.watch({ pageSize: 3 }, { start: 'everything' });
		await source.until(() => source.batches.at(-1)?.complete === true);
		expect(new Set(source.events.map(({ crmId }) => crmId)).size).toBe(7);
		expect(source.events[0]?.editedAt).toBe('2026-01-05T10:00:00.000Z');
	});

	test('the unified id comes back as an external key', async () => {
		await world.start();
		const source = world.watch();
		await source.rounds(1);
		const job = jobOf(wealthbox, {
			operation: 'create',
			desired: { firstName: 'Ivo', lastName: 'Brandt' },
		});
		await wealthbox.deliver(context(), job);
		await source.until(() => source.events.length > 0);
		expect(source.events[0]?.externalKeys).toEqual({ fabric: 'U1001' });
	});
});

describe('update', () => {
	test('writes only what differs, by the nested ids; reading gives what is known', async () => {
		await world.start();
		const known = await held(firstId());
		const wanted: CanonicalFields = {
			jobTitle: 'Principal Architect',
			emails: [
				{ address: 'oda@brandt.example', kind: 'work', primary: false },
				{ address: 'new@brandt.example', kind: 'personal', primary: true },
			],
			phones: [
				{ number: '(207) 555-0199', kind: 'mobile', primary: true, formerKeys: ['+12075550148'] },
			],
			tags: [{ name: 'Annual Review' }, { name: 'Newsletter' }],
		};
		const job = updateJob(wealthbox, firstId(), known, wanted);
		const outcome = confirmed(await wealthbox.deliver(context(), job));
		expect(outcome.calls).toBe(2);
		expect(world.simulator.people.get(firstId())).toMatchObject({
			jobTitle: 'Principal Architect',
			emails: [
				{ address: 'oda@brandt.example', kind: 'work', primary: false },
				{ address: 'new@brandt.example', kind: 'personal', primary: true },
			],
			phones: [{ number: '(207) 555-0199' }],
			tags: ['Annual Review', 'Newsletter'],
		});
		const read = await held(firstId());
		expect(Object.keys(outcome.known).sort()).toEqual(Object.keys(wanted).sort());
		expect(sameContent(outcome.known, read)).toBe(true);
		expect(item(read, 'phones').ref).toBe(item(known, 'phones').ref);
		const [write] = world.simulator.writes();
		expect(write).toMatchObject({
			method: 'PUT',
			idempotencyKey: expect.stringMatching(/^key-1\/[0-9a-f]{8}$/) as string,
			syncOrigin: 'crm-fabric;salesforce/contact/003A',
		});
		expect(write?.fields.sort()).toEqual(['email_addresses', 'job_title', 'phone_numbers', 'tags']);
	});

	test('what the record holds already is not written again', async () => {
		await world.start();
		const known = await held(firstId());
		const wanted = { jobTitle: 'Principal', emails: [{ address: 'only@brandt.example' }] };
		const job = updateJob(wealthbox, firstId(), known, wanted);
		confirmed(await wealthbox.deliver(context(), job));
		const writes = world.simulator.writes().length;
		const again = confirmed(await wealthbox.deliver(context(), { ...job, attempt: 2 }));
		expect(world.simulator.writes()).toHaveLength(writes);
		expect(sameContent(again.known, await held(firstId()))).toBe(true);
	});

	test('a tag and a phone that somebody added meanwhile survive, and are left to the change source', async () => {
		await world.start();
		const known = await held(firstId());
		world.simulator.people.edit(firstId(), {
			tags: ['Annual Review', 'Theirs'],
			phones: [...(ODA.phones ?? []), { number: '(207) 555-0200', kind: 'work' }],
		});
		const wanted = {
			tags: [{ name: 'Annual Review' }, { name: 'Ours' }],
			phones: [{ number: '(207) 555-0148' }, { number: '(207) 555-0300' }],
		};
		const outcome = confirmed(
			await wealthbox.deliver(context(), updateJob(wealthbox, firstId(), known, wanted)),
		);
		const now = world.simulator.people.get(firstId());
		expect(now?.tags.sort()).toEqual(['Annual Review', 'Ours', 'Theirs']);
		expect(now?.phones).toHaveLength(3);
		expect((outcome.known.tags as Array<{ name: string }>).map(({ name }) => name)).toEqual([
			'Annual Review',
			'Ours',
		]);
		expect(outcome.known.phones).toHaveLength(2);
	});

	test('a record that is gone is told as gone; a wrong address is not', async () => {
		await world.start();
		const known = await held(firstId());
		const job = updateJob(wealthbox, firstId(), known, { jobTitle: 'Principal' });
		const lost = portOf({ ...world.simulator, url: world.simulator.url.replace('/v1', '/v7') });
		expect(await wealthbox.deliver(contextOf(wealthbox, lost), job)).toMatchObject({
			status: 'rejected',
			code: '404',
		});
		world.simulator.people.remove(firstId());
		expect(await wealthbox.deliver(context(), job)).toMatchObject({ status: 'gone' });
		expect(await wealthbox.deliver(context({ verifyBeforeWrite: false }), job)).toMatchObject({
			status: 'gone',
		});
	});
});

describe('values that Wealthbox does not know', () => {
	test('a kind that the account does not have does not keep the number out', async () => {
		await world.start();
		const settings = { kinds: { emails: {}, phones: { Satellite: 'mobile' }, addresses: {} } };
		const known = await held(firstId());
		const phones = [{ number: '(207) 555-0148' }, { number: '(207) 555-0300', kind: 'mobile' }];
		confirmed(
			await wealthbox.deliver(
				context(settings),
				updateJob(wealthbox, firstId(), known, { phones }),
			),
		);
		expect(world.simulator.people.get(firstId())?.phones.map(({ number }) => number)).toContain(
			'(207) 555-0300',
		);
	});

	const map: FieldMap = [
		...wealthbox.defaultFieldMap,
		{ field: 'custom.tier', crmField: 'custom_fields.41', direction: 'both' },
		{ field: 'custom.lost', crmField: 'custom_fields.999', direction: 'both' },
	];

	test('custom fields are written and read; one that no longer exists is named with what to do', async () => {
		await world.start();
		const known = { ...(await held(firstId(), map)), 'custom.lost': null };
		const job = updateJob(
			wealthbox,
			firstId(),
			known,
			{ 'custom.tier': 'Gold' },
			{ fieldMap: map },
		);
		expect(confirmed(await wealthbox.deliver(context(), job)).known).toEqual({
			'custom.tier': 'Gold',
		});
		expect((await held(firstId(), map))['custom.tier']).toBe('Gold');
		const lost = updateJob(
			wealthbox,
			firstId(),
			known,
			{ 'custom.lost': 'x', jobTitle: 'Principal' },
			{ fieldMap: map },
		);
		const outcome = await wealthbox.deliver(context(), lost);
		expect(outcome).toMatchObject({
			status: 'rejected',
			field: 'custom.lost',
			known: { jobTitle: 'Principal' },
		});
		expect(outcome).toHaveProperty('reason', expect.stringContaining('Field Mapping'));
		expect(outcome).toHaveProperty('reason', expect.stringContaining('custom_fields.999'));
	});
});

test('tags go with a create; reading gives what is known', async () => {
	await world.start();
	const desired: CanonicalFields = { type: 'person', firstName: 'Ivo', tags: [{ name: 'VIP' }] };
	const job = jobOf(wealthbox, { operation: 'create', desired, changes: desired });
	const outcome = confirmed(await wealthbox.deliver(context(), job));
	expect(sameContent(desired, outcome.known)).toBe(true);
	expect(sameContent(outcome.known, await held(outcome.crmId))).toBe(true);
});

describe('failures of a write', () => {
	const change = { jobTitle: 'Principal' };
	const job = async () => updateJob(wealthbox, firstId(), await held(firstId()), change);

	test('a refusal names what is wrong without the value', async () => {
		await world.start();
		const given = { ...(await job()), changes: { emails: [{ address: 'no address at all' }] } };
		const outcome = await wealthbox.deliver(context(), given);
		expect(outcome).toMatchObject({ status: 'rejected', code: '422', field: 'email_addresses' });
		expect(JSON.stringify(outcome)).not.toContain('no address at all');
	});
});

describe("the node's own operations", () => {
	test('check and describe', async () => {
		await world.start();
		await wealthbox.check(context());
		const fields = await wealthbox.describe(context());
		expect(fields.find(({ name }) => name === 'contact_type')?.options).toContainEqual({
			value: 'Client',
			label: 'Client',
		});
		expect(fields.find(({ name }) => name === 'custom_fields.41')).toMatchObject({
			label: 'Service tier',
			custom: true,
			type: 'options',
		});
		expect(fields.find(({ name }) => name === 'job_title')?.suggestedField).toBe('jobTitle');
	});

	test('create, update by friendly fields, find, list, delete', async () => {
		await world.start();
		const { contacts } = wealthbox;
		const made = await contacts.create(context(), {
			first_name: 'Ivo',
			last_name: 'Brandt',
			email: 'ivo@brandt.example',
			phone: '(207) 555-0149',
			tags: 'VIP, Newsletter',
			'custom_fields.41': 'Gold',
		});
		const id = contacts.idOf(made);
		expect(world.simulator.people.get(id)).toMatchObject({
			tags: ['VIP', 'Newsletter'],
			emails: [{ primary: true }],
		});
		await contacts.update(context(), id, { email: 'ivo@new.example', job_title: 'Cook' });
		expect(world.simulator.people.get(id)).toMatchObject({
			jobTitle: 'Cook',
			emails: [{ address: 'ivo@new.example' }],
		});
		const found = async (field: string, value: string) =>
			(await contacts.findBy(context(), field, value)).map(contacts.idOf);
		expect(await found('email', 'IVO@new.example')).toEqual([id]);
		expect(await found('phone', '(207) 555-0149')).toEqual([id]);
		expect(await found('name', 'Ivo')).toEqual([]);
		expect(await contacts.list(context(), { limit: 1 })).toHaveLength(1);
		expect(await contacts.list(context(), { filters: { tags: 'VIP' } })).toHaveLength(1);
		await contacts.delete(context(), id);
		await expect(contacts.get(context(), id)).rejects.toMatchObject({
			name: 'CrmError',
			status: 404,
		});
	});
});
