/** Reads stretches of the audit trail that belong together, whole, up to a limit. */
import { DeskError } from '../model/failures';
import type { StoredAuditRow } from '../model/rows';
import type { AuditWalk } from '../store/audit';
import type { StoreTransaction } from '../store/store';

const PAGE = 1_000;
export const MAX_ROWS = 100_000;

/** Oldest first. Throws {@link DeskError} if there are more than {@link MAX_ROWS}. */
export async function trailOf(
	tx: StoreTransaction,
	query: Omit<AuditWalk, 'after' | 'limit'>,
): Promise<StoredAuditRow[]> {
	const rows: StoredAuditRow[] = [];
	for (;;) {
		const after = rows.at(-1)?.seq ?? 0;
		const page = await tx.audit.walk({ ...query, after, limit: PAGE });
		rows.push(...page);
		if (page.length < PAGE) return rows;
		if (rows.length >= MAX_ROWS) {
			throw new DeskError(
				`This asks for more than ${MAX_ROWS} rows of the audit trail. Ask for a shorter time or a single record.`,
			);
		}
	}
}
