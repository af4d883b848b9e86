/** A household with all that belongs to it, through the hub: Wealthbox is the real connector on its simulator. */
import type { ConnectorContext, CrmRecord } from '../../../lib/connectors/connector';
import { chosenMap } from '../../../lib/connectors/objects/chosen';
import { wealthbox } from '../../../lib/connectors/wealthbox';
import type { DeletePolicy, DeliveryJob } from '../../../lib/model/delivery';
import type { FieldMap } from '../../../lib/model/field-map';
import type { CanonicalFields } from '../../../lib/model/fields';
import { localReference, OBJECTS, type ObjectName } from '../../../lib/model/objects';
import type { Simulator } from '../../simulators/simulator';
import { startWealthboxSimulator } from '../../simulators/wealthbox';
import { contextOf, portOf } from '../connectors/harness';
import { deletion, delta, registration, TestHub } from '../support/hub';
import { wholeOffice } from '../support/whole-office';

const OTHERS = ['redtail', 'salesforce'];
const MAP: FieldMap = [
	...wealthbox.defaultFieldMap,
	...chosenMap(wealthbox.objectFieldMap ?? [], OBJECTS),
];

let hub: TestHub;
let simulator: Simulator;
let context: ConnectorContext;

async function open(deletePolicy: DeletePolicy = 'ignore'): Promise<void> {
	hub = await TestHub.open(OTHERS, { fieldMap: MAP }, wholeOffice(), [wealthbox]);
	const now = () => hub.now;
	simulator = await startWealthboxSimulator({ now, switches: { throttle: false } });
	const settings = { objects: [...OBJECTS] };
	const sleep = () => Promise.resolve();
	context = contextOf(wealthbox, portOf(simulator), settings, { now, sleep });
	const system = { ...registration('wealthbox', 2), connector: 'wealthbox', fieldMap: MAP };
	await hub.fabric.registerSystem({ ...system, settings: context.settings, deletePolicy });
	await hub.accept('wealthbox', [], { complete: true });
}
afterEach(async () => {
	await simulator.stop();
	await hub.close();
});

const clientOf = (object: ObjectName) => {
	const client = object === 'contact' ? wealthbox.contacts : wealthbox.records?.[object];
	if (client === undefined) throw new Error(object);
	return client;
};
const make = async (object: ObjectName, values: CrmRecord) =>
	String((await clientOf(object).create(context, values)).id);
const raw = (object: ObjectName, id: string) => clientOf(object).get(context, id);

/** Everything that Wealthbox holds is read. */
async function read(): Promise<void> {
	hub.now += 120_000;
	const { signal } = new AbortController();
	for (const object of OBJECTS) {
		const options = { fieldMap: MAP, object, signal };
		for await (const events of wealthbox.readAll(context, options))
			await hub.accept('wealthbox', events);
		await hub.pump('wealthbox');
	}
}

/** Until nothing is due anywhere; what was written, in order. */
async function deliver(): Promise<DeliveryJob[]> {
	const done: DeliveryJob[] = [];
	for (let round = 0; round < 10; round += 1) {
		hub.now += 60_000;
		const jobs = await hub.claim('wealthbox');
		for (const job of jobs) {
			const outcome = await wealthbox.deliver(context, job);
			if (outcome.status !== 'confirmed') throw new Error(JSON.stringify([job, outcome]));
			await hub.report(job, outcome);
		}
		const rest = await hub.deliverAll(OTHERS);
		done.push(...jobs, ...rest);
		if (jobs.length + rest.length === 0) return done;
	}
	throw new Error('Deliveries do not come to rest.');
}

/** The record that stands in `system` for one of Wealthbox's. */
async function twin(system: string, object: ObjectName, crmId: string): Promise<string> {
	const { links } = await hub.tx(async (tx) => {
		const [own] = (await tx.identity.links([{ system: 'wealthbox', object, crmId }])).values();
		return { links: await tx.identity.linksOf([own?.entityId ?? '']) };
	});
	return links.find((link) => link.system === system)?.crmId ?? '';
}

interface Home {
	home: string;
	people: string[];
	notes: string[];
	task: string;
	opportunity: string;
}

async function makeHome(): Promise<Home> {
	const people: string[] = [];
	for (const first_name of ['Ada', 'Ben', 'Cleo'])
		people.push(await make('contact', { type: 'Person', first_name, last_name: 'Hollis' }));
	const home = await make('household', { name: 'Hollis' });
	const titles = ['Head', 'Spouse', 'Child'];
	for (const [index, id] of people.entries()) {
		await context.http({
			...{ method: 'POST', url: `/households/${home}/members` },
			json: { id: Number(id), title: titles[index] },
		});
	}
	const [ada = '', ben = ''] = people;
	const notes = [
		await make('note', { content: 'Met both.', linked_to: ada }),
		await make('note', { content: 'Moves in May.', linked_to: home, tags: ['Call'] }),
	];
	const task = await make('task', {
		...{ name: 'Send papers', due_date: '2026-05-08T17:00:00Z', priority: 'High' },
		linked_to: ben,
	});
	const opportunity = await make('opportunity', {
		...{ name: 'Rollover', stage: 'Proposal', probability: 60, amount: 250_000 },
		...{ target_close: '2026-07-31T17:00:00Z', linked_to: ada },
	});
	return { home, people, notes, task, opportunity };
}

async function settle(): Promise<DeliveryJob[]> {
	await read();
	return deliver();
}

const edit = async (
	system: string,
	object: ObjectName,
	crmId: string,
	fields: CanonicalFields,
): Promise<DeliveryJob[]> => {
	hub.now += 120_000;
	await hub.take(delta(system, crmId, fields, { object, at: hub.now }));
	return deliver();
};

test('a household of three, with notes, a task and an opportunity, arrives whole and comes to rest', async () => {
	await open();
	const { home, people, opportunity, task } = await makeHome();
	const jobs = await settle();
	for (const system of OTHERS) {
		const made = jobs.filter((job) => job.system === system && job.operation === 'create');
		expect(made.map(({ object }) => object).sort()).toEqual([
			...['contact', 'contact', 'contact', 'household', 'note', 'note', 'opportunity', 'task'],
		]);
		const local = localReference('household', await twin(system, 'household', home));
		const roles: unknown[] = [];
		for (const id of people) {
			const crmId = await twin(system, 'contact', id);
			const shadow = await shadowOf(system, 'contact', crmId);
			roles.push(shadow['householdRole']);
			const told = jobs.find((job) => job.system === system && job.changes['household'] === local);
			expect(told).toBeDefined();
		}
		expect(roles).toEqual(['Head', 'Spouse', 'Child']);
		const [ada = '', ben = ''] = people;
		const sent = (object: ObjectName) => made.filter((job) => job.object === object);
		expect(sent('opportunity')[0]?.changes).toMatchObject({
			...{ client: localReference('contact', await twin(system, 'contact', ada)) },
			...{ name: 'Rollover', stage: 'Proposal', amount: 250_000, currency: 'USD' },
			...{ closeDate: '2026-07-31', probability: 60 },
		});
		expect(sent('task')[0]?.changes).toMatchObject({
			...{ client: localReference('contact', await twin(system, 'contact', ben)) },
			...{ subject: 'Send papers', dueDate: '2026-05-08', priority: 'High', done: false },
		});
		const of = sent('note').map(({ changes }) => [changes['text'], changes['client']]);
		expect(of).toContainEqual(['Moves in May.', local]);
	}
	expect(await settle()).toEqual([]);
	expect((await raw('opportunity', opportunity)).stage_name).toBe('Proposal');
	expect((await raw('task', task)).complete).toBe(false);
});

async function shadowOf(system: string, object: ObjectName, crmId: string) {
	const [shadow] = (
		await hub.tx((tx) => tx.registers.shadows([{ system, object, crmId }]))
	).values();
	const fields = Object.entries(shadow?.fields ?? {});
	return Object.fromEntries(fields.map(([field, { value }]) => [field, value]));
}

test('edits elsewhere and a move between households travel back into Wealthbox', async () => {
	await open();
	const { home, people, notes, task, opportunity } = await makeHome();
	await settle();
	const inSalesforce = (object: ObjectName, id: string) => twin('salesforce', object, id);
	await edit('salesforce', 'task', await inSalesforce('task', task), { done: true });
	expect((await raw('task', task)).complete).toBe(true);
	const note = notes[1] ?? '';
	await edit('salesforce', 'note', await inSalesforce('note', note), { text: 'Moves in June.' });
	expect((await raw('note', note)).content).toBe('Moves in June.');
	const deal = await inSalesforce('opportunity', opportunity);
	await edit('salesforce', 'opportunity', deal, { stage: 'Won', amount: 300_000 });
	expect(await raw('opportunity', opportunity)).toMatchObject({
		stage_name: 'Won',
		amounts: [{ amount: '300000', currency: '$' }],
	});

	// A household made elsewhere, and a member who moves there.
	const at = (hub.now += 60_000);
	await hub.take(
		delta('salesforce', 'sf-new', { name: 'Hollis Trust' }, { object: 'household', at }),
	);
	await deliver();
	const cleo = people[2] ?? '';
	const moved = { household: localReference('household', 'sf-new'), householdRole: 'Head' };
	await edit('salesforce', 'contact', await inSalesforce('contact', cleo), moved);
	const trust = (await raw('contact', cleo)).household;
	expect(trust).toMatchObject({ name: 'Hollis Trust', title: 'Head' });
	expect((await raw('household', home)).members).toHaveLength(2);
	expect(await settle()).toEqual([]);
	await edit('salesforce', 'contact', await inSalesforce('contact', cleo), {
		...{ household: null, householdRole: null },
	});
	expect((await raw('contact', cleo)).household).toBeNull();
	expect(await settle()).toEqual([]);
});

describe.each(['ignore', 'ask', 'archive', 'delete'] as DeletePolicy[])('deletes: %s', (policy) => {
	test('what is deleted elsewhere ends in Wealthbox as its policy says, and as it can', async () => {
		await open(policy);
		const { notes, task, people } = await makeHome();
		await settle();
		const asked = async () => (await hub.fabric.desk.reviews('open', 10)).length;
		const before = await asked();
		const note = notes[0] ?? '';
		for (const [object, id] of [
			['task', task],
			['note', note],
		] as Array<[ObjectName, string]>) {
			hub.now += 120_000;
			const crmId = await twin('redtail', object, id);
			await hub.take(deletion('redtail', crmId, { object, at: hub.now }));
			await deliver();
		}
		const isGone = await wealthbox.isGone(context, task, undefined, 'task');
		expect(isGone).toBe(policy === 'delete');
		// Wealthbox lets nobody delete a note, whatever the policy.
		expect(await wealthbox.isGone(context, note, undefined, 'note')).toBe(false);
		if (policy === 'ask') expect(await asked()).toBeGreaterThan(before);
		hub.now += 120_000;
		const cleo = people[2] ?? '';
		const crmId = await twin('redtail', 'contact', cleo);
		await hub.take(deletion('redtail', crmId, { at: hub.now }));
		await deliver();
		const left = await wealthbox.isGone(context, cleo);
		expect(left).toBe(policy === 'delete');
		if (!left)
			expect((await raw('contact', cleo)).status).toBe(
				policy === 'archive' ? 'Inactive' : 'Active',
			);
	});
});

test('a reconcile over all objects finds what was deleted in Wealthbox while nobody looked', async () => {
	await open();
	const { task, notes } = await makeHome();
	await settle();
	await clientOf('task').delete(context, task);
	const { reconcile } = hub.fabric;
	const run = await reconcile.start('wealthbox', { scope: 'full', dryRun: false });
	const { signal } = new AbortController();
	for (const object of OBJECTS)
		for await (const page of wealthbox.readAll(context, { fieldMap: MAP, object, signal }))
			await reconcile.page(run, page);
	const isGone = (crmId: string, object: ObjectName) =>
		wealthbox.isGone(context, crmId, signal, object);
	const report = await reconcile.finish(run, { complete: true, isGone });
	expect(report.counts).toMatchObject({ gone: 1, linkWithoutShadow: 0, notListed: 0 });
	expect(report.records).toBe(7);
	await hub.pump('wealthbox');
	const stateOf = async (object: ObjectName, crmId: string) => {
		const address = { system: 'wealthbox', object, crmId };
		const [link] = (await hub.tx((tx) => tx.identity.links([address]))).values();
		return link?.state;
	};
	expect(await stateOf('task', task)).toBe('unlinked');
	expect(await stateOf('note', notes[0] ?? '')).toBe('active');
});
