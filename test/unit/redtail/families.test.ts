/** Households in Redtail: who joins, leaves and moves between families. Over HTTP, against the simulator. */
import { redtail } from '../../../lib/connectors/redtail';
import { capabilityOf } from '../../../lib/connectors/capability';
import { confirmed, RedtailWorld } from './world';

let world: RedtailWorld;

const open = async (...parts: Parameters<typeof RedtailWorld.open>) => {
	await world.close();
	world = await RedtailWorld.open(...parts);
};

beforeEach(async () => {
	world = await RedtailWorld.open();
});
afterEach(() => world.close());

describe('families', () => {
	const household = async (name = 'Almqvist Family') =>
		`household:${confirmed(await world.create('household', { name })).crmId}`;
	const placeOf = async (place: number) => {
		const { household: home, householdRole } = await world.fields('contact', world.id(place));
		return [home, householdRole];
	};

	test('a contact joins, changes place, moves and leaves', async () => {
		// A family whose members show the codes of relationships.
		const members = [
			{ contact_id: world.id(2), relationship: 1 },
			{ contact_id: world.id(3), relationship: 3 },
		];
		await world.made('/_sim/families', { name: 'Others', members });
		const [one, two] = [await household(), await household('Second')];
		const id = world.id(0);
		expect(await placeOf(0)).toEqual([null, null]);
		const joined = await world.update('contact', id, { household: one, householdRole: 'Child' });
		expect(confirmed(joined).known).toMatchObject({ household: one, householdRole: 'Child' });
		expect(await placeOf(0)).toEqual([one, 'Child']);
		const head = 'Head of Household';
		confirmed(await world.update('contact', id, { householdRole: head }));
		expect(await placeOf(0)).toEqual([one, head]);
		confirmed(await world.update('contact', id, { household: two }));
		expect(await placeOf(0)).toEqual([two, head]);
		confirmed(await world.update('contact', id, { household: null }));
		expect(await placeOf(0)).toEqual([null, null]);
	});

	test('a new contact joins its family; a relationship that Redtail does not know is left out', async () => {
		const home = await household();
		const desired = { lastName: 'Almqvist', household: home, householdRole: 'Godmother' };
		const { crmId, known } = confirmed(await world.create('contact', desired));
		expect(known).toMatchObject({ household: home, householdRole: 'Other' });
		expect(await world.fields('contact', crmId)).toMatchObject({ household: home });
	});

	test('without leave to write them they are read only', async () => {
		await open({ familyWrites: false }, { familyWrites: false });
		expect(capabilityOf(redtail, 'household', world.settings).create).toBe(false);
		expect(world.project('contact', { household: 'household:611' })).toEqual({});
		const id = await world.made('/_sim/families', { name: 'Almqvist Family', members: [] });
		expect(await world.fields('household', String(id))).toEqual({ name: 'Almqvist Family' });
		const outcome = await world.create('household', { name: 'New' });
		expect(outcome).toMatchObject({ status: 'rejected', code: 'read-only-object' });
	});

	test('a move that broke off in the middle is finished by the next try', async () => {
		const [one, two] = [await household(), await household('Second')];
		const id = world.id(0);
		confirmed(await world.update('contact', id, { household: one }));
		world.simulator.setFault({ kind: 'status', status: 503, match: 'POST', times: 1 });
		const broken = await world.update('contact', id, { household: two });
		expect(broken).toMatchObject({ status: 'retry', known: { household: null } });
		const known = { ...(await world.fields('contact', id)) };
		confirmed(await world.update('contact', id, { household: two }, { known, attempt: 2 }));
		expect((await placeOf(0))[0]).toBe(two);
	});
});
