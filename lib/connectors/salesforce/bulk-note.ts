/**
 * Which ingest jobs may still be at work, kept in the store. Whoever takes their deliveries over (the claims of
 * a process that died, or of an execution that took too long, come free) waits for their end: a job that begins
 * late would write what was wanted then over what is wanted now. What the job did is not asked of its results but
 * of the records, as after any answer that was lost.
 */
import { z } from 'zod';
import { CrmError, type ConnectorContext, type ConnectorNotes, type Json } from '../connector';
import { BulkClient, hasEnded } from './bulk-job';
import { isGone } from './errors';

const NAME = 'bulk-jobs';

const noteSchema = z.array(
	z.object({
		id: z.string(),
		/** ms */
		openedAt: z.number(),
		/** When Salesforce was last asked for its state by who waits for it, ms. */
		askedAt: z.number().default(0),
		/** Record ids, and unified ids of records to be made. */
		records: z.array(z.string()),
	}),
);
type NotedJob = z.infer<typeof noteSchema>[number];

const DAY_MS = 86_400_000;
/** Salesforce forgets jobs after seven days. */
const KEPT_MS = 7 * DAY_MS;
const MAX_JOBS = 50;
/** Many batches may wait for one job. */
export const ASK_EVERY_MS = 20_000;

function jobsIn(note: Json): NotedJob[] {
	const result = noteSchema.safeParse(note);
	return result.success ? result.data : [];
}

/** Told before the job may write. Throws CrmError if it was not surely noted: then the job must not begin. */
export async function noteJob(
	notes: ConnectorNotes,
	job: Pick<NotedJob, 'id' | 'openedAt' | 'records'>,
): Promise<void> {
	try {
		await notes.change(NAME, (note) => [...jobsIn(note), { ...job, askedAt: 0 }].slice(-MAX_JOBS));
	} catch {
		throw unnoted('The bulk job could not be noted in the store');
	}
}

/** The jobs have ended. A note that stays is taken away by who asks next. */
export async function forgetJobs(
	{ notes, log }: ConnectorContext,
	ids: readonly string[],
): Promise<void> {
	if (notes === undefined || ids.length === 0) return;
	const others = (note: Json) => jobsIn(note).filter(({ id }) => !ids.includes(id));
	await notes
		.change(NAME, (note) => (others(note).length === 0 ? null : others(note)))
		.catch(() => log('debug', 'The note of a bulk job stays for now.'));
}

/** Which of these records a job of an earlier try may still write. */
export async function underWay(
	context: ConnectorContext,
	records: readonly string[],
): Promise<Set<string>> {
	const wanted = new Set(records);
	if (context.notes === undefined) return new Set();
	const note = await read(context.notes);
	const about = jobsIn(note).filter((job) => job.records.some((record) => wanted.has(record)));
	const waiting = new Set<string>();
	const ended: string[] = [];
	for (const job of about) {
		if (await isOver(context, job)) ended.push(job.id);
		else for (const record of job.records) if (wanted.has(record)) waiting.add(record);
	}
	await forgetJobs(context, ended);
	return waiting;
}

async function read(notes: ConnectorNotes): Promise<Json> {
	try {
		return await notes.read(NAME);
	} catch {
		throw unnoted('The store does not say which bulk jobs are under way');
	}
}

function unnoted(text: string): CrmError {
	return new CrmError(text, 0, 'bulk-unnoted', { retryable: true });
}

/** One that nobody let go is put away: who had it has lost its claims. */
async function isOver(context: ConnectorContext, job: NotedJob): Promise<boolean> {
	const now = context.now();
	if (now - job.openedAt > KEPT_MS) return true;
	if (now - job.askedAt < ASK_EVERY_MS) return false;
	const client = new BulkClient(context, { priority: 'retry' });
	try {
		const told = await client.job('ingest', job.id);
		if (hasEnded(told)) return true;
		if (told.state === 'Open') return hasEnded(await client.setState('ingest', job.id, 'Aborted'));
	} catch (error) {
		if (error instanceof CrmError && isGone(error)) return true;
		throw error;
	}
	await context.notes?.change(NAME, (note) =>
		jobsIn(note).map((one) => (one.id === job.id ? { ...one, askedAt: now } : one)),
	);
	return false;
}
