/** What the connector writes to Redtail beside contacts, and reads again: over HTTP, against the simulator. */
import fc from 'fast-check';
import { redtail } from '../../../lib/connectors/redtail';
import { capabilityOf } from '../../../lib/connectors/capability';
import { sameValue } from '../../../lib/model/canonical';
import type { CanonicalFields } from '../../../lib/model/fields';
import type { ObjectName } from '../../../lib/model/objects';
import { confirmed, RedtailWorld } from './world';

let world: RedtailWorld;

const open = async (...parts: Parameters<typeof RedtailWorld.open>) => {
	await world?.close();
	world = await RedtailWorld.open(...parts);
};

beforeEach(async () => {
	world = await RedtailWorld.open();
});
afterEach(() => world.close());

const text = fc.oneof(
	fc.string({ minLength: 1, maxLength: 30 }),
	fc.constantFrom(
		'Line one\nline two\n\n  indented',
		'5 < 7 & 9 > 8 "so"',
		'<p>Not <b>HTML</b> here</p>',
		'&amp;lt; twice',
		'a  b   c',
		'Ärger – “quoted” …',
	),
);
const word = fc.stringMatching(/^[A-Za-z][A-Za-z ]{0,12}[a-z]$/);
const day = fc
	.integer({ min: 0, max: 20_000 })
	.map((days) => new Date(days * 86_400_000).toISOString().slice(0, 10));
const instant = fc
	.integer({ min: 1_500_000_000, max: 1_900_000_000 })
	.map((seconds) => new Date(seconds * 1_000).toISOString());
const who = fc.constantFrom(0, 1, 2);
const category = fc.constantFrom('General Information', 'Review');

const SHAPES: Partial<Record<ObjectName, fc.Arbitrary<Record<string, unknown>>>> = {
	household: fc.record({ name: word }),
	opportunity: fc.record({
		client: who,
		name: word,
		text,
		amount: fc.integer({ min: 0, max: 9_000_000 }).map((cents) => cents / 100),
		stage: fc.constantFrom('Prospecting', 'Proposal', 'Won'),
		probability: fc.integer({ min: 0, max: 100 }),
		closeDate: day,
		category: fc.constantFrom('Rollover', 'New Account'),
	}),
	note: fc.record({ client: who, text, category }),
	task: fc.record({
		client: who,
		subject: word,
		text,
		dueDate: day,
		priority: fc.constantFrom('Low', 'Normal', 'High'),
		category,
		done: fc.boolean(),
	}),
	event: fc.record({
		client: who,
		subject: word,
		text,
		startsAt: instant,
		endsAt: instant,
		allDay: fc.boolean(),
		location: word,
		category,
	}),
};

const own = (shape: Record<string, unknown>): CanonicalFields => {
	const { client, ...fields } = shape as CanonicalFields;
	return client === undefined ? fields : { ...fields, client: world.contact(Number(client)) };
};

function differing(one: CanonicalFields, other: CanonicalFields): string[] {
	return Object.keys(one).filter((field) => !sameValue(field, one[field], other[field]));
}

test.each(Object.keys(SHAPES) as ObjectName[])(
	'%s: what is written is read again, and then nothing is left to write',
	async (object) => {
		const shape = SHAPES[object] ?? fc.constant({});
		await fc.assert(
			fc.asyncProperty(shape, shape, async (first, second) => {
				const desired = world.project(object, own(first));
				fc.pre(object !== 'note' || desired.text !== '');
				const { crmId, known } = confirmed(await world.create(object, desired));
				const read = await world.fields(object, crmId);
				expect(differing(desired, read)).toEqual([]);
				expect(differing(known, read)).toEqual([]);
				expect(differing(read, world.project(object, read))).toEqual(
					object === 'note' ? ['notedAt'] : [],
				);
				if (capabilityOf(redtail, object, world.settings).change !== true) return;
				const wanted = world.project(object, own(second));
				const changes = Object.fromEntries(
					differing(wanted, read).map((field) => [field, wanted[field] ?? null]),
				);
				const after = confirmed(await world.update(object, crmId, changes));
				const now = await world.fields(object, crmId);
				expect(differing(wanted, now)).toEqual([]);
				expect(differing(after.known, now)).toEqual([]);
			}),
			{ numRuns: 25 },
		);
	},
);

const TASK = { subject: 'Send forms', dueDate: '2026-05-08', done: false };
const EVENT = {
	subject: 'Annual review',
	startsAt: '2026-06-03T18:00:00.000Z',
	endsAt: '2026-06-03T19:00:00.000Z',
};
const MADE: Array<[ObjectName, CanonicalFields]> = [
	['household', { name: 'Almqvist Family' }],
	['opportunity', { name: 'Rollover', amount: 1_500 }],
	['note', { text: 'Asked about IRAs.' }],
	['task', TASK],
	['event', EVENT],
];
const withClient = (object: ObjectName, fields: CanonicalFields): CanonicalFields =>
	object === 'household' ? fields : { ...fields, client: world.contact(0) };

describe.each([{}, { createAnswer: 'success' }, { linksInLists: false }])(
	'whatever Redtail answers (%j)',
	(switches) => {
		test.each(MADE)('%s: a create whose answer was lost is found again', async (object, fields) => {
			let now = Date.now() - 3_600_000;
			await open(switches, {}, () => now);
			const desired = withClient(object, fields);
			// The same was there before: it is somebody else's.
			const before = confirmed(await world.create(object, desired)).crmId;
			now = Date.now();
			world.simulator.setFault({ kind: 'timeoutAfterCommit', match: 'POST', times: 1 });
			const lost = await world.create(object, desired);
			expect(lost).toMatchObject({ status: 'retry', outcomeUnknown: true });
			const again = confirmed(await world.create(object, desired, { attempt: 2 }));
			expect(again.found).toBe(true);
			expect(again.crmId).not.toBe(before);
			expect(await world.all(object)).toHaveLength(2);
			expect(differing(desired, again.known)).toEqual([]);
		});

		test.each(MADE)(
			'%s: it is found as it was tried, though it is wanted otherwise by now',
			async (object, fields) => {
				await open(switches);
				const tried = withClient(object, fields);
				confirmed(await world.create(object, tried));
				const named = ['name', 'subject', 'text'].find((field) => field in tried) ?? '';
				const desired = { ...tried, [named]: 'Said otherwise' };
				const again = confirmed(
					await world.create(object, desired, { attempt: 2, tried: [tried] }),
				);
				expect(again).toMatchObject({ found: true, known: { [named]: tried[named] } });
				expect(await world.all(object)).toHaveLength(1);
			},
		);
	},
);

test.each([
	['task', 'activities', 'activity', TASK, { linkedContactsInPut: 'replace' }],
	['task', 'activities', 'activity', TASK, { linkedContactsInPut: 'merge' }],
	['event', 'activities', 'activity', EVENT, { linkedContactsInPut: 'replace' }],
	[
		'opportunity',
		'opportunities',
		'opportunity',
		{ name: 'IRA' },
		{ linkedContactsInPut: 'replace' },
	],
] as const)(
	'%s: who else is linked stays linked when the client changes (%s, %s, %j, %j)',
	async (object, path, key, fields, switches) => {
		await open(switches);
		const { crmId } = confirmed(await world.create(object, withClient(object, { ...fields })));
		const linked_contacts = [0, 1, 2].map((place) => ({ contact_id: Number(world.id(place)) }));
		await world.person('PUT', `/${path}/${crmId}`, { body: { linked_contacts } });
		const outcome = confirmed(await world.update(object, crmId, { client: world.contact(3) }));
		const headers = { include: 'linked_contacts' };
		const { body } = await world.person('GET', `/${path}/${crmId}`, { headers });
		const links = (body as Record<string, { linked_contacts: Array<{ contact_id: number }> }>)[key];
		const ids = links?.linked_contacts.map(({ contact_id }) => String(contact_id)) ?? [];
		expect(ids).toEqual(expect.arrayContaining([1, 2, 3].map((place) => world.id(place))));
		// What it says of the client is what Redtail holds.
		expect(outcome.known.client).toBe(`contact:${ids[0]}`);
	},
);

test('a task keeps its time of day and its length when it moves to another day', async () => {
	const id = await world.made('/activities', {
		subject: 'Call',
		activity_code_id: 4,
		start_date: '2026-05-08T15:30:00.000Z',
		end_date: '2026-05-08T16:15:00.000Z',
	});
	confirmed(await world.update('task', String(id), { dueDate: '2026-05-11' }));
	const { body } = await world.person('GET', `/activities/${id}`);
	expect(body).toMatchObject({
		activity: {
			start_date: '2026-05-11T15:30:00.000Z',
			end_date: '2026-05-11T16:15:00.000Z',
			all_day: false,
		},
	});
});

test('the days of tasks are those of the zone that is set', async () => {
	await open({}, { timeZone: 'America/Chicago' });
	const { crmId } = confirmed(await world.create('task', TASK));
	const { body } = await world.person('GET', `/activities/${crmId}`);
	expect(body).toMatchObject({ activity: { start_date: '2026-05-08T05:00:00.000Z' } });
	expect(await world.fields('task', crmId)).toMatchObject({ dueDate: '2026-05-08' });
});

test('somebody changed the record since it was read: nothing is written over', async () => {
	const { crmId, known } = confirmed(await world.create('task', TASK));
	await world.person('PUT', `/activities/${crmId}`, { body: { subject: 'Call instead' } });
	const outcome = await world.update('task', crmId, { subject: 'Send letters' }, { known });
	expect(outcome).toMatchObject({ status: 'retry', code: 'changed-meanwhile' });
	expect((await world.fields('task', crmId)).subject).toBe('Call instead');
});

test.each(MADE)(
	'%s: a delete is done, and one of a record that is gone, too',
	async (object, fields) => {
		const { crmId } = confirmed(await world.create(object, withClient(object, fields)));
		const known = await world.fields(object, crmId);
		confirmed(await world.remove(object, crmId));
		expect(await world.read(object, crmId)).toBeUndefined();
		expect(await redtail.isGone(world.context(), crmId, undefined, object)).toBe(true);
		const again = { known, operation: 'delete' as const };
		confirmed(await world.update(object, crmId, {}, again));
		const outcome = await world.update(object, crmId, known, { known: {}, attempt: 2 });
		if (object !== 'household') expect(outcome.status).toBe('gone');
	},
);

test('a stage that Redtail does not have: left as it is, or rejected', async () => {
	const desired = { name: 'IRA', stage: 'Closing soon', amount: 10 };
	const { crmId, known } = confirmed(await world.create('opportunity', desired));
	expect(known).toMatchObject({ stage: 'Prospecting', amount: 10 });
	await open({}, { unknownPicklistValue: 'reject' });
	const outcome = await world.create('opportunity', desired);
	expect(outcome).toMatchObject({
		status: 'rejected',
		field: 'stage',
		code: 'unknown-picklist-value',
		crmId: expect.any(String) as string,
	});
	expect(crmId).toBeDefined();
});
