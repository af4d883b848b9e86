/** Redtail's contacts as the node's own operations read and write them, over HTTP. */
import { redtail } from '../../../lib/connectors/redtail';
import { startRedtailSimulator } from '../../simulators/redtail';
import type { PlainEdit } from '../../simulators/simulator';
import { PolledWorld } from '../connectors/polled-world';

const TEO: PlainEdit = {
	type: 'person',
	firstName: 'Teodor',
	lastName: 'Almqvist',
	emails: [{ address: 'teo@almqvist.example', kind: 'personal', primary: true }],
	phones: [{ number: '2185550177', kind: 'mobile', primary: true }],
};

const world = new PolledWorld(redtail, startRedtailSimulator, [TEO]);
const { context, firstId } = world;

afterEach(() => world.stop());

test('check and describe', async () => {
	await world.start();
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
	await world.start();
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
	expect(world.simulator.people.get(id)).toMatchObject({
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
	expect(world.simulator.people.get(id)?.phones).toEqual([]);
});

test('a text that no list has is refused by name', async () => {
	await world.start();
	const update = redtail.contacts.update(context(), firstId(), { category: 'Sailor' });
	await expect(update).rejects.toMatchObject({
		name: 'CrmError',
		options: { field: 'category' },
	});
});

test('find, list and delete', async () => {
	await world.start({
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
	expect(world.simulator.people.list()).toHaveLength(1);
});
