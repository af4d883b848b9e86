/** Enhanced notes against the simulator over HTTP. */
import type { CrmRecord } from '../../../lib/connectors/connector';
import { salesforce } from '../../../lib/connectors/salesforce';
import { connect } from '../../../lib/connectors/salesforce/client';
import { mapOfObject } from '../../../lib/model/field-map';
import type { DeliveryJob, DeliveryOutcome } from '../../../lib/model/delivery';
import type { CanonicalFields } from '../../../lib/model/fields';
import { job, openWorld, stopAll, until, watch, type World } from './world';

const fieldMap = [...salesforce.defaultFieldMap, ...(salesforce.objectFieldMap ?? [])];

let world: World;
beforeEach(async () => {
	world = await openWorld({
		switches: { enhancedNotes: true },
		settings: {
			...{ noteFormat: 'enhanced', objects: ['contact', 'household', 'note'] },
			...{ itemPollSeconds: 0.02, itemPollMaxSeconds: 0.05 },
		},
	});
});
afterEach(async () => {
	await stopAll();
	await world.sim.stop();
});

const rest = () => connect(world.context, { priority: 'live' });
const made = async (sobject: string, values: CrmRecord) =>
	String((await rest().create(sobject, values)).id);
const person = (LastName: string) => made('Contact', { LastName });
const base64 = (html: string) => Buffer.from(html, 'utf8').toString('base64');

async function atScreen(parentId: string, Title: string, html: string): Promise<string> {
	const id = await made('ContentNote', { Title, Content: base64(html) });
	await made('ContentDocumentLink', {
		...{ ContentDocumentId: id, LinkedEntityId: parentId, ShareType: 'V' },
	});
	return id;
}

const deliver = (change: Partial<DeliveryJob>): Promise<DeliveryOutcome> => {
	const own = mapOfObject(fieldMap, 'note');
	return salesforce.deliver(
		world.context,
		job(world, { object: 'note', fieldMap: own, ...change }),
	);
};

function confirmed(outcome: DeliveryOutcome) {
	if (outcome.status !== 'confirmed') throw new Error(JSON.stringify(outcome));
	return outcome;
}

async function read(crmId: string) {
	const { signal } = new AbortController();
	const options = { fieldMap, object: 'note' as const, crmIds: [crmId], signal };
	for await (const [event] of salesforce.readAll(world.context, options)) return event;
	return undefined;
}

const TEXT = 'Met & agreed:\n  1 < 2, "quoted" – é 漢.\n\nNext: June.';
const creation = (desired: CanonicalFields, change: Partial<DeliveryJob> = {}) => ({
	...{ operation: 'create' as const, desired, changes: desired },
	...change,
});

test('a note is read as it was written, in HTML, with a link to its client', async () => {
	const ada = await person('Hollis');
	const desired = { client: `contact:${ada}`, subject: 'Review', text: TEXT };
	const wanted = salesforce.project(desired, fieldMap, world.context.settings, 'note');
	const { crmId, known } = confirmed(await deliver(creation(desired)));
	expect(crmId).toMatch(/^069/);
	expect(known).toMatchObject(wanted);
	expect((await read(crmId))?.fields).toMatchObject(wanted);
	const html = await rest().request(`/services/data/v62.0/sobjects/ContentNote/${crmId}/Content`);
	expect(html).toContain('Met &amp; agreed:<br>');
	const links = `SELECT LinkedEntityId, ShareType FROM ContentDocumentLink WHERE ContentDocumentId = '${crmId}'`;
	expect((await rest().query(links)).records).toMatchObject([
		{ LinkedEntityId: ada, ShareType: 'V' },
	]);
	expect(await deliver(creation(desired, { attempt: 2 }))).toMatchObject({ crmId, found: true });
});

test('a note whose link is refused is not made by halves', async () => {
	const outcome = await deliver(
		creation({ client: `contact:0035g00000LmQ7xAAF`, subject: 'Review', text: 'Met.' }),
	);
	expect(outcome).toMatchObject({ status: 'rejected', code: 'INVALID_CROSS_REFERENCE_KEY' });
	expect((await rest().query('SELECT Id FROM ContentNote')).records).toEqual([]);
});

test('text and subject are changed, whom it is about is not', async () => {
	const [ada, ben] = [await person('Ada'), await person('Ben')];
	const crmId = await atScreen(ada, 'Review', '<p>Met.</p><ul><li>June</li></ul>');
	const known = (await read(crmId))?.fields ?? {};
	expect(known).toMatchObject({
		text: 'Met.\n- June',
		subject: 'Review',
		client: `contact:${ada}`,
	});
	const changes = { text: 'Met & left.', subject: null };
	expect(confirmed(await deliver({ crmId, known, changes })).known).toMatchObject(changes);
	expect((await read(crmId))?.fields).toMatchObject(changes);
	const now = (await read(crmId))?.fields ?? {};
	const moved = await deliver({ crmId, known: now, changes: { client: `contact:${ben}` } });
	expect(moved).toMatchObject({ status: 'confirmed', known: { client: `contact:${ada}` } });
});

test('an edit that nobody has read yet is not written over', async () => {
	const crmId = await atScreen(await person('Ada'), 'Review', 'Met.');
	const known = (await read(crmId))?.fields ?? {};
	await rest().update('ContentNote', { Id: crmId, Content: base64('Met twice.') });
	const outcome = await deliver({ crmId, known, changes: { text: 'Met thrice.' } });
	expect(outcome).toMatchObject({ status: 'retry', code: 'changed-meanwhile' });
});

test('many at once are each written whole', async () => {
	const ada = await person('Ada');
	const jobs = ['One.', 'Two.'].map((text, place) => {
		const desired = { client: `contact:${ada}`, text };
		const change = creation(desired, { unifiedId: `U${2_000 + place}`, object: 'note' });
		return job(world, { ...change, fieldMap: mapOfObject(fieldMap, 'note') });
	});
	const told = (await salesforce.deliverMany?.(world.context, jobs)) ?? [];
	expect(told.map(confirmed).map(({ known }) => known['text'])).toEqual(['One.', 'Two.']);
});

test('new notes, edits and deletes are told; a household’s note, too', async () => {
	const ada = await person('Ada');
	const home = await made('Account', { Name: 'Hollis', Type: 'Household' });
	const first = await atScreen(home, 'Plan', 'Together.');
	const watched = watch(world, { start: 'everything', fieldMap });
	await until(() => watched.batches.some(({ complete }) => complete), 'everything read');
	const of = (crmId: string) => watched.of(crmId).at(-1);
	expect(of(first)?.fields).toMatchObject({ client: `household:${home}`, text: 'Together.' });
	world.advance(2_000);
	const second = await atScreen(ada, 'Call', 'Said <b>yes</b>.');
	await until(() => of(second)?.fields['client'] === `contact:${ada}`, 'the new note');
	expect(of(second)?.fields).toMatchObject({ subject: 'Call', text: 'Said yes.' });
	world.advance(2_000);
	await rest().update('ContentNote', { Id: second, Content: base64('Said no.') });
	await until(() => of(second)?.fields['text'] === 'Said no.', 'the edit');
	await rest().destroy('ContentNote', second);
	await until(() => of(second)?.change === 'delete', 'the delete');
	expect(await salesforce.isGone(world.context, second, undefined, 'note')).toBe(true);
	expect(await salesforce.isGone(world.context, first, undefined, 'note')).toBe(false);
});

test('a note is deleted; a client’s notes of the classic kind are not touched', async () => {
	const ada = await person('Ada');
	const classic = await made('Note', { ParentId: ada, Title: 'Old', Body: 'Said.' });
	const crmId = await atScreen(ada, 'Review', 'Met.');
	const known = (await read(crmId))?.fields ?? {};
	confirmed(await deliver({ operation: 'delete', crmId, known }));
	expect(await read(crmId)).toBeUndefined();
	expect(await rest().retrieve('Note', classic)).toMatchObject({ Body: 'Said.' });
});

test('an org without enhanced notes says so', async () => {
	await fetch(`${world.sim.url}/_sim/switches`, {
		method: 'PATCH',
		body: JSON.stringify({ enhancedNotes: false }),
	});
	const outcome = await deliver(creation({ client: `contact:${await person('Ada')}`, text: 'A' }));
	expect(outcome).toMatchObject({ status: 'rejected' });
});
