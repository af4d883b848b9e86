/** Walks the audit trail and proves that nobody altered, put in or took out a row. Reads only. */
import { GENESIS, hashRow } from '../store/audit-chain';
import type { Store } from '../store/store';

export interface AuditProof {
	/** Rows that were walked. */
	rows: number;
	ok: boolean;
	/** The first row that does not go on from the one before it. */
	firstBroken?: { seq: number; reason: string };
	/** Hash (hex) of the last good row: keep it elsewhere, and give it as `head` next time. */
	head: string;
}

export interface VerifyOptions {
	/** A head that an earlier verification answered; if no row has it, the trail was cut off or rewritten. */
	head?: string;
	/** Rows a page. */
	page?: number;
}

const PAGE = 1_000;

export async function verifyAudit(store: Store, options: VerifyOptions = {}): Promise<AuditProof> {
	const { head: expected, page: size = PAGE } = options;
	let [rows, seq, head] = [0, 0, GENESIS];
	let met = expected === undefined || expected === GENESIS;
	for (;;) {
		const page = await store.read((tx) => tx.audit.rawPage(seq, size));
		for (const row of page) {
			const reason = flaw(head, row);
			if (reason !== undefined)
				return { rows, ok: false, firstBroken: { seq: row.seq, reason }, head };
			[rows, seq, head] = [rows + 1, row.seq, row.hash ?? ''];
			met ||= head === expected;
		}
		if (page.length < size) break;
	}
	if (met) return { rows, ok: true, head };
	return { rows, ok: false, firstBroken: { seq: seq + 1, reason: CUT_OFF }, head };
}

const CUT_OFF =
	'No row has the head that was expected: rows at the end of the trail were taken out, or the trail was written anew.';

/** What is wrong with this row, coming after one with the hash `previous`. */
function flaw(
	previous: string,
	row: Parameters<typeof hashRow>[1] & { hash: string | null },
): string | undefined {
	if (row.hash === null) return 'The row has no hash: it was not written by the fabric.';
	if (hashRow(previous, row) === row.hash) return undefined;
	return 'The row was altered, or rows before it were altered, put in or taken out.';
}
