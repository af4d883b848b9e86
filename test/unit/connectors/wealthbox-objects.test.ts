/** Values of Wealthbox’s households, notes, tasks, events and opportunities, written and read over HTTP. */
import fc from 'fast-check';
import type { CrmRecord } from '../../../lib/connectors/connector';
import { sameValue } from '../../../lib/model/canonical';
import type { CanonicalFields } from '../../../lib/model/fields';
import type { ObjectName } from '../../../lib/model/objects';
import {
	type Item,
	simulator,
	ada,
	ben,
	start,
	contact,
	household,
	make,
	raw,
	held,
	creation,
	confirmed,
	deliver,
	update,
	project,
} from './wealthbox-items';

afterEach(() => simulator.stop());

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
