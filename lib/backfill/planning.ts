/**
 * Makes the plan: places the staged records on pages, then tries out page by page what the run would do,
 * and takes each try back. Nothing but the plan's own rows is written. A crash at any point goes on where it was.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { blockKeys, countProfiles } from '../identity/blocks';
import { withStored } from '../identity/candidates';
import { foldProfile } from '../identity/compare/profile';
import { DeskError } from '../desk/errors';
import { chunks } from '../store/batch';
import { recordKey } from '../model/event';
import { takenBack } from '../reconcile/reconcile';
import type { StagedRow, Verdict } from '../store/backfills';
import type { Store, StoreTransaction } from '../store/store';
import { Neighbours } from './neighbours';
import { takePage, type PageContext, type Terms } from './page';
import { emptyFindings, type Backfill, type Filter } from './report';
import { load, save } from './state';
import { tally, type TallyContext, type Tried } from './tally';

export interface PlanAsked {
	terms: Terms;
	filters: Filter[];
}

export type PlanContext = Pick<PageContext, 'connectorOf' | 'mergeIn'> & { now: () => number };

const ROWS_AT_ONCE = 1_000;
const PAGES_AT_ONCE = 50;

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
	const asked = { ...backfill, terms, filters, findings: emptyFindings(), page: 0 };
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
		.filter(({ name, creates }) => readings[name]?.isDone !== true && (creates || name in readings))
		.map(({ name }) => name);
	if (missing.length === 0 && Object.keys(readings).length > 0) return;
	throw new DeskError(
		`${run} has not read ${missing.join(' and ')} to the end. Run the operation Read for Backfill of its CRM node first; it goes on where it stopped.`,
	);
}

async function place(store: Store, backfill: Backfill, now: () => number): Promise<Backfill> {
	const { run } = backfill;
	const neighbours = new Neighbours();
	const names = new Map<number, number>();
	for (let after = 0; ; ) {
		const from = after;
		const rows = await store.read((tx) => strangersAfter(tx, run, from));
		if (rows.length === 0) break;
		for (const { row, isStranger } of rows) {
			const profile = foldProfile(row.event);
			neighbours.add(row.seq, isStranger ? blockKeys(profile) : []);
			if (!isStranger) continue;
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

/** `isStranger`: no client is known for it. */
async function strangersAfter(
	tx: StoreTransaction,
	run: string,
	seq: number,
): Promise<Array<{ row: StagedRow; isStranger: boolean }>> {
	const rows = await tx.backfills.rowsAfter(run, seq, ROWS_AT_ONCE);
	const links = await tx.identity.links(rows.map(({ event }) => event));
	return rows.map((row) => ({ row, isStranger: !links.has(recordKey(row.event)) }));
}

async function tryPage(store: Store, before: Backfill, context: PlanContext): Promise<Backfill> {
	const { run, page, terms, filters } = before;
	const { connectorOf, mergeIn } = context;
	const tried = await takenBack(store, async (tx): Promise<Tried> => {
		const rows = await tx.backfills.rowsOfPage(run, page);
		const now = context.now();
		const taken = await takePage(tx, rows, { run, terms, connectorOf, mergeIn, now });
		const about: TallyContext = { filters, systems: await tx.systems.all(), connectorOf };
		return tally(before.findings, taken, about);
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
	const counts = await tx.backfills.countRows(backfill.run);
	const invalid = counts
		.filter(({ state }) => state === 'invalid')
		.reduce((sum, { count }) => sum + count, 0);
	const findings = { ...backfill.findings, invalid };
	for (const one of await tx.backfills.invalidReasons(backfill.run, MAX_REASONS)) {
		const records = [`${one.system}/${one.crmId}`];
		const why = `${one.reason} (${one.count} of ${one.system})`;
		findings.samples = [...findings.samples, { kind: 'invalid', records, fields: [], why }];
	}
	return save(tx, { ...backfill, findings, phase: 'planned', page: 0 }, now);
}

const MAX_REASONS = 5;
