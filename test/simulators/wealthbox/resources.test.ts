import { caller, type Call } from '../test-client';
import type { Simulator } from '../simulator';
import { startWealthboxSimulator } from '.';

interface Item {
	[field: string]: unknown;
	id: number;
}

let sim: Simulator;
let call: Call;
let contactId: number;
let link: Array<{ id: number; type: string }>;

async function start(switches: Record<string, unknown> = {}): Promise<void> {
	const now = () => Date.UTC(2026, 4, 1, 13);
	const contacts = [{ firstName: 'Odalys', lastName: 'Brandt' }];
	sim = await startWealthboxSimulator({ now, contacts, switches });
	call = caller(sim.url, { ACCESS_TOKEN: sim.credentials.accessToken ?? '' });
	contactId = Number(sim.people.list()[0]?.id);
	link = [{ id: contactId, type: 'Contact' }];
}

async function create(path: string, body: Record<string, unknown>): Promise<Item> {
	const answer = await call('POST', path, { body });
	expect(answer.status).toBe(200);
	return answer.body as Item;
}

async function ids(path: string, key: string): Promise<number[]> {
	const { body } = await call('GET', path);
	return (body as Record<string, Item[]>)[key]?.map(({ id }) => id) ?? [];
}

afterEach(() => sim.stop());

test('notes come under status_updates, cannot be deleted and go with their contact', async () => {
	await start();
	const note = await create('/notes', { content: 'Called', linked_to: link, tags: ['Call'] });
	expect(note).toMatchObject({
		linked_to: [{ id: contactId, type: 'Contact', name: 'Odalys Brandt' }],
		tags: [{ name: 'Call' }],
	});
	expect(await ids(`/notes?resource_id=${contactId}`, 'status_updates')).toEqual([note.id]);
	expect((await call('DELETE', `/notes/${note.id}`)).status).toBe(404);
	await call('DELETE', `/contacts/${contactId}`);
	expect((await call('GET', `/notes/${note.id}`)).status).toBe(404);
});

test('tasks: completed ones hide, the resource type is case-sensitive, delete gives the task', async () => {
	await start();
	const task = await create('/tasks', {
		name: 'Send paperwork',
		due_date: '2026-05-08T21:00:00Z',
		linked_to: link,
	});
	expect(task.due_date).toBe('2026-05-08 05:00 PM -0400');
	const of = (type: string) => `/tasks?resource_id=${contactId}&resource_type=${type}`;
	expect(await ids(of('Contact'), 'tasks')).toEqual([task.id]);
	expect(await ids(of('contact'), 'tasks')).toEqual([]);
	await call('PUT', `/tasks/${task.id}`, { body: { complete: true } });
	expect(await ids('/tasks', 'tasks')).toEqual([]);
	expect(await ids('/tasks?completed=true', 'tasks')).toEqual([task.id]);
	const both = { name: 'Both', due_date: '2026-05-08T21:00:00Z', frame: 'today' };
	expect((await call('POST', '/tasks', { body: both })).status).toBe(422);
	expect((await call('DELETE', `/tasks/${task.id}`)).body).toMatchObject({ id: task.id });
	expect((await call('GET', `/tasks/${task.id}`)).status).toBe(404);
});

test('events: invitees and links are replaced, the day window is inclusive', async () => {
	await start();
	const event = await create('/events', {
		title: 'Spring review',
		starts_at: '2026-06-03T14:00:00-04:00',
		ends_at: '2026-06-03T15:00:00-04:00',
		linked_to: link,
		invitees: [{ id: 90321, type: 'User' }],
	});
	expect(event.invitees).toEqual([{ id: 90321, type: 'User', name: 'Dana Whitfield' }]);
	const put = await call('PUT', `/events/${event.id}`, { body: { linked_to: [] } });
	expect(put.body).toMatchObject({ title: 'Spring review', linked_to: [] });
	const on = (day: string) => `/events?start_date_min=${day}&start_date_max=${day}`;
	expect(await ids(on('2026-06-03'), 'events')).toEqual([event.id]);
	expect(await ids(on('2026-06-04'), 'events')).toEqual([]);
});

test('opportunities ignore resource_id and hide closed ones; a strict PUT wants every field', async () => {
	await start({ strictPut: true });
	const body = {
		name: 'Rollover',
		target_close: '2026-07-31T00:00:00-04:00',
		probability: 60,
		stage: 171,
		amounts: [{ amount: 250000, kind: 'AUM' }],
	};
	const { id } = await create('/opportunities', body);
	expect(await ids('/opportunities?resource_id=1', 'opportunities')).toEqual([id]);
	expect((await call('PUT', `/opportunities/${id}`, { body: { stage: 172 } })).status).toBe(422);
	const won = await call('PUT', `/opportunities/${id}`, { body: { ...body, stage: 172 } });
	expect(won.status).toBe(200);
	expect(await ids('/opportunities', 'opportunities')).toEqual([]);
	expect(await ids('/opportunities?include_closed=true', 'opportunities')).toEqual([id]);
});

test('workflow steps complete and revert; an empty body is 404', async () => {
	await start();
	const workflow = await create('/workflows', { workflow_template: 502, linked_to: link });
	const [step] = workflow.workflow_steps as Item[];
	const path = `/workflows/${workflow.id}/steps/${step?.id}`;
	expect(workflow.completed_at).toBe('');
	expect((await call('PUT', path, { body: {} })).status).toBe(404);
	const done = await call('PUT', path, { body: { complete: true } });
	expect(done.body).toMatchObject({ completed_at: '2026-05-01 09:00 AM -0400' });
	expect((await call('PUT', path, { body: { revert: true } })).body).toMatchObject({
		completed_at: '',
	});
});
