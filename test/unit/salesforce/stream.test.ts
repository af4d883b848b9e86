/** The change source against the simulator over HTTP: what a healthy stream brings. */
import { changeEventSchema } from '../../../lib/model/event';
import { openWorld, running, stopAll, until, watch, type World, type WorldOptions } from './world';

let world: World;

async function setUp(options: WorldOptions = {}): Promise<World> {
	world = await openWorld(options);
	return world;
}

afterEach(async () => {
	await stopAll();
	await world.sim.stop();
});

test('a client created, changed and deleted at the screen arrives as snapshot, delta and delete', async () => {
	const { sim } = await setUp();
	const source = watch(world);
	await running(source);
	const { id } = sim.people.create({
		firstName: 'Ines',
		lastName: 'Brunner',
		emails: [{ address: 'ines.brunner@example.test' }],
		phones: [{ number: '+41 41 555 01 01', kind: 'mobile' }],
		addresses: [{ street: 'Seeweg 4', city: 'Zug', primary: true }],
	});
	await until(() => source.of(id).length === 1, 'the create');
	sim.people.edit(id, { lastName: 'Brunner-Keller', jobTitle: 'Architect' });
	await until(() => source.of(id).length === 2, 'the change');
	sim.people.edit(id, { jobTitle: null });
	await until(() => source.of(id).length === 3, 'the cleared field');
	sim.people.remove(id);
	await until(() => source.of(id).length === 4, 'the delete');
	const [created, changed, cleared, deleted] = source.of(id);
	expect(created).toMatchObject({
		change: 'upsert',
		kind: 'snapshot',
		ownWrite: false,
		fields: {
			type: 'person',
			firstName: 'Ines',
			lastName: 'Brunner',
			jobTitle: null,
			emails: [{ address: 'ines.brunner@example.test', primary: true, ref: 'Email' }],
			phones: [{ number: '+41 41 555 01 01', kind: 'mobile', ref: 'MobilePhone' }],
			addresses: [{ street: 'Seeweg 4', city: 'Zug', primary: true, ref: 'MailingAddress' }],
		},
	});
	expect(changed).toMatchObject({ change: 'upsert', kind: 'delta' });
	expect(changed?.fields).toEqual({ lastName: 'Brunner-Keller', jobTitle: 'Architect' });
	expect(cleared?.fields).toEqual({ jobTitle: null });
	expect(deleted).toMatchObject({ change: 'delete', fields: {} });
	expect(changed?.readAt).toBe(changed?.editedAt);
	for (const event of source.events()) expect(changeEventSchema.safeParse(event).success).toBe(true);
});
