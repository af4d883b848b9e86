/**
 * Which changes of a client's fields still count? A change that was undone does not, until that undo
 * is itself undone. Pure.
 */
import type { StoredAuditRow } from '../model/rows';

/** What a row of kind `undo` keeps: it stands before the change that the undo makes. */
export interface UndoNote {
	/** Numbers of the audit rows that are undone. */
	undoes: number[];
	by?: string;
}

/** What became of one change. */
export interface Change {
	row: StoredAuditRow;
	/** Number of the change that undid it, while that itself counts. */
	undoneBy?: number;
	/** Numbers of the changes that it undid. */
	undoes: number[];
}

export const HISTORY_KINDS = ['change', 'undo', 'entity'];

/** The changes of each field, oldest first. `rows`: those of one entity, oldest first. */
export function changesByField(rows: readonly StoredAuditRow[]): Map<string, Change[]> {
	const notes = new Map<string, number[]>();
	const fields = new Map<string, Change[]>();
	for (const row of rows) {
		const { field = '', run = '', kind } = row;
		const key = `${run}/${field}`;
		if (kind === 'undo') notes.set(key, (row.detail as UndoNote).undoes);
		if (kind !== 'change') continue;
		const undoes = row.rule === 'undo' ? (notes.get(key) ?? []) : [];
		const changes = fields.get(field) ?? [];
		changes.push({ row, undoes });
		fields.set(field, changes);
	}
	for (const changes of fields.values()) settle(changes);
	return fields;
}

/** From the last one back: an undo that counts takes away what it undid. */
function settle(changes: Change[]): void {
	const bySeq = new Map(changes.map((change) => [change.row.seq, change]));
	for (const change of changes.toReversed()) {
		if (change.undoneBy !== undefined) continue;
		for (const seq of change.undoes) {
			const undone = bySeq.get(seq);
			if (undone !== undefined) undone.undoneBy = change.row.seq;
		}
	}
}
