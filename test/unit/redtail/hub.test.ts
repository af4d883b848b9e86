/** Three systems, one of them the real connector on a Redtail over HTTP: what is made there arrives, what is changed elsewhere travels back. */
import { redtail } from '../../../lib/connectors/redtail';
import type { Connector, Json } from '../../../lib/connectors/connector';
import { Fabric } from '../../../lib/fabric';
import type { ChangeEventInput } from '../../../lib/model/event';
import type { DeletePolicy, DeliveryJob } from '../../../lib/model/delivery';
import type { CanonicalFields } from '../../../lib/model/fields';
import { localReference, OBJECTS, type ObjectName } from '../../../lib/model/objects';
import { Store } from '../../../lib/store/store';
import { hubStore } from '../../support/stores';
import { memoryConnector } from '../support/memory-connector';
import { registration, snapshot } from '../support/hub';
import { FIELD_MAP, RedtailWorld } from './world';

const OTHERS = ['wealthbox', 'salesforce'];

/** A CRM that holds what it is given. */
function plainCrm(): Connector {
	const connector = memoryConnector('memory');
	const can = { create: true, change: true, archive: false, delete: true };
	connector.capabilities.objects = {
		household: can,
		opportunity: can,
		note: can,
		task: can,
		event: can,
	};
	return connector;
}

class Office {
	now = Date.now();
	private seen = 0;

	private constructor(
		readonly world: RedtailWorld,
		readonly fabric: Fabric,
		readonly store: Store,
		private readonly remove: () => Promise<void>,
	) {}

	static async open(
		policy: DeletePolicy = 'delete',
		settings: Record<string, Json> = {},
	): Promise<Office> {
		const world = await RedtailWorld.open({}, settings);
		const place = await hubStore();
		const store = await Store.open(await place.backend());
		const connectors = new Map([redtail, plainCrm()].map((one) => [one.kind, one]));
		const clock = { now: () => office.now, random: () => 0.5 };
		const fabric = new Fabric(store, connectors, clock);
		const office: Office = new Office(world, fabric, store, place.remove);
		const base = { fieldMap: FIELD_MAP, deletePolicy: policy };
		await fabric.registerSystem({
			...registration('redtail', 0),
			...base,
			connector: 'redtail',
			settings: world.context().settings,
		});
		for (const [index, name] of OTHERS.entries())
			await fabric.registerSystem({ ...registration(name, index + 1), ...base });
		for (const name of ['redtail', ...OTHERS]) await office.take(name, [], true);
		return office;
	}

	/** Through the inbox and the canvas. */
	async take(system: string, events: ChangeEventInput[], complete = false): Promise<void> {
		await this.fabric.accept(system, { events, cursor: null, complete });
		for (;;) {
			const batch = await this.fabric.nextEvents(system, 50);
			if (batch === undefined) return;
			const items = batch.items.map(({ event }) => event);
			const decisions = await this.fabric.resolve(items);
			const waits = (at: number) => ['review', 'waits'].includes(decisions[at]?.decision ?? '');
			await this.fabric.merge(
				items.filter((_, at) => !waits(at)),
				[],
			);
			await this.fabric.finishEvents(system, batch.id, { ok: true });
		}
	}

	/** Everything Redtail holds, as its connector reads it. */
	async readRedtail(): Promise<void> {
		this.now += 60_000;
		for (const object of OBJECTS) await this.take('redtail', await this.world.all(object));
	}

	/** Delivers until nothing is due; answers what the two others were given. */
	async deliver(): Promise<DeliveryJob[]> {
		const done: DeliveryJob[] = [];
		for (let round = 0; round < 8; round += 1) {
			this.now += 60_000;
			const jobs: DeliveryJob[] = [];
			for (const system of ['redtail', ...OTHERS]) {
				for (const job of await this.fabric.claim(system, 50)) {
					const crmId = job.crmId ?? `${system}-${job.unifiedId}`;
					const confirmedAt = new Date(this.now).toISOString();
					const outcome =
						system === 'redtail'
							? await redtail.deliver(this.world.context(), job)
							: ({
									status: 'confirmed',
									crmId,
									known: job.changes,
									confirmedAt,
									calls: 1,
								} as const);
					if (outcome.status === 'rejected') throw new Error(JSON.stringify(outcome));
					const { deliveryId, claimToken } = job;
					await this.fabric.recordResults([{ deliveryId, claimToken, outcome }]);
					jobs.push(job);
				}
			}
			if (jobs.length === 0) return done;
			done.push(...jobs);
		}
		throw new Error('Deliveries do not come to rest.');
	}

	/** The record of the same entity in another system, as `object:crmId`. */
	async twin(object: ObjectName, crmId: string, system: string): Promise<string> {
		const links = await this.store.transaction(async (tx) => {
			const [one] = (await tx.identity.links([{ system: 'redtail', object, crmId }])).values();
			return one === undefined ? [] : tx.identity.linksOf([one.entityId]);
		});
		const found = links.find((link) => link.system === system);
		return found === undefined ? '' : localReference(object, found.crmId);
	}

	/** An edit in Wealthbox of what came from Redtail. */
	async edit(object: ObjectName, crmId: string, fields: CanonicalFields): Promise<void> {
		this.now += 60_000;
		const twin = (await this.twin(object, crmId, 'wealthbox')).slice(object.length + 1);
		this.seen += 1;
		const event = snapshot('wealthbox', twin, fields, { object, kind: 'delta', at: this.now });
		await this.take('wealthbox', [event]);
	}

	async erase(object: ObjectName, crmId: string): Promise<void> {
		this.now += 60_000;
		const twin = (await this.twin(object, crmId, 'wealthbox')).slice(object.length + 1);
		const event = snapshot('wealthbox', twin, {}, { object, change: 'delete', at: this.now });
		await this.take('wealthbox', [event]);
	}

	async close(): Promise<void> {
		await this.fabric.close();
		await this.remove();
		await this.world.close();
	}
}

let office: Office;
afterEach(() => office.close());

/** A household of three with notes, a task, an event and an opportunity, made by people at Redtail. */
async function furnish() {
	const { world } = office;
	const members = [0, 1, 2].map((place) => ({
		contact_id: world.id(place),
		relationship: place === 0 ? 1 : 3,
	}));
	const family = await world.made('/_sim/families', { name: 'Almqvist Family', members });
	const linked_contacts = [{ contact_id: Number(world.id(0)) }];
	const times = { start_date: '2026-12-03T18:00:00.000Z', end_date: '2026-12-03T19:00:00.000Z' };
	const activity = { ...times, linked_contacts };
	const notes = [];
	for (const body of ['<p>Met at the fair.</p>', '<p>Asked about IRAs.</p>'])
		notes.push(await world.made(`/contacts/${world.id(0)}/notes`, { body }));
	const task = { ...activity, subject: 'Send forms', activity_code_id: 4 };
	const event = { ...activity, subject: 'Annual review', activity_code_id: 3 };
	const opportunity = { name: 'Inherited IRA', amount: 150_000, stage_id: 4, linked_contacts };
	return {
		family: String(family),
		note: `${world.id(0)}-${notes[0]}`,
		task: String(await world.made('/activities', task)),
		event: String(await world.made('/activities', event)),
		opportunity: String(await world.made('/opportunities', opportunity)),
	};
}

const made = (jobs: DeliveryJob[], system: string, object: ObjectName) =>
	jobs.filter((job) => job.system === system && job.object === object);

test('a household of three with notes, a task, an event and an opportunity arrives whole in the others', async () => {
	office = await Office.open();
	await furnish();
	await office.readRedtail();
	const jobs = await office.deliver();
	for (const system of OTHERS) {
		const count = (object: ObjectName) => made(jobs, system, object).length;
		expect(OBJECTS.map(count)).toEqual([4, 1, 1, 2, 1, 1]);
		const [home] = made(jobs, system, 'household');
		const homes = made(jobs, system, 'contact').map(({ changes }) => changes.household);
		const local = `household:${system}-${home?.unifiedId}`;
		expect(homes.filter((one) => one === local)).toHaveLength(3);
		const client = await office.twin('contact', office.world.id(0), system);
		expect(made(jobs, system, 'note').map(({ changes }) => changes)).toEqual(
			expect.arrayContaining([
				expect.objectContaining({ client, text: 'Met at the fair.' }),
				expect.objectContaining({ client, text: 'Asked about IRAs.' }),
			]),
		);
		expect(made(jobs, system, 'opportunity')[0]?.changes).toMatchObject({
			client,
			amount: 150_000,
			stage: 'Proposal',
		});
		expect(made(jobs, system, 'task')[0]?.changes).toMatchObject({ client, dueDate: '2026-12-03' });
	}
	// Nothing was written to Redtail, and reading it again tells nothing new.
	expect(jobs.filter(({ system }) => system === 'redtail')).toEqual([]);
	await office.readRedtail();
	expect(await office.deliver()).toEqual([]);
});

test('edits and a move between households travel back, and then all is at rest', async () => {
	office = await Office.open();
	const { world } = office;
	const records = await furnish();
	await office.readRedtail();
	await office.deliver();
	await office.edit('household', records.family, { name: 'The Almqvists' });
	await office.edit('task', records.task, { done: true, dueDate: '2026-12-10' });
	await office.edit('event', records.event, { location: 'Office' });
	await office.edit('opportunity', records.opportunity, { stage: 'Won', amount: 160_000.5 });
	await office.edit('note', records.note, { text: 'Met at the spring fair.' });
	await office.deliver();
	expect(await world.fields('household', records.family)).toEqual({ name: 'The Almqvists' });
	expect(await world.fields('task', records.task)).toMatchObject({
		done: true,
		dueDate: '2026-12-10',
	});
	expect(await world.fields('event', records.event)).toMatchObject({ location: 'Office' });
	expect(await world.fields('opportunity', records.opportunity)).toMatchObject({
		stage: 'Won',
		amount: 160_000.5,
	});
	// A note cannot be changed there.
	expect(await world.fields('note', records.note)).toMatchObject({ text: 'Met at the fair.' });
	const skipped = await office.store.transaction((tx) =>
		tx.audit.find({ kinds: ['skipped'], limit: 10 }),
	);
	expect(skipped.map(({ system, object, field }) => [system, object, field])).toEqual([
		['redtail', 'note', 'text'],
	]);

	// A second household made in Wealthbox; the third member moves there.
	office.now += 60_000;
	const home = { object: 'household' as const, at: office.now, members: [] };
	await office.take('wealthbox', [snapshot('wealthbox', 'h2', { name: 'Runa' }, home)]);
	await office.deliver();
	const before = await world.fields('contact', world.id(2));
	await office.edit('contact', world.id(2), { household: 'household:h2' });
	await office.deliver();
	const after = await world.fields('contact', world.id(2));
	expect(after.household).not.toBe(before.household);
	const families = await world.all('household');
	expect(families.map(({ fields, members }) => [fields.name, members?.length])).toEqual([
		['The Almqvists', 2],
		['Runa', 1],
	]);
	await office.readRedtail();
	expect(await office.deliver()).toEqual([]);
});

test('with append, a note that is changed elsewhere gets a further note in Redtail, once', async () => {
	office = await Office.open('delete', { noteChanges: 'append' });
	const { world } = office;
	const records = await furnish();
	await office.readRedtail();
	await office.deliver();
	await office.edit('note', records.note, { text: 'Met at the spring fair.' });
	await office.deliver();
	await office.readRedtail();
	expect(await office.deliver()).toEqual([]);
	const { body } = await world.person('GET', `/contacts/${world.id(0)}/notes`);
	expect((body as { notes: unknown[] }).notes).toHaveLength(3);
	expect(await world.all('note')).toHaveLength(2);
});

describe('deletes in another system', () => {
	const GONE: ObjectName[] = ['note', 'task', 'event', 'opportunity', 'household'];

	test.each([
		['delete', 0],
		['ignore', 1],
		['ask', 1],
	] as const)('under %s', async (policy, left) => {
		office = await Office.open(policy);
		const { world } = office;
		const records = await furnish();
		await office.readRedtail();
		await office.deliver();
		const ids: Record<string, string> = { ...records, household: records.family };
		for (const object of GONE) await office.erase(object, ids[object] ?? '');
		await office.deliver();
		const there = [];
		for (const object of GONE)
			there.push((await world.read(object, ids[object] ?? '')) === undefined ? 0 : 1);
		expect(there).toEqual(GONE.map(() => left));
		const reviews = await office.fabric.desk.reviews(undefined, 50);
		expect(reviews.length > 0).toBe(policy === 'ask');
		// The people themselves stay.
		expect(world.simulator.people.list()).toHaveLength(4);
	});
});
