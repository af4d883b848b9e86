/** Staging what the CRMs hold: page by page, each in one transaction with where the listing stands. Safe to repeat. */
import { changeEventSchema, describeIssues, type ChangeEventInput } from '../model/event';
import { DeskError } from '../desk/errors';
import type { NewStagedRow } from '../store/backfills';
import type { StoreTransaction } from '../store/store';
import { load, save } from './state';
import type { Backfill, Reading } from './report';

export interface ReadingPlace {
	run: string;
	system: string;
	pass: number;
	/** It was read before: nothing is left to do. */
	isDone: boolean;
	/** For the connector; null: from the beginning. */
	position: unknown;
	/** Records staged so far. */
	records: number;
}

/** Where the listing of a system begins, or goes on after a break. `again`: what was read is read anew. */
export async function beginReading(
	tx: StoreTransaction,
	run: string,
	system: string,
	{ again, now }: { again: boolean; now: number },
): Promise<ReadingPlace> {
	const backfill = await inReading(tx, run);
	if ((await tx.systems.get(system)) === undefined) {
		throw new DeskError(`There is no system ${system}. Its trigger registers it when it starts.`);
	}
	const known = backfill.readings[system];
	const reading = known === undefined || again ? fresh(known, now) : known;
	await save(tx, { ...backfill, readings: { ...backfill.readings, [system]: reading } }, now);
	return { run, system, ...reading };
}

function fresh(known: Reading | undefined, now: number): Reading {
	return {
		pass: (known?.pass ?? 0) + 1,
		pages: 0,
		records: 0,
		position: null,
		isDone: false,
		startedAt: new Date(now).toISOString(),
	};
}

export interface StagedPage {
	run: string;
	system: string;
	pass: number;
	/** Where the connector goes on after it. */
	position: unknown;
	events: readonly ChangeEventInput[];
}

export async function stagePage(
	tx: StoreTransaction,
	{ run, system, pass, position, events }: StagedPage,
	now: number,
): Promise<Backfill> {
	const { backfill, reading } = await readingOf(tx, run, system, pass);
	const { object } = backfill;
	await tx.backfills.stage({ run, system, object, pass }, latest(events, system, object));
	const { pages, records } = reading;
	const next = { ...reading, position, pages: pages + 1, records: records + events.length };
	return save(tx, { ...backfill, readings: { ...backfill.readings, [system]: next } }, now);
}

/** The listing is complete: what it did not show is not there. */
export async function endReading(
	tx: StoreTransaction,
	{ run, system, pass }: Pick<StagedPage, 'run' | 'system' | 'pass'>,
	daily: Reading['daily'],
	now: number,
): Promise<Backfill> {
	const { backfill, reading } = await readingOf(tx, run, system, pass);
	await tx.backfills.dropUnseen({ run, system, object: backfill.object, pass });
	const counts = await tx.backfills.countRows(run);
	const records = counts
		.filter((row) => row.system === system)
		.reduce((sum, { count }) => sum + count, 0);
	const done = { ...reading, records, isDone: true, ...(daily === undefined ? {} : { daily }) };
	return save(tx, { ...backfill, readings: { ...backfill.readings, [system]: done } }, now);
}

async function readingOf(
	tx: StoreTransaction,
	run: string,
	system: string,
	pass: number,
): Promise<{ backfill: Backfill; reading: Reading }> {
	const backfill = await inReading(tx, run);
	const reading = backfill.readings[system];
	if (reading?.pass === pass) return { backfill, reading };
	throw new DeskError(
		`Another reading of ${system} has begun for ${run}. Let one node at a time read a system.`,
	);
}

async function inReading(tx: StoreTransaction, run: string): Promise<Backfill> {
	const backfill = await load(tx, run);
	if (backfill.phase === 'reading') return backfill;
	throw new DeskError(
		`${run} takes no more records: its phase is ${backfill.phase}. Cancel it, or begin another one when it has ended.`,
	);
}

/** A record that is listed twice: the later look counts. */
function latest(
	events: readonly ChangeEventInput[],
	system: string,
	object: string,
): NewStagedRow[] {
	const rows = new Map<string, NewStagedRow>();
	for (const event of events) {
		const parsed = changeEventSchema.safeParse(event);
		const isOurs = parsed.success && parsed.data.system === system && parsed.data.object === object;
		if (isOurs) rows.set(event.crmId, { crmId: event.crmId, event: parsed.data });
		else {
			const what = parsed.success
				? 'it is of another system or object'
				: describeIssues(parsed.error);
			const reason = `The record does not fit: ${what}`;
			rows.set(event.crmId, { crmId: String(event.crmId), event: null, reason });
		}
	}
	return [...rows.values()];
}
