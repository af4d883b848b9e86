/** A client as it was at some time, folded from the audit trail. */
import { desiredFields } from '../merge/register';
import type { CanonicalFields } from '../model/fields';
import type { StoredAuditRow } from '../model/rows';
import type { StoreTransaction } from '../store/store';
import {
	foldAudit,
	foldLinks,
	LINK_KINDS,
	MERGED,
	SPLIT,
	type PastLink,
	type SplitNote,
} from './fold';
import { familyOf, type MoveNote } from './family';
import { trailOf } from './trail';

export interface PastEntity {
	/** The client that answers: another one than was asked for if that had become part of it by then. */
	unifiedId: string;
	/** ISO */
	at: string;
	fields: CanonicalFields;
	links: PastLink[];
}

/** Undefined if there was no such client then. */
export async function entityAt(
	tx: StoreTransaction,
	asked: string,
	atMs: number,
): Promise<PastEntity | undefined> {
	const rows = await familyTrail(tx, asked, atMs);
	const unifiedId = survivorOf(asked, rows);
	if (!rows.some(({ entityId }) => entityId === unifiedId)) return undefined;
	const fields = desiredFields(foldAudit(rows).get(unifiedId) ?? {});
	const others = await movesAway(tx, rows, atMs);
	const links = foldLinks([...rows, ...others]).get(unifiedId) ?? [];
	return { unifiedId, at: new Date(atMs).toISOString(), fields, links };
}

/** Rows of all entities that this one was ever one with, up to then. */
async function familyTrail(
	tx: StoreTransaction,
	asked: string,
	until: number,
): Promise<StoredAuditRow[]> {
	const rows: StoredAuditRow[] = [];
	for (const entityId of await familyOf(tx, asked)) {
		rows.push(...(await trailOf(tx, { entityId, until })));
	}
	return rows;
}

/** The entity that this one had become part of by the time of the last row, unless it was split off again. */
function survivorOf(asked: string, rows: readonly StoredAuditRow[]): string {
	const moves = rows.filter(({ kind }) => kind === MERGED || kind === SPLIT);
	return moves
		.sort((a, b) => a.seq - b.seq)
		.reduce((current, { kind, detail }) => {
			const { from, into } = detail as MoveNote;
			if (kind === MERGED) return from === current ? into : current;
			const isBack = into === asked || (detail as Partial<SplitNote>).aliases?.includes(asked);
			return from === current && isBack ? into : current;
		}, asked);
}

/** A record that went to another client is told of in that one's rows. */
async function movesAway(
	tx: StoreTransaction,
	rows: readonly StoredAuditRow[],
	until: number,
): Promise<StoredAuditRow[]> {
	const own = [...foldLinks(rows).values()].flat();
	const now = [...(await tx.identity.links(own)).values()];
	const owners = new Set(now.map(({ entityId }) => entityId));
	for (const { entityId } of rows) owners.delete(entityId ?? '');
	const found: StoredAuditRow[] = [];
	for (const entityId of owners) {
		found.push(...(await trailOf(tx, { entityId, kinds: LINK_KINDS, until })));
	}
	return found;
}
