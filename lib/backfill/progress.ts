/** How far a backfill has come, system by system. */
import type { ConnectorOf } from '../delivery/mark';
import type { RunDeliveries, StagedState } from '../store/backfills';
import type { StoreTransaction } from '../store/store';
import { plannedWrites } from './approval';
import { estimate } from './estimate';
import { ENDED, RUNNING, type Backfill, type Estimate } from './report';

export interface SystemProgress {
	system: string;
	/** Records read. */
	read: number;
	/** Of these: matched and merged. */
	merged: number;
	/** Writes that the plan holds, and what became of those that were opened. */
	planned: number;
	opened: number;
	written: number;
	/** No longer needed: the record agreed by itself, or a person withdrew it. */
	dropped: number;
	/** Waiting for a person: beyond what was approved. */
	held: number;
	/** Dead letters. */
	failed: number;
	/** To be written still. */
	remaining: number;
	/** At the pace of the rate budget; null: not known. */
	etaSeconds: number | null;
}

export interface BackfillProgress extends Backfill {
	/** 0 to 1, of the phase. */
	share: number;
	systems: SystemProgress[];
	/** What writing the plan costs: as planned before it is started, what is left of it after. */
	estimates: Estimate[];
}

export async function progressOf(
	tx: StoreTransaction,
	backfill: Backfill,
	connectorOf: ConnectorOf,
	now: number,
): Promise<BackfillProgress> {
	const rows = await tx.backfills.countRows(backfill.run);
	const deliveries = await tx.backfills.deliveries(backfill.run);
	const systems: SystemProgress[] = [];
	const estimates: Estimate[] = [];
	for (const system of await tx.systems.all()) {
		const { name } = system;
		const own = deliveries.filter((one) => one.system === name);
		const writes = writesLeft(backfill, name, own);
		const cost = estimate({
			system,
			connector: connectorOf(system.connector),
			writes,
			reading: backfill.readings[name],
			createsPerDay: backfill.caps.createsPerDay?.[name],
		});
		estimates.push(cost);
		systems.push(systemProgress(backfill, name, rows, own, cost));
	}
	const noted = withHints(backfill, now, systems);
	return { ...noted, share: shareOf(backfill, systems), systems, estimates };
}

function writesLeft(backfill: Backfill, system: string, own: readonly RunDeliveries[]) {
	if (!isUnderWay(backfill)) return plannedWrites(backfill, backfill.mode)[system];
	const planned = plannedWrites(backfill, backfill.mode)[system] ?? { creates: 0, updates: 0 };
	const isMerging = backfill.phase === 'merging';
	const left = (operation: 'create' | 'update', total: number) => {
		const opened = sum(own.filter((one) => one.operation === operation));
		const waiting = sum(own.filter((one) => one.operation === operation && isAlive(one)));
		return waiting + (isMerging ? Math.max(0, total - opened) : 0);
	};
	return { creates: left('create', planned.creates), updates: left('update', planned.updates) };
}

function isUnderWay({ phase }: Backfill): boolean {
	return RUNNING.includes(phase) || ENDED.includes(phase);
}

function systemProgress(
	backfill: Backfill,
	system: string,
	rows: ReadonlyArray<{ system: string; state: StagedState; count: number }>,
	own: readonly RunDeliveries[],
	{ seconds }: Estimate,
): SystemProgress {
	const staged = rows.filter((row) => row.system === system);
	const reading = backfill.readings[system];
	const planned = plannedWrites(backfill, backfill.mode)[system] ?? { creates: 0, updates: 0 };
	const of = (...states: string[]) => sum(own.filter(({ state }) => states.includes(state)));
	const total = planned.creates + planned.updates;
	const opened = sum(own);
	const alive = of('open', 'claimed', 'held');
	const isMerging = backfill.phase === 'merging';
	return {
		system,
		read: reading?.records ?? 0,
		merged: ENDED.includes(backfill.phase)
			? (reading?.records ?? 0)
			: sum(staged.filter(({ state }) => state === 'merged')),
		planned: total,
		opened,
		written: of('confirmed'),
		dropped: of('superseded'),
		held: of('held'),
		failed: of('dead'),
		remaining: isUnderWay(backfill) ? alive + (isMerging ? Math.max(0, total - opened) : 0) : total,
		etaSeconds: seconds,
	};
}

function isAlive({ state }: RunDeliveries): boolean {
	return state === 'open' || state === 'claimed' || state === 'held';
}

function sum(rows: ReadonlyArray<{ count: number }>): number {
	return rows.reduce((total, { count }) => total + count, 0);
}

function shareOf({ phase, page, pages }: Backfill, systems: readonly SystemProgress[]): number {
	if (phase === 'trying' || phase === 'merging') return pages === 0 ? 1 : page / pages;
	if (phase !== 'writing') return ENDED.includes(phase) || phase === 'planned' ? 1 : 0;
	const opened = systems.reduce((total, one) => total + one.opened, 0);
	const remaining = systems.reduce((total, one) => total + one.remaining, 0);
	return opened === 0 ? 1 : 1 - remaining / opened;
}

const SLOW_MS = 120_000;

/** What a person should know of a run that stands still. */
function withHints(backfill: Backfill, now: number, systems: readonly SystemProgress[]): Backfill {
	const { phase, isPaused, movedAt } = backfill;
	const hints: string[] = [];
	const stands = now - Date.parse(movedAt) > SLOW_MS;
	if ((phase === 'merging' || phase === 'sweeping') && !isPaused && stands) {
		hints.push(
			'Nothing has moved for two minutes. Publish the workflow of the contact sync: its Delivery Trigger carries the run on.',
		);
	}
	const held = systems.filter((one) => one.held > 0).map(({ system }) => system);
	if (held.length > 0) {
		hints.push(
			`More would be written in ${held.join(' and ')} than was approved: a review of the kind breaker asks.`,
		);
	}
	return { ...backfill, notes: [...backfill.notes, ...hints] };
}
