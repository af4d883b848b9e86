/**
 * One page of staged records, taken in by the same code as live changes: identity, merge, and what each
 * client, household or note then wants written. In a plan all of it is taken back.
 */
import type { ConnectorOf } from '../delivery/mark';
import { withStored, type WholeCounts } from '../identity/candidates';
import { resolveBatch } from '../identity/resolve';
import type { IdentityDecision } from '../identity/decision';
import type { MergeOutcome } from '../merge/batch-result';
import type { FieldRule } from '../merge/rules';
import { recordKey, type ChangeEvent } from '../model/event';
import { OBJECTS, type ObjectName } from '../model/objects';
import type { Link } from '../model/rows';
import { keyCode } from './neighbours';
import { classify } from '../reconcile/classify';
import { withUnifiedReferences } from '../references/inbound';
import type { MergedEvents } from '../references/merge-events';
import type { StagedRow, Verdict } from '../store/backfills';
import type { StoreTransaction } from '../store/store';
import type { Terms } from './terms';
import { wantedOf, type Wanted, type WantedContext } from './wants';

/** Merges events as Field Merge does, without marking. */
export type MergeIn = (
	tx: StoreTransaction,
	events: readonly ChangeEvent[],
	rules: FieldRule[],
) => Promise<MergedEvents>;

export interface PageContext extends WantedContext {
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
	/** null: a person is asked whose it is, or its client is not known yet. */
	entityId: string | null;
	decision?: IdentityDecision;
	outcome?: MergeOutcome;
}

export interface TakenPage {
	rows: TakenRow[];
	/** Entities of the page, in the order in which they are made -> their records in use. */
	links: Map<string, Link[]>;
	wanted: Wanted[];
	/** Systems in whose inboxes events that waited are due now. */
	freed: Set<string>;
}

export async function takePage(
	tx: StoreTransaction,
	rows: readonly StagedRow[],
	context: PageContext,
): Promise<TakenPage> {
	const judged = await judge(tx, rows);
	const news = await accepted(tx, judged, context);
	const decided = await resolved(tx, news, context);
	const sure = [...news].filter(([seq]) => isSure(decided.get(seq)));
	const { outcomes, freed } = await context.mergeIn(
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
	return { ...(await finished(tx, taken, context)), freed };
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
	const lasts = await tx.recordEvents.lastEvents(events);
	// Shadows name clients where the CRM names its own records.
	const unified = await withUnifiedReferences(tx, events);
	return rows.map((row, place) => {
		const key = recordKey(row.event);
		const link = links.get(key);
		const { kind } = classify(unified[place] ?? row.event, {
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

/** Households are told by their members, notes by their client: each stage knows the records of those before it. */
const STAGES: ReadonlyArray<readonly ObjectName[]> = [
	['contact'],
	['household'],
	OBJECTS.filter((object) => object !== 'contact' && object !== 'household'),
];

async function resolved(
	tx: StoreTransaction,
	news: ReadonlyMap<number, ChangeEvent>,
	context: PageContext,
): Promise<Map<number, IdentityDecision>> {
	const { terms, now } = context;
	const whole = wholeCounts(tx, context.run);
	const options = { ...terms, rules: { otherTaxId: terms.otherTaxId ?? 'review' }, whole, now };
	const decided = new Map<number, IdentityDecision>();
	for (const objects of STAGES) {
		const own = [...news].filter(([, { object }]) => objects.includes(object));
		if (own.length === 0) continue;
		const unified = await withUnifiedReferences(
			tx,
			own.map(([, event]) => event),
		);
		const decisions = await resolveBatch(tx, unified, options);
		for (const [place, [seq]] of own.entries())
			decided.set(seq, decisions[place] as IdentityDecision);
	}
	return decided;
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
	context: PageContext,
): Promise<Pick<TakenPage, 'rows' | 'links' | 'wanted'>> {
	const objects = new Map(
		taken.flatMap(({ entityId, row }) =>
			entityId === null ? [] : [[entityId, row.event.object] as const],
		),
	);
	const { links, wanted } = await wantedOf(tx, objects, context);
	const rows = taken.map((one) => ({ ...one, verdict: verdictOf(one, links) }));
	return { rows, links, wanted };
}

function verdictOf(
	{ verdict, decision, entityId }: TakenRow,
	links: ReadonlyMap<string, Link[]>,
): Verdict {
	const isAsked = decision?.decision === 'review' || (decision && 'reviewId' in decision);
	if (isAsked) return 'review';
	if (decision?.decision === 'waits') return 'lacksClient';
	if (verdict !== 'new' || entityId === null) return verdict;
	const systems = new Set((links.get(entityId) ?? []).map(({ system }) => system));
	return systems.size > 1 ? 'matched' : 'new';
}
