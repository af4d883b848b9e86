/** A backfill's report in the table of runs. */
import { DeskError } from '../model/failures';
import type { RunRow } from '../store/runs';
import type { StoreTransaction } from '../store/store';
import type { Terms } from './terms';
import { ENDED, type Backfill } from './report';

export const KIND = 'backfill';

export function newBackfill(now: number): Omit<Backfill, 'run'> {
	const at = new Date(now).toISOString();
	const terms: Terms = { fieldRules: [] };
	return {
		phase: 'reading',
		isPaused: false,
		mode: 'all',
		terms,
		filters: [],
		caps: {},
		pages: 0,
		page: 0,
		readings: {},
		findings: {},
		merged: 0,
		left: 0,
		created: {},
		overCap: {},
		sweptTo: null,
		approved: {},
		approvedBy: null,
		startedAt: at,
		runStartedAt: null,
		movedAt: at,
		endedAt: null,
		notes: [],
	};
}

/** Throws DeskError if there is no such backfill. */
export async function load(tx: StoreTransaction, run: string): Promise<Backfill> {
	const row = await tx.runs.get(run);
	if (row === undefined || row.kind !== KIND) {
		throw new DeskError(
			`There is no backfill ${run || '(none named)'}. Its name is what reading and planning answer, such as backfill/1.`,
		);
	}
	return toBackfill(row);
}

export function toBackfill({ id, report }: RunRow): Backfill {
	return { ...(report as Backfill), run: id };
}

export async function save(
	tx: StoreTransaction,
	backfill: Backfill,
	now: number,
): Promise<Backfill> {
	const moved = { ...backfill, movedAt: new Date(now).toISOString() };
	if (!ENDED.includes(backfill.phase)) {
		await tx.runs.saveReport(backfill.run, moved);
		return moved;
	}
	const ended = { ...moved, endedAt: moved.movedAt };
	const state = backfill.phase === 'finished' ? 'finished' : 'closed';
	await tx.runs.end(backfill.run, state, ended, now);
	await tx.backfills.forget(backfill.run);
	return ended;
}
