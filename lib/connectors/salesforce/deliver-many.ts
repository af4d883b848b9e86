/**
 * Writes the deliveries of one claimed batch together: sObject Collections, up to 200 records a call.
 * Updates are compared with one read of all their records first; creates by external id are upserts, and a
 * further try of one looks by one query who is there already. Many that can wait go by Bulk API 2.0
 * (bulk-many.ts).
 *
 * A collection knows no `If-Unmodified-Since` (Salesforce offers it for single rows alone). An edit that a
 * person saves between the read and the write, which follow each other at once, is overwritten in the
 * fields that are written; it is within the time of two calls (setting `batchWrites` false closes it, at
 * two calls a record). Whether collections carry the client of `Sforce-Call-Options` into change events
 * is not documented: the shadow recognises what comes back without it.
 */
import type { ConnectorContext } from '../connector';
import { urgencyOf } from '../deliver-common';
import { failureOutcome, stillUnderWay } from '../outcomes';
import { shortHash } from '../field-codec';
import type { DeliveryJob, DeliveryOutcome, Urgency } from '../../model/delivery';
import type { ObjectName } from '../../model/objects';
import type { ItemObject } from '../objects/crm-object';
import { oneByOne, type Batch, type Outcomes } from './batch';
import { recordOf } from './bulk-load';
import { callsInBulk, togetherInBulk, updateInBulk, upsertInBulk } from './bulk-many';
import { ASK_EVERY_MS, underWay } from './bulk-note';
import { connect, CRM, type CallScope } from './client';
import { createAll, upsertAll } from './create-many';
import { deliverItemsTogether } from './items/deliver';
import { itemOf } from './objects';
import { orgModel } from './org-model';
import { withOwnCalls } from './place';
import { batches } from './queries';
import { parseSettings, settingsOf, type SalesforceSettings } from './settings';
import { updateAll } from './update-many';

/** Triggers of the org run for every record of a collection. */
const TIMEOUT_MS = 120_000;

/** Salesforce's limit of a collection. */
const MOST_IN_A_COLLECTION = 200;

/** How many records of a batch travel together, as far as they may. */
export function recordsAtOnce({ batchWrites }: ConnectorContext['settings']): number {
	return batchWrites === false ? 1 : MOST_IN_A_COLLECTION;
}

/** For `ConnectorCapabilities.writeCalls`. */
export const manyCalls = {
	atOnce: recordsAtOnce,
	together: togetherInBulk,
	estimate(writes: Writes, settings: Settings, object: ObjectName): number {
		if (object !== 'contact') return callsForItems(writes, settings, object);
		const { creates, updates } = writes;
		const atOnce = recordsAtOnce(settings);
		const made = { count: creates, byCollections: Math.ceil(creates / atOnce), looks: false };
		const changed = { count: updates, byCollections: 2 * Math.ceil(updates / atOnce), looks: true };
		// Without a key a create in bulk could not be found again.
		const hasKey = parseSettings(settings).externalIdField !== '';
		const calls = hasKey ? callsInBulk(made, settings) : made.byCollections;
		return calls + callsInBulk(changed, settings);
	},
};

type Settings = ConnectorContext['settings'];
interface Writes {
	creates: number;
	updates: number;
}

/** What was written is read back; before a change it is looked at. The texts of files go one by one. */
function callsForItems(
	{ creates, updates }: Writes,
	settings: Settings,
	object: ItemObject,
): number {
	const atOnce = itemOf(object, settings).isContent ? 1 : recordsAtOnce(settings);
	return 2 * Math.ceil(creates / atOnce) + 3 * Math.ceil(updates / atOnce);
}

/** See `Connector.deliverMany`. */
export async function deliverMany(
	context: ConnectorContext,
	jobs: readonly DeliveryJob[],
): Promise<DeliveryOutcome[]> {
	const settings = settingsOf(context);
	const outcomes = await held(context, jobs);
	const free = jobs.filter((job) => !outcomes.has(job));
	const apart = await withOwnCalls(context, free);
	for (const wave of wavesOf(free)) {
		for (const kind of KINDS) {
			const alike = wave.filter(
				(job) => (apart.has(job) ? 'single' : kindOf(job, settings)) === kind,
			);
			for (const { some, write } of partsOf(context, settings, kind, alike)) {
				const told = await written(context, settings, write, some);
				for (const [job, outcome] of told) outcomes.set(job, outcome);
			}
		}
	}
	return jobs.map((job) => outcomes.get(job) as DeliveryOutcome);
}

/** Records that a bulk job of an earlier try may still write are left alone until it has ended. */
async function held(context: ConnectorContext, jobs: readonly DeliveryJob[]): Promise<Outcomes> {
	const outcomes: Outcomes = new Map();
	const contacts = jobs.filter(({ object }) => object === 'contact');
	try {
		const waiting = await underWay(context, contacts.map(recordOf));
		for (const job of contacts)
			if (waiting.has(recordOf(job))) outcomes.set(job, stillUnderWay(CRM, ASK_EVERY_MS));
	} catch (error) {
		const outcome = failureOutcome(error, CRM);
		for (const job of contacts) outcomes.set(job, outcome);
	}
	return outcomes;
}

type Write = (batch: Batch) => Promise<Outcomes>;

interface Part {
	some: DeliveryJob[];
	/** Absent: each by itself. */
	write?: Write;
}

/** Which deliveries of one kind go together, and how. Without a store no job could be found again after a crash. */
function partsOf(
	context: ConnectorContext,
	{ bulkAbove }: SalesforceSettings,
	kind: Kind,
	alike: DeliveryJob[],
): Part[] {
	const bulk = BULK_WRITERS[kind];
	const canWait = (job: DeliveryJob) => urgencyOf(job) === 'backfill';
	const waiting = alike.filter(canWait);
	const isMany = bulkAbove > 0 && waiting.length > bulkAbove;
	const isInBulk = bulk !== undefined && context.notes !== undefined && isMany;
	const rest = isInBulk ? alike.filter((job) => !canWait(job)) : alike;
	const parts: Part[] = isInBulk ? [{ some: waiting, write: bulk }] : [];
	for (const some of batches(rest, MOST_IN_A_COLLECTION)) {
		// One record has no use of a collection, and gets the condition that a single row can have.
		const write = some.length === 1 ? undefined : WRITERS[kind];
		parts.push({ some, write });
	}
	return parts;
}

/** Deliveries of one client or record stay in their order. */
function wavesOf(jobs: readonly DeliveryJob[]): DeliveryJob[][] {
	const waves: DeliveryJob[][] = [];
	const used = new Map<string, number>();
	for (const job of jobs) {
		const names = [`client ${job.unifiedId}`, `record ${job.crmId ?? job.unifiedId}`];
		const wave = Math.max(...names.map((name) => used.get(name) ?? 0));
		for (const name of names) used.set(name, wave + 1);
		(waves[wave] ??= []).push(job);
	}
	return waves;
}

const KINDS = ['item', 'update', 'upsert', 'create', 'single'] as const;
type Kind = (typeof KINDS)[number];

function kindOf(job: DeliveryJob, settings: SalesforceSettings): Kind {
	if (!settings.batchWrites) return 'single';
	if (job.object !== 'contact') return isForItems(job) ? 'item' : 'single';
	if (job.operation === 'update') return 'update';
	if (job.operation !== 'create') return 'single';
	if (settings.externalIdField !== '') return 'upsert';
	// A further try must look whether the first one made the record: each by its own content.
	return job.attempt > 1 ? 'single' : 'create';
}

async function written(
	context: ConnectorContext,
	settings: SalesforceSettings,
	write: Write | undefined,
	jobs: DeliveryJob[],
): Promise<Outcomes> {
	if (write === undefined) return oneByOne(context, jobs);
	try {
		const model = await orgModel(context);
		return await write({ context, settings, model, jobs, ...connected(context, jobs) });
	} catch (error) {
		const outcome = failureOutcome(error, CRM);
		return new Map(jobs.map((job) => [job, outcome]));
	}
}

/** What looks for an earlier try's record, or removes one, is made of calls of its own. */
function isForItems({ operation, attempt }: DeliveryJob): boolean {
	return operation === 'update' || (operation === 'create' && attempt === 1);
}

async function writeItems({ context, jobs, scope, calls }: Batch): Promise<Outcomes> {
	const outcomes = await deliverItemsTogether(context, jobs, { scope, calls });
	return new Map(jobs.map((job, place) => [job, outcomes[place] as DeliveryOutcome]));
}

const WRITERS: Record<Kind, Write | undefined> = {
	item: writeItems,
	update: updateAll,
	upsert: upsertAll,
	create: createAll,
	single: undefined,
};

const BULK_WRITERS: Partial<Record<Kind, Write>> = { update: updateInBulk, upsert: upsertInBulk };

const URGENCIES: Urgency[] = ['live', 'retry', 'backfill'];

function connected(
	context: ConnectorContext,
	jobs: readonly DeliveryJob[],
): Pick<Batch, 'connection' | 'scope' | 'calls'> {
	let count = 0;
	const onCall = () => void (count += 1);
	const urgencies = jobs.map(urgencyOf);
	const origins = new Set(jobs.map(({ syncOrigin }) => syncOrigin));
	const [origin = ''] = origins;
	const scope: CallScope = {
		priority: URGENCIES.find((urgency) => urgencies.includes(urgency)) ?? 'live',
		timeoutMs: TIMEOUT_MS,
		writeHeaders: {
			'Idempotency-Key': shortHash(jobs.map(({ idempotencyKey }) => idempotencyKey).sort()),
			'X-Sync-Origin': `crm-fabric;${origins.size === 1 ? origin : 'several'}`,
		},
		onCall,
	};
	const calls = () => {
		const told = count;
		count = 0;
		return told;
	};
	return { connection: connect(context, scope), scope, calls };
}
