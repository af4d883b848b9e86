/** A person's yes to a plan: what was shown becomes the limit of the run. */
import { DeskError } from '../desk/errors';
import type { RunLimits } from '../model/delivery';
import type { StoreTransaction } from '../store/store';
import { MODES, type Backfill, type Caps, type Mode, type Writes } from './report';
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
		const most = limitsFor(plannedWrites(backfill, mode)[name], caps.creates?.[name]);
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

export function plannedWrites({ findings }: Backfill, mode: Mode): Record<string, Writes> {
	return mode === 'all' ? findings.writes : findings.writesOf[mode];
}

function limitsFor(
	{ creates, updates }: Writes = { creates: 0, updates: 0 },
	cap: number = Infinity,
): Pick<RunLimits, 'creates' | 'changes'> {
	return {
		creates: Math.min(cap, withAllowance(creates)),
		// A write whose values the CRM changes may make another one needed.
		changes: withAllowance(updates + Math.ceil(Math.min(creates, cap) * ALLOWANCE_SHARE)),
	};
}

function withAllowance(count: number): number {
	return count + Math.max(ALLOWANCE_LEAST, Math.ceil(count * ALLOWANCE_SHARE));
}
