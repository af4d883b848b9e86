/** Wealthbox’s notes, tasks, events and opportunities over HTTP: made once, put away, deleted. */
import type { Json } from '../../../lib/connectors/connector';
import { wealthbox } from '../../../lib/connectors/wealthbox';
import type { DeliveryJob } from '../../../lib/model/delivery';
import type { CanonicalFields } from '../../../lib/model/fields';
import {
	type Item,
	simulator,
	ada,
	ben,
	start,
	paths,
	context,
	contact,
	clientOf,
	make,
	raw,
	held,
	job,
	creation,
	confirmed,
	deliver,
} from './wealthbox-items';

afterEach(() => simulator.stop());

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

	test('a note whose text was changed between two tries is found as it was tried', async () => {
		const tried = { client: contact(ada), text: 'Met.' };
		const first = creation('note', tried);
		simulator.setFault({ kind: 'statusAfterCommit', status: 502, match: 'POST', times: 1 });
		expect(await deliver(first)).toMatchObject({ status: 'retry', outcomeUnknown: true });
		const desired = { ...tried, text: 'Met twice.' };
		const again = confirmed(await deliver({ ...first, desired, attempt: 2, tried: [tried] }));
		expect(again).toMatchObject({ found: true, known: { text: 'Met.' } });
		expect(await clientOf('note').list(context(), {})).toHaveLength(1);
	});

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
