/**
 * Writes the deliveries of one claimed batch together: sObject Collections, up to 200 records a call.
 * Updates are compared with one read of all their records first; creates by external id are upserts, and a
 * further try of one looks by one query who is there already.
 *
 * A collection knows no `If-Unmodified-Since` (Salesforce offers it for single rows alone). An edit that a
 * person saves between the read and the write, which follow each other at once, is overwritten in the
 * fields that are written; it is within the time of two calls (setting `batchWrites` false closes it, at
 * two calls a record). Whether collections carry the client of `Sforce-Call-Options` into change events
 * is not documented: the shadow recognises what comes back without it.
 */
import type { ConnectorContext } from '../connector';
import { urgencyOf } from '../deliver-common';
import { shortHash } from '../field-codec';
import type { DeliveryJob, DeliveryOutcome, Urgency } from '../../model/delivery';
import { oneByOne, type Batch, type Outcomes } from './batch';
import { connect } from './client';
import { createAll, upsertAll } from './create-many';
import { batches } from './reader';
import { settingsOf, type SalesforceSettings } from './settings';
import { updateAll } from './update-many';

/** Triggers of the org run for every record of a collection. */
const TIMEOUT_MS = 120_000;

/** Salesforce's limit of a collection. */
const MOST_IN_A_COLLECTION = 200;

/** How many records of a batch travel together, as far as they may. */
export function recordsAtOnce({ batchWrites }: ConnectorContext['settings']): number {
	return batchWrites === false ? 1 : MOST_IN_A_COLLECTION;
}

/** See `Connector.deliverMany`. */
export async function deliverMany(
	context: ConnectorContext,
	jobs: readonly DeliveryJob[],
): Promise<DeliveryOutcome[]> {
	const settings = settingsOf(context);
	const outcomes = new Map<DeliveryJob, DeliveryOutcome>();
	for (const wave of wavesOf(jobs)) {
		for (const kind of KINDS) {
			const alike = wave.filter((job) => kindOf(job, settings) === kind);
			for (const some of batches(alike, MOST_IN_A_COLLECTION)) {
				const told = await written(context, settings, kind, some);
				for (const [job, outcome] of told) outcomes.set(job, outcome);
			}
		}
	}
	return jobs.map((job) => outcomes.get(job) as DeliveryOutcome);
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

const KINDS = ['update', 'upsert', 'create', 'single'] as const;
type Kind = (typeof KINDS)[number];

function kindOf(job: DeliveryJob, settings: SalesforceSettings): Kind {
	if (!settings.batchWrites || job.object !== 'contact') return 'single';
	// Whether an account is a household is read with the record.
	if (job.operation === 'update') return 'household' in job.changes ? 'single' : 'update';
	if (job.operation !== 'create') return 'single';
	if (settings.externalIdField !== '') return 'upsert';
	// A further try must look whether the first one made the record: each by its own content.
	return job.attempt > 1 ? 'single' : 'create';
}

/** One record has no use of a collection, and gets the condition that a single row can have. */
function written(
	context: ConnectorContext,
	settings: SalesforceSettings,
	kind: Kind,
	jobs: DeliveryJob[],
): Promise<Outcomes> {
	const write = jobs.length === 1 ? undefined : WRITERS[kind];
	if (write === undefined) return oneByOne(context, jobs);
	return write({ context, settings, jobs, ...connected(context, jobs) });
}

const WRITERS: Record<Kind, ((batch: Batch) => Promise<Outcomes>) | undefined> = {
	update: updateAll,
	upsert: upsertAll,
	create: createAll,
	single: undefined,
};

const URGENCIES: Urgency[] = ['live', 'retry', 'backfill'];

function connected(
	context: ConnectorContext,
	jobs: readonly DeliveryJob[],
): Pick<Batch, 'connection' | 'calls'> {
	let count = 0;
	const urgencies = jobs.map(urgencyOf);
	const origins = new Set(jobs.map(({ syncOrigin }) => syncOrigin));
	const [origin = ''] = origins;
	const connection = connect(context, {
		priority: URGENCIES.find((urgency) => urgencies.includes(urgency)) ?? 'live',
		timeoutMs: TIMEOUT_MS,
		writeHeaders: {
			'Idempotency-Key': shortHash(jobs.map(({ idempotencyKey }) => idempotencyKey).sort()),
			'X-Sync-Origin': `crm-fabric;${origins.size === 1 ? origin : 'several'}`,
		},
		onCall: () => (count += 1),
	});
	const calls = () => {
		const told = count;
		count = 0;
		return told;
	};
	return { connection, calls };
}
