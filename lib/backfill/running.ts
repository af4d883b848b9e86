/**
 * Carries an approved plan out, a step a transaction: a page of records is merged, its deliveries are
 * opened and the page counts as done together or not at all. Whoever calls it next goes on, in whatever process.
 */
import { markDeliveries } from '../delivery/mark';
import { PRIORITY } from '../model/rows';
import { fingerprint, targetKey } from '../removal/refusal';
import { BACKFILL_ORIGIN, type StagedRow } from '../store/backfills';
import type { StoreTransaction } from '../store/store';
import { CapGate, dueTimes } from './caps';
import { chosenRows } from './chosen';
import { endNotes } from './end-notes';
import { takePage, type PageContext } from './page';
import { RUNNING, withNote, type Backfill } from './report';
import { load, save } from './state';

const SWEEP_PAGE = 100;
const SWEEP_ORIGIN = 'backfill-sweep';

export type StepContext = Pick<PageContext, 'connectorOf' | 'mergeIn' | 'now'>;

export interface Step {
	backfill: Backfill;
	/** False: nothing can be done right now. */
	moved: boolean;
	/** Systems in whose inboxes events that waited are due now. */
	freed: ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();

export async function step(tx: StoreTransaction, run: string, context: StepContext): Promise<Step> {
	const backfill = await load(tx, run);
	if (backfill.isPaused || !RUNNING.includes(backfill.phase))
		return { backfill, moved: false, freed: NONE };
	switch (backfill.phase) {
		case 'merging':
			return mergePage(tx, backfill, context);
		case 'sweeping':
			return { backfill: await sweep(tx, backfill, context), moved: true, freed: NONE };
		default:
			return endWhenWritten(tx, backfill, context.now);
	}
}

async function mergePage(
	tx: StoreTransaction,
	backfill: Backfill,
	context: StepContext,
): Promise<Step> {
	const { run, terms, page } = backfill;
	const { connectorOf, now } = context;
	const planned = await tx.backfills.rowsOfPage(run, page);
	const { rows, left } = await chosenRows(tx, backfill, planned);
	const gate = new CapGate(backfill);
	const allows: PageContext['allows'] = (wanted) => gate.allows(wanted);
	const taken = await takePage(tx, rows, { ...context, run, terms, allows });
	await saveRefusals(tx, gate);
	const touched = new Map(
		[...taken.links.keys()].map((id) => [id, { syncOrigin: BACKFILL_ORIGIN, run }]),
	);
	const dueAt = dueTimes(backfill, now);
	await markDeliveries(tx, touched, { connectorOf, now, run, loads: true, dueAt });
	const waiting = taken.rows.filter(({ verdict }) => verdict === 'lacksClient');
	await tx.backfills.settleRows(seqsOf(rows), { state: 'merged' });
	await tx.backfills.settleRows(seqsOf(waiting.map(({ row }) => row)), { state: 'waiting' });
	await tx.backfills.settleRows(seqsOf(left), { state: 'left' });
	const next: Backfill = {
		...backfill,
		created: gate.created,
		overCap: gate.overCap,
		merged: backfill.merged + rows.length,
		left: backfill.left + left.length,
		page: page + 1,
	};
	const { freed } = taken;
	if (next.page < next.pages) return { backfill: await save(tx, next, now), moved: true, freed };
	await tx.systems.setLoading(Object.keys(next.readings), false);
	return { backfill: await save(tx, { ...next, phase: 'sweeping' }, now), moved: true, freed };
}

function seqsOf(rows: readonly StagedRow[]): number[] {
	return rows.map(({ seq }) => seq);
}

/**
 * What the person did not allow is remembered as refused, so that neither this nor a later comparison
 * opens it; an edit of the client, or another approved backfill, does.
 */
async function saveRefusals(
	tx: StoreTransaction,
	{ allowed, refused }: Pick<CapGate, 'allowed' | 'refused'>,
): Promise<void> {
	const ids = [...new Set([...allowed, ...refused].map(({ entityId }) => entityId))];
	const standing = await tx.entities.standing(ids);
	for (const entityId of ids) {
		const before = standing.get(entityId)?.refused ?? {};
		const after = { ...before };
		for (const one of refused)
			if (one.entityId === entityId)
				after[targetKey(one.system, null)] = fingerprint(one.operation, one.changes);
		for (const one of allowed)
			if (one.entityId === entityId) delete after[targetKey(one.system, null)];
		if (JSON.stringify(before) !== JSON.stringify(after))
			await tx.entities.saveRefused(entityId, after);
	}
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
	if (isOpen) return { backfill, moved: false, freed: NONE };
	const counts = await tx.backfills.countRows(backfill.run);
	const noted = endNotes(counts, deliveries).reduce(withNote, backfill);
	const ended = await save(tx, { ...noted, phase: 'finished' }, now);
	return { backfill: ended, moved: true, freed: NONE };
}
