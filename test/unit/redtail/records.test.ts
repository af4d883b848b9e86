/** The Redtail node's own operations on records beside contacts, over HTTP. */
import { redtail } from '../../../lib/connectors/redtail';
import type { ObjectName } from '../../../lib/model/objects';
import { RedtailWorld } from './world';

let world: RedtailWorld;

beforeEach(async () => {
	world = await RedtailWorld.open();
});
afterEach(() => world.close());

describe('the node’s own operations', () => {
	const client = (object: Exclude<ObjectName, 'contact'>) => {
		const found = redtail.records?.[object];
		if (found === undefined) throw new Error(`There is no client of ${object}.`);
		return found;
	};

	test.each(['task', 'event', 'opportunity'] as const)(
		'%s: made, read, listed, changed, deleted',
		async (object) => {
			const records = client(object);
			const title = object === 'opportunity' ? 'name' : 'subject';
			const made = await records.create(world.context(), {
				[title]: 'First',
				linked_contacts: world.id(0),
				start_date: '2026-06-03T18:00:00.000Z',
				end_date: '2026-06-03T19:00:00.000Z',
			});
			const id = records.idOf(made);
			expect(made).toMatchObject({ linked_contacts: [{ contact_id: Number(world.id(0)) }] });
			expect(await records.list(world.context(), {})).toHaveLength(1);
			expect(await records.update(world.context(), id, { [title]: 'Second' })).toMatchObject({
				[title]: 'Second',
			});
			expect(await records.findBy(world.context(), title, 'second')).toHaveLength(1);
			await records.delete(world.context(), id);
			await expect(records.get(world.context(), id)).rejects.toMatchObject({ status: 404 });
		},
	);

	test('notes of one contact, and of all', async () => {
		const records = client('note');
		const values = { contact_id: world.id(1), body: 'Met.', category: 'Review' };
		const made = await records.create(world.context(), values);
		expect(made).toMatchObject({ category: 'Review', contact_id: world.id(1) });
		const one = { filters: { contact_id: world.id(1) } };
		expect(await records.list(world.context(), one)).toHaveLength(1);
		expect(await records.list(world.context(), {})).toHaveLength(1);
		expect(await records.list(world.context(), { filters: { contact_id: world.id(2) } })).toEqual(
			[],
		);
		await records.delete(world.context(), records.idOf(made));
		expect(await records.list(world.context(), one)).toEqual([]);
		await expect(records.update(world.context(), '1-2', {})).rejects.toMatchObject({ status: 405 });
	});

	test('what Redtail’s own lists offer is described', async () => {
		const fields = await redtail.describe(world.context(), 'opportunity');
		const stage = fields.find(({ name }) => name === 'stage');
		expect(stage?.options?.map(({ value }) => value)).toEqual([
			'Prospecting',
			'Proposal',
			'Won',
			'Lost',
		]);
	});
});
