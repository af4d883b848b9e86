/**
 * Records of a client are another client: an entity is taken apart (design.md, section 4, law 9).
 *
 * | what | whose it is afterwards |
 * |---|---|
 * | id | the survivor keeps its own; what leaves gets the former id that fits it best (./split/lines.ts), else a new one |
 * | links, identity keys | of the records that leave; a link that comes under a new id is a person's word from now on and keeps its evidence under `earlier` |
 * | registers | of both projected from the audit trail as if they had never been together (./split/project.ts); audit rows `change` or `agree` under the rule `split-entity`, without a register where nothing stands any more |
 * | open reviews, dead letters, writes under way | of the record they are about; creates under way stay |
 * | departure, refused writes | of the record they are about, as they stood before the merge |
 * | reviews that name the entity as a candidate | name both |
 * | never again | what was said of either stays with it; the records that left are not to be linked back by themselves |
 *
 * Shadows stay: what a record is known to hold is not changed by whose it is. The comparison afterwards
 * (markDeliveries) finds what has to be written.
 */
import { familyOf, MOVE_KINDS } from '../history/family';
import { MERGED, SPLIT, type MergeNote, type SplitNote } from '../history/fold';
import { trailOf } from '../history/trail';
import { recordKey, type RecordAddress } from '../model/event';
import type { Evidence, Link, StoredAuditRow } from '../model/rows';
import type { Registers } from '../merge/register';
import { unifiedIdOf } from '../model/unified-id';
import type { StoreTransaction } from '../store/store';
import { idsOf, linesOf } from './split/lines';
import { ownership, type Part } from './split/part';
import { foreignFields, projectPart, type Past } from './split/project';
import { saveProjected } from './split/registers';
import { moveReviews, moveStanding, type Separation } from './split/standing';

export interface EntitySplit {
	unifiedId: string;
	/** Of records of this entity; some of them, not all. */
	records: readonly RecordAddress[];
	/** What it was done for: `desk`, `review/12`. */
	cause: string;
	by?: string;
	/** ms */
	now: number;
	run?: string;
	/** The entity that they were, where it is known. */
	former?: string;
	/** False: nothing is remembered against linking them again. */
	isForGood?: boolean;
}

export interface SplitResult {
	/** The survivor, and the client that left. */
	stays: string;
	leaves: string;
	/** Whose the records are that were named: one of the two. */
	named: string;
}

const MAX_EVENTS = 20_000;

/** Both are to be compared with their records afterwards (markDeliveries). */
export async function splitEntity(tx: StoreTransaction, wanted: EntitySplit): Promise<SplitResult> {
	const unifiedId = await tx.entities.current(wanted.unifiedId);
	const split = { ...wanted, unifiedId };
	const rows = await pastRows(tx, unifiedId);
	const { separation, isFormer, aliases } = await divide(tx, split, rows);
	const { stays, leaves } = separation;
	await tx.separation.setPartOf([leaves.unifiedId], null);
	await tx.separation.setPartOf(aliases, leaves.unifiedId);
	await moveLinks(tx, leaves, isFormer, split);
	await moveStanding(tx, separation);
	const { registers, before } = await divideRegisters(tx, separation, rows, split);
	await moveReviews(tx, separation, registers);
	const [from, into] = [unifiedId, leaves.unifiedId];
	const { cause, by } = split;
	const records = leaves.links.map(({ system, object, crmId, state, evidence, recreated }) => {
		return { system, object, crmId, state, evidence, recreated };
	});
	const detail: SplitNote = { from, into, isFormer, before, aliases, cause, by, records };
	const row = { at: split.now, kind: SPLIT, run: split.run, detail };
	await tx.audit.append([from, into].map((entityId) => ({ ...row, entityId })));
	const owns = ownership(leaves);
	const isLeaving = split.records.some((record) => owns(record));
	return { stays: stays.unifiedId, leaves: into, named: isLeaving ? into : from };
}

interface Division {
	separation: Separation;
	isFormer: boolean;
	/** Entities that are part of what leaves. */
	aliases: string[];
}

/** Who is who afterwards; a new entity is made where there is no former one. */
async function divide(
	tx: StoreTransaction,
	split: EntitySplit,
	rows: readonly StoredAuditRow[],
): Promise<Division> {
	const { unifiedId, now, by, isForGood = true } = split;
	const links = await tx.identity.linksOf([unifiedId]);
	const moves = rows.filter(({ kind }) => MOVE_KINDS.includes(kind));
	const all = await tx.separation.aliasesOf(unifiedId);
	const lines = linesOf(unifiedId, new Set(links.map(recordKey)), all, moves);
	const ids = idsOf(lines, new Set(split.records.map(recordKey)), split.former);
	const into = ids.former ?? (await newEntity(tx, split));
	const others = all.filter((alias) => alias !== into && !ids.aliases.includes(alias));
	const part = (id: string, leaves: boolean, aliases: readonly string[]): Part => ({
		unifiedId: id,
		links: links.filter((link) => ids.leaving.has(recordKey(link)) === leaves),
		ids: new Set([id, ...aliases]),
	});
	const leaves = part(into, true, ids.aliases);
	const stays = part(unifiedId, false, others);
	const merges = lastOfEach(moves).filter(({ detail }) =>
		leaves.ids.has((detail as MergeNote).from),
	);
	return {
		separation: { stays, leaves, merges, now, by, isForGood },
		isFormer: ids.former !== undefined,
		aliases: ids.aliases,
	};
}

/** Of every entity that was ever one with it, oldest first. */
async function pastRows(tx: StoreTransaction, unifiedId: string): Promise<StoredAuditRow[]> {
	const rows: StoredAuditRow[] = [];
	for (const entityId of await familyOf(tx, unifiedId)) {
		rows.push(...(await trailOf(tx, { entityId })));
	}
	return rows.sort((a, b) => a.seq - b.seq);
}

/** Of each entity the last time that it became part of another one. */
function lastOfEach(moves: readonly StoredAuditRow[]): StoredAuditRow[] {
	const merges = moves.filter(({ kind }) => kind === MERGED);
	return [...new Map(merges.map((row) => [(row.detail as MergeNote).from, row])).values()];
}

async function newEntity(tx: StoreTransaction, { cause, now }: EntitySplit): Promise<string> {
	const number = (await tx.identity.lastNumber()) + 1;
	await tx.identity.addEntities([{ number, createdBy: cause }], now);
	return unifiedIdOf(number);
}

const MAX_EARLIER = 10;

/** Under its former id a record is linked by what linked it there; under a new one by a person's word. */
async function moveLinks(
	tx: StoreTransaction,
	{ unifiedId: entityId, links }: Part,
	isFormer: boolean,
	{ now, cause, by, run }: EntitySplit,
): Promise<void> {
	const moved = links.map((link) => ({
		...link,
		entityId,
		evidence: isFormer ? link.evidence : saidBy(link.evidence),
	}));
	await tx.identity.saveLinks(moved, now);
	if (isFormer) return;
	const detail = { reason: 'Split off by a person.', cause, by };
	await tx.audit.append([{ at: now, kind: 'entity', entityId, run, detail }]);
}

/** A person's word; what was known before is kept. */
export function saidBy({ earlier = [], ...evidence }: Evidence): Evidence {
	const known = [evidence, ...earlier].slice(0, MAX_EARLIER);
	return { by: 'person', score: 1, fields: [], earlier: known };
}

async function divideRegisters(
	tx: StoreTransaction,
	{ stays, leaves }: Separation,
	rows: readonly StoredAuditRow[],
	{ cause, now, run }: EntitySplit,
): Promise<{
	registers: { stays: Registers; leaves: Registers };
	before: SplitNote['before'];
}> {
	const past = await pastOf(tx, [...stays.links, ...leaves.links], rows, now);
	const ids = [stays.unifiedId, leaves.unifiedId];
	const stored = await tx.registers.registers(ids);
	const [held = {}, former = {}] = ids.map((id) => stored.get(id));
	const registers = { stays: staying(stays, past, held), leaves: projectPart(leaves, past) };
	const how = { cause, now, run };
	const before = await saveProjected(tx, {
		...{ entityId: stays.unifiedId, before: held, after: registers.stays, ...how },
	});
	await saveProjected(tx, {
		...{ entityId: leaves.unifiedId, before: former, after: registers.leaves, ...how },
	});
	return { registers, before };
}

/** Where nobody else ever spoke of a field, it stays as it is. */
function staying(part: Part, past: Past, held: Registers): Registers {
	const projected = projectPart(part, past);
	const foreign = foreignFields(part, past);
	const kept = Object.entries(held).filter(([field]) => !foreign.has(field));
	return { ...projected, ...Object.fromEntries(kept) };
}

async function pastOf(
	tx: StoreTransaction,
	links: readonly Link[],
	rows: readonly StoredAuditRow[],
	now: number,
): Promise<Past> {
	const systems = await tx.systems.all();
	const events = await tx.history.eventsOf(links, MAX_EVENTS);
	return {
		rows,
		shadows: await tx.registers.shadows(links),
		events: events.map(({ event }) => event),
		priorities: Object.fromEntries(systems.map(({ name, priority }) => [name, priority])),
		now,
	};
}
