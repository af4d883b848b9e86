import { startSalesforceSimulator, type SalesforceSimulator } from '.';
import { call, createContact, errorCode } from './testing';

let simulator: SalesforceSimulator;

afterEach(() => simulator.stop());

describe('updated and deleted', () => {
	const window = (start: string, end: string) =>
		`start=${encodeURIComponent(start)}&end=${encodeURIComponent(end)}`;

	test('count whole minutes', async () => {
		let clock = Date.parse('2026-11-22T08:10:59Z');
		simulator = await startSalesforceSimulator({ now: () => clock });
		const early = await createContact(simulator, { LastName: 'Early' });
		clock = Date.parse('2026-11-22T08:12:30Z');
		const late = await createContact(simulator, { LastName: 'Late' });
		clock = Date.parse('2026-11-22T08:13:30Z');
		const now = await createContact(simulator, { LastName: 'Now' });
		const all = window('2026-11-22T08:10:30+00:00', '2026-11-22T08:20:00+00:00');
		expect((await call(simulator, 'GET', `/sobjects/Contact/updated/?${all}`)).body).toEqual({
			ids: [early, late, now],
			latestDateCovered: '2026-11-22T08:13:00.000+0000',
		});
		const first = window('2026-11-22T08:10:30Z', '2026-11-22T08:12:40Z');
		expect((await call(simulator, 'GET', `/sobjects/Contact/updated?${first}`)).body).toMatchObject(
			{ ids: [early] },
		);
		await call(simulator, 'DELETE', `/sobjects/Contact/${early}`);
		clock = Date.parse('2026-11-22T08:14:10Z');
		expect((await call(simulator, 'GET', `/sobjects/Contact/deleted?${all}`)).body).toEqual({
			deletedRecords: [{ id: early, deletedDate: '2026-11-22T08:13:30.000+0000' }],
			earliestDateAvailable: '2026-11-07T08:14:00.000+0000',
			latestDateCovered: '2026-11-22T08:14:00.000+0000',
		});
		expect((await call(simulator, 'GET', `/sobjects/Contact/updated?${all}`)).body).toMatchObject({
			ids: [late, now],
		});
	});

	test('hold back, and start later, on demand', async () => {
		let clock = Date.parse('2026-11-22T08:10:00Z');
		simulator = await startSalesforceSimulator({ now: () => clock });
		const id = await createContact(simulator, { LastName: 'Roth' });
		await call(simulator, 'DELETE', `/sobjects/Contact/${id}`);
		clock = Date.parse('2026-11-22T08:15:00Z');
		const all = window('2026-11-22T08:00:00Z', '2026-11-22T08:15:00Z');
		simulator.setFault({ kind: 'updatedHoldback', ms: 6 * 60_000 });
		expect((await call(simulator, 'GET', `/sobjects/Contact/deleted?${all}`)).body).toMatchObject({
			deletedRecords: [],
			latestDateCovered: '2026-11-22T08:09:00.000+0000',
		});
		simulator.clearFaults();
		simulator.setFault({ kind: 'deletedLogStartsLater', ms: 60_000 });
		expect((await call(simulator, 'GET', `/sobjects/Contact/deleted?${all}`)).body).toMatchObject({
			deletedRecords: [],
			earliestDateAvailable: '2026-11-22T08:14:00.000+0000',
		});
	});

	test.each([
		['the end before the start', '2026-11-22T08:10:40Z', '2026-11-22T08:10:50Z'],
		['a start too long ago', '2026-10-01T08:10:00Z', '2026-11-22T08:12:00Z'],
		['no date', 'yesterday', '2026-11-22T08:12:00Z'],
	])('refuse %s', async (_name, from, to) => {
		const clock = Date.parse('2026-11-22T08:14:00Z');
		simulator = await startSalesforceSimulator({ now: () => clock });
		const answer = await call(simulator, 'GET', `/sobjects/Contact/updated?${window(from, to)}`);
		expect([answer.status, errorCode(answer)]).toEqual([400, 'INVALID_REPLICATION_DATE']);
	});
});
