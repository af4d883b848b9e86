/** Staging what the CRMs hold: page by page, each in one transaction with where the listing stands. Safe to repeat. */
import { listsOf } from '../connectors/lists';
import type { ConnectorOf } from '../delivery/mark';
import { changeEventSchema, describeIssues, type ChangeEventInput } from '../model/event';
import { objectsOf } from '../model/field-map';
import type { ObjectName } from '../model/objects';
import { DeskError } from '../model/failures';
import type { NewStagedRow } from '../store/backfills';
import type { StoreTransaction } from '../store/store';
import { load, save } from './state';
import type { Backfill, ListReading, Reading } from './report';

export interface ReadingPlace extends Reading {
	run: string;
	system: string;
}

/** Names one listing. */
export interface ListPlace {
	run: string;
	system: string;
	/** The list's first object. */
	list: ObjectName;
	pass: number;
}

/** Where the listings of a system begin, or go on after a break. `again`: what was read is read anew. */
export async function beginReading(
	tx: StoreTransaction,
	run: string,
	system: string,
	{ again, now, connectorOf }: { again: boolean; now: number; connectorOf: ConnectorOf },
): Promise<ReadingPlace> {
	const backfill = await inReading(tx, run);
	const row = await tx.systems.get(system);
	if (row === undefined) {
		throw new DeskError(`There is no system ${system}. Its trigger registers it when it starts.`);
	}
	const lists = listsOf(connectorOf(row.connector), objectsOf(row.fieldMap));
	const known = backfill.readings[system];
	const before = again || known === undefined ? fresh(known, now) : known;
	const reading = extended(before, lists);
	await save(tx, withReading(backfill, system, reading), now);
	return { run, system, ...reading };
}

function fresh(known: Reading | undefined, now: number): Reading {
	const lists = (known?.lists ?? []).map(anew);
	return { lists, records: {}, isDone: false, startedAt: new Date(now).toISOString() };
}

function anew(list: ListReading): ListReading {
	return { ...list, pass: list.pass + 1, pages: 0, position: null, isDone: false };
}

/** What is synced since it began is read, too; a list that shows more now is read anew. */
function extended(reading: Reading, wanted: readonly ObjectName[][]): Reading {
	const lists = wanted.map((objects): ListReading => {
		const known = reading.lists.find((list) => list.objects[0] === objects[0]);
		if (known === undefined) return { objects, pass: 1, pages: 0, position: null, isDone: false };
		const isWhole = objects.every((one) => known.objects.includes(one));
		return isWhole ? known : { ...anew(known), objects };
	});
	return { ...reading, lists, isDone: lists.every(({ isDone }) => isDone) };
}

/** A listing that broke off begins anew. */
export async function restartList(
	tx: StoreTransaction,
	place: ListPlace,
	now: number,
): Promise<ListReading> {
	const { backfill, reading, list } = await readingOf(tx, place);
	const next = anew(list);
	await save(tx, withReading(backfill, place.system, withList(reading, next)), now);
	return next;
}

export interface StagedPage extends ListPlace {
	/** Where the connector goes on after it. */
	position: unknown;
	events: readonly ChangeEventInput[];
}

export async function stagePage(
	tx: StoreTransaction,
	{ position, events, ...place }: StagedPage,
	now: number,
): Promise<Backfill> {
	const { run, system, pass } = place;
	const { backfill, reading, list } = await readingOf(tx, place);
	await tx.backfills.stage({ run, system, pass }, latest(events, system, list.objects));
	const records = { ...reading.records };
	for (const { object } of events) records[object] = (records[object] ?? 0) + 1;
	const next = withList({ ...reading, records }, { ...list, position, pages: list.pages + 1 });
	return save(tx, withReading(backfill, system, next), now);
}

/** The listing is complete: what it did not show is not there. */
export async function endList(
	tx: StoreTransaction,
	place: ListPlace,
	daily: Reading['daily'],
	now: number,
): Promise<Backfill> {
	const { run, system, pass } = place;
	const { backfill, reading, list } = await readingOf(tx, place);
	await tx.backfills.dropUnseen({ run, system, pass }, list.objects);
	const counts = (await tx.backfills.countRows(run)).filter((row) => row.system === system);
	const records = { ...reading.records };
	for (const object of list.objects) {
		const own = counts.filter((row) => row.object === object);
		records[object] = own.reduce((sum, { count }) => sum + count, 0);
	}
	const next = withList({ ...reading, records }, { ...list, isDone: true });
	const known = daily === undefined ? next : { ...next, daily };
	return save(tx, withReading(backfill, system, known), now);
}

function withReading(backfill: Backfill, system: string, reading: Reading): Backfill {
	return { ...backfill, readings: { ...backfill.readings, [system]: reading } };
}

function withList(reading: Reading, list: ListReading): Reading {
	const lists = reading.lists.map((one) => (one.objects[0] === list.objects[0] ? list : one));
	return { ...reading, lists, isDone: lists.every(({ isDone }) => isDone) };
}

async function readingOf(
	tx: StoreTransaction,
	{ run, system, pass, list: name }: ListPlace,
): Promise<{ backfill: Backfill; reading: Reading; list: ListReading }> {
	const backfill = await inReading(tx, run);
	const reading = backfill.readings[system];
	const list = reading?.lists.find(({ objects }) => objects[0] === name);
	if (reading !== undefined && list?.pass === pass) return { backfill, reading, list };
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
	objects: readonly ObjectName[],
): NewStagedRow[] {
	const rows = new Map<string, NewStagedRow>();
	for (const event of events) {
		const { object, crmId } = event;
		const parsed = changeEventSchema.safeParse(event);
		const isOurs =
			parsed.success && parsed.data.system === system && objects.includes(parsed.data.object);
		if (isOurs) rows.set(`${object}/${crmId}`, { object, crmId, event: parsed.data });
		else {
			const what = parsed.success
				? 'it is of another system or object'
				: describeIssues(parsed.error);
			const reason = `The record does not fit: ${what}`;
			const named = { object: String(object), crmId: String(crmId) };
			rows.set(`${named.object}/${named.crmId}`, { ...named, event: null, reason });
		}
	}
	return [...rows.values()];
}
