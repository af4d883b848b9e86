/** Adds what one page came to when it was tried out to what was found before. Pure. */
import type { Connector } from '../connectors/connector';
import { isEmpty } from '../model/canonical';
import { recordKey } from '../model/event';
import { isListField } from '../model/fields';
import { OBJECTS, OBJECT_LABELS, type ObjectName } from '../model/objects';
import type { SystemRow } from '../model/rows';
import { titleOf } from '../model/title';
import type { MergeOutcome } from '../merge/batch-result';
import type { StagedRow, Verdict } from '../store/backfills';
import { fits } from './filters';
import { namedBy } from './chosen';
import type { TakenPage, TakenRow } from './page';
import type { Wanted } from './wants';
import {
	emptyFindings,
	SAMPLE_KINDS,
	type Backfill,
	type Conflict,
	type Filter,
	type Findings,
	type PlanSample,
	type SampleKind,
	type Writes,
} from './report';

export type AllFindings = Backfill['findings'];

export interface Tried {
	findings: AllFindings;
	/** Rows that the run leaves alone. */
	filtered: number[];
	/** Rows by what was found of them. */
	verdicts: Map<Verdict, number[]>;
}

const SAMPLES_OF_A_KIND = 8;
const MAX_REFUSALS = 50;

interface Client {
	entityId: string | null;
	object: ObjectName;
	rows: TakenRow[];
	systems: string[];
	wanted: Wanted[];
}

export interface TallyContext {
	filters: readonly Filter[];
	systems: readonly SystemRow[];
	connectorOf: (kind: string) => Connector;
	/** Rows of the page; others were taken in for those that name them, and are counted with their own page. */
	isOwn: (row: StagedRow) => boolean;
}

export function tally(before: AllFindings, page: TakenPage, context: TallyContext): Tried {
	const findings = structuredClone(before);
	const filtered: number[] = [];
	const verdicts = new Map<Verdict, number[]>();
	const left = new Set<string>();
	const clients = clientsOf(page);
	const homes = ownHomes(clients, context.isOwn);
	for (const client of clients) {
		const own = client.rows.filter(({ row }) => context.isOwn(row));
		const seqs = own.map(({ row }) => row.seq);
		const found = (findings[client.object] ??= emptyFindings());
		if (isFiltered(client, context.filters, left)) {
			for (const { row } of client.rows) left.add(recordKey(row.event));
			found.filtered += seqs.length;
			filtered.push(...seqs);
			continue;
		}
		for (const { row, verdict } of own)
			verdicts.set(verdict, [...(verdicts.get(verdict) ?? []), row.seq]);
		if (own.length > 0) add(found, { ...client, rows: own }, context);
		else addJoins(found, client, homes);
	}
	return { findings, filtered, verdicts };
}

/** Households of the page itself: members whose own pages came before it join them by a write of its own. */
function ownHomes(clients: readonly Client[], isOwn: TallyContext['isOwn']): Set<unknown> {
	const own = clients.filter(
		({ object, rows }) => object === 'household' && rows.some(({ row }) => isOwn(row)),
	);
	return new Set(own.flatMap(({ entityId }) => entityId ?? []));
}

function addJoins(findings: Findings, client: Client, homes: ReadonlySet<unknown>): void {
	for (const wanted of client.wanted) {
		if (!joins(wanted) || !homes.has(wanted.desired['household'])) continue;
		for (const writes of countsOf(findings, client, wanted)) writesIn(writes, wanted).joins += 1;
	}
}

/** By a condition of its own, or since all those whom it names are. */
function isFiltered(
	{ rows }: Client,
	filters: readonly Filter[],
	left: ReadonlySet<string>,
): boolean {
	if (!rows.every(({ row }) => fits(filters, row.event))) return true;
	return rows.some(({ row: { event } }) => {
		const named = event.object === 'contact' ? [] : namedBy(event);
		return named.length > 0 && named.every((one) => left.has(recordKey(one)));
	});
}

/** Records in review are each by themselves. */
function clientsOf({ rows, links, wanted }: TakenPage): Client[] {
	const clients = new Map<string, Client>();
	for (const taken of rows) {
		const { entityId, row } = taken;
		const key = entityId ?? `row ${row.seq}`;
		const known = clients.get(key);
		if (known !== undefined) {
			known.rows.push(taken);
			continue;
		}
		const own = entityId === null ? [] : (links.get(entityId) ?? []);
		const systems = [...new Set(own.map(({ system }) => system))].sort();
		const { object } = row.event;
		clients.set(key, { entityId, object, rows: [taken], systems, wanted: [] });
	}
	for (const one of wanted) clients.get(one.entityId)?.wanted.push(one);
	// What others name comes first.
	const rank = ({ object }: Client) => OBJECTS.indexOf(object);
	return [...clients.values()].sort((a, b) => rank(a) - rank(b));
}

function add(findings: Findings, client: Client, context: TallyContext): void {
	for (const { verdict } of client.rows) {
		if (verdict === 'known') findings.known += 1;
		else if (verdict === 'changed') findings.changed += 1;
		else if (verdict === 'waiting') findings.waiting += 1;
		else if (verdict === 'review') findings.review += 1;
		else if (verdict === 'lacksClient') findings.lacksClient += 1;
	}
	const isAsked = client.rows.some(({ verdict }) => verdict === 'review');
	if (isAsked)
		sample(findings, 'review', client, 'A person is asked whether it is a known client.');
	if (client.entityId === null) return;
	findings.clients += 1;
	addPairs(findings, client);
	const conflicts = addConflicts(findings, client);
	addWrites(findings, client, context);
	sampleOf(findings, client, conflicts);
}

function addPairs(findings: Findings, { systems }: Client): void {
	const [only] = systems;
	if (systems.length > 1) findings.matched += 1;
	else if (only !== undefined) findings.onlyIn[only] = (findings.onlyIn[only] ?? 0) + 1;
	for (const [place, one] of systems.entries()) {
		for (const other of systems.slice(place + 1)) {
			const pair = findings.pairs.find(({ systems: [a, b] }) => a === one && b === other);
			if (pair === undefined) findings.pairs.push({ systems: [one, other], matched: 1 });
			else pair.matched += 1;
		}
	}
}

/** Texts, dates and the like that differ; lists are put together entry by entry. Answers their names. */
function addConflicts(findings: Findings, client: Client): string[] {
	const winners = new Map<string, string>();
	for (const { row, outcome } of client.rows) {
		for (const decision of outcome?.decisions ?? []) {
			const winner = winnerOf(decision, row.system);
			if (winner !== undefined) winners.set(decision.field, winner);
		}
	}
	for (const [field, winner] of winners) {
		const conflict = conflictIn(findings, field);
		conflict.clients += 1;
		conflict.winners[winner] = (conflict.winners[winner] ?? 0) + 1;
	}
	return [...winners.keys()];
}

function winnerOf(
	{ field, verdict, before, memory }: MergeOutcome['decisions'][number],
	system: string,
): string | undefined {
	if (isListField(field) || before === undefined || isEmpty(before)) return undefined;
	if (verdict === 'asked') return 'asked';
	if (verdict === 'change') return system;
	return verdict === 'lost' ? memory.system : undefined;
}

function conflictIn({ conflicts }: Findings, field: string): Conflict {
	const known = conflicts.find((one) => one.field === field);
	if (known !== undefined) return known;
	const conflict: Conflict = { field, clients: 0, winners: {} };
	conflicts.push(conflict);
	return conflict;
}

function addWrites(findings: Findings, client: Client, context: TallyContext): void {
	for (const wanted of client.wanted) {
		const refusal = refusalOf(wanted, context);
		if (refusal !== undefined) addRefusal(findings, client, wanted.system, refusal);
		for (const writes of countsOf(findings, client, wanted)) count(writes, wanted);
		if (wanted.operation !== 'update') continue;
		const fields = (findings.changedFields[wanted.system] ??= {});
		for (const field of Object.keys(wanted.changes)) fields[field] = (fields[field] ?? 0) + 1;
	}
}

/** Why the CRM will not take it, as far as that is known beforehand. */
function refusalOf(wanted: Wanted, { systems, connectorOf }: TallyContext): string | undefined {
	const system = systems.find(({ name }) => name === wanted.system);
	if (system === undefined || wanted.operation !== 'create') return undefined;
	if (wanted.object !== 'contact') return undefined;
	const { refuses } = connectorOf(system.connector);
	return refuses?.(wanted.desired, system.settings);
}

function addRefusal(findings: Findings, client: Client, system: string, reason: string): void {
	const known = findings.refusals.find((one) => one.system === system && one.reason === reason);
	if (known !== undefined) known.clients += 1;
	else if (findings.refusals.length < MAX_REFUSALS)
		findings.refusals.push({ system, reason, clients: 1 });
	sample(findings, 'invalid', client, `${system}: ${reason}`);
}

type WritesBySystem = Record<string, Writes>;

/** In which sums a write counts: of the whole plan, and of the mode under which it is made. */
function countsOf({ writes, writesOf }: Findings, { systems }: Client, wanted: Wanted) {
	if (systems.length <= 1) return [writes, writesOf.new];
	return wanted.operation === 'create' ? [writes] : [writes, writesOf.matched];
}

function count(writes: WritesBySystem, wanted: Wanted): void {
	const own = writesIn(writes, wanted);
	if (wanted.operation === 'create') own.creates += 1;
	else own.updates += 1;
	if (joins(wanted)) own.joins += 1;
}

function writesIn(writes: WritesBySystem, { system }: Wanted): Writes {
	return (writes[system] ??= { creates: 0, updates: 0, joins: 0 });
}

function joins({ object, changes }: Wanted): boolean {
	return object === 'contact' && !isEmpty(changes['household'] ?? null);
}

function sampleOf(findings: Findings, client: Client, conflicts: string[]): void {
	const [only] = client.systems;
	const word = client.object === 'contact' ? 'client' : OBJECT_LABELS[client.object].toLowerCase();
	const creates = client.wanted.filter(({ operation }) => operation === 'create');
	const elsewhere = creates.map(({ system }) => system).join(' and ');
	if (client.systems.length > 1) {
		const evidence = client.rows.flatMap(({ decision }) =>
			decision?.decision === 'linked' ? [decision.evidence.by] : [],
		);
		const by = evidence[0] === undefined ? '' : `, by ${evidence[0]}`;
		sample(findings, 'matched', client, `One ${word} in ${client.systems.join(', ')}${by}.`);
	} else if (only !== undefined && creates.length > 0) {
		sample(findings, 'new', client, `Only in ${only}: to be created in ${elsewhere}.`);
	}
	if (conflicts.length > 0)
		sample(findings, 'conflict', client, 'The records differ; the rules decide.', conflicts);
}

function sample(
	findings: Findings,
	kind: SampleKind,
	client: Client,
	why: string,
	fields: string[] = [],
): void {
	const taken = findings.samples.filter((one) => one.kind === kind).length;
	if (taken >= SAMPLES_OF_A_KIND) return;
	const records = client.rows.map(({ row }) => `${row.system}/${row.crmId}`);
	const title = titleOf(client.rows[0]?.row.event.fields ?? {});
	const one: PlanSample = { kind, title, records, fields, why };
	findings.samples.push(one);
	findings.samples.sort((a, b) => SAMPLE_KINDS.indexOf(a.kind) - SAMPLE_KINDS.indexOf(b.kind));
}
