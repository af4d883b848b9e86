import { create, crm, get, list, person, start } from './harness';

afterEach(() => crm.sim.stop());

describe('writes', () => {
	beforeEach(() => start());

	test('a PUT is partial, null and empty text clear, and no change leaves updated_at alone', async () => {
		const { id, updated_at } = await create(
			person('Odalys', { nickname: 'Oda', job_title: 'Cook' }),
		);
		crm.clock += 600_000;
		const put = (body: Record<string, unknown>) => crm.call('PUT', `/contacts/${id}`, { body });
		await put({ job_title: 'Cook' });
		expect((await get(id)).updated_at).toBe(updated_at);
		await put({ job_title: '', nickname: null });
		expect(await get(id)).toMatchObject({
			first_name: 'Odalys',
			job_title: null,
			nickname: null,
			updated_at: '2026-03-04 09:25 AM -0500',
		});
	});

	test('nested lists merge by id, entries without one are added, at most one is principal', async () => {
		const made = await create(
			person('Odalys', {
				email_addresses: [
					{ address: 'a@brandt.example', kind: 'Personal', principal: true },
					{ address: 'b@brandt.example', kind: 'Work' },
				],
			}),
		);
		const [a, b] = made.email_addresses;
		const email_addresses = [
			{ id: a?.id, kind: 'Home' },
			{ id: b?.id, destroy: true },
			{ address: 'c@brandt.example', principal: true },
		];
		await crm.call('PUT', `/contacts/${made.id}`, { body: { email_addresses } });
		expect((await get(made.id)).email_addresses).toEqual([
			{ id: a?.id, address: 'a@brandt.example', kind: 'Home', principal: false },
			{ id: expect.any(Number), address: 'c@brandt.example', kind: null, principal: true },
		]);
		const careless = { email_addresses: [{ address: 'a@brandt.example' }] };
		await crm.call('PUT', `/contacts/${made.id}`, { body: careless });
		expect((await get(made.id)).email_addresses).toHaveLength(3);
		const unknown = { job_title: 'Lost', email_addresses: [{ id: 1, kind: 'Work' }] };
		expect((await crm.call('PUT', `/contacts/${made.id}`, { body: unknown })).status).toBe(422);
		expect((await get(made.id)).job_title).toBeNull();
	});

	test('tags are replaced by names; the read form is refused', async () => {
		const { id, tags } = await create(person('Odalys', { tags: ['A', 'B'] }));
		expect((await crm.call('PUT', `/contacts/${id}`, { body: { tags } })).status).toBe(400);
		await crm.call('PUT', `/contacts/${id}`, { body: { tags: ['B', 'C'] } });
		expect((await get(id)).tags.map(({ name }) => name)).toEqual(['B', 'C']);
		expect((await get(id)).tags[0]?.id).toBe(tags[1]?.id);
	});

	test('custom fields merge by id, cannot be removed, and take option labels only', async () => {
		const { id } = await create(person('Odalys', { custom_fields: [{ id: 41, value: 'Gold' }] }));
		const put = (custom_fields: unknown) =>
			crm.call('PUT', `/contacts/${id}`, { body: { custom_fields } });
		await put([{ id: 42, value: 'Sailing' }]);
		await put([{ id: 41, value: null }]);
		expect((await get(id)).custom_fields).toMatchObject([
			{ id: 41, name: 'Service tier', value: null },
			{ id: 42, name: 'Hobby', value: 'Sailing' },
		]);
		expect((await put([{ id: 41, value: 'Platinum' }])).status).toBe(422);
	});

	test.each([
		['birth_date', '03/04/1971', 400],
		['status', 'Asleep', 422],
		['contact_type', 'Nobody', 422],
		['assigned_to', 70011, 422],
		['email_addresses', [{ address: 'not an e-mail' }], 422],
	])('refuses %s = %j with %i and creates nothing', async (field, value, status) => {
		const body = person('Odalys', { [field]: value });
		expect((await crm.call('POST', '/contacts', { body })).status).toBe(status);
		expect((await list('')).meta.total_count).toBe(0);
	});

	test('a deleted contact is 404, leaves the lists and shows in the deleted feed', async () => {
		const { id } = await create(person('Odalys'));
		await create(person('Ivo'));
		crm.clock += 60_000;
		expect((await crm.call('DELETE', `/contacts/${id}`)).status).toBe(204);
		expect((await crm.call('GET', `/contacts/${id}`)).status).toBe(404);
		expect((await crm.call('PUT', `/contacts/${id}`, { body: {} })).status).toBe(404);
		expect((await list('')).meta.total_count).toBe(1);
		expect((await list('?deleted=true')).contacts.map((contact) => contact.id)).toEqual([id]);
		const at = (ms: number) => encodeURIComponent(new Date(ms).toISOString());
		expect((await list(`?deleted_since=${at(crm.clock)}`)).meta.total_count).toBe(1);
		expect((await list(`?deleted_since=${at(crm.clock + 1)}`)).meta.total_count).toBe(0);
	});

	test('households: one at most, members shown on both sides, both updated', async () => {
		const home = await create({ type: 'Household', name: 'Brandt Household' });
		const { id } = await create(person('Ivo'));
		crm.clock += 60_000;
		const path = `/households/${home.id}/members`;
		expect((await crm.call('POST', path, { body: { id, title: 'Cousin' } })).status).toBe(422);
		await crm.call('POST', path, { body: { id, title: 'Spouse' } });
		expect((await get(home.id)).members).toMatchObject([{ id, title: 'Spouse' }]);
		expect(await get(id)).toMatchObject({
			household: { id: home.id, title: 'Spouse' },
			updated_at: '2026-03-04 09:16 AM -0500',
		});
		await crm.call('PUT', `/contacts/${id}`, { body: { household: { name: 'New Home' } } });
		expect((await get(home.id)).members).toEqual([]);
		expect((await get(id)).household).toMatchObject({ name: 'New Home', title: 'Head' });
	});

	test('parallel household calls lose a member under the race fault', async () => {
		const home = await create({ type: 'Household', name: 'Brandt Household' });
		const members = [await create(person('Ivo')), await create(person('Odalys'))];
		crm.sim.setFault({ kind: 'householdRace', ms: 30 });
		await Promise.all(
			members.map(({ id }) =>
				crm.call('POST', `/households/${home.id}/members`, { body: { id, title: 'Head' } }),
			),
		);
		expect((await get(home.id)).members).toHaveLength(1);
	});
});

describe('a person at the screen', () => {
	beforeEach(() => start());

	test('keeps nested ids by value, then by position, and clears with null', async () => {
		const made = crm.sim.people.create({
			firstName: 'Odalys',
			jobTitle: 'Architect',
			emails: [
				{ address: 'a@brandt.example', kind: 'personal', primary: true },
				{ address: 'b@brandt.example', kind: 'work' },
			],
		});
		const before = (await get(Number(made.id))).email_addresses;
		const edited = crm.sim.people.edit(made.id, {
			jobTitle: null,
			emails: [
				{ address: 'new@brandt.example' },
				{ address: 'b@brandt.example', primary: true },
				{ address: 'third@brandt.example' },
			],
		});
		expect(edited.emails.map(({ address, kind, primary }) => [address, kind, primary])).toEqual([
			['new@brandt.example', 'personal', false],
			['b@brandt.example', 'work', true],
			['third@brandt.example', undefined, false],
		]);
		const after = await get(Number(made.id));
		expect(after.job_title).toBeNull();
		expect(after.email_addresses.slice(0, 2).map(({ id }) => id)).toEqual(
			before.map(({ id }) => id),
		);
	});

	test('an entry made primary takes it from the one that had it, whatever their order', () => {
		const [a, b] = [{ address: 'a@brandt.example' }, { address: 'b@brandt.example' }];
		const { id } = crm.sim.people.create({
			firstName: 'Ivo',
			emails: [{ ...a, primary: true }, b],
		});
		const { emails } = crm.sim.people.edit(id, { emails: [{ ...b, primary: true }, a] });
		expect(emails.filter(({ primary }) => primary)).toMatchObject([b]);
	});
});
