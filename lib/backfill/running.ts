/**
 * Carries an approved plan out, a step a transaction: a page of records is merged, its deliveries are
 * opened and the page counts as done together or not at all. Whoever calls it next goes on, in whatever process.
 */
import { markDeliveries } from '../delivery/mark';
import { readOthersOnce } from '../mapping/reading';
import { PRIORITY } from '../model/rows';
import { fingerprint, targetKey } from '../removal/refusal';
import { BACKFILL_ORIGIN, type StagedRow } from '../store/backfills';
import type { StoreTransaction } from '../store/store';
import { takePage, type PageContext, type TakenPage, type Wanted } from './page';
import { RUNNING, type Backfill, type Mode } from './report';
import { load, save } from './state';

const SWEEP_PAGE = 100;
const DAY_MS = 86_400_000;
const SWEEP_ORIGIN = 'backfill-sweep';

export type StepContext = Pick<PageContext, 'connectorOf' | 'mergeIn' | 'now'>;

export interface Step {
	backfill: Backfill;
	/** False: nothing can be done right now. */
	moved: boolean;
}

export async function step(tx: StoreTransaction, run: string, context: StepContext): Promise<Step> {
	const backfill = await load(tx, run);
	if (backfill.isPaused || !RUNNING.includes(backfill.phase)) return { backfill, moved: false };
	switch (backfill.phase) {
		case 'merging':
			return { backfill: await mergePage(tx, backfill, context), moved: true };
		case 'sweeping':
			return { backfill: await sweep(tx, backfill, context), moved: true };
		default:
			return endWhenWritten(tx, backfill, context.now);
	}
}

async function mergePage(
	tx: StoreTransaction,
	backfill: Backfill,
	context: StepContext,
): Promise<Backfill> {
	const { run, terms, page } = backfill;
	const { connectorOf, now } = context;
	const planned = await tx.backfills.rowsOfPage(run, page);
	const rows = planned.filter((row) => row.state === 'planned' && isAsked(backfill.mode, row));
	const left = planned.filter((row) => row.state === 'planned' && !rows.includes(row));
	const taken = await takePage(tx, rows, { ...context, run, terms });
	const allowed = await refuse(tx, backfill, taken);
	const touched = new Map(
		[...taken.links.keys()].map((id) => [id, { syncOrigin: BACKFILL_ORIGIN, run }]),
	);
	const dueAt = dueTimes(allowed, backfill, now);
	await markDeliveries(tx, touched, { connectorOf, now, run, loads: true, dueAt });
	await tx.backfills.settleRows(seqsOf(rows), { state: 'merged' });
	await tx.backfills.settleRows(seqsOf(left), { state: 'left' });
	const merged = backfill.merged + rows.length;
	const next = { ...allowed, merged, left: backfill.left + left.length, page: page + 1 };
	if (next.page < next.pages) return save(tx, next, now);
	await tx.systems.setLoading(Object.keys(next.readings), false);
	await readOthersOnce(tx, Object.keys(next.readings));
	return save(tx, { ...next, phase: 'sweeping' }, now);
}

function isAsked(mode: Mode, { verdict }: StagedRow): boolean {
	if (mode === 'all') return true;
	if (mode === 'new') return verdict === 'new';
	return verdict !== 'new';
}

function seqsOf(rows: readonly StagedRow[]): number[] {
	return rows.map(({ seq }) => seq);
}

/**
 * What the person did not allow is remembered as refused, so that neither this nor a later comparison
 * opens it; an edit of the client, or another approved backfill, does.
 */
async function refuse(
	tx: StoreTransaction,
	backfill: Backfill,
	{ wanted }: TakenPage,
): Promise<Backfill> {
	const creates = wanted.filter(({ operation }) => operation === 'create');
	const standing = await tx.entities.standing([
		...new Set(creates.map(({ entityId }) => entityId)),
	]);
	const overCap = { ...backfill.overCap };
	const next = { ...backfill, overCap, created: { ...backfill.created } };
	const changed = new Map<string, Record<string, string>>();
	for (const one of creates) {
		const key = targetKey(one.system, null);
		const refused = changed.get(one.entityId) ?? { ...standing.get(one.entityId)?.refused };
		const isOver = isOverCap(next, one);
		if (isOver) overCap[one.system] = (overCap[one.system] ?? 0) + 1;
		if (isOver || backfill.mode === 'matched') {
			refused[key] = fingerprint(one.operation, one.changes);
		} else {
			next.created[one.system] = (next.created[one.system] ?? 0) + 1;
			delete refused[key];
		}
		changed.set(one.entityId, refused);
	}
	for (const [entityId, refused] of changed) {
		const before = standing.get(entityId)?.refused ?? {};
		if (JSON.stringify(before) !== JSON.stringify(refused))
			await tx.entities.saveRefused(entityId, refused);
	}
	return next;
}

function isOverCap({ caps, created }: Backfill, { system }: Wanted): boolean {
	const cap = caps.creates?.[system];
	return cap !== undefined && (created[system] ?? 0) >= cap;
}

/** Creates beyond a day's share are due on the days after. */
function dueTimes(
	{ created }: Backfill,
	{ caps, runStartedAt, created: before }: Backfill,
	now: number,
) {
	const opened = { ...before };
	const start = runStartedAt === null ? now : Date.parse(runStartedAt);
	return (system: string, operation: string): number => {
		const perDay = caps.createsPerDay?.[system];
		if (operation !== 'create' || perDay === undefined) return now;
		const place = opened[system] ?? 0;
		opened[system] = Math.min(place + 1, created[system] ?? place + 1);
		return Math.max(now, start + Math.floor(place / perDay) * DAY_MS);
	};
}

/** Clients that people made while the load went on were created nowhere else: that is made up for. */
async function sweep(
	tx: StoreTransaction,
	backfill: Backfill,
	{ connectorOf, now }: StepContext,
): Promise<Backfill> {
	const ids = await tx.identity.page(backfill.sweptTo, SWEEP_PAGE);
	const last = ids.at(-1);
	if (last === undefined) return save(tx, { ...backfill, phase: 'writing' }, now);
	const touched = new Map(ids.map((id) => [id, { syncOrigin: SWEEP_ORIGIN }]));
	await markDeliveries(tx, touched, { connectorOf, now, priority: PRIORITY.backfill });
	return save(tx, { ...backfill, sweptTo: last }, now);
}

async function endWhenWritten(
	tx: StoreTransaction,
	backfill: Backfill,
	now: number,
): Promise<Step> {
	const deliveries = await tx.backfills.deliveries(backfill.run);
	const isOpen = deliveries.some(({ state }) => ['open', 'held', 'claimed'].includes(state));
	if (isOpen) return { backfill, moved: false };
	return { backfill: await save(tx, { ...backfill, phase: 'finished' }, now), moved: true };
}
