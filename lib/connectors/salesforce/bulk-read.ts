/** Reads many records of one object by a Bulk API 2.0 query job. */
import { z } from 'zod';
import { CrmError, type ConnectorContext, type CrmRecord } from '../connector';
import { BulkClient, hasEnded, jobFailure, type BulkJob, type ResultPage } from './bulk-job';
import { connect, type CallScope } from './client';
import { isGone } from './errors';

/** Keeps a page within some ten megabytes. */
const PAGE_RECORDS = 10_000;
const MAX_PAGES = 10_000;

export interface BulkReadOptions {
	sobject: string;
	/** API names; a parent's field as `Account.Name`. No compound fields. */
	fields: readonly string[];
	/** SOQL condition, without the word WHERE. */
	where?: string;
	/** Default `backfill`. */
	priority?: CallScope['priority'];
	/** Of a read that broke off: the last place that was told. */
	from?: BulkPlace;
	/**
	 * Told as soon as there is a job, and before each page is given: where to go on. Who keeps it can go on with the
	 * same job in another process; so it is not aborted when nobody waits for it any more.
	 */
	onPlace?: (place: BulkPlace) => Promise<void> | void;
	/** Called every few seconds while the job is waited for. */
	meanwhile?: () => Promise<void>;
	signal: AbortSignal;
}

/** Where a read stands. */
export const bulkPlaceSchema = z.object({
	job: z.string().regex(/^[A-Za-z0-9]{15,18}$/),
	/** What the job reads may be as old as this, ms. */
	readAt: z.number(),
	/** Of the next page; empty: the first one. */
	locator: z.string().max(1_000),
	/** Records so far. */
	read: z.number().int().nonnegative(),
});
export type BulkPlace = z.infer<typeof bulkPlaceSchema>;

/**
 * Pages of records as REST gives them (types, nulls, parents nested), in no order. They are as of a time
 * after the first page was asked for. Ends normally only if all records came; else throws CrmError
 * (`bulk-failed`, `bulk-timeout`, `bulk-aborted`, `listing-incomplete`, which is also said of a job to go on with
 * that Salesforce has forgotten), HttpFailure or AuthenticationFailure. A job that nobody waits for any more is
 * aborted, unless somebody keeps its place.
 */
export async function* bulkRead(
	context: ConnectorContext,
	options: BulkReadOptions,
): AsyncGenerator<CrmRecord[]> {
	const { sobject, signal, onPlace, priority = 'backfill' } = options;
	const scope = { priority, signal };
	const client = new BulkClient(context, scope);
	const types = await typesOf(context, scope, sobject);
	const place = options.from ?? (await begun(context, client, options));
	await onPlace?.(place);
	const job = await finished(context, client, place, options);
	let { read } = place;
	for await (const page of pages(client, job, place)) {
		read += page.rows.length;
		const records = page.rows.map((cells) => toRecord(page.columns, cells, types));
		const { locator } = page;
		if (typeof locator === 'string') await onPlace?.({ ...place, locator, read });
		yield records;
	}
	if (read !== job.numberRecordsProcessed) {
		throw incomplete('another number of records came than the job has');
	}
}

async function begun(
	context: ConnectorContext,
	client: BulkClient,
	{ sobject, fields, where }: BulkReadOptions,
): Promise<BulkPlace> {
	const condition = where === undefined ? '' : ` WHERE ${where}`;
	const query = `SELECT ${fields.join(', ')} FROM ${sobject}${condition}`;
	const readAt = context.now();
	const { id } = await client.open('query', { operation: 'query', query });
	return { job: id, readAt, locator: '', read: 0 };
}

async function finished(
	context: ConnectorContext,
	client: BulkClient,
	{ job: id }: BulkPlace,
	{ onPlace, from, meanwhile }: BulkReadOptions,
): Promise<BulkJob> {
	let job: BulkJob | undefined;
	try {
		job = await client.ended('query', id, { meanwhile });
	} catch (error) {
		if (from === undefined || !(error instanceof CrmError) || !isGone(error)) throw error;
		throw incomplete('Salesforce has forgotten the job to go on with');
	} finally {
		const isLeft = job === undefined || !hasEnded(job);
		if (isLeft && onPlace === undefined) await abort(context, id);
	}
	if (job.state === 'JobComplete') return job;
	throw jobFailure(job);
}

/** Best effort, without the signal of the read: it may be why nobody waits. */
async function abort(context: ConnectorContext, id: string): Promise<void> {
	const ABORT_LIMIT_MS = 5_000;
	const signal = AbortSignal.timeout(ABORT_LIMIT_MS);
	try {
		await new BulkClient(context, { priority: 'backfill', signal }).setState(
			'query',
			id,
			'Aborted',
		);
	} catch {
		context.log('debug', 'A bulk query job goes on at Salesforce; it changes nothing there.');
	}
}

async function* pages(
	client: BulkClient,
	job: BulkJob,
	{ locator: first, read: before }: BulkPlace,
): AsyncGenerator<ResultPage> {
	const seen = new Set<string>();
	let [at, read] = [after(first), before];
	for (let count = 0; count < MAX_PAGES; count += 1) {
		const page = await client.results('query', job, `results?maxRecords=${PAGE_RECORDS}${at}`);
		if (page.count !== undefined && page.count !== page.rows.length) {
			throw incomplete('a page holds fewer records than it says');
		}
		yield page;
		read += page.rows.length;
		const { locator } = page;
		if (locator === null) return;
		// A proxy may have taken the header away: if everything came, it is not missed.
		if (locator === undefined && read === job.numberRecordsProcessed) return;
		if (locator === undefined) throw incomplete('Salesforce does not say where the next page is');
		if (seen.has(locator)) throw incomplete('the pages go round in a circle');
		seen.add(locator);
		at = after(locator);
	}
	throw incomplete(`there are more than ${MAX_PAGES} pages`);
}

function after(locator: string): string {
	return locator === '' ? '' : `&locator=${encodeURIComponent(locator)}`;
}

function incomplete(why: string): CrmError {
	return new CrmError(`The listing is not complete: ${why}`, 0, 'listing-incomplete', {
		retryable: true,
		hint: 'Start it again; nothing is taken as deleted because of this one.',
	});
}

type FieldTypes = Map<string, string>;

/** CSV knows texts alone; the describe says what they stand for. */
async function typesOf(
	context: ConnectorContext,
	scope: CallScope,
	sobject: string,
): Promise<FieldTypes> {
	const { fields } = await connect(context, scope).describe(sobject);
	return new Map(fields.map(({ name, type }) => [name, type]));
}

const NUMBERS = new Set(['int', 'long', 'double', 'currency', 'percent']);

function valueOf(type: string | undefined, cell: string): unknown {
	if (cell === '') return null;
	if (type === 'boolean') return cell === 'true';
	if (type !== undefined && NUMBERS.has(type)) return Number(cell);
	// REST writes the zone as +0000.
	if (type === 'datetime') return cell.replace(/Z$/, '+0000');
	return cell;
}

function toRecord(columns: readonly string[], cells: readonly string[], types: FieldTypes) {
	const record: CrmRecord = {};
	for (const [place, name] of columns.entries()) {
		const cell = cells[place] ?? '';
		const [parent = '', field] = name.split('.');
		if (field === undefined) record[name] = valueOf(types.get(name), cell);
		else if (cell === '') record[parent] ??= null;
		else record[parent] = { ...(record[parent] as CrmRecord | null), [field]: cell };
	}
	return record;
}
