import { delta, registration, snapshot, START, TestHub } from '../../test/unit/support/hub';
import type { Direction, FieldMap } from '../model/field-map';

const ADA = { firstName: 'Ada', lastName: 'Hale' };

/** Redtail with the given way of the job title. */
async function hubWith(direction: Direction): Promise<TestHub> {
	const hub = await TestHub.open(['wealthbox', 'redtail']);
	const base = registration('redtail', 1);
	const fieldMap: FieldMap = base.fieldMap.map((mapping) =>
		mapping.field === 'jobTitle' ? { ...mapping, direction } : mapping,
	);
	await hub.fabric.registerSystem({ ...base, fieldMap });
	return hub;
}

const WRITTEN = { both: true, in: false, out: true, off: false };
const READ = { both: true, in: true, out: false, off: false };

describe.each<Direction>(['both', 'in', 'out', 'off'])('direction %s', (direction) => {
	let hub: TestHub;
	beforeEach(async () => {
		hub = await hubWith(direction);
	});
	afterEach(() => hub.close());

	test('a new record is written with the field or without it, and so is every later edit', async () => {
		await hub.take(snapshot('wealthbox', '1', { ...ADA, jobTitle: 'CFO' }));
		const [made] = await hub.deliverAll(['redtail']);
		expect(made?.changes['jobTitle']).toBe(WRITTEN[direction] ? 'CFO' : undefined);
		await hub.take(snapshot('wealthbox', '1', { ...ADA, jobTitle: 'CEO' }, { at: START + 5 }));
		const [job] = await hub.claim('redtail');
		expect(job?.changes).toEqual(WRITTEN[direction] ? { jobTitle: 'CEO' } : undefined);
	});

	test('a record that was there before is written to where the field goes out, once', async () => {
		await hub.take(snapshot('wealthbox', '1', { ...ADA, jobTitle: 'CFO' }));
		const read = READ[direction] ? { ...ADA, jobTitle: null } : ADA;
		const externalKeys = { fabric: 'U1001' };
		await hub.take(snapshot('redtail', 'r1', read, { externalKeys, at: START + 1 }));
		hub.now = START + 1_000;
		const [job] = await hub.deliverAll(['redtail']);
		expect(job?.changes).toEqual(WRITTEN[direction] ? { jobTitle: 'CFO' } : undefined);
		await hub.take(snapshot('redtail', 'r1', { ...ADA, status: 'Lead' }, { at: START + 60_000 }));
		expect(await hub.claim('redtail')).toEqual([]);
	});

	test('what the record says of it is merged or left out, whoever put it into the event', async () => {
		await hub.take(snapshot('wealthbox', '1', { ...ADA, jobTitle: 'CFO' }));
		await hub.deliverAll(['redtail']);
		const edit = { jobTitle: 'CEO', status: 'Lead' };
		await hub.take(delta('redtail', 'redtail-U1001', edit, { at: START + 60_000 }));
		const client = await hub.fabric.desk.findEntity('U1001');
		expect(client?.fields).toMatchObject({
			status: 'Lead',
			jobTitle: READ[direction] ? 'CEO' : 'CFO',
		});
	});
});

test('a field that the map does not name may be added on the canvas', async () => {
	const hub = await hubWith('both');
	await hub.take(snapshot('wealthbox', '1', { ...ADA, 'custom.score': 7 }));
	expect((await hub.fabric.desk.findEntity('U1001'))?.fields['custom.score']).toBe(7);
	await hub.close();
});
