/** Pocket CRM as a fourth system of the hub, over HTTP, beside three that keep what they are told. */
import { fetchPort } from '../../../lib/connectors/fetch-port';
import { chosenMap } from '../../../lib/connectors/objects/chosen';
import type { DeliveryJob } from '../../../lib/model/delivery';
import type { FieldMap } from '../../../lib/model/field-map';
import { localReference, type ObjectName } from '../../../lib/model/objects';
import { contextOf, realSleep, Source } from '../../unit/connectors/harness';
import { delta, iso, registration, TestHub } from '../../unit/support/hub';
import { memoryConnector, memoryFieldMap } from '../../unit/support/memory-connector';
import { pocket } from './index';
import { API_KEY, KEY_HEADER, startPocketCrm, type PocketCrm } from './pocket-crm';

const OTHERS = ['wealthbox', 'redtail', 'salesforce'];
const OBJECTS: ObjectName[] = ['contact', 'note'];
const NOTES: FieldMap = ['client', 'text'].map((field) => ({
	...{ object: 'note', field, crmField: field },
	direction: 'both',
}));
const MAP = chosenMap([...pocket.defaultFieldMap, ...(pocket.objectFieldMap ?? [])], OBJECTS);

let crm: PocketCrm;
let hub: TestHub;
let source: Source;
/** Batches of the source that the hub has. */
let taken: number;
/** By how much the clock of all of them is ahead. */
let aheadMs: number;
const now = () => Date.now() + aheadMs;

beforeEach(async () => {
	aheadMs = 0;
	const office = memoryConnector('memory');
	office.capabilities.objects = {
		note: { create: true, change: true, archive: false, delete: true, needs: ['client'] },
	};
	hub = await TestHub.open(OTHERS, { fieldMap: [...memoryFieldMap, ...NOTES] }, office, [pocket]);
	hub.now = now();
	const own = { connector: 'pocket', fieldMap: MAP, settings: { objects: OBJECTS } };
	await hub.fabric.registerSystem({ ...registration('pocket', OTHERS.length), ...own });
	crm = await startPocketCrm({ contacts: [ADA], now });
	source = new Source(pocket, context(), { start: 'everything', fieldMap: MAP });
	taken = 0;
});
afterEach(async () => {
	await source.stop();
	await crm.stop();
	await hub.close();
});

const ADA = {
	...{ firstName: 'Ada', lastName: 'Hollis', jobTitle: 'Architect' },
	emails: [{ address: 'ada@hollis.example' }],
};

function context() {
	const http = fetchPort({ baseUrl: crm.url, headers: () => ({ [KEY_HEADER]: API_KEY }) });
	return contextOf(pocket, http, { objects: OBJECTS }, { now, sleep: realSleep });
}

const adaId = () => crm.people.list()[0]?.id ?? '';
const notes = () => pocket.records?.note?.list(context(), {}) ?? [];

/** What the source has read by now goes through the inbox and the canvas. */
async function takeIn(): Promise<void> {
	// Nothing is made anywhere before every system has been read once.
	await source.until(() => source.batches.some(({ complete }) => complete));
	const batches = source.batches.slice(taken);
	taken += batches.length;
	hub.now = now();
	for (const { events, cursor, complete } of batches)
		await hub.accept('pocket', events, { cursor, complete });
	await hub.pump('pocket');
}

/** Everything that is due anywhere; in Pocket CRM it is really written. */
async function deliver(): Promise<DeliveryJob[]> {
	const MAX_ROUNDS = 5;
	const all: DeliveryJob[] = [];
	for (let round = 0; round < MAX_ROUNDS; round += 1) {
		aheadMs += 60_000;
		hub.now = now();
		const jobs = await hub.deliverAll(OTHERS);
		for (const job of await hub.claim('pocket')) {
			const outcome = await pocket.deliver(context(), job);
			expect(outcome.status).toBe('confirmed');
			await hub.report(job, outcome);
			jobs.push(job);
		}
		if (jobs.length === 0) return all;
		all.push(...jobs);
	}
	throw new Error('Deliveries do not come to rest.');
}

const idIn = (jobs: DeliveryJob[], system: string, object: ObjectName) => {
	const job = jobs.find((one) => one.system === system && one.object === object);
	return `${system}-${job?.unifiedId}`;
};
const seen = (crmId: string, field: string, value: string) =>
	source.until(() =>
		source.events.some(({ crmId: id, fields }) => id === crmId && fields[field] === value),
	);
const edited = (system: string, crmId: string, fields: object, object: ObjectName = 'contact') => {
	hub.now = now();
	const at = hub.now;
	return hub.take(delta(system, crmId, { ...fields }, { object, at, receivedAt: iso(at) }));
};

async function withNote(): Promise<{ jobs: DeliveryJob[]; noteId: string }> {
	const values = { contact_id: Number(adaId()), body: 'Met at the office.' };
	const noteId = String((await pocket.records?.note?.create(context(), values))?.id);
	await seen(noteId, 'text', values.body);
	await takeIn();
	return { jobs: await deliver(), noteId };
}

test('a client and a note made there arrive in every other system, the client first', async () => {
	const { jobs } = await withNote();
	expect(jobs.some(({ system }) => system === 'pocket')).toBe(false);
	for (const system of OTHERS) {
		const [client, note, ...more] = jobs.filter((job) => job.system === system);
		expect(more).toEqual([]);
		expect(client).toMatchObject({
			...{ object: 'contact', operation: 'create' },
			changes: {
				firstName: 'Ada',
				jobTitle: 'Architect',
				emails: [{ address: 'ada@hollis.example' }],
			},
		});
		expect(note).toMatchObject({
			...{ object: 'note', operation: 'create' },
			changes: {
				client: localReference('contact', idIn(jobs, system, 'contact')),
				text: 'Met at the office.',
			},
		});
	}
});

test('edits made elsewhere are written there, and nothing comes of their echo', async () => {
	const { jobs, noteId } = await withNote();
	await edited('wealthbox', idIn(jobs, 'wealthbox', 'contact'), { jobTitle: 'Painter' });
	await edited('redtail', idIn(jobs, 'redtail', 'note'), { text: 'Met at home.' }, 'note');
	const written = await deliver();
	expect(written.filter(({ system }) => system === 'pocket')).toHaveLength(2);
	expect(crm.people.list()).toMatchObject([{ firstName: 'Ada', jobTitle: 'Painter' }]);
	expect(await notes()).toMatchObject([{ body: 'Met at home.', contact_id: Number(adaId()) }]);
	await seen(adaId(), 'jobTitle', 'Painter');
	await seen(noteId, 'text', 'Met at home.');
	await takeIn();
	expect(await deliver()).toEqual([]);
});

test('a client made elsewhere is made there once, and an edit of it there goes back', async () => {
	await withNote();
	const ben = { firstName: 'Ben', lastName: 'Morrow', jobTitle: 'Baker', emails: [] };
	await hub.take(delta('salesforce', 's9', ben, { kind: 'snapshot', at: hub.now }));
	await deliver();
	const made = crm.people.list().filter(({ firstName }) => firstName === 'Ben');
	expect(made).toHaveLength(1);
	const crmId = made[0]?.id ?? '';
	await seen(crmId, 'jobTitle', 'Baker');
	await takeIn();
	expect(await deliver()).toEqual([]);
	crm.people.edit(crmId, { jobTitle: 'Barber' });
	await seen(crmId, 'jobTitle', 'Barber');
	await takeIn();
	const back = await deliver();
	expect(back.map(({ system, crmId: id, changes }) => [system, id, changes])).toContainEqual([
		...['salesforce', 's9'],
		{ jobTitle: 'Barber' },
	]);
	expect(back.filter(({ system }) => system === 'pocket')).toEqual([]);
});
