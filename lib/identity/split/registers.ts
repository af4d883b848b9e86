/** Writes the registers of the two parts: each field that is not what it was has its row in the audit trail. */
import { isDeepStrictEqual } from 'node:util';
import { SPLIT } from '../../history/fold';
import { memoriesOf, registerValue, type Register, type Registers } from '../../merge/register';
import { sameValue } from '../../model/canonical';
import type { AuditRow } from '../../model/rows';
import type { StoreTransaction } from '../../store/store';

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
	await tx.audit.append(changed.map((field) => row(move, field)));
	return Object.fromEntries(
		changed.flatMap((field) => {
			const register = before[field];
			return register === undefined ? [] : [[field, register]];
		}),
	);
}

function row({ entityId, before, after, cause, now, run }: RegisterMove, field: string): AuditRow {
	const register = after[field];
	const [was, is] = [before[field], register].map((one) => registerValue(field, one));
	const [memory] = register?.shape === 'scalar' ? memoriesOf(register) : [];
	const origin = memory && { system: memory.system, object: memory.object, crmId: memory.crmId };
	return {
		at: now,
		kind: sameValue(field, was, is) ? 'agree' : 'change',
		entityId,
		field,
		...origin,
		eventId: memory?.eventId,
		run,
		before: was,
		after: is,
		rule: SPLIT,
		editedAt: memory?.editedAt,
		register,
		detail: { cause },
	};
}
