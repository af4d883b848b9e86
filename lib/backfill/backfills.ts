/**
 * First load and backfill: brings what several systems hold into agreement by a plan that a person approves.
 * The phases and what carries them on: report.ts. Each method is one transaction or a row of them; every
 * one may be called again after a crash.
 */
import type { Clock } from '../clock';
import type { ConnectorOf } from '../delivery/mark';
import { DeskError } from '../model/failures';
import type { Signals } from '../signals';
import type { RunRow } from '../store/runs';
import type { Store, StoreTransaction } from '../store/store';
import { approve, type Approval } from './approval';
import type { MergeIn } from './page';
import { makePlan, type PlanAsked } from './planning';
import { progressOf, type BackfillProgress } from './progress';
import {
	beginReading,
	endList,
	restartList,
	stagePage,
	type ListPlace,
	type ReadingPlace,
	type StagedPage,
} from './reading';
import { ENDED, RUNNING, withNote, type Backfill, type ListReading, type Reading } from './report';
import { step } from './running';
import { KIND, load, newBackfill, save, toBackfill } from './state';

/** An unfinished plan that nobody touched for so long is not gone on with: what it read is too old. */
const STALE_MS = 24 * 3_600_000;
/** Deliveries of a paused run are due so much later. */
const PAUSE_MS = 10_000_000_000_000;
const LISTED = 50;

export class Backfills {
	constructor(
		private readonly store: Store,
		private readonly clock: Clock,
		private readonly connectorOf: ConnectorOf,
		private readonly signals: Signals,
		private readonly mergeIn: MergeIn,
	) {}

	/** The backfill that is being read or worked out, else a new one. Throws DeskError while another one runs. */
	begin(): Promise<Backfill> {
		return this.store.transaction(async (tx) => {
			const now = this.clock.now();
			for (const open of await this.unfinished(tx)) {
				if (RUNNING.includes(open.phase)) {
					throw new DeskError(
						`${open.run} is still ${open.phase}. Let it finish, or cancel it, before another one begins.`,
					);
				}
				const isFresh = now - Date.parse(open.movedAt) < STALE_MS;
				if (isFresh && open.phase !== 'planned') return open;
				const note = 'It was not run: another one was begun.';
				await save(tx, { ...withNote(open, note), phase: 'cancelled' }, now);
			}
			const report = newBackfill(now);
			const run = await tx.runs.start(KIND, null, report, now);
			return { ...report, run };
		});
	}

	/** Where a CRM node begins or goes on with reading. A backfill past its reading is read already. */
	beginReading(run: string, system: string, again = false): Promise<ReadingPlace> {
		const { connectorOf } = this;
		const now = this.clock.now();
		return this.store.transaction(async (tx) => {
			const { phase, readings } = await load(tx, run);
			const known = readings[system];
			const isPast = phase === 'placing' || phase === 'trying';
			if (isPast && known?.isDone) return { run, system, ...known };
			return beginReading(tx, run, system, { again, now, connectorOf });
		});
	}

	/** A listing that broke off for good begins anew. */
	restartList(place: ListPlace): Promise<ListReading> {
		return this.store.transaction((tx) => restartList(tx, place, this.clock.now()));
	}

	/** Keeps a page that was read. A page that comes twice counts once. */
	stage(page: StagedPage): Promise<Backfill> {
		return this.store.transaction((tx) => stagePage(tx, page, this.clock.now()));
	}

	/** After a complete listing without an error. `daily`: the calls that the CRM says are left. */
	endList(place: ListPlace, daily?: Reading['daily']): Promise<Backfill> {
		return this.store.transaction((tx) => endList(tx, place, daily, this.clock.now()));
	}

	/** Works out the plan, from where it stopped; again under other terms as long as it has not been started. */
	async plan(run: string, asked: PlanAsked): Promise<BackfillProgress> {
		const { connectorOf, mergeIn } = this;
		const { now } = this.clock;
		await makePlan(this.store, run, asked, { connectorOf, mergeIn, now });
		return this.progress(run);
	}

	/** A person has seen the plan and lets it run. */
	async start(run: string, approval: Approval): Promise<BackfillProgress> {
		await this.store.transaction((tx) => approve(tx, run, approval, this.clock.now()));
		this.signals.emit('deliveries');
		return this.progress(run);
	}

	/**
	 * Does the next bit of whatever runs; false if there is nothing to do right now. The Delivery Trigger
	 * calls it: a run goes on as long as the sync is active.
	 */
	async advance(): Promise<boolean> {
		const { connectorOf, mergeIn } = this;
		const running = await this.store.read((tx) => this.unfinished(tx));
		for (const { run, phase, isPaused } of running) {
			if (!RUNNING.includes(phase)) continue;
			// A write that was on its way has made others possible: they wait, too.
			if (isPaused) {
				await this.store.transaction((tx) => tx.backfills.postpone(run, PAUSE_MS));
				continue;
			}
			const context = { connectorOf, mergeIn, now: this.clock.now() };
			const { moved, freed } = await this.store.transaction((tx) => step(tx, run, context));
			if (!moved) continue;
			this.signals.emit('deliveries');
			for (const system of freed) this.signals.emit(`events:${system}`);
			return true;
		}
		return false;
	}

	/** What is being written is finished; nothing more goes out. Of what that made possible {@link advance} sees to it. */
	pause(run: string): Promise<BackfillProgress> {
		return this.change(run, async (tx, backfill) => {
			requireRunning(backfill);
			if (!backfill.isPaused) await tx.backfills.postpone(run, PAUSE_MS);
			return { ...backfill, isPaused: true };
		});
	}

	resume(run: string): Promise<BackfillProgress> {
		return this.change(run, async (tx, backfill) => {
			requireRunning(backfill);
			if (backfill.isPaused) await tx.backfills.postpone(run, -PAUSE_MS);
			return { ...backfill, isPaused: false };
		});
	}

	/** What is done stays and can be undone as a run; what was not written is not written. */
	cancel(run: string): Promise<BackfillProgress> {
		return this.change(run, async (tx, backfill) => {
			if (ENDED.includes(backfill.phase)) {
				throw new DeskError(`${run} has ended before: it was ${backfill.phase}.`);
			}
			const reason = `${run} was cancelled.`;
			const withdrawn = await tx.backfills.withdraw(run, this.clock.now(), reason);
			await tx.systems.setLoading(Object.keys(backfill.readings), false);
			const note = `Cancelled while ${backfill.phase}; ${withdrawn} writes were withdrawn.`;
			return { ...withNote(backfill, note), phase: 'cancelled', isPaused: false };
		});
	}

	/** Throws DeskError if there is no such backfill. */
	progress(run: string): Promise<BackfillProgress> {
		return this.store.read(async (tx) => this.inFull(tx, await load(tx, run)));
	}

	/** Newest first. */
	list(limit: number): Promise<BackfillProgress[]> {
		return this.store.read(async (tx) => {
			const rows = await tx.runs.list(KIND, limit);
			const all: BackfillProgress[] = [];
			for (const row of rows) all.push(await this.inFull(tx, toBackfill(row)));
			return all;
		});
	}

	private inFull(tx: StoreTransaction, backfill: Backfill): Promise<BackfillProgress> {
		return progressOf(tx, backfill, this.connectorOf, this.clock.now());
	}

	private async change(
		run: string,
		work: (tx: StoreTransaction, backfill: Backfill) => Promise<Backfill>,
	): Promise<BackfillProgress> {
		const result = await this.store.transaction(async (tx) => {
			const changed = await work(tx, await load(tx, run));
			return this.inFull(tx, await save(tx, changed, this.clock.now()));
		});
		this.signals.emit('deliveries');
		return result;
	}

	private async unfinished(tx: StoreTransaction): Promise<Backfill[]> {
		return (await tx.runs.list(KIND, LISTED)).filter(isOpen).map(toBackfill);
	}
}

function isOpen({ state }: RunRow): boolean {
	return state === 'running';
}

function requireRunning({ run, phase }: Backfill): void {
	if (RUNNING.includes(phase)) return;
	throw new DeskError(`${run} does not run: its phase is ${phase}. Start it, or look at the list.`);
}
