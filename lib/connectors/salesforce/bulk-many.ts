/**
 * Deliveries that can wait and are many: Bulk API 2.0 ingest, one job for all of one kind instead of a call for
 * every 200. Updates are looked at first, as with collections; creates are upserts by the external id. What the
 * job cannot say or do goes by collections, which tell which record is at fault.
 *
 * Between that look and the job's turn in Salesforce's queue lie seconds to minutes. A contact's edit of that time is
 * overwritten in the record, but not lost: the stream tells of every change by itself, and what a write of ours
 * hid is brought back. Other objects, which are polled, never go in bulk.
 */
import type { DeliveryJob } from '../../model/delivery';
import type { Json } from '../connector';
import type { Batch, Outcomes, Plan } from './batch';
import { load } from './bulk-load';
import { OBJECT } from './client';
import { together, type RowOutcome } from './collections';
import { made, upsertAll, upsertBy } from './create-many';
import { batches } from './queries';
import { parseSettings } from './settings';
import {
	bySobject,
	compare,
	finish,
	updateAll,
	updatePlans,
	updateRow,
	type Compared,
} from './update-many';
import { ACCOUNT, newTarget } from './write-target';

/** Handed out together at most: more would only make executions heavy. */
const MOST_TOGETHER = 5_000;
/** What a collections retrieve takes when its ids are in the body. */
const MOST_IN_A_LOOK = 2_000;
/** Opened, uploaded, let go, looked at some times while it runs, and asked for its results. */
const CALLS_A_JOB = 10;

/** For `ConnectorCapabilities.writeCalls.together`. */
export function togetherInBulk(raw: Record<string, Json>): number {
	const { bulkAbove, batchWrites } = parseSettings(raw);
	return bulkAbove === 0 || !batchWrites ? 1 : Math.max(MOST_TOGETHER, bulkAbove + 1);
}

/** Calls for so many records of one operation; `byCollections`: what they cost otherwise. */
export function callsInBulk(
	{ count, byCollections, looks }: { count: number; byCollections: number; looks: boolean },
	raw: Record<string, Json>,
): number {
	const most = togetherInBulk(raw);
	if (most === 1 || count <= parseSettings(raw).bulkAbove) return byCollections;
	const read = looks ? Math.ceil(count / MOST_IN_A_LOOK) : 0;
	return Math.min(byCollections, read + Math.ceil(count / most) * CALLS_A_JOB);
}

/** See `updateAll`. */
export async function updateInBulk(batch: Batch): Promise<Outcomes> {
	const { plans, outcomes } = updatePlans(batch);
	const told = await together(plans, (some) => updateSome(batch, some));
	return new Map([...outcomes, ...told]);
}

async function updateSome(batch: Batch, plans: Plan[]): Promise<Outcomes> {
	const compared = await compareAll(batch, plans);
	const told = new Map<DeliveryJob, RowOutcome>();
	const left = new Set<DeliveryJob>();
	for (const [sobject, rows] of bySobject(compared.differing)) {
		const how = { sobject, operation: 'update' as const, plans: rows, rowOf: updateRow };
		const loaded = await load(batch, how);
		for (const [job, outcome] of loaded.told) told.set(job, outcome);
		for (const job of loaded.left) left.add(job);
	}
	const toWrite = compared.toWrite.filter(({ job }) => !left.has(job));
	const done = await finish(batch, { ...compared, toWrite }, told);
	return new Map([...done, ...(await otherwise(batch, [...left], updateAll))]);
}

async function compareAll(batch: Batch, plans: Plan[]): Promise<Compared> {
	const all: Compared = { outcomes: new Map(), unseen: [], toWrite: [], differing: [] };
	for (const some of batches(plans, MOST_IN_A_LOOK)) {
		const one = await compare(batch, some);
		for (const [job, outcome] of one.outcomes) all.outcomes.set(job, outcome);
		all.unseen.push(...one.unseen);
		all.toWrite.push(...one.toWrite);
		all.differing.push(...one.differing);
	}
	return all;
}

/** See `upsertAll`. An account that is a person is made, not upserted: there collections do. */
export async function upsertInBulk(batch: Batch): Promise<Outcomes> {
	const { externalIdField } = batch.settings;
	if (newTarget(batch.context, batch.model).sobject === ACCOUNT)
		return otherwise(batch, batch.jobs, upsertAll);
	return upsertBy(batch, async (plans) => {
		const rowOf = ({ job, values }: Plan) => ({ ...values, [externalIdField]: job.unifiedId });
		const how = { sobject: OBJECT, operation: 'upsert' as const, externalIdField, plans, rowOf };
		const { told, left } = await load(batch, how);
		const rest = new Set(left);
		const done = plans.filter(({ job }) => !rest.has(job));
		return new Map([...made(batch, done, told), ...(await otherwise(batch, left, upsertAll))]);
	});
}

const MOST_IN_A_COLLECTION = 200;

async function otherwise(
	batch: Batch,
	jobs: DeliveryJob[],
	write: (batch: Batch) => Promise<Outcomes>,
): Promise<Outcomes> {
	const outcomes: Outcomes = new Map();
	if (jobs.length > 0)
		batch.context.log('info', 'Some deliveries did not go in bulk; they go in collections.', {
			deliveries: jobs.length,
		});
	for (const some of batches(jobs, MOST_IN_A_COLLECTION))
		for (const [job, outcome] of await write({ ...batch, jobs: some })) outcomes.set(job, outcome);
	return outcomes;
}
