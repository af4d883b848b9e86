/** Notes in Redtail: never changed, read contact by contact. Over HTTP, against the simulator. */
import { redtail } from '../../../lib/connectors/redtail';
import { capabilityOf } from '../../../lib/connectors/capability';
import { confirmed, RedtailWorld } from './world';

let world: RedtailWorld;

const open = async (...parts: Parameters<typeof RedtailWorld.open>) => {
	await world.close();
	world = await RedtailWorld.open(...parts);
};

beforeEach(async () => {
	world = await RedtailWorld.open();
});
afterEach(() => world.close());

describe('notes', () => {
	const NOTE = { text: 'Asked about IRAs.' };
	const made = async () =>
		confirmed(await world.create('note', { ...NOTE, client: world.contact(0) })).crmId;

	test('cannot be changed, unless a further note may say what changed', () => {
		expect(capabilityOf(redtail, 'note', world.settings).change).toBe(false);
		const settings = { ...world.settings, noteChanges: 'append' };
		expect(capabilityOf(redtail, 'note', settings).change).toBe('append');
	});

	test('a change is made a further note once, and the change source leaves that out', async () => {
		await open({}, { noteChanges: 'append' });
		const crmId = await made();
		const known = await world.fields('note', crmId);
		const wanted = { text: 'Asked about Roth IRAs.\nTwice.' };
		world.simulator.setFault({ kind: 'timeoutAfterCommit', match: 'POST', times: 1 });
		expect(await world.update('note', crmId, wanted)).toMatchObject({ status: 'retry' });
		const outcome = confirmed(await world.update('note', crmId, wanted, { attempt: 2 }));
		expect(outcome.known.text).toBe(known.text);
		const { body } = await world.person('GET', `/contacts/${world.id(0)}/notes`);
		const { notes } = body as { notes: Array<{ body: string }> };
		expect(notes).toHaveLength(2);
		expect(notes[1]?.body).toContain('Asked about Roth IRAs.<br>Twice.');
		expect((await world.all('note')).map((event) => event.crmId)).toEqual([crmId]);
		confirmed(await world.remove('note', crmId));
		const after = (await world.person('GET', `/contacts/${world.id(0)}/notes`)).body;
		expect(after).toMatchObject({ notes: [] });
	});

	test('one without a contact in Redtail is rejected', async () => {
		const outcome = await world.create('note', { ...NOTE, client: 'household:611' });
		expect(outcome).toMatchObject({ status: 'rejected', code: 'no-contact', field: 'client' });
	});

	test('rich text is read as plain text', async () => {
		const path = `/contacts/${world.id(0)}/notes`;
		const id = await world.made(path, { body: '<p>Met.</p><ul><li>Roth &amp; IRA</li></ul>' });
		expect(await world.fields('note', `${world.id(0)}-${id}`)).toMatchObject({
			client: world.contact(0),
			text: 'Met.\n- Roth & IRA',
			category: 'General Information',
		});
	});
});
