/**
 * Makes the plan: places the staged records on pages, then tries out page by page what the run would do,
 * and takes each try back. Nothing but the plan's own rows is written. A crash at any point goes on where it was.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { blockKeys, countProfiles } from '../identity/blocks';
import { withStored } from '../identity/candidates';
import { foldProfile } from '../identity/compare/fold-profile';
import { DeskError } from '../model/failures';
import { chunks } from '../store/batch';
import { recordKey, type ChangeEvent } from '../model/event';
import { objectsOf } from '../model/field-map';
import { isObjectName, objectName } from '../model/objects';
import type { SystemRow } from '../model/rows';
import { takenBack } from '../reconcile/reconcile';
import type { StagedRow, Verdict } from '../store/backfills';
import type { Store, StoreTransaction } from '../store/store';
import { Neighbours, type Stage } from './neighbours';
import { takePage, type PageContext } from './page';
import type { Terms } from './terms';
import { namedBy } from './chosen';
import { emptyFindings, objectsOfRun, type Backfill, type Filter, type Reading } from './report';
import { load, save } from './state';
import { tally, type Tried } from './tally';

export interface PlanAsked {
	terms: Terms;
	filters: Filter[];
}

export type PlanContext = Pick<PageContext, 'connectorOf' | 'mergeIn'> & { now: () => number };

const ROWS_AT_ONCE = 1_000;
const PAGES_AT_ONCE = 50;
/** A household of more members than fit on so many pages counts as one whose members are not known. */
const MOST_PAGES_BESIDE = 10;

/** Resolves when it waits for a person. Throws DeskError if something is missing. */
export async function makePlan(
	store: Store,
	run: string,
	asked: PlanAsked,
	context: PlanContext,
): Promise<Backfill> {
	let backfill = await store.transaction((tx) => beginPlan(tx, run, asked, context.now()));
	if (backfill.phase === 'placing') backfill = await place(store, backfill, context.now);
	while (backfill.phase === 'trying') {
		backfill = await tryPage(store, backfill, context);
		await breathe();
	}
	return backfill;
}

async function beginPlan(
	tx: StoreTransaction,
	run: string,
	{ terms, filters }: PlanAsked,
	now: number,
): Promise<Backfill> {
	const backfill = await load(tx, run);
	const asked = { ...backfill, terms, filters, findings: {}, page: 0 };
	switch (backfill.phase) {
		case 'reading':
			await requireRead(tx, backfill);
			return save(tx, { ...asked, phase: 'placing' }, now);
		case 'planned':
			// Under other terms: the records stay where they are.
			await tx.backfills.unsettle(run);
			return save(tx, { ...asked, phase: 'trying' }, now);
		case 'placing':
		case 'trying':
			return backfill;
		default:
			throw new DeskError(
				`${run} is ${backfill.phase} and cannot be planned again. Begin another one when it has ended.`,
			);
	}
}

/** A system that nobody read would be filled with clients that it has. */
async function requireRead(tx: StoreTransaction, { readings, run }: Backfill): Promise<void> {
	const systems = await tx.systems.all();
	const missing = systems
		.filter((row) => (row.creates || row.name in readings) && !isRead(row, readings[row.name]))
		.map(({ name }) => name);
	if (missing.length === 0 && Object.keys(readings).length > 0) return;
	throw new DeskError(
		`${run} has not read ${missing.join(' and ')} to the end. Run the operation Read for Backfill of its CRM node first; it goes on where it stopped.`,
	);
}

/** Everything that it syncs by now. */
function isRead({ fieldMap }: SystemRow, reading: Reading | undefined): boolean {
	if (reading?.isDone !== true) return false;
	const read = reading.lists.flatMap(({ objects }) => objects);
	return objectsOf(fieldMap).every((object) => read.includes(object));
}

async function place(store: Store, backfill: Backfill, now: () => number): Promise<Backfill> {
	const { run } = backfill;
	const neighbours = new Neighbours();
	const names = new Map<number, number>();
	for (let after = 0; ; ) {
		const from = after;
		const rows = await store.read((tx) => rowsWithOwners(tx, run, from));
		if (rows.length === 0) break;
		for (const { row, entityId } of rows) {
			const isContact = row.event.object === 'contact';
			const profile = isContact ? foldProfile(row.event) : undefined;
			const keys = profile === undefined ? [] : blockKeys(profile);
			const ties = tiesOf(row.event, entityId);
			const isKnown = entityId !== undefined;
			neighbours.add({ seq: row.seq, stage: stageOf(row.event), keys, ties, isKnown });
			if (profile === undefined || entityId !== undefined) continue;
			for (const [hash, count] of countProfiles([profile]))
				names.set(hash, (names.get(hash) ?? 0) + count);
		}
		after = rows.at(-1)?.row.seq ?? after;
		await breathe();
	}
	const { pages, common } = neighbours.place();
	for (const part of chunks([...pages.entries()], PAGES_AT_ONCE)) {
		await store.transaction(async (tx) => {
			for (const [page, seqs] of part) await tx.backfills.setPage(seqs, page);
		});
		await breathe();
	}
	return store.transaction(async (tx) => {
		await tx.backfills.saveNames(run, new Map([...(await withStored(tx, names)), ...common]));
		const placed = { ...(await load(tx, run)), phase: 'trying' as const, pages: pages.length };
		return finishIfDone(tx, placed, now());
	});
}

function stageOf({ object }: ChangeEvent): Stage {
	if (object === 'contact') return 0;
	return object === 'household' ? 1 : 2;
}

/** The record itself, those that it names, and the entity that it is known to belong to. */
function tiesOf(event: ChangeEvent, entityId: string | undefined): string[] {
	const isNamed = event.object === 'contact' || event.object === 'household';
	const own = [
		...(isNamed ? [recordKey(event)] : []),
		...(entityId === undefined ? [] : [entityId]),
	];
	return [...own, ...namedBy(event).map(recordKey)];
}

/** `entityId`: the client, household, ... that it is known to belong to. */
async function rowsWithOwners(
	tx: StoreTransaction,
	run: string,
	seq: number,
): Promise<Array<{ row: StagedRow; entityId: string | undefined }>> {
	const rows = await tx.backfills.rowsAfter(run, seq, ROWS_AT_ONCE);
	const links = await tx.identity.links(rows.map(({ event }) => event));
	return rows.map((row) => ({ row, entityId: links.get(recordKey(row.event))?.entityId }));
}

async function tryPage(store: Store, before: Backfill, context: PlanContext): Promise<Backfill> {
	const { run, page, terms, filters } = before;
	const { connectorOf, mergeIn } = context;
	const tried = await takenBack(store, async (tx): Promise<Tried> => {
		const rows = await tx.backfills.rowsOfPage(run, page);
		const beside = await companionsOf(tx, run, page, rows);
		const all = [...beside, ...rows];
		const taken = await takePage(tx, all, { run, terms, connectorOf, mergeIn, now: context.now() });
		const systems = await tx.systems.all();
		const own = new Set(rows.map(({ seq }) => seq));
		const isOwn = ({ seq }: StagedRow) => own.has(seq);
		return tally(before.findings, taken, { filters, systems, connectorOf, isOwn });
	});
	return store.transaction(async (tx) => {
		const backfill = await load(tx, run);
		// Another node has tried this page meanwhile: its count stands.
		if (backfill.phase !== 'trying' || backfill.page !== page) return backfill;
		await settle(tx, tried);
		const next = { ...backfill, findings: tried.findings, page: page + 1 };
		return finishIfDone(tx, next, context.now());
	});
}

/**
 * What this page's records name stands on other pages where there was no room: tried out with it, since each try
 * is taken back.
 */
async function companionsOf(
	tx: StoreTransaction,
	run: string,
	page: number,
	rows: readonly StagedRow[],
): Promise<StagedRow[]> {
	const here = new Set(rows.map(({ event }) => recordKey(event)));
	const named = rows
		.flatMap(({ event }) => namedBy(event))
		.filter((one) => !here.has(recordKey(one)));
	if (named.length === 0) return [];
	const places = await tx.backfills.placesOf(run, named);
	const pages = new Set([...places.values()].map((place) => place.page));
	const found: StagedRow[] = [];
	for (const other of [...pages].slice(0, MOST_PAGES_BESIDE)) {
		if (other === null || other === page) continue;
		const beside = await tx.backfills.rowsOfPage(run, other);
		found.push(...beside.filter(({ object }) => object === 'contact' || object === 'household'));
	}
	return found;
}

async function settle(tx: StoreTransaction, { filtered, verdicts }: Tried): Promise<void> {
	await tx.backfills.settleRows(filtered, { state: 'left' });
	for (const [verdict, seqs] of verdicts as Map<Verdict, number[]>)
		await tx.backfills.settleRows(seqs, { state: 'planned', verdict });
}

async function finishIfDone(
	tx: StoreTransaction,
	backfill: Backfill,
	now: number,
): Promise<Backfill> {
	if (backfill.page < backfill.pages) return save(tx, backfill, now);
	const findings = structuredClone(backfill.findings);
	const of = (object: string) => (findings[objectName(object)] ??= emptyFindings());
	for (const object of objectsOfRun(backfill)) of(object);
	for (const { object, state, count } of await tx.backfills.countRows(backfill.run))
		if (state === 'invalid' && isObjectName(object)) of(object).invalid += count;
	for (const one of await tx.backfills.invalidReasons(backfill.run, MAX_REASONS)) {
		if (!isObjectName(one.object)) continue;
		const records = [`${one.system}/${one.crmId}`];
		const why = `${one.reason} (${one.count} of ${one.system})`;
		of(one.object).samples.push({ kind: 'invalid', title: null, records, fields: [], why });
	}
	return save(tx, { ...backfill, findings, phase: 'planned', page: 0 }, now);
}

const MAX_REASONS = 5;
