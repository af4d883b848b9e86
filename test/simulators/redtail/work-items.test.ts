import { caller, type Call } from '../test-client';
import type { Simulator } from '../simulator';
import { startRedtailSimulator } from '.';

let sim: Simulator;
let call: Call;
let contactId: number;

beforeEach(async () => {
	sim = await startRedtailSimulator({ contacts: [{ lastName: 'Almqvist' }] });
	const { apiKey, userKey } = sim.credentials;
	const token = Buffer.from(`${apiKey}:${userKey}`).toString('base64');
	call = caller(sim.url, { Authorization: `Userkeyauth ${token}` });
	contactId = Number(sim.people.list()[0]?.id);
});
afterEach(() => sim.stop());

test('notes can be made and deleted but not changed', async () => {
	const path = `/contacts/${contactId}/notes`;
	const made = await call('POST', path, { body: { body: '<p>Asked about IRAs.</p>' } });
	const { note } = made.body as { note: { id: number } };
	expect(made).toMatchObject({ status: 201, body: { note: { category: 'General Information' } } });
	expect((await call('PUT', `${path}/${note.id}`, { body: { body: 'x' } })).status).toBe(404);
	expect((await call('GET', path)).body).toMatchObject({ notes: [{ id: note.id }] });
	expect((await call('DELETE', `${path}/${note.id}`)).status).toBe(204);
	expect((await call('GET', path)).body).toMatchObject({ notes: [], meta: { total_records: 0 } });
});

test('activities: PUT and PATCH, links only when included, a window of days', async () => {
	const body = {
		subject: 'Annual review',
		start_date: '2026-06-03T18:00:00.000Z',
		end_date: '2026-06-03T19:00:00.000Z',
		linked_contacts: [{ contact_id: contactId }],
	};
	const made = await call('POST', '/activities', { body });
	const { id } = (made.body as { activity: { id: number } }).activity;
	const one = `/activities/${id}`;
	expect((made.body as { activity: object }).activity).not.toHaveProperty('linked_contacts');
	const withLinks = await call('GET', one, { headers: { include: 'linked_contacts' } });
	expect(withLinks.body).toMatchObject({
		activity: { linked_contacts: [{ contact_id: contactId, last_name: 'Almqvist' }] },
	});
	await call('PUT', one, { body: { completed: true } });
	const patched = await call('PATCH', one, { body: { location: 'Office' } });
	expect(patched.body).toMatchObject({ activity: { completed: true, location: 'Office' } });
	const count = async (query: string) =>
		((await call('GET', `/activities?${query}`)).body as { activities: object[] }).activities
			.length;
	expect(await count('start_date=2026-06-01&end_date=2026-06-03')).toBe(1);
	expect(await count('start_date=2026-06-04&end_date=2026-06-30')).toBe(0);
	expect((await call('POST', '/activities', { body: { subject: 'No time' } })).status).toBe(422);
	expect((await call('DELETE', one)).status).toBe(204);
	expect((await call('GET', one)).status).toBe(404);
});

test('opportunities: money is text, updates answer 204, filters by contact and stage', async () => {
	const body = { name: 'Rollover', amount: 150000, linked_contacts: [{ contact_id: contactId }] };
	const made = await call('POST', '/opportunities', { body });
	const { id } = (made.body as { opportunity: { id: number } }).opportunity;
	expect(made.body).toMatchObject({ opportunity: { amount: '150000.0', stage: 'Prospecting' } });
	const put = await call('PUT', `/opportunities/${id}`, { body: { stage_id: 4 } });
	expect([put.status, put.body]).toEqual([204, '']);
	const found = async (query: string) =>
		((await call('GET', `/opportunities?${query}`)).body as { opportunities: object[] })
			.opportunities;
	expect(await found(`contact_id=${contactId}&stage_id=4`)).toMatchObject([{ stage: 'Proposal' }]);
	expect(await found('stage_id=3')).toEqual([]);
	expect(await found('contact_id=1')).toEqual([]);
});
