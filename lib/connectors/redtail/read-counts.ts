/**
 * The overlap of polls brings the same rows again and again; what costs a call for each of them is read a few
 * times only (a first read may be ignored as older than a write). Not read means not said.
 */
import type { CrmRecord } from '../connector';

const MAX_READS = 3;
const MAX_ROWS = 1_000;

export class ReadCounts {
	private readonly reads = new Map<string, { edited: unknown; count: number }>();

	isDue(row: CrmRecord): boolean {
		const id = String(row.id);
		const last = this.reads.get(id);
		const count = last?.edited === row.updated_at ? (last?.count ?? 0) + 1 : 1;
		this.reads.delete(id);
		this.reads.set(id, { edited: row.updated_at, count });
		const oldest = this.reads.size > MAX_ROWS ? this.reads.keys().next().value : undefined;
		if (oldest !== undefined) this.reads.delete(oldest);
		return count <= MAX_READS;
	}
}
