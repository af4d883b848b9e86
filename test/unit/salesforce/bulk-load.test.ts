/** A first load's many deliveries from the hub to Salesforce and back: claimed, written in bulk, recorded. */
import { notesOf } from '../../../lib/connectors/notes';
import type { Connector } from '../../../lib/connectors/connector';
import { salesforce } from '../../../lib/connectors/salesforce';
import { Fabric } from '../../../lib/fabric';
import type { DeliveryJob, DeliveryOutcome } from '../../../lib/model/delivery';
import type { ChangeEventInput } from '../../../lib/model/event';
import type { CanonicalFields } from '../../../lib/model/fields';
import { Store } from '../../../lib/store/store';
import { hubStore } from '../../support/stores';
import { iso, registration } from '../support/hub';
import { memoryConnector } from '../support/memory-connector';
import { openWorld, running, stopAll, until, watch, type World } from './world';

const COUNT = 120;
const SETTINGS = { bulkAbove: 50, bulkPollSeconds: 0.01, externalIdField: 'Fabric_Id__c' };
/** As the Delivery Trigger's lane of a backfill claims. */
const MOST = 5_000;

let world: World;
let fabric: Fabric;
let remove: () => Promise<void>;

beforeEach(async () => {
	world = await openWorld({ settings: SETTINGS, switches: { bulkQueueMs: 60_000 } });
	const place = await hubStore();
	remove = place.remove;
	const connectors = new Map<string, Connector>([
		['memory', memoryConnector('memory')],
		['salesforce', salesforce],
	]);
	const clock = { now: world.context.now, random: () => 0.5 };
	fabric = new Fabric(await Store.open(await place.backend()), connectors, clock);
	world.context.notes = notesOf(fabric.budgets, 'salesforce');
	await fabric.registerSystem({ ...registration('wealthbox', 1) });
	await fabric.registerSystem({
		...{ ...registration('salesforce', 2), connector: 'salesforce' },
		...{ fieldMap: salesforce.defaultFieldMap, settings: world.context.settings },
	});
	await take('wealthbox', people());
	await fabric.accept('wealthbox', { events: [], cursor: null, complete: true });
	// Only now is it known who is missing there: all of them, and all of them can wait.
	await fabric.accept('salesforce', { events: [], cursor: null, complete: true });
});

afterEach(async () => {
	await stopAll();
	await world.sim.stop();
	await fabric.close();
	await remove();
});

function people(): ChangeEventInput[] {
	return Array.from({ length: COUNT }, (_, index) =>
		event('wealthbox', `w${index}`, {
			...{ type: 'person', firstName: 'Ines', lastName: nameOf(index), jobTitle: 'Nurse' },
			emails: [{ address: `${nameOf(index)}@example.test`.toLowerCase() }],
		}),
	);
}

/** Nobody whom anybody would take for somebody else. */
function nameOf(index: number): string {
	const letters = 'abcdefghijklmnopqrst';
	const digits = String(index * 7_919 + 100_003).split('');
	return `Q${digits.map((digit, place) => letters[Number(digit) + (place % 2) * 10]).join('')}`;
}

let serial = 0;

function event(system: string, crmId: string, fields: CanonicalFields): ChangeEventInput {
	serial += 1;
	const at = iso(world.context.now());
	return {
		...{ eventId: `${system}:${crmId}:${serial}`, system, object: 'contact', crmId },
		...{ change: 'upsert', kind: 'snapshot', fields: fields as ChangeEventInput['fields'] },
		...{ editedAt: at, readAt: at, receivedAt: at },
	};
}

async function take(system: string, events: ChangeEventInput[]): Promise<void> {
	await fabric.accept(system, { events, cursor: null, complete: false });
	for (;;) {
		const batch = await fabric.nextEvents(system, 500);
		if (batch === undefined) return;
		const whole = batch.items.map(({ event: one }) => one);
		await fabric.resolve(whole);
		await fabric.merge(whole, []);
		await fabric.finishEvents(system, batch.id, { ok: true });
	}
}

const write = (jobs: DeliveryJob[]): Promise<DeliveryOutcome[]> =>
	salesforce.deliverMany?.(world.context, jobs) ?? Promise.reject(new Error('not offered'));

function record(jobs: DeliveryJob[], outcomes: DeliveryOutcome[]) {
	return fabric.recordResults(
		jobs.map(({ deliveryId, claimToken }, place) => ({
			...{ deliveryId, claimToken },
			outcome: outcomes[place] as DeliveryOutcome,
		})),
	);
}

/** The queue moves on while the job is waited for. */
function letTimePass(): void {
	world.context.sleep = async () => world.advance(30_000);
}

async function deliverAll(system = 'salesforce'): Promise<DeliveryJob[]> {
	const done: DeliveryJob[] = [];
	for (let round = 0; round < 20; round += 1) {
		const jobs = await fabric.claim(system, MOST);
		if (jobs.length > 0) await record(jobs, await write(jobs));
		done.push(...jobs);
		world.advance(60_000);
	}
	return done;
}

const jobsOpened = () =>
	world.requests.filter(({ method, url }) => method === 'POST' && url.endsWith('jobs/ingest'));
const contacts = () => world.sim.people.list();
const names = () =>
	contacts()
		.map(({ lastName }) => lastName)
		.sort();
const EVERYBODY = Array.from({ length: COUNT }, (_, index) => nameOf(index)).sort();
const states = async () => {
	const { deliveries } = await fabric.desk.metrics();
	const own = deliveries.filter(({ system }) => system === 'salesforce');
	return Object.fromEntries(own.map(({ state, count }) => [state, count]));
};

test('all that wait are handed out together, and written by one job', async () => {
	letTimePass();
	const jobs = await fabric.claim('salesforce', MOST, ['backfill']);
	expect(jobs).toHaveLength(COUNT);
	const results = await record(jobs, await write(jobs));
	expect(new Set(results.map(({ state }) => state))).toEqual(new Set(['confirmed']));
	expect(jobsOpened()).toHaveLength(1);
	expect(names()).toEqual(EVERYBODY);
	expect(await states()).toEqual({ confirmed: COUNT });
	expect(await deliverAll()).toEqual([]);
});

test('the process dies while the job is in the queue: another one finds what was made, nobody twice', async () => {
	const { sleep } = world.context;
	const jobs = await fabric.claim('salesforce', MOST, ['backfill']);
	await new Promise<void>((resolve) => {
		world.context.sleep = () => {
			resolve();
			return new Promise<never>(() => undefined);
		};
		void write(jobs);
	});
	world.context.sleep = sleep;
	// Its claims run out; the queue goes on for a while.
	world.advance(50_000);
	const early = await fabric.claim('salesforce', MOST);
	expect(early).toHaveLength(COUNT);
	await record(early, await write(early));
	expect(names()).toEqual([]);
	world.advance(60_000);
	await deliverAll();
	expect(names()).toEqual(EVERYBODY);
	expect(jobsOpened()).toHaveLength(1);
	expect(await states()).toEqual({ confirmed: COUNT });
});

test.each(['bulkFail', 'bulkFailMidway'])(
	'the job fails (%s): everybody is there in the end, and nobody twice',
	async (kind) => {
		letTimePass();
		world.sim.setFault({ kind, times: 1 });
		await deliverAll();
		expect(names()).toEqual(EVERYBODY);
		expect(await states()).toEqual({ confirmed: COUNT });
	},
);

test('what a person writes while an update waits in the queue is overwritten, and brought back', async () => {
	letTimePass();
	const watched = watch(world, { start: 'now' });
	await running(watched);
	let told = 0;
	const stream = async () => {
		const events = watched.events().slice(told);
		told += events.length;
		if (events.length > 0) await take('salesforce', events);
	};
	await deliverAll();
	await stream();
	await deliverAll();
	world.advance(60_000);
	const retitled = people().map((one) => ({
		...one,
		fields: { ...one.fields, jobTitle: 'Architect' } as ChangeEventInput['fields'],
	}));
	await take('wealthbox', retitled);
	const jobs = (await fabric.claim('salesforce', MOST)).map(
		(one): DeliveryJob => ({ ...one, urgency: 'backfill' }),
	);
	expect(jobs).toHaveLength(COUNT);
	const [first, second] = contacts();
	world.tamper(({ method, text }) => {
		if (method !== 'PUT' || text === undefined) return undefined;
		// After the look, before the job's turn.
		world.advance(2_000);
		world.sim.people.edit(first?.id ?? '', { jobTitle: 'Painter' });
		world.sim.people.edit(second?.id ?? '', { firstName: 'Nina' });
		world.tamper(null);
		return undefined;
	});
	await record(jobs, await write(jobs));
	expect(world.sim.people.get(first?.id ?? '')).toMatchObject({ jobTitle: 'Architect' });
	// A change event for each record that the job wrote, and one for each of the person's edits.
	await until(() => watched.events().length >= told + COUNT, 'the stream tells of all of it');
	await stream();
	await deliverAll();
	await stream();
	await deliverAll();
	expect(world.sim.people.get(first?.id ?? '')).toMatchObject({ jobTitle: 'Painter' });
	expect(world.sim.people.get(second?.id ?? '')).toMatchObject({
		...{ jobTitle: 'Architect', firstName: 'Nina' },
	});
	expect(contacts().filter(({ jobTitle }) => jobTitle === 'Architect')).toHaveLength(COUNT - 1);
});
