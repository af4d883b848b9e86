/** Wealthbox's households, notes, tasks, events and opportunities over HTTP, against the simulator. */
import fc from 'fast-check';
import type { ConnectorContext, CrmRecord, Json } from '../../../lib/connectors/connector';
import { chosenMap } from '../../../lib/connectors/objects/chosen';
import { wealthbox } from '../../../lib/connectors/wealthbox';
import type { DeliveryJob, DeliveryOutcome } from '../../../lib/model/delivery';
import { mapOfObject, type FieldMap } from '../../../lib/model/field-map';
import { sameValue } from '../../../lib/model/canonical';
import type { CanonicalFields } from '../../../lib/model/fields';
import { localReference, OBJECTS, type ObjectName } from '../../../lib/model/objects';
import type { Simulator } from '../../simulators/simulator';
import type { HttpPort } from '../../../lib/connectors/http';
import { startWealthboxSimulator } from '../../simulators/wealthbox';
import { contextOf, jobOf, portOf, realSleep, Source } from './harness';

type Item = Exclude<ObjectName, 'contact'>;
const custom = (object: Item, field: string, crmField: string) => ({
	...{ object, field, crmField },
	direction: 'both' as const,
});
const MAP: FieldMap = [
	...wealthbox.defaultFieldMap,
	...chosenMap(wealthbox.objectFieldMap ?? [], OBJECTS),
	custom('task', 'custom.effort', 'custom_fields.47'),
	custom('opportunity', 'custom.region', 'custom_fields.46'),
];

let simulator: Simulator;
let ada: string;
let ben: string;
async function start(switches: Record<string, unknown> = {}, now?: () => number): Promise<void> {
	const people = ['Ada', 'Ben'].map((firstName) => ({
		...{ type: 'person' as const, firstName, lastName: 'Hollis' },
	}));
	simulator = await startWealthboxSimulator({
		contacts: people,
		now,
		switches: { throttle: false, ...switches },
	});
	paths = [];
	[ada = '', ben = ''] = simulator.people.list().map(({ id }) => id);
}
afterEach(() => simulator.stop());

/** Paths that were called. */
let paths: string[] = [];
const context = (settings: Record<string, Json> = {}): ConnectorContext =>
	contextOf(wealthbox, watched(portOf(simulator)), {
		...{ objects: [...OBJECTS], minItemPollSeconds: 0.005, maxItemPollSeconds: 0.02 },
		...settings,
	});
const watched =
	(port: HttpPort): HttpPort =>
	(request) => {
		paths.push(request.url);
		return port(request);
	};
const contact = (id: string) => localReference('contact', id);
const household = (id: string) => localReference('household', id);
const clientOf = (object: Item) => {
	const client = wealthbox.records?.[object];
	if (client === undefined) throw new Error(object);
	return client;
};
const make = async (object: Item, values: CrmRecord) =>
	String((await clientOf(object).create(context(), values)).id);
const raw = (object: Item, id: string) => clientOf(object).get(context(), id);

async function held(object: ObjectName, id: string): Promise<CanonicalFields> {
	const pages = wealthbox.readAll(context(), {
		...{ fieldMap: MAP, object, crmIds: [id] },
		signal: new AbortController().signal,
	});
	for await (const [event] of pages) if (event !== undefined) return event.fields;
	throw new Error(`${object} ${id} is not there`);
}

function job(object: ObjectName, over: Partial<DeliveryJob>): DeliveryJob {
	return jobOf(wealthbox, { object, fieldMap: mapOfObject(MAP, object), ...over });
}
const creation = (object: ObjectName, fields: CanonicalFields, over: Partial<DeliveryJob> = {}) =>
	job(object, { operation: 'create', changes: fields, desired: fields, ...over });
function confirmed(outcome: DeliveryOutcome) {
	if (outcome.status !== 'confirmed') throw new Error(JSON.stringify(outcome));
	return outcome;
}
const deliver = async (one: DeliveryJob, settings: Record<string, Json> = {}) =>
	wealthbox.deliver(context(settings), one);
async function update(object: ObjectName, id: string, changes: CanonicalFields) {
	const known = await held(object, id);
	const desired = { ...known, ...changes };
	return confirmed(await deliver(job(object, { crmId: id, changes, desired, known })));
}
const project = (object: ObjectName, fields: CanonicalFields) =>
	wealthbox.project(fields, mapOfObject(MAP, object), {}, object);

const words = fc
	.string({
		unit: fc.constantFrom('a', 'Z', '9', ' ', '<', '>', '&', '"', "'", '\n', 'é'),
		maxLength: 30,
	})
	.map((text) => `T${text}.`);
const html = fc.constantFrom('<p>One</p><p>Two &amp; three</p>', 'a<br>b', 'x &lt; y', '5 < 6 > 4');
const text = fc.oneof(words, html);
const minute = fc
	.integer({ min: Date.parse('2026-01-01T00:00:00Z'), max: Date.parse('2027-12-31T00:00:00Z') })
	.map((ms) => new Date(ms).toISOString());
const day = minute.map((at) => at.slice(0, 10));
const tags = fc
	.uniqueArray(fc.constantFrom('Call', 'Review', 'Plan'))
	.map((names) => names.map((name) => ({ name })));
const SHAPES: Record<Item, fc.Arbitrary<CanonicalFields>> = {
	note: fc.record({ text, tags }, { requiredKeys: ['text'] }),
	task: fc.record(
		{
			...{ subject: text, text, dueDate: day, done: fc.boolean() },
			priority: fc.constantFrom('Low', 'Normal', 'High'),
			category: fc.constantFrom('Follow Up', 'Paperwork'),
			'custom.effort': fc.integer({ min: 1, max: 99 }),
		},
		{ requiredKeys: ['subject'] },
	),
	event: fc.record(
		{
			...{ subject: text, text, startsAt: minute, endsAt: minute, location: words },
			...{ allDay: fc.boolean(), status: fc.constantFrom('confirmed', 'cancelled') },
			category: fc.constant('Phone Call'),
		},
		{ requiredKeys: ['subject', 'startsAt', 'endsAt'] },
	),
	opportunity: fc.record(
		{
			...{ name: text, text, closeDate: day, amount: fc.integer({ min: 1, max: 9_000_000 }) },
			stage: fc.constantFrom('Identified', 'Proposal', 'Won'),
			probability: fc.integer({ min: 0, max: 100 }),
			currency: fc.constantFrom('USD', 'EUR'),
			'custom.region': words,
		},
		{ requiredKeys: ['name', 'stage', 'closeDate'] },
	),
	household: fc.record(
		{ name: words, status: fc.constantFrom('Active', 'Inactive'), background: words, tags },
		{ requiredKeys: ['name'] },
	),
};

describe('read, written, read again', () => {
	beforeEach(() => start());
	test.each(Object.keys(SHAPES) as Item[])(
		'%s: what was written is what is read',
		async (object) => {
			const of: CanonicalFields = object === 'household' ? {} : { client: contact(ada) };
			const property = fc.asyncProperty(SHAPES[object], SHAPES[object], async (first, second) => {
				const made = confirmed(await deliver(creation(object, { ...of, ...first })));
				const before = await held(object, made.crmId);
				agree(object, before, { ...of, ...first });
				await update(object, made.crmId, project(object, second));
				agree(object, await held(object, made.crmId), second);
				const writes = simulator.writes().length;
				await update(object, made.crmId, project(object, second));
				expect(simulator.writes()).toHaveLength(writes);
			});
			await fc.assert(property, { numRuns: 15 });
		},
	);

	/** What is read is what was to be held, and would be held again. */
	function agree(object: ObjectName, read: CanonicalFields, wanted: CanonicalFields): void {
		for (const fields of [wanted, read])
			for (const [field, value] of Object.entries(project(object, fields)))
				expect([field, read[field], sameValue(field, read[field], value)]).toEqual([
					...[field, read[field], true],
				]);
	}
});

describe('links, amounts and times', () => {
	beforeEach(() => start());

	test('a new client takes the place of the first; the other links stay', async () => {
		const [zoe, max] = ['Zoe', 'Max'].map((firstName) =>
			simulator.people.create({ type: 'person', firstName, lastName: 'Quill' }),
		);
		const id = await make('note', { content: 'Met.', linked_to: [ada, zoe?.id, max?.id] });
		expect((await held('note', id)).client).toBe(contact(ada));
		await update('note', id, { client: contact(ben) });
		const links = (await raw('note', id)).linked_to as CrmRecord[];
		expect(links.map((link) => String(link.id))).toEqual([ben, zoe?.id, max?.id]);
		await update('note', id, { client: null });
		expect((await held('note', id)).client).toBe(contact(zoe?.id ?? ''));
	});

	test('a household is told from a person among the links', async () => {
		const home = await make('household', { name: 'Hollis' });
		const id = await make('task', { name: 'Call', frame: 'today', linked_to: home });
		expect((await held('task', id)).client).toBe(household(home));
		expect((await update('task', id, { client: contact(ada) })).known.client).toBe(contact(ada));
	});

	test('of several amounts the first is synced, the others stay', async () => {
		const id = await make('opportunity', {
			...{ name: 'Rollover', stage: 'Proposal', probability: 60, target_close: '2026-07-31' },
			amounts: [
				{ amount: 250_000, currency: '$', kind: 'AUM' },
				{ amount: 1_200, currency: '$', kind: 'Fee' },
			],
			linked_to: ada,
		});
		expect(await held('opportunity', id)).toMatchObject({ amount: 250_000, stage: 'Proposal' });
		await update('opportunity', id, { amount: 300_000, stage: 'Won' });
		expect((await raw('opportunity', id)).amounts).toEqual([
			{ amount: '300000', currency: '$', kind: 'AUM' },
			{ amount: '1200', currency: '$', kind: 'Fee' },
		]);
		expect((await held('opportunity', id)).stage).toBe('Won');
	});

	test('a new due date keeps the time of day; one without is dated by a frame', async () => {
		const id = await make('task', { name: 'Call', due_date: '2026-05-08T17:00:00-04:00' });
		await update('task', id, { dueDate: '2026-06-01' });
		expect((await raw('task', id)).due_date).toBe('2026-06-01 05:00 PM -0400');
		await update('task', id, { dueDate: null });
		expect(await raw('task', id)).toMatchObject({ due_date: null, frame: 'future' });
	});

	test('a stage that the account does not have is rejected for a new one, skipped in an update', async () => {
		const fields = { name: 'Rollover', stage: 'Dreamt', closeDate: '2026-07-31' };
		expect(await deliver(creation('opportunity', fields))).toMatchObject({
			status: 'rejected',
			field: 'stage',
			code: 'unknown-picklist-value',
		});
		const made = confirmed(
			await deliver(creation('opportunity', { ...fields, stage: 'Proposal' })),
		);
		const told = await update('opportunity', made.crmId, { stage: 'Dreamt', name: 'Rollover 2' });
		expect(told.known).toMatchObject({ stage: 'Proposal', name: 'Rollover 2' });
	});
});

test('where a PUT wants all required fields, they are sent as they are', async () => {
	await start({ strictPut: true });
	const { crmId } = confirmed(
		await deliver(creation('task', { subject: 'Call', dueDate: '2026-05-08' })),
	);
	await update('task', crmId, { done: true });
	expect(await held('task', crmId)).toMatchObject({ done: true, dueDate: '2026-05-08' });
	const fields = { name: 'Rollover', stage: 'Proposal', closeDate: '2026-07-31', amount: 5 };
	const made = confirmed(await deliver(creation('opportunity', fields)));
	await update('opportunity', made.crmId, { text: 'Old plan' });
	expect(await held('opportunity', made.crmId)).toMatchObject({ ...fields, text: 'Old plan' });
});

describe('law 7 and deletes', () => {
	beforeEach(() => start());

	test.each([
		['note', { text: 'Met.' }],
		['task', { subject: 'Call', done: true }],
		[
			'event',
			{ subject: 'Review', startsAt: '2026-06-03T18:00:00Z', endsAt: '2026-06-03T19:00:00Z' },
		],
		['opportunity', { name: 'Rollover', stage: 'Won', closeDate: '2026-07-31' }],
		['household', { name: 'Hollis' }],
	] as Array<[Item, CanonicalFields]>)(
		'%s: a create whose answer got lost is found again',
		async (object, fields) => {
			const of: CanonicalFields = object === 'household' ? {} : { client: contact(ada) };
			const first = creation(object, { ...of, ...fields });
			simulator.setFault({ kind: 'statusAfterCommit', status: 502, match: 'POST', times: 1 });
			expect(await deliver(first)).toMatchObject({ status: 'retry', outcomeUnknown: true });
			const again = confirmed(await deliver({ ...first, attempt: 2 }));
			expect(again.found).toBe(true);
			const all = await clientOf(object).list(context(), {
				filters: object === 'task' ? { completed: 'true' } : { include_closed: 'true' },
			});
			expect(all).toHaveLength(1);
			// Another client's, though it says the same, is another one.
			const other = { ...first, attempt: 2, desired: { ...fields, client: contact(ben) } };
			if (object !== 'household') expect(confirmed(await deliver(other)).found).toBeUndefined();
		},
	);

	test('a task is put away as done, and taken out again; a note is left as it is', async () => {
		const id = await make('task', { name: 'Call', frame: 'today' });
		const away = job('task', { operation: 'archive', crmId: id, known: await held('task', id) });
		expect(confirmed(await deliver(away)).known).toEqual({ done: true });
		expect(confirmed(await deliver(away)).known).toEqual({ done: true });
		expect(await raw('task', id)).toMatchObject({ complete: true });
		const back = { ...away, operation: 'unarchive' as const, desired: { done: false } };
		expect(confirmed(await deliver(back)).known).toEqual({ done: false });
		const note = await make('note', { content: 'Met.' });
		const calls = paths.length;
		const kept = job('note', { operation: 'archive', crmId: note });
		expect((await deliver(kept)).status).toBe('confirmed');
		expect(paths).toHaveLength(calls);
	});

	test('a task that was done before it was put away is done when it comes back', async () => {
		const id = await make('task', { name: 'Call', frame: 'today', complete: true });
		const known = await held('task', id);
		const back = job('task', { operation: 'unarchive', crmId: id, known, desired: { done: true } });
		expect((await deliver(back)).status).toBe('confirmed');
		expect(await raw('task', id)).toMatchObject({ complete: true });
	});

	test('a word that the list does not have puts nothing away; null: nothing is to be', async () => {
		const values = { name: 'IRA', stage: 'Identified', amount: 5, target_close: '2026-09-01' };
		const id = await make('opportunity', { ...values, probability: 5 });
		const away = job('opportunity', { operation: 'archive', crmId: id });
		const terms = { field: 'stage', value: 'Nonesuch' };
		const settings = (itemArchive: Json) => ({ ...away, settings: { itemArchive } });
		const to = ({ settings: own, ...one }: ReturnType<typeof settings>) =>
			wealthbox.deliver(context(own), one as DeliveryJob);
		const refused = await to(settings({ opportunity: terms }));
		expect(refused).toMatchObject({ status: 'rejected', code: 'archive-not-taken' });
		expect(await to(settings({ opportunity: null }))).toMatchObject({ code: 'no-archive' });
		expect((await deliver(away)).status).toBe('confirmed');
	});

	test('tasks are deleted once, and what somebody changed is not', async () => {
		const id = await make('task', { name: 'Call', frame: 'today' });
		const known = await held('task', id);
		const gone = job('task', { operation: 'delete', crmId: id, known });
		await clientOf('task').update(context(), id, { name: 'Call back' });
		expect(await deliver(gone)).toMatchObject({ code: 'changed-meanwhile' });
		const now = { ...gone, known: await held('task', id) };
		expect((await deliver(now)).status).toBe('confirmed');
		expect((await deliver(now)).status).toBe('confirmed');
		const { update: change } = { update: job('task', { crmId: id, changes: { done: true } }) };
		expect((await deliver(change)).status).toBe('gone');
		expect(await wealthbox.isGone(context(), id, undefined, 'task')).toBe(true);
		const note = await make('note', { content: 'Met.' });
		await expect(clientOf('note').delete(context(), note)).rejects.toThrow('nobody delete a note');
		expect(wealthbox.capabilities.objects?.note).toMatchObject({ delete: false, change: true });
	});
});

describe('households', () => {
	beforeEach(() => start({ householdBumps: 'member' }));
	const join = (crmId: string, changes: CanonicalFields) => update('contact', crmId, changes);

	test('members join, change their role, move and leave', async () => {
		const [one, two] = [
			await make('household', { name: 'Hollis' }),
			await make('household', { name: 'Hollis Trust' }),
		];
		const told = await join(ada, { household: household(one), householdRole: 'Head' });
		expect(told.known).toMatchObject({ household: household(one), householdRole: 'Head' });
		await join(ben, { household: household(one) });
		expect(await held('contact', ben)).toMatchObject({ householdRole: 'Other Dependent' });
		await join(ben, { householdRole: 'Spouse' });
		expect((await raw('household', one)).members).toMatchObject([
			{ id: Number(ada), title: 'Head' },
			{ id: Number(ben), title: 'Spouse' },
		]);
		await join(ben, { household: household(two) });
		expect(await held('contact', ben)).toMatchObject({
			household: household(two),
			householdRole: 'Spouse',
		});
		expect((await raw('household', one)).members).toHaveLength(1);
		expect((await join(ben, { household: null })).known).toEqual({
			household: null,
			householdRole: null,
		});
		expect((await held('contact', ben)).household).toBeNull();
	});

	test('a new contact is made and joins in one delivery; a broken one is finished by the next', async () => {
		const home = await make('household', { name: 'Hollis' });
		const fields = { firstName: 'Cleo', lastName: 'Hollis', household: household(home) };
		simulator.setFault({ kind: 'status', status: 503, match: '/members', times: 1 });
		const broken = await deliver(creation('contact', fields));
		expect(broken).toMatchObject({
			status: 'retry',
			known: { firstName: 'Cleo', household: null },
		});
		const crmId = 'crmId' in broken ? (broken.crmId ?? '') : '';
		await join(crmId, { household: household(home) });
		expect((await raw('household', home)).members).toMatchObject([{ id: Number(crmId) }]);
	});

	test('members that join at the same time are all kept, whatever Wealthbox does with parallel calls', async () => {
		const home = await make('household', { name: 'Hollis' });
		simulator.setFault({ kind: 'householdRace' });
		const shared = context();
		const outcomes = await Promise.all(
			[ada, ben].map((crmId) =>
				wealthbox.deliver(
					shared,
					job('contact', { crmId, changes: { household: household(home) }, known: {} }),
				),
			),
		);
		expect(outcomes.map(({ status }) => status)).toEqual(['confirmed', 'confirmed']);
		expect((await raw('household', home)).members).toHaveLength(2);
	});
});

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
