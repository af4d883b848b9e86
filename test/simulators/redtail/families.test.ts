/** Families: read always, written only where the switch allows it, and by a person at the screen. */
import { caller, type Call } from '../test-client';
import type { Simulator } from '../simulator';
import { startRedtailSimulator } from '.';

let sim: Simulator;
let call: Call;
let person: Call;
let ids: number[];

async function start(switches: Record<string, unknown>): Promise<void> {
	const contacts = ['Teodor', 'Signe', 'Runa'].map((firstName) => ({
		firstName,
		lastName: 'Almqvist',
	}));
	let at = Date.UTC(2026, 4, 4);
	sim = await startRedtailSimulator({ contacts, switches, now: () => (at += 1_000) });
	const { apiKey, userKey } = sim.credentials;
	const token = Buffer.from(`${apiKey}:${userKey}`).toString('base64');
	call = caller(sim.url, { Authorization: `Userkeyauth ${token}` });
	person = caller(new URL(sim.url).origin);
	ids = sim.people.list().map(({ id }) => Number(id));
}
afterEach(() => sim.stop());

interface Family {
	id: number;
	name: string;
	updated_at: string;
	members: Array<{ id: number; contact_id: number; relationship_name: string; hoh: boolean }>;
}
const read = async (id: number) =>
	((await call('GET', `/families/${id}`)).body as { family: Family }).family;

test('nobody writes them through the API unless the switch says so', async () => {
	await start({});
	const body = { name: 'Almqvist Family', members: [{ contact_id: ids[0], relationship: 1 }] };
	expect((await call('POST', '/families', { body })).status).toBe(404);
	const { id } = (await person('POST', '/_sim/families', { body })).body as Family;
	expect((await call('PUT', `/families/${id}`, { body: { name: 'Other' } })).status).toBe(404);
	expect((await call('DELETE', `/families/${id}`)).status).toBe(404);
	expect(await read(id)).toMatchObject({
		name: 'Almqvist Family',
		members: [{ relationship_name: 'Head of Household', hoh: true }],
	});
});

test.each([false, true])(
	'members join, change place and leave; one family each (moves updated_at: %s)',
	async (familyMemberBumps) => {
		await start({ familyWrites: true, familyMemberBumps });
		const made = await call('POST', '/families', { body: { name: 'Almqvist Family' } });
		const { id, updated_at } = (made.body as { family: Family }).family;
		const members = `/families/${id}/members`;
		const join = (contact_id: unknown, relationship?: number) =>
			call('POST', members, { body: { contact_id, relationship } });
		expect((await join(ids[0], 1)).status).toBe(201);
		expect((await join(ids[1], 3)).status).toBe(201);
		expect((await join(ids[1])).status).toBe(422);
		expect((await join(7)).status).toBe(422);
		expect((await join(ids[2], 99)).status).toBe(422);
		const family = await read(id);
		expect(family.members.map(({ relationship_name }) => relationship_name)).toEqual([
			'Head of Household',
			'Child',
		]);
		expect(family.updated_at !== updated_at).toBe(familyMemberBumps);
		const [head, child] = family.members;
		await call('PUT', `${members}/${child?.id}`, { body: { relationship: 1 } });
		expect((await read(id)).members.map(({ hoh }) => hoh)).toEqual([false, true]);
		expect((await call('DELETE', `${members}/${head?.id}`)).status).toBe(204);
		expect((await read(id)).members).toHaveLength(1);
		expect((await call('DELETE', `/families/${id}`)).status).toBe(204);
		expect((await call('GET', `/families/${id}`)).status).toBe(404);
		expect((await call('GET', `/contacts/${ids[1]}/family`)).body).toEqual({ family: null });
	},
);
