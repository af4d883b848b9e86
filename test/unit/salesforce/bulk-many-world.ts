/** Many deliveries that can wait, a simulated org, and the notes of bulk jobs in a real store. */
import { notesOf } from '../../../lib/connectors/notes';
import type { ConnectorNotes } from '../../../lib/connectors/connector';
import { salesforce } from '../../../lib/connectors/salesforce';
import type { DeliveryJob, DeliveryOutcome } from '../../../lib/model/delivery';
import type { CanonicalFields } from '../../../lib/model/fields';
import { budgetPort } from '../../../lib/store/budget-port';
import { Store } from '../../../lib/store/store';
import { hubStore } from '../../support/stores';
import { job, openWorld, type World, type WorldOptions } from './world';

export let world: World;
export let notes: ConnectorNotes;
let close: () => Promise<void>;

const SETTINGS = { bulkAbove: 3, bulkPollSeconds: 0.01, externalIdField: 'Fabric_Id__c' };

export async function setUp(options: WorldOptions = {}): Promise<void> {
	world = await openWorld({ ...options, settings: { ...SETTINGS, ...options.settings } });
	const place = await hubStore();
	const store = await Store.open(await place.backend());
	notes = notesOf(budgetPort(store, { now: world.context.now }), 'salesforce');
	world.context.notes = notes;
	close = async () => {
		await store.close();
		await place.remove();
	};
}

export async function tearDown(): Promise<void> {
	await world.sim.stop();
	await close();
}

export const people = (count: number) =>
	Array.from({ length: count }, (_, index) => ({ firstName: 'Ines', lastName: `Client ${index}` }));

export const deliver = (jobs: DeliveryJob[]): Promise<DeliveryOutcome[]> =>
	salesforce.deliverMany?.(world.context, jobs) ?? Promise.reject(new Error('not offered'));

export function creates(count: number, change: Partial<DeliveryJob> = {}): DeliveryJob[] {
	return people(count).map((person, index) => {
		const fields: CanonicalFields = {
			...{ type: 'person', ...person },
			emails: [{ address: `client${index}@example.test` }],
		};
		return job(world, {
			...{ deliveryId: index + 1, operation: 'create', unifiedId: `U${index}`, desired: fields },
			...{ changes: fields, idempotencyKey: `key-${index}`, urgency: 'backfill', ...change },
		});
	});
}

export function updates(
	changes: CanonicalFields,
	change: Partial<DeliveryJob> = {},
): DeliveryJob[] {
	return world.sim.people.list().map(({ id }, index) =>
		job(world, {
			...{ deliveryId: index + 1, unifiedId: `U${index}`, crmId: id, changes, desired: changes },
			...{ known: { jobTitle: null }, idempotencyKey: `key-${index}`, urgency: 'backfill' },
			...change,
		}),
	);
}

export const again = (jobs: DeliveryJob[]): DeliveryJob[] =>
	jobs.map((one) => ({ ...one, attempt: one.attempt + 1, urgency: 'retry' }));
export const statuses = (outcomes: DeliveryOutcome[]) => outcomes.map(({ status }) => status);
export const all = (count: number, status: string) => Array<string>(count).fill(status);
export const calls = () =>
	world.requests
		.map(({ method, url }) => `${method} ${(url.split('?')[0] ?? '').split('/v62.0/')[1]}`)
		.map((call) => call.replace(/750\w{15}/, 'ID'))
		.filter((call) => !call.endsWith('/describe'));
export const inCollections = () => calls().filter((call) => call.includes('composite/sobjects'));
export const jobsOpened = () => calls().filter((call) => call === 'POST jobs/ingest').length;
export const titles = () => world.sim.people.list().map(({ jobTitle }) => jobTitle);
export const lastNames = () => world.sim.people.list().map(({ lastName }) => lastName);
export const noted = () => notes.read('bulk-jobs');
export const spent = (outcomes: DeliveryOutcome[]) =>
	outcomes.reduce((sum, one) => sum + (one.status === 'confirmed' ? one.calls : 0), 0);

export const A_JOB = ['POST jobs/ingest', 'PUT jobs/ingest/ID/batches', 'PATCH jobs/ingest/ID'];
