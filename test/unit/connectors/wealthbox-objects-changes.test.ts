/** The change source of Wealthbox’s households, notes, tasks, events and opportunities over HTTP. */
import type { CrmRecord } from '../../../lib/connectors/connector';
import { chosenMap } from '../../../lib/connectors/objects/chosen';
import { wealthbox } from '../../../lib/connectors/wealthbox';
import type { CanonicalFields } from '../../../lib/model/fields';
import { OBJECTS, type ObjectName } from '../../../lib/model/objects';
import { contextOf, portOf, realSleep, Source } from './harness';
import {
	MAP,
	simulator,
	ada,
	ben,
	start,
	paths,
	context,
	contact,
	household,
	clientOf,
	make,
	update,
} from './wealthbox-items';

afterEach(() => simulator.stop());

describe('change source', () => {
	let source: Source;
	beforeEach(() => start());
	afterEach(() => source.stop());

	test('everything: contacts, then households, then what belongs to them', async () => {
		const home = await make('household', { name: 'Hollis' });
		await update('contact', ada, { household: household(home), householdRole: 'Head' });
		await make('note', { content: 'Met.', linked_to: ada });
		await make('task', { name: 'Open', frame: 'today', linked_to: home });
		await make('task', { name: 'Done', frame: 'today', complete: true, linked_to: ben });
		await make('event', {
			...{ title: 'Review', starts_at: '2026-06-03T18:00:00Z', ends_at: '2026-06-03T19:00:00Z' },
		});
		source = new Source(wealthbox, context(), { start: 'everything', fieldMap: MAP });
		await source.until(() => source.batches.at(-1)?.complete === true);
		const ranks = source.events.map(({ object }) => OBJECTS.indexOf(object));
		const first = OBJECTS.map((_, rank) => ranks.indexOf(rank)).filter((place) => place >= 0);
		expect(first).toEqual([...first].sort((a, b) => a - b));
		const of = (object: ObjectName) => source.events.filter((event) => event.object === object);
		expect(of('household')[0]).toMatchObject({
			members: [contact(ada)],
			fields: { name: 'Hollis' },
		});
		expect(of('contact').find(({ crmId }) => crmId === ada)?.fields).toMatchObject({
			household: household(home),
			householdRole: 'Head',
		});
		const tasks = new Map(of('task').map(({ fields }) => [fields['subject'], fields]));
		expect(tasks.get('Open')).toMatchObject({ client: household(home), done: false });
		expect(tasks.get('Done')).toMatchObject({ client: contact(ben), done: true });
		expect(of('note')[0]?.fields).toMatchObject({ client: contact(ada), text: 'Met.' });
	});

	test('edits of each list come in, a deleted task by the comparison, and it goes on where it stood', async () => {
		const id = await make('task', { name: 'Call', frame: 'today' });
		const fast = { itemScanMinutes: 0.000_5 };
		source = new Source(wealthbox, context(fast), { start: 'everything', fieldMap: MAP });
		await source.until(() => source.batches.at(-1)?.complete === true);
		await source.stop();
		const { cursor } = source;
		await clientOf('task').update(context(), id, { complete: true });
		const note = await make('note', { content: 'New', linked_to: ada });
		source = new Source(wealthbox, context(fast), { cursor, fieldMap: MAP });
		source.known.add(id);
		const has = (object: ObjectName, crmId: string, done: (fields: CanonicalFields) => boolean) =>
			source.events.some(
				(event) => event.object === object && event.crmId === crmId && done(event.fields),
			);
		await source.until(() => has('task', id, ({ done }) => done === true));
		await source.until(() => has('note', note, ({ text: said }) => said === 'New'));
		await clientOf('task').delete(context(), id);
		await source.until(() => source.events.some(({ change }) => change === 'delete'));
		expect(source.events.find(({ change }) => change === 'delete')).toMatchObject({
			object: 'task',
			crmId: id,
		});
	});

	test.each(['household', 'member', 'both'])(
		'who joins, changes the role and leaves is seen although only %s records are touched',
		async (householdBumps) => {
			await source?.stop();
			await simulator.stop();
			let now = Date.parse('2026-03-02T09:00:00Z');
			await start({ householdBumps }, () => now);
			const home = await make('household', { name: 'Hollis' });
			const asked = { now: () => now, sleep: realSleep };
			const own = contextOf(wealthbox, portOf(simulator), { fullScanMinutes: 0 }, asked);
			const fieldMap = chosenMap(MAP, ['contact', 'household']);
			source = new Source(wealthbox, own, { fieldMap, start: 'everything' });
			await source.until(() => source.batches.at(-1)?.complete === true);
			const member = async (method: 'POST' | 'DELETE', json?: CrmRecord) => {
				now += 300_000;
				const url = `/households/${home}/members${method === 'DELETE' ? `/${ada}` : ''}`;
				await own.http({ method, url, json });
			};
			const last = () =>
				source.events.filter(({ object, crmId }) => object === 'contact' && crmId === ada).at(-1);
			await member('POST', { id: Number(ada), title: 'Head' });
			await source.until(() => last()?.fields['householdRole'] === 'Head');
			await member('POST', { id: Number(ada), title: 'Parent' });
			await source.until(() => last()?.fields['householdRole'] === 'Parent');
			expect(last()?.fields['household']).toBe(household(home));
			await member('DELETE');
			await source.until(() => last()?.fields['household'] === null);
		},
	);

	test('with contacts alone no other list is asked for, and the cursor is as it was', async () => {
		source = new Source(wealthbox, context({ objects: ['contact'] }), { start: 'everything' });
		await source.rounds(4);
		expect(new Set(paths)).toEqual(new Set(['/contacts']));
		expect(source.cursor).toMatchObject({ version: 1 });
		const { cursor } = source;
		await source.stop();
		const home = await make('household', { name: 'Hollis' });
		// Chosen later: what contacts' lists showed before is read again for its households.
		source = new Source(wealthbox, context(), { cursor, fieldMap: MAP, start: 'everything' });
		await source.until(() => source.events.some(({ object }) => object === 'household'));
		expect(source.events.find(({ object }) => object === 'household')?.crmId).toBe(home);
	});
});
