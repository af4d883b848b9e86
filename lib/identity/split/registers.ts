/** Writes the registers of the two parts: each field that is not what it was has its row in the audit trail. */
import { isDeepStrictEqual } from 'node:util';
import { SPLIT } from '../../history/fold';
import type { Register, Registers } from '../../merge/register';
import type { StoreTransaction } from '../../store/store';
import { registerRow } from '../register-row';

export interface RegisterMove {
	entityId: string;
	before: Registers;
	after: Registers;
	cause: string;
	/** ms */
	now: number;
	run?: string;
}

/** Answers what stood before in the fields that are other ones now. */
export async function saveProjected(
	tx: StoreTransaction,
	move: RegisterMove,
): Promise<Record<string, Register>> {
	const { entityId, before, after } = move;
	const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
	const changed = fields.filter((field) => !isDeepStrictEqual(before[field], after[field]));
	const kept = changed.flatMap((field) => {
		const register = after[field];
		return register === undefined ? [] : [{ entityId, field, register }];
	});
	await tx.registers.saveRegisters(kept);
	await tx.registers.dropRegisters(
		entityId,
		changed.filter((field) => after[field] === undefined),
	);
	const { cause, now, run } = move;
	const rows = changed.map((field) => {
		const both = { before: before[field], after: after[field] };
		return registerRow({ entityId, field, ...both, rule: SPLIT, cause, now, run });
	});
	await tx.audit.append(rows);
	return Object.fromEntries(
		changed.flatMap((field) => {
			const register = before[field];
			return register === undefined ? [] : [[field, register]];
		}),
	);
}
