/** Three systems, one of them the real connector on a Redtail over HTTP: what is made there arrives, what is changed elsewhere travels back. */
import type { DeliveryJob } from '../../../lib/model/delivery';
import type { CanonicalFields } from '../../../lib/model/fields';
import { OBJECTS, type ObjectName } from '../../../lib/model/objects';
import { snapshot } from '../support/hub';
import { Office, OTHERS } from './office';

let office: Office;
afterEach(() => office.close());

/** A household of three with notes, a task, an event and an opportunity, made by people at Redtail. */
async function furnish() {
	const { world } = office;
	const members = [0, 1, 2].map((place) => ({
		contact_id: world.id(place),
		relationship: place === 0 ? 1 : 3,
	}));
	const family = await world.made('/_sim/families', { name: 'Almqvist Family', members });
	const linked_contacts = [{ contact_id: Number(world.id(0)) }];
	const times = { start_date: '2026-12-03T18:00:00.000Z', end_date: '2026-12-03T19:00:00.000Z' };
	const activity = { ...times, linked_contacts };
	const notes = [];
	for (const body of ['<p>Met at the fair.</p>', '<p>Asked about IRAs.</p>'])
		notes.push(await world.made(`/contacts/${world.id(0)}/notes`, { body }));
	const task = { ...activity, subject: 'Send forms', activity_code_id: 4 };
	const event = { ...activity, subject: 'Annual review', activity_code_id: 3 };
	const opportunity = { name: 'Inherited IRA', amount: 150_000, stage_id: 4, linked_contacts };
	return {
		family: String(family),
		note: `${world.id(0)}-${notes[0]}`,
		task: String(await world.made('/activities', task)),
		event: String(await world.made('/activities', event)),
		opportunity: String(await world.made('/opportunities', opportunity)),
	};
}

/** What each record of a system holds in the end that was made by these jobs. */
function made(jobs: DeliveryJob[], system: string, object: ObjectName): CanonicalFields[] {
	const own = jobs.filter((job) => job.system === system && job.object === object);
	const held = new Map<string, CanonicalFields>();
	for (const { operation, unifiedId, changes } of own)
		if (operation === 'create' || held.has(unifiedId))
			held.set(unifiedId, { ...held.get(unifiedId), ...changes });
	return [...held.values()];
}

test('a household of three with notes, a task, an event and an opportunity arrives whole in the others', async () => {
	office = await Office.open();
	const records = await furnish();
	await office.readRedtail();
	const jobs = await office.deliver();
	for (const system of OTHERS) {
		const count = (object: ObjectName) => made(jobs, system, object).length;
		expect(OBJECTS.map(count)).toEqual([4, 1, 1, 2, 1, 1]);
		const home = await office.twin('household', records.family, system);
		const homes = made(jobs, system, 'contact').map(({ household }) => household);
		expect(homes.filter((one) => one === home)).toHaveLength(3);
		const client = await office.twin('contact', office.world.id(0), system);
		expect(made(jobs, system, 'note')).toEqual(
			expect.arrayContaining([
				expect.objectContaining({ client, text: 'Met at the fair.' }),
				expect.objectContaining({ client, text: 'Asked about IRAs.' }),
			]),
		);
		const [opportunity] = made(jobs, system, 'opportunity');
		expect(opportunity).toMatchObject({ client, amount: 150_000, stage: 'Proposal' });
		expect(made(jobs, system, 'task')[0]).toMatchObject({ client, dueDate: '2026-12-03' });
	}
	// Nothing was written to Redtail, and reading it again tells nothing new.
	expect(jobs.filter(({ system }) => system === 'redtail')).toEqual([]);
	await office.readRedtail();
	expect(await office.deliver()).toEqual([]);
});

test('edits and a move between households travel back, and then all is at rest', async () => {
	office = await Office.open();
	const { world } = office;
	const records = await furnish();
	await office.readRedtail();
	await office.deliver();
	await office.edit('household', records.family, { name: 'The Almqvists' });
	await office.edit('task', records.task, { done: true, dueDate: '2026-12-10' });
	await office.edit('event', records.event, { location: 'Office' });
	await office.edit('opportunity', records.opportunity, { stage: 'Won', amount: 160_000.5 });
	await office.edit('note', records.note, { text: 'Met at the spring fair.' });
	await office.deliver();
	expect(await world.fields('household', records.family)).toEqual({ name: 'The Almqvists' });
	expect(await world.fields('task', records.task)).toMatchObject({
		done: true,
		dueDate: '2026-12-10',
	});
	expect(await world.fields('event', records.event)).toMatchObject({ location: 'Office' });
	expect(await world.fields('opportunity', records.opportunity)).toMatchObject({
		stage: 'Won',
		amount: 160_000.5,
	});
	// A note cannot be changed there.
	expect(await world.fields('note', records.note)).toMatchObject({ text: 'Met at the fair.' });
	const skipped = await office.store.transaction((tx) =>
		tx.audit.find({ kinds: ['skipped'], limit: 10 }),
	);
	expect(skipped.map(({ system, object, field }) => [system, object, field])).toEqual([
		['redtail', 'note', 'text'],
	]);

	// A second household made in Wealthbox; the third member moves there.
	office.now += 60_000;
	const home = { object: 'household' as const, at: office.now, members: [] };
	await office.take('wealthbox', [snapshot('wealthbox', 'h2', { name: 'Runa' }, home)]);
	await office.deliver();
	const before = await world.fields('contact', world.id(2));
	await office.edit('contact', world.id(2), { household: 'household:h2' });
	await office.deliver();
	const after = await world.fields('contact', world.id(2));
	expect(after.household).not.toBe(before.household);
	const families = await world.all('household');
	expect(families.map(({ fields, members }) => [fields.name, members?.length])).toEqual([
		['The Almqvists', 2],
		['Runa', 1],
	]);
	await office.readRedtail();
	expect(await office.deliver()).toEqual([]);
});

test('with append, a note that is changed elsewhere gets a further note in Redtail, once', async () => {
	office = await Office.open('delete', { noteChanges: 'append' });
	const { world } = office;
	const records = await furnish();
	await office.readRedtail();
	await office.deliver();
	await office.edit('note', records.note, { text: 'Met at the spring fair.' });
	await office.deliver();
	await office.readRedtail();
	expect(await office.deliver()).toEqual([]);
	const { body } = await world.person('GET', `/contacts/${world.id(0)}/notes`);
	expect((body as { notes: unknown[] }).notes).toHaveLength(3);
	expect(await world.all('note')).toHaveLength(2);
});

describe('deletes in another system', () => {
	const GONE: ObjectName[] = ['note', 'task', 'event', 'opportunity', 'household'];

	test.each([
		['delete', 0],
		['ignore', 1],
		['ask', 1],
	] as const)('under %s', async (policy, left) => {
		office = await Office.open(policy);
		const { world } = office;
		const records = await furnish();
		await office.readRedtail();
		await office.deliver();
		const ids: Record<string, string> = { ...records, household: records.family };
		for (const object of GONE) await office.erase(object, ids[object] ?? '');
		await office.deliver();
		const there = [];
		for (const object of GONE)
			there.push((await world.read(object, ids[object] ?? '')) === undefined ? 0 : 1);
		expect(there).toEqual(GONE.map(() => left));
		const reviews = await office.fabric.desk.reviews('open', 50);
		expect(reviews.length > 0).toBe(policy === 'ask');
		// The people themselves stay.
		expect(world.simulator.people.list()).toHaveLength(4);
	});
});
