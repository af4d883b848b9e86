/** A person's yes to a plan: what was shown becomes the limit of the run. */
import { DeskError } from '../model/failures';
import type { RunLimits } from '../model/delivery';
import type { ObjectName } from '../model/objects';
import type { StoreTransaction } from '../store/store';
import type { ObjectWrites } from './estimate';
import {
	MODES,
	objectsOfRun,
	type Backfill,
	type Caps,
	type Mode,
	type PerObject,
	type Writes,
} from './report';
import { load, save } from './state';

export interface Approval {
	/** Default `all`. */
	mode?: Mode;
	caps?: Caps;
	/** Who approved. */
	by?: string;
}

/** Live edits between plan and run move the figures a little: so much more is let through. */
const ALLOWANCE_SHARE = 0.02;
const ALLOWANCE_LEAST = 10;

export async function approve(
	tx: StoreTransaction,
	run: string,
	{ mode = 'all', caps = {}, by }: Approval,
	now: number,
): Promise<Backfill> {
	const backfill = await load(tx, run);
	if (backfill.phase !== 'planned') {
		throw new DeskError(
			`${run} cannot be started: its phase is ${backfill.phase}. Only a plan that nobody has started yet can.`,
		);
	}
	if (!MODES.includes(mode)) throw new DeskError(`There is no mode ${String(mode)}.`);
	const systems = await tx.systems.all();
	const approved: Backfill['approved'] = {};
	for (const { name, limits } of systems) {
		const most = limitsFor(writesIn(backfill, mode, name), name, caps.creates);
		approved[name] = { ...most, removals: limits.removals };
		await tx.breakers.save(run, name, {
			creates: { steps: [], approved: most.creates },
			changes: { steps: [], approved: most.changes },
		});
	}
	await tx.systems.setLoading(Object.keys(backfill.readings), true);
	const runStartedAt = new Date(now).toISOString();
	const started = { mode, caps, approved, approvedBy: by ?? null, runStartedAt };
	return save(tx, { ...backfill, ...started, phase: 'merging', page: 0 }, now);
}

const NOTHING: Writes = { creates: 0, updates: 0, joins: 0 };

/** What the plan holds for one object of one system. */
export function plannedWrites(
	{ findings }: Pick<Backfill, 'findings'>,
	mode: Mode,
	object: ObjectName,
	system: string,
): Writes {
	const own = findings[object];
	return (mode === 'all' ? own?.writes : own?.writesOf[mode])?.[system] ?? NOTHING;
}

/** The same of every object that was read. */
export function writesIn(backfill: Backfill, mode: Mode, system: string): ObjectWrites {
	return Object.fromEntries(
		objectsOfRun(backfill).map((object) => [object, plannedWrites(backfill, mode, object, system)]),
	);
}

function limitsFor(
	writes: ObjectWrites,
	system: string,
	most: PerObject = {},
): Pick<RunLimits, 'creates' | 'changes'> {
	const all = Object.entries(writes) as Array<[ObjectName, Writes]>;
	const sum = (count: (writes: Writes, object: ObjectName) => number) =>
		all.reduce((total, [object, own]) => total + count(own, object), 0);
	const capOf = (object: ObjectName) => most[object]?.[system] ?? Infinity;
	const cap = all.length === 0 ? Infinity : sum((_, object) => capOf(object));
	const creates = sum((own, object) => Math.min(own.creates, capOf(object)));
	const changes = sum(({ updates, joins }) => updates + joins);
	return {
		creates: Math.min(cap, withAllowance(creates)),
		// A write whose values the CRM changes may make another one needed.
		changes: withAllowance(changes + Math.ceil(creates * ALLOWANCE_SHARE)),
	};
}

function withAllowance(count: number): number {
	return count + Math.max(ALLOWANCE_LEAST, Math.ceil(count * ALLOWANCE_SHARE));
}
