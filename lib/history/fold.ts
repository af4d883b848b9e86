/**
 * Folds audit rows into what they tell: folding all of them from empty gives the registers that the
 * store holds, folding the older ones gives those of then. Pure.
 */
import type { Register, Registers } from '../merge/register';
import type { Evidence, Link, StoredAuditRow } from '../model/rows';
import { recordKey } from '../model/event';

/** Registers of every entity. `rows` in any order. */
export function foldAudit(rows: readonly StoredAuditRow[]): Map<string, Registers> {
	const registers = new Map<string, Registers>();
	for (const { entityId, field, register } of inOrder(rows)) {
		if (entityId === undefined || field === undefined || register === undefined) continue;
		const own = registers.get(entityId) ?? {};
		own[field] = register as Register;
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
	const links = new Map<string, PastLink & { entityId: string }>();
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

/** What such a row keeps (lib/identity/merge-entities.ts). */
export interface MergeNote {
	from: string;
	into: string;
	/** Keys of the records that went from the one to the other. */
	links: string[];
}

function movedBy<T extends { entityId: string }>(
	row: StoredAuditRow,
	links: ReadonlyMap<string, T>,
): Array<[string, T]> {
	if (row.kind !== MERGED) return [];
	const { into, links: keys } = row.detail as MergeNote;
	return keys.flatMap((key) => {
		const link = links.get(key);
		return link === undefined ? [] : [[key, { ...link, entityId: into }]];
	});
}

/** A row that only says that a record is back has a reason instead of evidence. */
function evidenceOf({ detail }: StoredAuditRow): Evidence | undefined {
	const isEvidence = typeof detail === 'object' && detail !== null && 'by' in detail;
	return isEvidence && 'score' in detail ? (detail as Evidence) : undefined;
}

function inOrder(rows: readonly StoredAuditRow[]): StoredAuditRow[] {
	return [...rows].sort((a, b) => a.seq - b.seq);
}
