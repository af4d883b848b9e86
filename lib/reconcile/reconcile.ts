/**
 * Reconcile: compares registers, shadows and what a CRM really holds, and repairs what differs, by the
 * ordinary ways: change events through the inbox, deliveries of low priority. What it finds depends on
 * nothing but the store and the records it is given, so a dry run does the very same work and takes
 * each of its transactions back.
 *
 * A run: start, then page for page what the CRM holds, then finish. A run that a crash left unfinished
 * can go on with its next page (a page that comes twice counts once) or is closed by the next start.
 */
import type { EventEmitter } from 'node:events';
import type { Clock } from '../clock';
import type { ConnectorOf } from '../delivery/mark';
import { DeskError } from '../model/failures';
import type { ChangeEventInput } from '../model/event';
import { objectsOf } from '../model/field-map';
import type { ObjectName } from '../model/objects';
import type { RunRow } from '../store/runs';
import type { Store, StoreTransaction } from '../store/store';
import { CHECKS, type Check, type CheckPage } from './checks';
import { markLost } from './lost';
import { lookFor, takeGone, type IsGone } from './missing';
import { reconcilePage } from './page';
import {
	newProgress,
	withFindings,
	withNote,
	type Progress,
	type ReconcileReport,
	type Sample,
} from './report';

export interface ReconcileStart {
	/** `full`: the pages will hold every record of the system. `slice`: some of them. */
	scope: 'full' | 'slice';
	/** Changes nothing but the run's own report. */
	dryRun: boolean;
}

export interface ReconcileEnd {
	/** True only if every record was listed and no call failed. */
	complete: boolean;
	/** Reads one record: true if the CRM says that it is gone; rejects if that cannot be told. */
	isGone: IsGone;
}

const KIND = 'reconcile';
const STEP = 200;
/** Records looked for one by one at most in one run. */
const MAX_LOOKED_FOR = 2_000;

/** What one transaction of a run found and did. */
interface Step {
	found: Sample[];
	/** Notes beside the findings: in a dry run they are kept although the work is taken back. */
	keep?: (tx: StoreTransaction) => Promise<void>;
	add?: Partial<Pick<Progress, 'records' | 'waiting'>>;
	accepted?: number;
	opened?: number;
}

export class Reconcile {
	constructor(
		private readonly store: Store,
		private readonly clock: Clock,
		private readonly connectorOf: ConnectorOf,
		private readonly signals: EventEmitter,
	) {}

	/**
	 * Begins a run and answers its id, `reconcile/<n>`. A run of this system that was not finished is
	 * closed. Throws DeskError if there is no such system.
	 */
	async start(system: string, { scope, dryRun }: ReconcileStart): Promise<string> {
		return this.store.transaction(async (tx) => {
			if ((await tx.systems.get(system)) === undefined) {
				throw new DeskError(
					`There is no system ${system}. Its trigger registers it when it starts.`,
				);
			}
			const now = this.clock.now();
			for (const { id, report } of await tx.runs.running(KIND, system)) {
				const note = 'It was not finished: another run began.';
				await tx.runs.end(id, 'closed', withNote(report as Progress, note), now);
			}
			return tx.runs.start(KIND, system, newProgress(scope, dryRun), now);
		});
	}

	/** The run of this system that a crash left unfinished, if there is one: go on with its pages, or start anew. */
	async unfinished(system: string): Promise<ReconcileReport | undefined> {
		const [run] = await this.store.read((tx) => tx.runs.running(KIND, system));
		return run && reportOf(run);
	}

	/** Compares records as they were read. Throws DeskError if the run has ended. */
	async page(run: string, snapshots: ChangeEventInput[]): Promise<ReconcileReport> {
		const { connectorOf } = this;
		for (let from = 0; from < Math.max(1, snapshots.length); from += STEP) {
			const some = snapshots.slice(from, from + STEP);
			await this.step(run, async (tx, system, now): Promise<Step> => {
				const result = await reconcilePage(tx, some, { run, system, now, connectorOf });
				const { found, waiting, accepted, opened } = result;
				return {
					found,
					accepted,
					opened,
					add: { records: result.records.length, waiting },
					keep: async (kept) => {
						await kept.runs.see(run, result.records);
						await kept.runs.seeEntities(run, result.entities);
					},
				};
			});
		}
		return this.report(run);
	}

	/**
	 * Ends the run: looks for known records that a complete listing did not show, (scope `full`) for
	 * deliveries that got lost anywhere, and for rows that contradict each other.
	 */
	async finish(run: string, { complete, isGone }: ReconcileEnd): Promise<ReconcileReport> {
		const { system, progress } = await this.store.read((tx) => running(tx, run));
		const whole = progress.scope === 'full';
		const row = await this.store.read((tx) => tx.systems.get(system));
		const objects = objectsOf(row?.fieldMap ?? []);
		if (whole && complete)
			for (const object of objects) await this.lookForMissing(run, { system, object }, isGone);
		if (whole) await this.sweep(run);
		for (const check of CHECKS)
			for (const object of objects) await this.check(run, check, { object, whole, complete });
		await this.store.transaction(async (tx) => {
			const now = this.clock.now();
			const { progress: last } = await running(tx, run);
			await tx.runs.end(run, 'finished', { ...last, complete }, now);
		});
		return this.report(run);
	}

	/** Newest first. */
	async reports(limit: number): Promise<ReconcileReport[]> {
		return (await this.store.read((tx) => tx.runs.list(KIND, limit))).map(reportOf);
	}

	private async report(run: string): Promise<ReconcileReport> {
		const row = await this.store.read((tx) => tx.runs.get(run));
		if (row === undefined) throw noRun(run);
		return reportOf(row);
	}

	private async lookForMissing(
		run: string,
		of: { system: string; object: ObjectName },
		isGone: IsGone,
	): Promise<void> {
		const scope = { run, ...of };
		let after = '';
		for (let looked = 0; ; looked += STEP) {
			const page = { after, limit: STEP };
			const links = await this.store.read((tx) => tx.reconcile.unseen(scope, page));
			if (links.length === 0) return;
			if (looked >= MAX_LOOKED_FOR) {
				const note = `More than ${MAX_LOOKED_FOR} known records were not listed; the others were not looked for. See whether the listing shows all that it should.`;
				return this.note(run, note);
			}
			const found = await lookFor(links, isGone, this.clock.now);
			await this.step(run, async (tx, _system, now): Promise<Step> => {
				const result = await takeGone(tx, found, run, now);
				return { ...result, keep: (kept) => kept.runs.see(run, links) };
			});
			after = links.at(-1)?.crmId ?? '';
		}
	}

	private async check(
		run: string,
		check: Check,
		how: { object: ObjectName; whole: boolean; complete: boolean },
	): Promise<void> {
		let after: string | undefined = '';
		while (after !== undefined) {
			const page = { after, limit: STEP };
			let result: CheckPage = { found: [], last: undefined };
			await this.step(run, async (tx, system, now): Promise<Step> => {
				result = await check(tx, { run, system, now, ...how }, page);
				return result;
			});
			after = result.last;
		}
	}

	/** Every client against all its records. */
	private async sweep(run: string): Promise<void> {
		const { connectorOf } = this;
		let after: string | null = null;
		for (;;) {
			const from: string | null = after;
			const ids: string[] = await this.store.read((tx) => tx.identity.page(from, STEP));
			if (ids.length === 0) return;
			await this.step(run, async (tx, _system, now): Promise<Step> => {
				const lost = await markLost(tx, ids, { run, now, connectorOf });
				return { ...lost, keep: (kept) => kept.runs.seeEntities(run, ids) };
			});
			after = ids.at(-1) ?? null;
		}
	}

	private note(run: string, note: string): Promise<void> {
		return this.store.transaction(async (tx) => {
			const { progress } = await running(tx, run);
			await tx.runs.saveReport(run, withNote(progress, note));
		});
	}

	/** Work and report in one transaction; in a dry run the work is taken back and only the report is kept. */
	private async step(
		run: string,
		work: (tx: StoreTransaction, system: string, now: number) => Promise<Step>,
	): Promise<void> {
		const now = this.clock.now();
		const { system, progress } = await this.store.read((tx) => running(tx, run));
		if (progress.dryRun) {
			const done = await takenBack(this.store, (tx) => work(tx, system, now));
			await this.store.transaction((tx) => keep(tx, run, done));
			return;
		}
		const done = await this.store.transaction(async (tx) => {
			const result = await work(tx, system, now);
			await keep(tx, run, result);
			return result;
		});
		if ((done.accepted ?? 0) > 0) this.signals.emit(`events:${system}`);
		if ((done.opened ?? 0) > 0) this.signals.emit('deliveries');
	}
}

async function keep(tx: StoreTransaction, run: string, step: Step): Promise<void> {
	const { progress } = await running(tx, run);
	const { records = 0, waiting = 0 } = step.add ?? {};
	const next = withFindings(progress, step.found);
	await tx.runs.saveReport(run, {
		...next,
		records: next.records + records,
		waiting: next.waiting + waiting,
	});
	await step.keep?.(tx);
}

class TakenBack extends Error {}

/** What `work` answers; nothing of what it wrote stays. */
export async function takenBack<T>(
	store: Store,
	work: (tx: StoreTransaction) => Promise<T>,
): Promise<T> {
	const done: T[] = [];
	await store
		.transaction(async (tx) => {
			done.splice(0, done.length, await work(tx));
			throw new TakenBack();
		})
		.catch((error: unknown) => {
			if (!(error instanceof TakenBack)) throw error;
		});
	return done[0] as T;
}

async function running(
	tx: StoreTransaction,
	run: string,
): Promise<{ system: string; progress: Progress }> {
	const row = await tx.runs.get(run);
	if (row === undefined || row.kind !== KIND) throw noRun(run);
	if (row.state !== 'running') {
		throw new DeskError(`The reconcile ${run} was ${row.state} before. Start another one.`);
	}
	return { system: row.system ?? '', progress: row.report as Progress };
}

function noRun(run: string): DeskError {
	return new DeskError(`There is no reconcile ${run}. Its id is what the start answered.`);
}

function reportOf({ id, system, state, startedAt, endedAt, report }: RunRow): ReconcileReport {
	return {
		run: id,
		system: system ?? '',
		state,
		startedAt: new Date(startedAt).toISOString(),
		endedAt: endedAt === null ? null : new Date(endedAt).toISOString(),
		...(report as Progress),
	};
}
