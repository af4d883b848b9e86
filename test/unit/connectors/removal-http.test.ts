/** The polled CRMs over HTTP: whole listings, records that are gone, deletes and archives. */
import type { ConnectorContext, Json } from '../../../lib/connectors/connector';
import { changeEventSchema, type ChangeEventInput } from '../../../lib/model/event';
import type { PlainEdit } from '../../simulators/simulator';
import { contextOf, jobOf, portOf } from './harness';
import { POLLED_CRMS, PolledWorld } from './polled-world';

const person = (lastName: string): PlainEdit => ({
	type: 'person',
	firstName: 'Ivo',
	lastName,
	status: 'Active',
	emails: [{ address: `${lastName.toLowerCase()}@example.test` }],
});
const CONTACTS = ['Adler', 'Brandt', 'Conti', 'Dahl', 'Egli'].map(person);

describe.each(POLLED_CRMS)('%s', (_name, connector, startSimulator) => {
	const world = new PolledWorld(connector, startSimulator, CONTACTS);
	const { context, firstId, held } = world;

	afterEach(() => world.stop());

	const allIds = () => world.simulator.people.list().map(({ id }) => id);
	const signal = () => new AbortController().signal;

	async function listed(
		from: ConnectorContext,
		crmIds?: string[],
		seen: (batch: ChangeEventInput[]) => void = () => undefined,
	): Promise<ChangeEventInput[]> {
		const events: ChangeEventInput[] = [];
		const options = { fieldMap: connector.defaultFieldMap, crmIds, signal: signal() };
		for await (const batch of connector.readAll(from, options)) {
			events.push(...batch);
			seen(batch);
		}
		return events;
	}

	const deliver = async (
		operation: 'delete' | 'archive' | 'unarchive',
		over: Partial<Parameters<typeof jobOf>[1]> = {},
		settings: Record<string, Json> = {},
	) => {
		const crmId = over.crmId ?? firstId();
		const job = jobOf(connector, { operation, crmId, known: await held(crmId), ...over });
		return connector.deliver(context(settings), job);
	};

	describe('readAll', () => {
		test('every record once, as the change source shows it', async () => {
			await world.start();
			const began = Date.now();
			const events = await listed(context({ pageSize: 2 }));
			expect(events.map(({ crmId }) => crmId).sort()).toEqual(allIds().sort());
			const source = world.watch({}, { start: 'everything' });
			await source.until(() => source.batches.at(-1)?.complete === true);
			const ids = new Set(source.events.map(({ eventId }) => eventId));
			for (const event of events) {
				expect(changeEventSchema.safeParse(event).success).toBe(true);
				expect(event).toMatchObject({ change: 'upsert', kind: 'snapshot' });
				expect(ids.has(event.eventId)).toBe(true);
				expect(Date.parse(event.readAt)).toBeGreaterThanOrEqual(began);
			}
		});

		test('only the records asked for; what is gone is left out', async () => {
			await world.start();
			const [first = '', second = '', third = ''] = allIds();
			world.simulator.people.remove(second);
			const events = await listed(context(), [first, second, third, first]);
			expect(events.map(({ crmId }) => crmId)).toEqual([first, third]);
		});

		test('a record deleted between two pages makes the listing fail', async () => {
			await world.start();
			const pages = listed(context({ pageSize: 2 }), undefined, () => {
				if (world.simulator.people.list().length === CONTACTS.length)
					world.simulator.people.remove(firstId());
			});
			await expect(pages).rejects.toMatchObject({ code: 'listing-incomplete' });
		});

		test.each([500, 404, 403])('an error on the way makes it fail: %d', async (status) => {
			await world.start();
			const pages = listed(context({ pageSize: 2 }), undefined, () =>
				world.simulator.setFault({ kind: 'status', match: '/contacts', status, times: 1 }),
			);
			await expect(pages).rejects.toMatchObject({ name: 'CrmError', status });
		});

		test('429 is waited for and no error', async () => {
			await world.start();
			let isSet = false;
			const headers = { 'Retry-After': '0' };
			const events = await listed(context({ pageSize: 2 }), undefined, () => {
				if (!isSet) world.simulator.setFault({ kind: 'status', status: 429, times: 1, headers });
				isSet = true;
			});
			expect(events).toHaveLength(CONTACTS.length);
			expect(world.simulator.callCounts()['429']).toBe(1);
		});

		test('it stops by an error when it is given up', async () => {
			await world.start();
			const controller = new AbortController();
			const options = { fieldMap: connector.defaultFieldMap, signal: controller.signal };
			const pages = connector.readAll(context({ pageSize: 2 }), options);
			await pages.next();
			controller.abort();
			await expect(pages.next()).rejects.toMatchObject({ name: 'HttpFailure', code: 'aborted' });
		});
	});

	describe('isGone', () => {
		test('true for a deleted record only', async () => {
			await world.start();
			const id = firstId();
			expect(await connector.isGone(context(), id)).toBe(false);
			world.simulator.people.remove(id);
			expect(await connector.isGone(context(), id)).toBe(true);
			world.simulator.people.undelete(id);
			expect(await connector.isGone(context(), id)).toBe(false);
		});

		test('a wrong address, refused credentials or a failing CRM tell nothing', async () => {
			await world.start();
			const id = firstId();
			const http = portOf(world.simulator);
			const astray = contextOf(connector, (request) =>
				http({ ...request, url: `/wrong${request.url}` }),
			);
			await expect(connector.isGone(astray, id)).rejects.toMatchObject({ status: 404 });
			world.simulator.setFault({ kind: 'status', status: 401, times: 1 });
			await expect(connector.isGone(context(), id)).rejects.toMatchObject({
				name: 'AuthenticationFailure',
			});
			world.simulator.setFault({ kind: 'status', status: 503, times: 1 });
			await expect(connector.isGone(context(), id)).rejects.toMatchObject({ status: 503 });
		});
	});

	describe('delete', () => {
		test('deletes; a record that is gone is what was wanted', async () => {
			await world.start();
			const crmId = firstId();
			const before = await held(crmId);
			expect(await deliver('delete', { crmId })).toMatchObject({ status: 'confirmed', known: {} });
			expect(world.simulator.people.get(crmId)?.deleted).toBe(true);
			const job = jobOf(connector, { operation: 'delete', crmId, known: before, attempt: 2 });
			const again = await connector.deliver(context(), job);
			expect(again).toMatchObject({ status: 'confirmed' });
		});

		test('what somebody edited since it was last read is not deleted', async () => {
			await world.start();
			const crmId = firstId();
			const before = await held(crmId);
			world.simulator.people.edit(crmId, { jobTitle: 'Painter' });
			expect(await deliver('delete', { crmId, known: before })).toMatchObject({
				status: 'retry',
				code: 'changed-meanwhile',
				outcomeUnknown: false,
			});
			expect(world.simulator.people.get(crmId)?.deleted).toBe(false);
			expect(await deliver('delete', { crmId })).toMatchObject({ status: 'confirmed' });
		});

		test('without the look it is one call', async () => {
			await world.start();
			const outcome = await deliver('delete', {}, { verifyBeforeWrite: false });
			expect(outcome).toMatchObject({ status: 'confirmed', calls: 1 });
		});

		test('a wrong address deletes nothing and does not pretend to', async () => {
			await world.start();
			const http = portOf(world.simulator);
			const astray = contextOf(connector, (request) =>
				http({ ...request, url: `/wrong${request.url}` }),
			);
			const job = jobOf(connector, { operation: 'delete', crmId: firstId() });
			expect(await connector.deliver(astray, job)).toMatchObject({
				status: 'rejected',
				code: '404',
			});
		});

		test('a deletion whose answer was lost is found done by the next try', async () => {
			await world.start();
			const crmId = firstId();
			const before = await held(crmId);
			world.simulator.setFault({ kind: 'timeoutAfterCommit', match: 'DELETE', times: 1 });
			const http = portOf(world.simulator);
			const hasty = contextOf(connector, (request) => http({ ...request, timeoutMs: 200 }));
			const job = jobOf(connector, { operation: 'delete', crmId, known: before });
			expect(await connector.deliver(hasty, job)).toMatchObject({
				status: 'retry',
				outcomeUnknown: true,
			});
			expect(await connector.deliver(context(), { ...job, attempt: 2 })).toMatchObject({
				status: 'confirmed',
			});
		});
	});

	describe('archive', () => {
		test('sets the status, tells what is known then, and takes it back', async () => {
			await world.start();
			const archived = await deliver('archive');
			expect(archived).toMatchObject({ status: 'confirmed', known: { status: 'Inactive' } });
			expect(world.simulator.people.get(firstId())?.status).toBe('Inactive');
			const again = await deliver('archive');
			expect(again).toMatchObject({ status: 'confirmed', known: { status: 'Inactive' } });
			expect(world.simulator.writes()).toHaveLength(1);
			const back = await deliver('unarchive');
			expect(back).toMatchObject({ status: 'confirmed', known: { status: 'Active' } });
			expect(world.simulator.people.get(firstId())?.status).toBe('Active');
		});

		test('it gets back what the client is to hold', async () => {
			await world.start();
			const settings = { unarchiveValue: 'Inactive', archiveValue: 'Inactive' };
			await deliver('archive', {}, settings);
			const outcome = await deliver('unarchive', { desired: { status: 'Active' } }, settings);
			expect(outcome).toMatchObject({ status: 'confirmed', known: { status: 'Active' } });
		});

		test('one that a person took out already is left as it is', async () => {
			await world.start();
			await deliver('archive');
			world.simulator.people.edit(firstId(), { status: 'Active' });
			const outcome = await deliver('unarchive', { desired: { status: 'Inactive' } });
			expect(outcome).toMatchObject({ status: 'confirmed', known: { status: 'Active' } });
			expect(world.simulator.writes()).toHaveLength(1);
		});

		test('a value that the CRM does not have is rejected, not passed over', async () => {
			await world.start();
			const outcome = await deliver('archive', {}, { archiveValue: 'Mothballed' });
			expect(outcome).toMatchObject({ status: 'rejected', field: 'status' });
			expect(JSON.stringify(outcome)).not.toContain('custom.archive');
			expect(world.simulator.people.get(firstId())?.status).toBe('Active');
		});

		test('without a field it is rejected with what to do', async () => {
			await world.start();
			expect(await deliver('archive', {}, { archiveField: '' })).toMatchObject({
				status: 'rejected',
				code: 'no-archive-field',
				reason: expect.stringContaining('Archive Field') as string,
			});
		});

		test('a record that is gone is told as gone', async () => {
			await world.start();
			const crmId = firstId();
			world.simulator.people.remove(crmId);
			const job = jobOf(connector, { operation: 'archive', crmId });
			expect(await connector.deliver(context(), job)).toMatchObject({ status: 'gone' });
		});

		test('a person puts a contact away: an edit of the status, or a removal if so set', async () => {
			await world.start();
			const strict = world.watch({ archiveIsRemoval: true });
			await strict.rounds(2);
			world.simulator.people.edit(firstId(), { status: 'Inactive' });
			await strict.until(() => strict.events.length > 0);
			expect(strict.events[0]).toMatchObject({ change: 'archive', fields: { status: 'Inactive' } });
			await strict.stop();
			const usual = world.watch();
			await usual.rounds(2);
			world.simulator.people.edit(allIds()[1] ?? '', { status: 'Inactive' });
			await usual.until(() => usual.events.length > 0);
			expect(usual.events[0]).toMatchObject({ change: 'upsert', fields: { status: 'Inactive' } });
		});
	});

	test('two contacts merged at the screen: one is edited, the other deleted', async () => {
		await world.start();
		const [into = '', from = ''] = allIds();
		const settings = { fullScanMinutes: 0.001 };
		const source = world.watch(settings, { start: 'everything' });
		source.known = new Set(allIds());
		await source.until(() => source.batches.at(-1)?.complete === true);
		world.simulator.people.merge(into, from);
		await source.until(() => source.events.some(({ change }) => change === 'delete'));
		expect(source.events.find(({ change }) => change === 'delete')?.crmId).toBe(from);
		await source.until(() =>
			source.events.some(
				({ crmId, fields }) => crmId === into && (fields.emails as unknown[]).length === 2,
			),
		);
	});
});
