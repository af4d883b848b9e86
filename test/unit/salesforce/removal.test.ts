/** Whole listings, records that are gone, deletes, archives and merges, against the simulator over HTTP. */
import { salesforce } from '../../../lib/connectors/salesforce';
import { changeEventSchema, type ChangeEventInput } from '../../../lib/model/event';
import type { DeliveryJob } from '../../../lib/model/delivery';
import type { FieldMap } from '../../../lib/model/field-map';
import type { CanonicalFields } from '../../../lib/model/fields';
import {
	job,
	openWorld,
	running,
	stopAll,
	until,
	watch,
	type World,
	type WorldOptions,
} from './world';

let world: World;

const person = (lastName: string) => ({
	firstName: 'Ines',
	lastName,
	status: 'Active',
	emails: [{ address: `${lastName.toLowerCase()}@example.test` }],
});
const CONTACTS = ['Adler', 'Brunner', 'Conti', 'Dahl', 'Egli'].map(person);
const ARCHIVE = { archiveField: 'Client_Status__c', archiveValue: 'Inactive' };

async function setUp(options: WorldOptions = {}): Promise<void> {
	world = await openWorld({ contacts: CONTACTS, ...options });
}

afterEach(async () => {
	await stopAll();
	await world.sim.stop();
});

const ids = () => world.sim.people.list().map(({ id }) => id);
const firstId = () => ids()[0] ?? '';

async function known(crmId: string): Promise<CanonicalFields> {
	const record = await salesforce.contacts.get(world.context, crmId);
	return salesforce.toCanonical(record, salesforce.defaultFieldMap, world.context.settings);
}

const deliver = (change: Partial<DeliveryJob>) =>
	salesforce.deliver(world.context, job(world, { crmId: firstId(), ...change }));

async function listed(crmIds?: string[]): Promise<ChangeEventInput[]> {
	const { signal } = new AbortController();
	const options = { fieldMap: salesforce.defaultFieldMap, crmIds, signal };
	const events: ChangeEventInput[] = [];
	for await (const batch of salesforce.readAll(world.context, options)) events.push(...batch);
	return events;
}

describe('readAll', () => {
	test('every record once, as the first load shows it', async () => {
		await setUp();
		const events = await listed();
		expect(events.map(({ crmId }) => crmId).sort()).toEqual(ids().sort());
		for (const event of events) expect(changeEventSchema.safeParse(event).success).toBe(true);
		const source = watch(world, { start: 'everything' });
		await until(() => source.events().length >= CONTACTS.length, 'the first load');
		const loaded = new Set(source.events().map(({ eventId }) => eventId));
		expect(events.filter(({ eventId }) => !loaded.has(eventId))).toEqual([]);
	});

	test('only the records asked for; what is gone is left out', async () => {
		await setUp();
		const [first = '', second = '', third = ''] = ids();
		world.sim.people.remove(second);
		const events = await listed([first, second, third, first]);
		expect(events.map(({ crmId }) => crmId).sort()).toEqual([first, third].sort());
	});

	test.each([503, 500])('an error on the way makes it fail: %d', async (status) => {
		await setUp();
		world.sim.setFault({ kind: 'status', match: '/query', status, times: 1 });
		await expect(listed()).rejects.toMatchObject({ name: 'CrmError', status });
	});
});

describe('isGone', () => {
	test('true for a deleted contact, also one that left the recycle bin', async () => {
		await setUp();
		const id = firstId();
		expect(await salesforce.isGone(world.context, id)).toBe(false);
		world.sim.people.remove(id);
		expect(await salesforce.isGone(world.context, id)).toBe(true);
		world.sim.people.undelete(id);
		expect(await salesforce.isGone(world.context, id)).toBe(false);
		expect(await salesforce.isGone(world.context, '0035g00000LmQ7xAAF')).toBe(true);
	});

	test('a version that the org does not have tells nothing', async () => {
		await setUp();
		world.context.settings['apiVersion'] = '99.0';
		await expect(salesforce.isGone(world.context, firstId())).rejects.toMatchObject({
			status: 404,
		});
		const crmId = firstId();
		expect(await deliver({ operation: 'delete', crmId })).toMatchObject({ status: 'rejected' });
		const changes = { jobTitle: 'Painter' };
		expect(await deliver({ crmId, changes })).toMatchObject({ status: 'rejected' });
	});
});

describe('delete', () => {
	test('what somebody edited since it was last read is not deleted', async () => {
		await setUp();
		const crmId = firstId();
		const before = await known(crmId);
		world.sim.people.edit(crmId, { jobTitle: 'Painter' });
		expect(await deliver({ operation: 'delete', known: before })).toMatchObject({
			status: 'retry',
			code: 'changed-meanwhile',
		});
		expect(world.sim.people.get(crmId)?.deleted).toBe(false);
		const outcome = await deliver({ operation: 'delete', known: await known(crmId) });
		expect(outcome).toMatchObject({ status: 'confirmed', calls: 2 });
		expect(world.sim.people.get(crmId)?.deleted).toBe(true);
	});

	test('a locked row is tried again', async () => {
		await setUp();
		world.sim.setFault({ kind: 'rowLock', times: 1 });
		expect(await deliver({ operation: 'delete' })).toMatchObject({
			status: 'retry',
			code: 'UNABLE_TO_LOCK_ROW',
			outcomeUnknown: false,
		});
	});
});

describe('archive', () => {
	test('without a field of its own it is rejected with what to do', async () => {
		await setUp();
		expect(await deliver({ operation: 'archive' })).toMatchObject({
			status: 'rejected',
			code: 'no-archive-field',
		});
	});

	test('sets the chosen field and gives it back what it is to hold', async () => {
		await setUp({ settings: ARCHIVE });
		const fieldMap: FieldMap = [
			...salesforce.defaultFieldMap,
			{ field: 'status', crmField: 'Client_Status__c', direction: 'both' },
		];
		const archived = await deliver({ operation: 'archive', fieldMap });
		expect(archived).toMatchObject({ status: 'confirmed', known: { status: 'Inactive' } });
		expect(world.sim.people.get(firstId())?.status).toBe('Inactive');
		expect(await deliver({ operation: 'archive', fieldMap })).toMatchObject({ calls: 1 });
		const desired = { status: 'Active' };
		const back = await deliver({ operation: 'unarchive', fieldMap, desired });
		expect(back).toMatchObject({ status: 'confirmed', known: { status: 'Active' } });
		expect(world.sim.people.get(firstId())?.status).toBe('Active');
	});

	test('a check box is ticked and unticked; it need not be mapped', async () => {
		await setUp({ settings: { archiveField: 'HasOptedOutOfEmail', archiveValue: 'true' } });
		const box = async () =>
			(await salesforce.contacts.get(world.context, firstId()))['HasOptedOutOfEmail'];
		expect(await deliver({ operation: 'archive' })).toMatchObject({
			status: 'confirmed',
			known: {},
		});
		expect(await box()).toBe(true);
		expect(await deliver({ operation: 'unarchive' })).toMatchObject({ status: 'confirmed' });
		expect(await box()).toBe(false);
	});

	test('a field that the org does not have is named', async () => {
		await setUp({ settings: { archiveField: 'Gone__c', archiveValue: 'yes' } });
		expect(await deliver({ operation: 'archive' })).toMatchObject({
			status: 'rejected',
			code: 'INVALID_FIELD',
			field: 'Gone__c',
		});
	});

	test('a deleted contact is gone', async () => {
		await setUp({ settings: ARCHIVE });
		const crmId = firstId();
		world.sim.people.remove(crmId);
		expect(await deliver({ operation: 'archive', crmId })).toMatchObject({ status: 'gone' });
	});

	test('a person puts a contact away and takes it out again', async () => {
		await setUp({ settings: { ...ARCHIVE, archiveIsRemoval: true } });
		const id = firstId();
		const source = watch(world, { known: [id] });
		await running(source);
		world.sim.people.edit(id, { status: 'Inactive' });
		await until(() => source.of(id).length === 1, 'the archive');
		expect(source.of(id)[0]).toMatchObject({ change: 'archive', kind: 'delta' });
		const [event] = await listed([id]);
		expect(event).toMatchObject({ change: 'archive', kind: 'snapshot' });
	});
});

describe('merge', () => {
	test('the stream names the contact that lives on', async () => {
		await setUp();
		const [into = '', from = '', other = ''] = ids();
		const source = watch(world, { known: ids() });
		await running(source);
		world.sim.people.merge(into, from);
		world.sim.people.remove(other);
		await until(() => source.of(other).length === 1, 'the delete');
		expect(source.of(from)).toMatchObject([{ change: 'merge', mergedInto: into, fields: {} }]);
		expect(source.of(other)).toMatchObject([{ change: 'delete' }]);
		for (const event of source.events())
			expect(changeEventSchema.safeParse(event).success).toBe(true);
	});

	test('so does the recovery of a time in which the stream was away', async () => {
		await setUp();
		const [into = '', from = ''] = ids();
		const first = watch(world, { known: ids() });
		await running(first);
		world.sim.people.edit(into, { jobTitle: 'Architect' });
		await until(() => first.of(into).length === 1, 'a change to begin from');
		await first.stop();
		world.sim.people.merge(into, from);
		// The stream keeps events for 72 hours.
		world.advance(4 * 24 * 3_600_000);
		const second = watch(world, { known: [into, from], cursor: first.cursor() });
		await until(() => second.of(from).length > 0, 'the merge');
		expect(second.of(from)[0]).toMatchObject({ change: 'merge', mergedInto: into });
	});

	test('a merged contact that is taken out of the recycle bin is itself again', async () => {
		await setUp();
		const [into = '', from = ''] = ids();
		const source = watch(world, { known: ids() });
		await running(source);
		world.sim.people.merge(into, from);
		await until(() => source.of(from).length === 1, 'the merge');
		world.sim.people.undelete(from);
		await until(() => source.of(from).length === 2, 'the undelete');
		expect(source.of(from).map(({ change }) => change)).toEqual(['merge', 'undelete']);
	});

	test('where the field may not be seen, merged contacts are told as deleted', async () => {
		await setUp();
		const [into = '', from = ''] = ids();
		const source = watch(world, { known: ids() });
		await running(source);
		const body = [{ errorCode: 'INVALID_FIELD', message: "No such column 'MasterRecordId'" }];
		world.sim.setFault({ kind: 'status', match: '/queryAll', status: 400, body });
		world.sim.people.merge(into, from);
		await until(() => source.of(from).length === 1, 'the delete');
		expect(source.of(from)[0]).toMatchObject({ change: 'delete' });
		expect(world.log.some(({ message }) => message.includes('Master Record ID'))).toBe(true);
	});
});
