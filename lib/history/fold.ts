/**
 * Folds audit rows into what they tell: folding all of them from empty gives the registers that the
 * store holds, folding the older ones gives those of then. Pure.
 */
import type { Register, Registers } from '../merge/register';
import type { Evidence, Link, StoredAuditRow } from '../model/rows';
import { recordKey } from '../model/event';
import type { NeverAgain } from '../store/decisions';
import type { Standing } from '../store/entities';

/** Registers of every entity. `rows` in any order. */
export function foldAudit(rows: readonly StoredAuditRow[]): Map<string, Registers> {
	const registers = new Map<string, Registers>();
	for (const { entityId, field, register, rule } of inOrder(rows)) {
		if (entityId === undefined || field === undefined) continue;
		const own = registers.get(entityId) ?? {};
		if (register !== undefined) own[field] = register as Register;
		// All that was said of the field went to another client.
		else if (rule === SPLIT) delete own[field];
		else continue;
		registers.set(entityId, own);
	}
	return registers;
}

/** A record as it belonged to an entity. */
export type PastLink = Omit<Link, 'recreated' | 'entityId'> & {
	/** ms */
	since: number;
};

/** Which records each entity had, in the states they had. `rows` in any order. */
export function foldLinks(rows: readonly StoredAuditRow[]): Map<string, PastLink[]> {
	const links = new Map<string, OwnedLink>();
	for (const row of inOrder(rows)) {
		for (const [key, link] of movedBy(row, links)) links.set(key, link);
		const { system, object, crmId, entityId, at: since } = row;
		const state = LINK_STATES.get(row.kind);
		if (state === undefined || !system || !object || !crmId || !entityId) continue;
		const address = { system, object, crmId };
		const before = links.get(recordKey(address));
		const evidence = evidenceOf(row) ?? before?.evidence ?? UNKNOWN;
		links.set(recordKey(address), { ...address, entityId, state, evidence, since });
	}
	const result = new Map<string, PastLink[]>();
	for (const { entityId, ...link } of links.values()) {
		result.set(entityId, [...(result.get(entityId) ?? []), link]);
	}
	return result;
}

/** What an audit row of this kind says of its record's link. */
const LINK_STATES = new Map<string, Link['state']>([
	['entity', 'active'],
	['link', 'active'],
	['unlink', 'unlinked'],
	['archive', 'archived'],
	['unarchive', 'active'],
]);
/** Kinds of rows that tell of links. */
export const LINK_KINDS = [...LINK_STATES.keys()];
const UNKNOWN: Evidence = { by: 'unknown', score: 0, fields: [] };

/** Kind of the row that tells that one entity became part of another. */
export const MERGED = 'merge-entities';

/** Kind and rule of the rows that tell that records of a client went to another one. */
export const SPLIT = 'split-entity';

/** What a row `merge-entities` keeps (lib/identity/merge-entities.ts). */
export interface MergeNote {
	from: string;
	into: string;
	/** Keys of the records that went from the one to the other. */
	links: string[];
	/** The event, review or person that said so. */
	cause: string;
	/** Registers of `into` that are not what they were; null: there was none. */
	before: Record<string, Register | null>;
	/** What stood about both. */
	standing?: { from?: Standing; into?: Standing };
	/** Creates of `from` that became dead letters: their records may exist. */
	creates?: number[];
	/** Reviews of `from` that were closed because one of `into` asks the same. */
	closed?: number[];
	/** The row of the split that this takes back: the registers are those from before it. */
	restores?: number;
	/** What a person had said and this overruled. */
	overruled?: NeverAgain[];
}

/** What a row `split-entity` keeps: one at each of the two (lib/identity/split-entity.ts). */
export interface SplitNote {
	from: string;
	/** Whose the records are now. */
	into: string;
	/** It had this id before; false: the id is new. */
	isFormer: boolean;
	/** Each record's link, as it was. */
	records: Array<Omit<Link, 'entityId'>>;
	/** Registers of `from` that are not what they were. */
	before: Record<string, Register>;
	/** Entities that are part of `into` now, and were of `from`. */
	aliases: string[];
	cause: string;
	by?: string;
}

type OwnedLink = PastLink & { entityId: string };

function movedBy(
	row: StoredAuditRow,
	links: ReadonlyMap<string, OwnedLink>,
): Array<[string, OwnedLink]> {
	if (row.kind === SPLIT) return splitOff(row);
	if (row.kind !== MERGED) return [];
	const { into, links: keys } = row.detail as MergeNote;
	return keys.flatMap((key) => {
		const link = links.get(key);
		return link === undefined ? [] : [[key, { ...link, entityId: into }]];
	});
}

function splitOff({ detail, at: since }: StoredAuditRow): Array<[string, OwnedLink]> {
	const { into: entityId, records } = detail as SplitNote;
	return records.map(({ system, object, crmId, state, evidence }) => [
		recordKey({ system, object, crmId }),
		{ system, object, crmId, state, evidence, since, entityId },
	]);
}

/** A row that only says that a record is back has a reason instead of evidence. */
function evidenceOf({ detail }: StoredAuditRow): Evidence | undefined {
	const isEvidence = typeof detail === 'object' && detail !== null && 'by' in detail;
	return isEvidence && 'score' in detail ? (detail as Evidence) : undefined;
}

function inOrder(rows: readonly StoredAuditRow[]): StoredAuditRow[] {
	return [...rows].sort((a, b) => a.seq - b.seq);
}
