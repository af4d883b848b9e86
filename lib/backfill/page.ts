/**
 * One page of staged records, taken in by the same code as live changes: identity, merge, and what each
 * client then wants written. In a plan all of it is taken back.
 */
import type { ConnectorOf } from '../delivery/mark';
import { Scene, type EntityScene } from '../delivery/scene';
import { targetsOf, wantOf, type Target } from '../delivery/wanted';
import { withStored, type WholeCounts } from '../identity/candidates';
import { resolveBatch, type IdentityDecision, type ResolveOptions } from '../identity/resolve';
import type { BatchResult, MergeOutcome } from '../merge/batch';
import type { FieldRule } from '../merge/rules';
import type { Operation } from '../model/delivery';
import { recordKey, type ChangeEvent } from '../model/event';
import type { CanonicalFields } from '../model/fields';
import type { Link } from '../model/rows';
import { keyCode } from './neighbours';
import { classify } from '../reconcile/classify';
import { withUnifiedReferences } from '../references/inbound';
import type { StagedRow, Verdict } from '../store/backfills';
import type { StoreTransaction } from '../store/store';

/** Merges events as Field Merge does, without marking. */
export type MergeIn = (
	tx: StoreTransaction,
	events: readonly ChangeEvent[],
	rules: FieldRule[],
) => Promise<BatchResult>;

/** Under which settings records are matched and merged: those of the canvas. */
export interface Terms extends Pick<ResolveOptions, 'thresholds' | 'whileInReview'> {
	otherTaxId?: 'review' | 'weigh';
	fieldRules: FieldRule[];
}

export interface PageContext {
	run: string;
	terms: Terms;
	connectorOf: ConnectorOf;
	mergeIn: MergeIn;
	/** ms */
	now: number;
}

export interface TakenRow {
	row: StagedRow;
	verdict: Verdict;
	/** null: a person is asked whose it is. */
	entityId: string | null;
	decision?: IdentityDecision;
	outcome?: MergeOutcome;
}

/** What is to be written of a client in one system. */
export interface Wanted {
	entityId: string;
	system: string;
	crmId: string | null;
	operation: Operation;
	changes: CanonicalFields;
	/** Everything that the client wants held. */
	desired: CanonicalFields;
}

export interface TakenPage {
	rows: TakenRow[];
	/** Clients of the page -> their records in use. */
	links: Map<string, Link[]>;
	wanted: Wanted[];
}

export async function takePage(
	tx: StoreTransaction,
	rows: readonly StagedRow[],
	context: PageContext,
): Promise<TakenPage> {
	const judged = await judge(tx, rows);
	const news = await accepted(tx, judged, context);
	const unified = await withUnifiedReferences(tx, [...news.values()]);
	const decisions = await resolveBatch(tx, unified, {
		...context.terms,
		rules: { otherTaxId: context.terms.otherTaxId ?? 'review' },
		whole: wholeCounts(tx, context.run),
		now: context.now,
	});
	const decided = new Map([...news.keys()].map((seq, place) => [seq, decisions[place]]));
	const sure = [...news].filter(([seq]) => isSure(decided.get(seq)));
	const { outcomes } = await context.mergeIn(
		tx,
		sure.map(([, event]) => event),
		context.terms.fieldRules,
	);
	const merged = new Map(sure.map(([seq], place) => [seq, outcomes[place]]));
	const taken = judged.map(({ row, verdict, link }) => {
		const decision = decided.get(row.seq);
		const entityId = entityOf(decision) ?? link?.entityId ?? null;
		return { row, verdict, entityId, decision, outcome: merged.get(row.seq) };
	});
	return finished(tx, taken, context);
}

interface Judged {
	row: StagedRow;
	link: Link | undefined;
	verdict: Verdict;
}

async function judge(tx: StoreTransaction, rows: readonly StagedRow[]): Promise<Judged[]> {
	const events = rows.map(({ event }) => event);
	const links = await tx.identity.links(events);
	const shadows = await tx.registers.shadows(events);
	const lasts = await tx.inbox.lastEvents(events);
	return rows.map((row) => {
		const key = recordKey(row.event);
		const link = links.get(key);
		const { kind } = classify(row.event, {
			...{ link, shadow: shadows.get(key), last: lasts.get(key) },
		});
		if (kind === 'waiting') return { row, link, verdict: 'waiting' as const };
		if (kind === 'fine') return { row, link, verdict: 'known' as const };
		return { row, link, verdict: link === undefined ? ('new' as const) : ('changed' as const) };
	});
}

/** What says something new goes through the inbox like everything else, under the run's name. */
async function accepted(
	tx: StoreTransaction,
	judged: readonly Judged[],
	{ run, now }: PageContext,
): Promise<Map<number, ChangeEvent>> {
	const rows = judged.filter(({ verdict }) => verdict === 'new' || verdict === 'changed');
	const taken = await tx.inbox.statesOf(rows.map(({ row }) => row.event.eventId));
	const news = new Map(
		rows.map(({ row: { seq, event } }) => {
			// The inbox has met this very observation: what it came to then has got lost, or was filtered.
			const eventId = taken.has(event.eventId) ? `${event.eventId}:${run}` : event.eventId;
			return [seq, { ...event, eventId }];
		}),
	);
	await tx.inbox.add([...news.values()], 'pending', now, undefined, run);
	return news;
}

function isSure(decision: IdentityDecision | undefined): boolean {
	return decision?.decision === 'linked' || decision?.decision === 'created';
}

function entityOf(decision: IdentityDecision | undefined): string | undefined {
	return decision !== undefined && 'unifiedId' in decision ? decision.unifiedId : undefined;
}

/** How common a name or a key is, is known beforehand: page by page it counts as in the whole. */
function wholeCounts(tx: StoreTransaction, run: string): WholeCounts {
	return {
		names: async (counts) => {
			const known = await tx.backfills.names(run, [...counts.keys()]);
			const others = new Map([...counts].filter(([hash]) => !known.has(hash)));
			return new Map([...(await withStored(tx, others)), ...known]);
		},
		keys: async (keys) => {
			const codes = new Map(keys.map((key) => [key, keyCode(key)]));
			const known = await tx.backfills.names(run, [...codes.values()]);
			return new Map([...codes].map(([key, code]) => [key, known.get(code) ?? 0]));
		},
	};
}

async function finished(
	tx: StoreTransaction,
	taken: TakenRow[],
	{ connectorOf }: PageContext,
): Promise<TakenPage> {
	const ids = [...new Set(taken.flatMap(({ entityId }) => entityId ?? []))];
	const scene = await Scene.load(tx, ids);
	const links = new Map(
		ids.map((id) => [id, scene.entity(id).links.filter(({ state }) => state === 'active')]),
	);
	const wanted = ids.flatMap((id) => wantedOf(scene, scene.entity(id), connectorOf));
	const rows = taken.map((one) => ({ ...one, verdict: verdictOf(one, links) }));
	return { rows, links, wanted };
}

function verdictOf(
	{ verdict, decision, entityId }: TakenRow,
	links: ReadonlyMap<string, Link[]>,
): Verdict {
	const isAsked = decision?.decision === 'review' || (decision && 'reviewId' in decision);
	if (isAsked) return 'review';
	if (verdict !== 'new' || entityId === null) return verdict;
	const systems = new Set((links.get(entityId) ?? []).map(({ system }) => system));
	return systems.size > 1 ? 'matched' : 'new';
}

/** As marking opens it, once everybody who is missing is really missing. */
function wantedOf(scene: Scene, entity: EntityScene, connectorOf: ConnectorOf): Wanted[] {
	return targetsOf(scene, entity, true).flatMap((target: Target): Wanted[] => {
		const { system, link } = target;
		if (link === undefined && entity.awaited.has(system.name)) return [];
		const { operation, changes } = wantOf(scene, entity, target, connectorOf(system.connector));
		if (operation === null) return [];
		const { entityId } = entity;
		const crmId = link?.crmId ?? null;
		return [
			{ entityId, system: system.name, crmId, operation, changes, desired: entity.desired() },
		];
	});
}
