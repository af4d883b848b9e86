/** The audit trail folded from empty: the registers of every entity. */
import type { Register, Registers } from '../../../lib/merge/register';
import type { StoredAuditRow } from '../../../lib/model/rows';

const DECISIONS = ['change', 'agree', 'lost'];

/** `rows` in any order. */
export function foldAudit(rows: readonly StoredAuditRow[]): Map<string, Registers> {
	const registers = new Map<string, Registers>();
	for (const row of [...rows].sort((a, b) => a.seq - b.seq)) {
		const { kind, entityId, field, register } = row;
		if (!DECISIONS.includes(kind) || entityId === undefined || field === undefined) continue;
		if (register === undefined) continue;
		registers.set(entityId, { ...registers.get(entityId), [field]: register as Register });
	}
	return registers;
}
