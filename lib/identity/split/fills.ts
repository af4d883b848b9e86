/**
 * What splits put into registers that no event ever said: taken from records of our own making, or emptied.
 * It stands in the rows of the split alone, and no more when that split was taken back. Pure.
 */
import { MERGED, SPLIT, type MergeNote } from '../../history/fold';
import type { Register } from '../../merge/register';
import type { StoredAuditRow } from '../../model/rows';

export interface Fill {
	entityId: string;
	field: string;
	register: Register;
}

export class Fills {
	/** Of the split whose rows are being read. */
	private pending: Fill[] = [];
	private readonly splits: Array<{ seqs: number[]; fills: Fill[] }> = [];

	/** Rows of all entities, oldest first. */
	note({ kind, rule, seq, entityId = '', field, register, detail }: StoredAuditRow): void {
		if (field !== undefined && rule === SPLIT && register !== undefined) {
			this.pending.push({ entityId, field, register: register as Register });
		} else if (kind === SPLIT) {
			// One row at each of the two, one after the other.
			const last = this.splits.at(-1);
			if (this.pending.length === 0 && last?.seqs.includes(seq - 1)) last.seqs.push(seq);
			else this.splits.push({ seqs: [seq], fills: this.pending });
			this.pending = [];
		} else if (kind === MERGED) {
			const { restores } = detail as MergeNote;
			const undone = this.splits.findIndex(({ seqs }) => seqs.includes(restores ?? 0));
			if (undone >= 0) this.splits.splice(undone, 1);
		}
	}

	all(): Fill[] {
		return this.splits.flatMap(({ fills }) => fills);
	}
}
