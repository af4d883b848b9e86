/** The Redtail connector over HTTP, against the simulator: changes. */
import { redtail } from '../../../lib/connectors/redtail';
import type { FieldMap } from '../../../lib/model/field-map';
import { updateJob } from './harness';
import { confirmed } from './polled-world';
import { TEO, world, context, firstId, held } from './redtail-teo';

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
