/** What belongs to a client, when the client is removed, and items that are put away. */
import { Belongings, type System } from '../../test/unit/support/belongings';
import type { DeletePolicy } from '../model/delivery';
import { localReference } from '../model/objects';

let office: Belongings;
const open = async (policies: Partial<Record<System, DeletePolicy>> = {}) => {
	office = await Belongings.open(policies);
	await office.enter();
};
afterEach(() => office.hub.close());

describe('a client and its note are deleted together', () => {
	const both = async () => {
		await office.told('delete', 'wealthbox', 'contact', 'w1');
		await office.told('delete', 'wealthbox', 'note', 'n1');
	};

	test('one question is asked, and its yes counts for both', async () => {
		await open({ redtail: 'ask' });
		await both();
		expect(await office.asked()).toEqual(['redtail contact delete']);
		expect(await office.deliver()).toEqual([]);
		await office.answer('approve');
		expect((await office.deliver()).sort()).toEqual([
			'redtail contact delete',
			'redtail note delete',
		]);
		expect(await office.asked()).toEqual([]);
	});

	test('so does its no', async () => {
		await open({ redtail: 'ask' });
		await both();
		await office.answer('reject');
		expect(await office.deliver()).toEqual([]);
		expect(await office.asked()).toEqual([]);
		expect((await office.states('note')).redtail).toBe('active');
	});

	test('a note that was asked about before its client is asked about no more', async () => {
		await open({ redtail: 'ask' });
		await office.told('delete', 'wealthbox', 'note', 'n1');
		expect(await office.asked()).toEqual(['redtail note delete']);
		await office.told('delete', 'wealthbox', 'contact', 'w1');
		expect(await office.asked()).toEqual(['redtail contact delete']);
	});

	test('a yes does not count for a note that somebody edits after it', async () => {
		await open({ redtail: 'ask' });
		await both();
		await office.answer('approve');
		const { crmId } = await office.record('redtail', 'note');
		const client = localReference('contact', (await office.record('redtail', 'contact')).crmId);
		await office.tell('redtail', 'note', crmId, { client, text: 'Met again.' });
		expect(await office.deliver()).toEqual(['redtail contact delete', 'salesforce note update']);
		expect(await office.asked()).toEqual(['redtail note delete']);
	});
});

describe('a CRM deletes notes with their client, whom the fabric removed', () => {
	const goesAlong = async () => {
		const { crmId } = await office.record('redtail', 'note');
		await office.told('delete', 'redtail', 'note', crmId);
	};

	test('nobody removed them: they live on elsewhere', async () => {
		await open({ wealthbox: 'delete', redtail: 'delete', salesforce: 'delete' });
		await office.told('delete', 'wealthbox', 'contact', 'w1');
		await office.deliver();
		await goesAlong();
		expect(await office.deliver()).toEqual([]);
		expect(await office.states('note')).toEqual({
			...{ wealthbox: 'active', redtail: 'unlinked', salesforce: 'active' },
		});
	});

	test('also when they are told to be gone before the answer to our delete', async () => {
		await open({ wealthbox: 'delete', redtail: 'delete' });
		await office.told('delete', 'wealthbox', 'contact', 'w1');
		const [job] = await office.hub.claim('redtail');
		await goesAlong();
		if (job !== undefined) await office.hub.confirm(job, job.crmId ?? '');
		expect(await office.deliver()).toEqual([]);
		expect((await office.states('note')).wealthbox).toBe('active');
	});

	test('what a person deletes there is a removal', async () => {
		await open({ wealthbox: 'delete' });
		await goesAlong();
		expect(await office.deliver()).toEqual(['wealthbox note delete']);
	});

	test('they come back with their client, after it', async () => {
		await open({ redtail: 'delete' });
		await office.told('delete', 'wealthbox', 'contact', 'w1');
		await office.deliver();
		await goesAlong();
		await office.tell('wealthbox', 'note', 'n1', {
			...{ client: localReference('contact', 'w1'), text: 'Met her.' },
		});
		expect(await office.deliver()).toEqual(['salesforce note update']);
		await office.told('undelete', 'wealthbox', 'contact', 'w1');
		expect(await office.deliver()).toEqual(['redtail contact create', 'redtail note create']);
	});
});

describe('put away', () => {
	const done = async (isDone: boolean) => {
		const { crmId } = await office.record('redtail', 'task');
		const client = localReference('contact', (await office.record('redtail', 'contact')).crmId);
		await office.tell('redtail', 'task', crmId, { client, subject: 'Call', done: isDone });
	};

	test('a task is done there, which is nobody’s edit', async () => {
		await open({ redtail: 'archive' });
		await office.told('delete', 'wealthbox', 'task', 't1');
		expect(await office.deliver()).toEqual(['redtail task archive']);
		await done(true);
		expect(await office.deliver()).toEqual([]);
		expect(await office.fields('task')).toMatchObject({ done: false });
		expect((await office.states('task')).redtail).toBe('archived');
	});

	test('a task that a person opens again is back', async () => {
		await open({ redtail: 'archive', salesforce: 'archive' });
		await office.told('delete', 'wealthbox', 'task', 't1');
		await office.deliver();
		await done(false);
		expect(await office.deliver()).toEqual(['salesforce task unarchive']);
		expect(await office.states('task')).toEqual({
			...{ wealthbox: 'unlinked', redtail: 'active', salesforce: 'active' },
		});
	});

	test('a note is kept as it is and let go of: nothing is written to it any more', async () => {
		await open({ redtail: 'archive' });
		await office.told('delete', 'wealthbox', 'note', 'n1');
		expect(await office.deliver()).toEqual(['redtail note archive']);
		const { crmId } = await office.record('salesforce', 'note');
		const client = localReference('contact', (await office.record('salesforce', 'contact')).crmId);
		await office.tell('salesforce', 'note', crmId, { client, text: 'Met her.' });
		expect(await office.deliver()).toEqual([]);
		const kept = await office.record('redtail', 'note');
		await office.tell('redtail', 'note', kept.crmId, { text: 'Met.' });
		expect((await office.states('note')).redtail).toBe('archived');
	});

	test('a note that can be neither deleted nor put away lives on where deletes follow', async () => {
		await open({ redtail: 'delete' });
		const { objects = {} } = office.hub.fabric['connector']('memory').capabilities;
		if (objects.note !== undefined) objects.note.delete = false;
		await office.told('delete', 'wealthbox', 'note', 'n1');
		expect(await office.deliver()).toEqual([]);
		const skipped = await office.hub.fabric.desk.audit({ kinds: ['skipped'], limit: 5 });
		expect(skipped).toMatchObject([{ system: 'redtail', object: 'note' }]);
	});
});
